/** Why a call or a ring ended, in words that are true: what the exchange did is never told as the other side's doing. */
import type { CallEnd } from './phone.ts'

/** Q.850: requested circuit not available. Asterisk gives it when a leg sent no packet for its `rtp_timeout`. */
const NO_PACKETS = 44
/** Normal clearing, and nothing said. */
const NORMAL = new Set([0, 16, 31])
/** The browser looks once a second, and Asterisk counts whole ones. */
const SLACK_MS = 3_000

/** `quietSince`: since when no packet has come; `silenceMs`: after so long the exchange hangs up, null: never, or not known. */
export type Quiet = { quietSince: number | null; silenceMs: number | null }

/** What a BYE meant. `reason` is its Reason header (RFC 3326). */
export function byeEnd(reason: string | undefined, { quietSince, silenceMs }: Quiet, now: number): CallEnd {
  const cause = Number(/cause=(\d+)/.exec(reason ?? '')?.[1] ?? 0)
  const wasQuiet = quietSince !== null && silenceMs !== null && now - quietSince >= silenceMs - SLACK_MS
  if (cause === NO_PACKETS || wasQuiet) return 'silence'
  return NORMAL.has(cause) ? 'remote' : 'exchange'
}

/** How long before the exchange hangs up on a silent line the agent is told; all of a short time-out's last two thirds. */
const WARN_MS = 20_000

/** Seconds until the line is hung up on for its silence; null while there is nothing to warn of. */
export function cutIn({ quietSince, silenceMs }: Quiet, now: number): number | null {
  if (quietSince === null || silenceMs === null) return null
  const left = quietSince + silenceMs - now
  return left <= WARN_MS ? Math.max(0, Math.ceil(left / 1_000)) : null
}

/**
 * What the end of a ring meant that nobody here took: the exchange sends the same CANCEL when the caller leaves and when
 * the ring has lasted its time. `call`: whether the server knows the call as on or over.
 */
export function ringEnd(ring: {
  rangMs: number
  ringMs: number
  call: 'on' | 'over' | 'unknown'
}): 'no_answer' | 'caller_left' | 'stopped' {
  if (ring.call === 'over') return 'caller_left'
  return ring.rangMs >= ring.ringMs - 1_500 ? 'no_answer' : 'stopped'
}
