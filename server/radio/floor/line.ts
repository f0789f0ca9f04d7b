/** One port of a floor: keying, unkeying, its overs, its receive gate. Each function changes a turn: a copy of the floor. */
import type { Muted, OverEnd, OverKind, Talker } from '../../wire/radio.ts'
import { type Effect, FLAP, type Floor, GRANT_MS, LEASE_MS, type Line, RENEW_MS } from './words.ts'

/** A floor being changed: a copy, with what has been ordered so far. */
export type Turn = Omit<Floor, 'lines' | 'locks' | 'latches' | 'listen'> & {
  lines: Record<string, Line>
  locks: Floor['locks'][number][]
  latches: Floor['latches'][number][]
  listen: Record<string, number>
  effects: Effect[]
}

export function openTurn(floor: Floor, at: number): Turn {
  const lines: Record<string, Line> = {}
  for (const port in floor.lines) lines[port] = { ...(floor.lines[port] as Line) }
  return {
    ...floor,
    // A clock that went back must not put off a deadline.
    now: Math.max(at, floor.now),
    lines,
    locks: [...floor.locks],
    latches: [...floor.latches],
    listen: { ...floor.listen },
    effects: [],
  }
}

export const linesOf = (floor: Pick<Floor, 'lines'>): Line[] => Object.values(floor.lines)

/** The name of a voice that is what another port hears. */
export const relayVoice = (port: string): string => `rf:${port}`

/** Is what this line hears taken for somebody speaking? Not while it transmits, has just done so, or is muted. */
export const receives = (line: Line): boolean =>
  line.up && line.carrier && line.muted === null && line.deafUntil === null && line.key.is === 'off'

type Speech = { voice: string; kind: OverKind; talker: Talker | null; overlap: boolean }

/** Orders the transmitter on. Only a line that is up and off. */
export function key(turn: Turn, line: Line, speech: Speech, leaseMs = LEASE_MS): void {
  const order = ++line.seq
  line.key = { is: 'asked', voice: speech.voice, from: null, order, until: turn.now + GRANT_MS, since: turn.now }
  line.gate = false // Asterisk shuts it before it opens the transmitter
  line.noTx = null
  const { port, epoch } = line
  turn.effects.push({ do: 'key', port, epoch, order, voice: speech.voice, leaseMs })
  openTxOver(turn, line, speech)
}

/** Gives a carrier that is on to another voice; it does not drop. */
export function pass(turn: Turn, line: Line, speech: Speech, endedBy: OverEnd): void {
  if (line.key.is !== 'on') return
  const from = line.key.voice
  const order = ++line.seq
  endTxOver(turn, line, endedBy)
  line.key = { is: 'passing', voice: speech.voice, from, order, until: turn.now + GRANT_MS, since: turn.now }
  turn.effects.push({ do: 'pass', port: line.port, epoch: line.epoch, order, from, to: speech.voice })
  openTxOver(turn, line, speech)
}

/** Orders the transmitter off, whatever it was doing; what was said so far ends for `endedBy`. */
export function unkey(turn: Turn, line: Line, endedBy: OverEnd): void {
  if (line.key.is === 'off' || line.key.is === 'ending') return
  const { port, epoch, key } = line
  // While it was only asked for nothing was said: there is nothing to let run out.
  const tailMs = key.is === 'on' ? line.timers.txTailMs : 0
  endTxOver(turn, line, endedBy)
  // Whether Asterisk has passed the carrier on already is not known: both voices are shut out.
  if (key.is === 'passing' && key.from) {
    turn.effects.push({ do: 'unkey', port, epoch, order: ++line.seq, voice: key.from, tailMs: 0 })
  }
  const order = ++line.seq
  // If the answer never comes, the lease has run out by then.
  line.key = { is: 'ending', order, until: turn.now + tailMs + LEASE_MS + 500 }
  turn.effects.push({ do: 'unkey', port, epoch, order, voice: key.voice, tailMs })
}

