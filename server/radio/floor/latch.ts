/** Emergencies: raised once, kept through every talk and silence, acknowledged by one person and cleared by another. */
import { linesOf, type Turn } from './line.ts'
import { endRx, endSpeech } from './turns.ts'
import type { Input, Latch, NotCleared } from './words.ts'

type Of<T extends Input['type']> = Extract<Input, { type: T }>

/** The same handheld's alarm heard again while it is latched is the same emergency. */
export function raise(turn: Turn, { id, port, unit, raw, talker }: Of<'emergency'>): void {
  const isSame = (one: Latch) => (unit ?? raw) !== null && one.unit === unit && one.raw === raw && one.port === port
  const isKnown = turn.latches.some((one) => one.id === id || isSame(one))
  if (isKnown || !(port in turn.lines)) return
  const latch = { id, port, unit, raw, talker, raisedAt: turn.now, ackedAt: null, ackedBy: null }
  turn.latches.push(latch)
  turn.effects.push({ do: 'raised', latch })
  makeRoom(turn, port)
}

/** Ends what an announcement or a caller says and what other ports relay: the one in danger may be speaking. */
function makeRoom(turn: Turn, port: string): void {
  const { phase } = turn
  if ((phase.is === 'tx' || phase.is === 'pending') && phase.asker.kind !== 'console') {
    endSpeech(turn, 'revoked', { result: 'revoked', why: 'priority', by: '' })
  }
  const relays = (phase.is === 'rx' || phase.is === 'rx_hang') && phase.port !== port
  if (relays && linesOf(turn).some(({ key }) => key.is !== 'off')) endRx(turn, 'revoked')
}

export function acknowledge(turn: Turn, { id, by }: Of<'acknowledge'>): void {
  const at = turn.latches.findIndex((one) => one.id === id)
  const latch = turn.latches[at]
  if (!latch || latch.ackedAt !== null) return
  const acked = { ...latch, ackedAt: turn.now, ackedBy: by }
  turn.latches[at] = acked
  turn.effects.push({ do: 'acknowledged', latch: acked })
}

/** Two people, two steps: whoever acknowledged it does not also declare it over. Null: this person may clear it. */
export function whyNotCleared(latch: Latch | undefined, by: string): NotCleared | null {
  if (!latch) return 'unknown'
  if (latch.ackedAt === null) return 'not_acknowledged'
  return latch.ackedBy === by ? 'same_person' : null
}

export function clear(turn: Turn, { id, by, reason }: Of<'clear'>): void {
  const latch = turn.latches.find((one) => one.id === id)
  const why = whyNotCleared(latch, by)
  if (!latch || why) {
    turn.effects.push({ do: 'not-cleared', id, why: why ?? 'unknown' })
    return
  }
  turn.latches = turn.latches.filter((one) => one !== latch)
  turn.effects.push({ do: 'cleared', latch, by, reason })
}
