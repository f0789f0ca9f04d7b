/** How the floor passes from one speaker to another. Each function changes a turn; floor.ts draws the states. */
import type { FloorDenial, OverEnd, OverKind, Talker } from '../../wire/radio.ts'
import { endRxOver, key, linesOf, pass, receives, relayVoice, type Turn, unkey } from './line.ts'
import {
  type Asker,
  COUNTDOWN_MS,
  type FloorAnswer,
  LEASE_MS,
  type Line,
  PHONE_HOLD_MS,
  PHONE_LISTEN_MS,
  PRESS_AGAIN_MS,
  PRIORITY,
  SILENT_MS,
} from './words.ts'

const KINDS: Record<Asker['kind'], OverKind> = {
  console: 'tx',
  announcement: 'announcement',
  phone: 'phone',
  test: 'test',
}

function answer(turn: Turn, id: string, told: FloorAnswer): void {
  turn.effects.push({ do: 'answer', id, answer: told })
}
const deny = (turn: Turn, { id }: Asker, why: FloorDenial, talker: Talker | null): void =>
  answer(turn, id, { result: 'denied', why, talker })

/** Is the one who speaks still there? A console by its heartbeat; announcements and callers are watched elsewhere. */
export const isThere = ({ kind }: Asker, heldAt: number, now: number): boolean =>
  kind !== 'console' || now - heldAt < SILENT_MS

/**
 * How long a transmitter may stay on without another renewal. Counted from the console's last heartbeat and not from now:
 * else a lease renewed just before the console is missed would hold a dead key for a second longer.
 */
export const leaseOf = ({ kind }: Asker, heldAt: number, now: number): number =>
  kind === 'console' ? heldAt + LEASE_MS - now : LEASE_MS

/** Somebody wants to speak. */
export function request(turn: Turn, asker: Asker): void {
  const { now } = turn
  const lock = turn.locks.findIndex(({ source }) => source === asker.source)
  if (lock >= 0) {
    const locked = turn.locks[lock]
    // A press while locked shows that they have not let go for good: the penalty begins anew when they do.
    if (locked) turn.locks[lock] = { ...locked, id: asker.id, heldAt: now }
    deny(turn, asker, 'tot_lock', null)
  } else if (!linesOf(turn).some(({ up }) => up)) deny(turn, asker, 'offline', null)
  else if ((turn.listen[asker.source] ?? 0) > now) deny(turn, asker, 'busy', null)
  else ask(turn, asker)
}

function ask(turn: Turn, asker: Asker): void {
  const { phase, now } = turn
  switch (phase.is) {
    case 'offline':
    case 'idle':
      begin(turn, asker)
      break
    case 'rx':
    case 'rx_hang': {
      // The handheld goes on sending whatever we do; only its relay to other ports is stopped.
      if (overrides(turn, asker)) begin(turn, asker)
      else {
        turn.refused = { source: asker.source, at: now }
        deny(turn, asker, 'busy', turn.lines[phase.port]?.talker ?? null)
      }
      break
    }
    case 'pending':
    case 'tx': {
      const holder = phase.asker
      if (holder.id === asker.id) return
      if (holder.source === asker.source) endSpeech(turn, 'released', { result: 'released' }, asker)
      else if (asker.prio > holder.prio) take(turn, asker)
      else deny(turn, asker, holder.kind === 'announcement' ? 'announcing' : 'busy', holder.talker)
      break
    }
    case 'tail':
      waitForTail(turn, asker)
  }
}

function overrides(turn: Turn, { override, prio, kind, source }: Asker): boolean {
  if (kind !== 'console' && prio < PRIORITY.emergencyAnnouncement) return false
  const { refused, now } = turn
  const isSecondPress = refused?.source === source && now - refused.at < PRESS_AGAIN_MS
  return override === true || prio >= PRIORITY.emergencyAnnouncement || isSecondPress
}

function waitForTail(turn: Turn, asker: Asker): void {
  if (turn.phase.is !== 'tail') return
  const { next } = turn.phase
  if (next && next.asker.source !== asker.source && asker.prio <= next.asker.prio) {
    deny(turn, asker, 'busy', next.asker.talker)
    return
  }
  if (next) deny(turn, next.asker, 'busy', asker.talker)
  turn.phase = { ...turn.phase, next: { asker, heldAt: turn.now } }
}

