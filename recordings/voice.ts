/** Whose voice a file holds: the caller's, an agent's, or a message left after nobody answered. */
export type Side = 'caller' | 'agent' | 'voicemail'

/** A stretch of time, in epoch milliseconds by Asterisk's clock. */
export type Stretch = { from: number; to: number }

/**
 * One leg whose voice ought to have been recorded. Times are epoch
 * milliseconds by Asterisk's clock. `talk`: when it stood in a bridge with
 * another, so could be heard and had to be recorded.
 */
export type Voice = { uniqueid: string; side: Side; startedAt: number; endedAt?: number; talk: Stretch[] }

/** What a spool file's name says. */
export type SpoolName = { callId: string; side: Side; uniqueid: string }

const NAME = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})_(caller|agent|voicemail)_([A-Za-z0-9.-]{1,120})\.wav$/

/**
 * Reads `<call uuid>_<side>_<uniqueid>.wav`. Anything else in the spool is not
 * ours: undefined. No caller's data is ever in a name (CVE-2026-108161 was a
 * caller's name in a recording's file name, run by a shell).
 */
export function readSpoolName(name: string): SpoolName | undefined {
  const found = NAME.exec(name)
  if (!found) return
  const [, callId, side, uniqueid] = found
  return { callId: callId as string, side: side as Side, uniqueid: uniqueid as string }
}

/** Total length of stretches that may touch or overlap, counted once. */
export function lengthOf(stretches: Stretch[]): number {
  let total = 0
  let reached = Number.NEGATIVE_INFINITY
  for (const { from, to } of [...stretches].sort((a, b) => a.from - b.from)) {
    const start = Math.max(from, reached)
    if (to > start) total += to - start
    reached = Math.max(reached, to)
  }
  return total
}

/** The parts of `stretches` that lie inside `window`. */
export function within(stretches: Stretch[], window: Stretch): Stretch[] {
  return stretches
    .map(({ from, to }) => ({ from: Math.max(from, window.from), to: Math.min(to, window.to) }))
    .filter(({ from, to }) => to > from)
}