/** Asterisk has confirmed a key-up or a pass. */
export function keyed(turn: Turn, line: Line): void {
  if (line.key.is !== 'asked' && line.key.is !== 'passing') return
  const wasAsked = line.key.is === 'asked'
  const renewAt = wasAsked ? line.key.since + RENEW_MS : turn.now
  line.key = { is: 'on', voice: line.key.voice, since: turn.now, renewAt }
}

/** The carrier is known to be down: for a while a received carrier is taken for our own echo. */
export function unkeyed(turn: Turn, line: Line): void {
  line.key = { is: 'off' }
  const isPatched = linesOf(turn).length > 1
  // In a patch an echo may still come back through the other campus.
  const loopMs = isPatched ? Math.max(...linesOf(turn).map(({ timers }) => timers.loopMs)) : 0
  line.deafUntil = turn.now + line.timers.deafMs + loopMs
  line.echoUntil = loopMs > 0 ? turn.now + loopMs : null
}

function openTxOver(turn: Turn, line: Line, { voice, kind, talker, overlap }: Speech): void {
  line.txOver = ++line.seq
  const { port, epoch, txOver: over } = line
  const emergency = turn.latches.some((latch) => latch.port === port)
  turn.effects.push({ do: 'open-over', port, epoch, over, kind, voice, talker, from: turn.now, overlap, emergency })
  if (overlap && line.rxOver) turn.effects.push({ do: 'overlap', port, epoch, over: line.rxOver.over })
}

function endTxOver(turn: Turn, line: Line, endedBy: OverEnd): void {
  if (line.txOver === null) return
  turn.effects.push({ do: 'end-over', port: line.port, over: line.txOver, to: turn.now, endedBy })
  line.txOver = null
}

/** Opens the over of what the receiver hears. */
export function openRxOver(turn: Turn, line: Line): void {
  if (line.rxOver !== null) return
  const over = ++line.seq
  line.rxOver = { over, from: Math.min(line.carrierAt, turn.now) }
  const { port, epoch, talker } = line
  const emergency = turn.latches.some((latch) => latch.port === port)
  const from = line.rxOver.from
  turn.effects.push({
    do: 'open-over',
    port,
    epoch,
    over,
    kind: 'rx',
    voice: null,
    talker,
    from,
    overlap: false,
    emergency,
  })
}

/** Ends the reception at `to`; after many short ones in a row the receiver is muted. */
export function endRxOver(turn: Turn, line: Line, to: number, endedBy: OverEnd): void {
  if (line.rxOver === null) return
  const { over, from } = line.rxOver
  line.rxOver = null
  line.talker = null
  turn.effects.push({ do: 'end-over', port: line.port, over, to: Math.max(to, from), endedBy })
  if (endedBy !== 'carrier_off' || to - from >= FLAP.shorterMs) return
  line.bursts = [...line.bursts.filter((at) => at > turn.now - FLAP.withinMs), turn.now]
  if (line.bursts.length > FLAP.bursts) mute(turn, line, 'flapping')
}

export function mute(turn: Turn, line: Line, what: Muted): void {
  line.muted = what
  line.bursts = []
  turn.effects.push({ do: 'alarm', port: line.port, what, on: true })
}

export function unmute(turn: Turn, line: Line): void {
  if (line.muted === null) return
  turn.effects.push({ do: 'alarm', port: line.port, what: line.muted, on: false })
  line.muted = null
}

/** The port is gone: nothing more can be ordered of it, and what was on has ended. */
export function loseLine(turn: Turn, line: Line, endedBy: OverEnd): void {
  endTxOver(turn, line, endedBy)
  endRxOver(turn, line, turn.now, endedBy)
  unmute(turn, line)
  line.up = false
  line.key = { is: 'off' }
  line.carrier = false
  line.carrierAt = turn.now
  line.deafUntil = null
  line.echoUntil = null
  line.gate = false
}

/** Lets consoles hear the receiver, or not: not while it is muted or deaf. */
export function setGate(turn: Turn, line: Line): void {
  if (!line.up || line.key.is !== 'off') return
  const open = line.muted === null && line.deafUntil === null
  if (open === line.gate) return
  line.gate = open
  turn.effects.push({ do: 'rx-gate', port: line.port, epoch: line.epoch, open })
}