/** Takes the floor: transmitters that are off are keyed, those that relay are given the new voice without going down. */
export function begin(turn: Turn, asker: Asker, heldAt = turn.now): void {
  turn.refused = null
  const lines = linesOf(turn).filter(({ up }) => up)
  if (lines.length === 0) {
    deny(turn, asker, 'offline', null)
    return
  }
  if (lines.some((line) => line.key.is !== 'off' && line.key.is !== 'on')) {
    // A transmitter is between on and off: it goes down first.
    for (const line of lines) unkey(turn, line, 'revoked')
    turn.phase = { is: 'tail', since: turn.now, next: { asker, heldAt } }
    return
  }
  const overlap = speak(turn, asker, lines, heldAt)
  turn.phase = { is: 'pending', asker, from: null, since: turn.now, heldAt, overlap }
}

/** Keys every line with this voice. True: a handheld is spoken over on one of them. */
function speak(turn: Turn, asker: Asker, lines: Line[], heldAt = turn.now): boolean {
  const speech = { voice: asker.id, kind: KINDS[asker.kind], talker: asker.talker }
  let isOver = false
  for (const line of lines) {
    const overlap = line.carrier && (line.rxOver !== null || line.muted !== null)
    isOver ||= overlap
    if (line.key.is === 'on') pass(turn, line, { ...speech, overlap }, 'revoked')
    else if (line.key.is === 'off') key(turn, line, { ...speech, overlap }, leaseOf(asker, heldAt, turn.now))
  }
  return isOver
}

/** Takes the floor from a speaker of lower priority. */
function take(turn: Turn, asker: Asker): void {
  const { phase } = turn
  const why = { result: 'revoked', why: 'priority', by: asker.talker.name } as const
  if (phase.is === 'pending') endSpeech(turn, 'revoked', why, asker)
  if (phase.is !== 'tx') return
  answer(turn, phase.asker.id, why)
  const lines = linesOf(turn).filter(({ up }) => up)
  const overlap = speak(turn, asker, lines)
  turn.phase = { is: 'pending', asker, from: phase.asker, since: turn.now, heldAt: turn.now, overlap }
}

/** When Asterisk has answered for every line: the one who asked is on the air, or has failed. */
export function confirm(turn: Turn): void {
  const { phase } = turn
  if (phase.is !== 'pending') return
  const lines = linesOf(turn)
  if (lines.some((line) => line.key.is === 'asked' || line.key.is === 'passing')) return
  const on = lines.filter((line) => line.key.is === 'on' && line.key.voice === phase.asker.id)
  if (on.length === 0) {
    answer(turn, phase.asker.id, { result: 'failed', why: lines.find(({ noTx }) => noTx)?.noTx ?? 'no_answer' })
    turn.phase = { is: 'tail', since: turn.now, next: null }
    return
  }
  const { asker, overlap } = phase
  const isUrgent = asker.prio >= PRIORITY.emergencyAnnouncement || turn.latches.length > 0
  const totS = Math.min(...on.map(({ timers }) => (isUrgent ? timers.totEmergencyS : timers.totS)))
  const longest = asker.kind === 'phone' ? Math.min(totS * 1_000, PHONE_HOLD_MS) : totS * 1_000
  const totAt = turn.now + longest
  const { heldAt } = phase
  turn.phase = { is: 'tx', asker, since: turn.now, heldAt, overlap, totAt, warnAt: totAt - COUNTDOWN_MS }
  const leadMs = Math.max(...on.map(({ timers }) => timers.txLeadMs))
  const failed = lines.filter((line) => !on.includes(line)).map(({ port }) => port)
  answer(turn, asker.id, { result: 'granted', leadMs, totAt, overlap, failed })
}

/** The one who speaks, or is about to, no longer does: every transmitter goes down, and the holder is told. */
export function endSpeech(turn: Turn, endedBy: OverEnd, told: FloorAnswer, next: Asker | null = null): void {
  const { phase } = turn
  if (phase.is !== 'tx' && phase.is !== 'pending') return
  for (const line of linesOf(turn)) unkey(turn, line, endedBy)
  answer(turn, phase.asker.id, told)
  turn.phase = { is: 'tail', since: turn.now, next: next && { asker: next, heldAt: turn.now } }
}

