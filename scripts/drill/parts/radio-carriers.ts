/** When a gateway's transmitter was on, from its own log. */
import type { Instant, LogEntry } from '../../lab/gateways/keyed-log.ts'
import type { Machine } from '../../lab/stood-still.ts'

/** `to` is missing while it is on. */
export type Carrier = { from: Instant; to: Instant | undefined }

/** A gap is heard this much longer than it was: packets lie on a beat of 20 ms. */
const BEAT_MS = 60
/** A gateway calls a shorter gap none (radio-rounds.ts). */
const HANG_MS = 200

/**
 * Carriers, in order. A gateway takes packets that are late for a release and a new press; two that lie no further apart
 * than the machine itself was seen to stand still were one carrier.
 */
export function carriersOf(log: readonly LogEntry[], machine: Pick<Machine, 'stoodStill'>): Carrier[] {
  const carriers: Carrier[] = []
  for (const entry of log) {
    const last = carriers.at(-1)
    if (entry.type === 'keyed') {
      const from = entry.firstPacket ?? entry
      if (last?.to && isTorn(last.to, from, machine)) last.to = undefined
      else carriers.push({ from, to: undefined })
    } else if (entry.type === 'unkeyed' && last) last.to = entry.lastPacket ?? entry
  }
  return carriers
}

function isTorn(to: Instant, from: Instant, machine: Pick<Machine, 'stoodStill'>): boolean {
  const gapMs = from.mono - to.mono
  return gapMs - machine.stoodStill(to.wall, from.wall) <= HANG_MS + BEAT_MS
}