/** Somebody let go, or is gone. A wish that is over already changes nothing. */
export function release(turn: Turn, id: string, why: 'released' | 'console_lost' | 'done' | 'revoked'): void {
  const { phase, now } = turn
  turn.locks = turn.locks.map((lock) =>
    lock.id === id && lock.heldAt !== null ? { ...lock, heldAt: null, until: now + lock.penaltyMs } : lock,
  )
  const told: FloorAnswer = why === 'console_lost' ? { result: 'revoked', why, by: '' } : { result: 'released' }
  if (phase.is === 'tail' && phase.next?.asker.id === id) {
    turn.phase = { ...phase, next: null }
    answer(turn, id, told)
  } else if ((phase.is === 'tx' || phase.is === 'pending') && phase.asker.id === id) {
    endSpeech(turn, why, told)
  }
}

/** The holder has spoken too long. A console is locked until it lets go; a caller on the telephone must listen for a while. */
export function timeOut(turn: Turn): void {
  const { phase, now } = turn
  if (phase.is !== 'tx') return
  const { asker } = phase
  endSpeech(turn, 'time_out', { result: 'revoked', why: 'time_out', by: '' })
  if (asker.kind === 'phone') {
    const still = Object.entries(turn.listen).filter(([, until]) => until > now)
    turn.listen = { ...Object.fromEntries(still), [asker.source]: now + PHONE_LISTEN_MS }
  }
  if (asker.kind !== 'console') return
  const penaltyMs = Math.max(...linesOf(turn).map(({ timers }) => timers.totPenaltyS * 1_000))
  turn.locks.push({ source: asker.source, id: asker.id, heldAt: now, until: 0, penaltyMs })
}

/** Lets the other ports of a patch send on what this one hears; after a failure only at the next carrier (`isFirst`). */
export function relay(turn: Turn, isFirst: boolean): void {
  const { phase } = turn
  if (phase.is !== 'rx' || phase.cut) return
  const source = turn.lines[phase.port]
  if (!source) return
  const others = linesOf(turn).filter((line) => line !== source && line.up && line.key.is === 'off')
  const willing = others.filter(({ noTx }) => isFirst || noTx === null)
  const talker: Talker = { ...(source.talker ?? nobody), kind: 'relay' }
  const voice = relayVoice(source.port)
  for (const line of willing) key(turn, line, { voice, kind: 'relay', talker, overlap: false })
  if (willing.length > 0 && phase.relay === null) turn.phase = { ...phase, relay: turn.now }
}

const nobody: Talker = { kind: 'relay', name: '', unit: null, personId: null, how: 'unknown', confidence: 0 }

/** The others stop sending on what one port hears. */
export function endRelay(turn: Turn, endedBy: OverEnd): void {
  const { phase } = turn
  if (phase.is !== 'rx' && phase.is !== 'rx_hang') return
  for (const line of linesOf(turn)) if (line.port !== phase.port) unkey(turn, line, endedBy)
}

/** The receiver that holds the floor gives it up. */
export function endRx(turn: Turn, endedBy: OverEnd, to = turn.now): void {
  const { phase } = turn
  if (phase.is !== 'rx' && phase.is !== 'rx_hang') return
  const line = turn.lines[phase.port]
  if (line) endRxOver(turn, line, to, endedBy)
  endRelay(turn, endedBy)
  turn.phase = { is: 'tail', since: turn.now, next: null }
}

/** Nobody holds the floor: who waited gets it, else who is heard, else nobody. */
export function settle(turn: Turn): void {
  const { phase, now } = turn
  if (phase.is !== 'tail' && phase.is !== 'idle' && phase.is !== 'offline') return
  const lines = linesOf(turn)
  const next = phase.is === 'tail' ? phase.next : null
  if (lines.some(({ key }) => key.is !== 'off')) {
    if (phase.is !== 'tail') turn.phase = { is: 'tail', since: now, next: null }
    return
  }
  turn.phase = lines.some(({ up }) => up) ? { is: 'idle' } : { is: 'offline' }
  if (next && isThere(next.asker, next.heldAt, now)) {
    begin(turn, next.asker, next.heldAt)
    return
  }
  if (next) answer(turn, next.asker.id, { result: 'revoked', why: 'console_lost', by: '' })
  const heard = lines.filter(receives)
  const source = heard.find(({ port }) => turn.latches.some((latch) => latch.port === port)) ?? heard[0]
  if (!source) return
  turn.phase = { is: 'rx', port: source.port, since: now, relay: null, cut: false }
  relay(turn, true)
}
