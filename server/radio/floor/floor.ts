/**
 * Who may speak on a radio port, or on several ports that a patch makes one. Pure: told what happened and what time it
 * is, it answers with the floor as it now stands and what to order of Asterisk.
 *
 *              line lost (from anywhere)              carrier on                  carrier off
 *   OFFLINE ◄───────────────────────────── IDLE ────────────────────► RX ◄══════════════════════► RX_HANG
 *      └────── line up, gates shut ─────────►│ ▲ ◄─────────────────── │ ─────── hang over ──────────┘ │
 *                                            │ │     (deaf)           │ override                      │
 *                          press             │ │                      ▼                               │
 *      TAIL ◄── failed ──────────────────────┼─┼───────────────── PENDING ◄────────── override ───────┘
 *       │ ▲ └──── next ──────────────────────┘ │                 │  ▲
 *       │ │ released · silent · time-out ·     │      all asked  ▼  │ higher priority: the carrier stays
 *       │ └──── lost voice ◄── TX ◄────────────┼────────────── confirmed   (shown as REVOKING)
 *       └──────── carrier is known down ───────┘
 *
 * Beside it, for each line: its transmitter (off · asked · passing · on · ending; line.ts), its deaf time, and whether its
 * receiver is stuck or flapping and so not believed. The lock after a time-out holds the source, not the port: an agent whose
 * foot lies on the pedal does not take the channel from everybody else. An emergency goes on whatever the states are.
 *
 * Never: two voices at once; a transmitter on in IDLE; a lease renewed for somebody who is not known to be there; an answer
 * believed that belongs to an earlier epoch (an earlier life of the port's bridges in Asterisk).
 */
import type { CarrierState, OverEnd } from '../../wire/radio.ts'
import { acknowledge, clear, raise } from './latch.ts'
import {
  endRxOver,
  keyed,
  linesOf,
  loseLine,
  openRxOver,
  openTurn,
  receives,
  setGate,
  type Turn,
  unkey,
  unkeyed,
} from './line.ts'
import { fireDue } from './time.ts'
import { confirm, endRx, endSpeech, relay, release, request, settle } from './turns.ts'
import type { DownWhy, Effect, Floor, Input, Line, LineTimers } from './words.ts'

/** A floor of one port, its gateway not there yet. */
export function makeFloor(port: string, timers: LineTimers, now: number): Floor {
  const line: Line = {
    port,
    timers,
    epoch: 0,
    up: false,
    seq: 0,
    key: { is: 'off' },
    carrier: false,
    carrierAt: now,
    deafUntil: null,
    echoUntil: null,
    muted: null,
    gate: false,
    noTx: null,
    bursts: [],
    rxOver: null,
    txOver: null,
    talker: null,
  }
  return { now, lines: { [port]: line }, phase: { is: 'offline' }, locks: [], latches: [], refused: null, listen: {} }
}

/**
 * Takes one input. `at` is of a clock that never goes back (if it does, it is taken to stand still). What was due before
 * `at` happens first: a heartbeat that comes after the process stood still finds its transmission already ended.
 */
export function step(before: Floor, input: Input, at: number): { floor: Floor; effects: Effect[] } {
  const turn = openTurn(before, at)
  fireDue(turn)
  hear(turn, input)
  settle(turn)
  rest(turn)
  const { effects, ...floor } = turn
  return { floor, effects }
}

function hear(turn: Turn, input: Input): void {
  switch (input.type) {
    case 'time':
      break
    case 'up':
      comeUp(turn, input.port, input.epoch)
      break
    case 'down':
      goDown(turn, input.port, END_OF[input.why])
      break
    case 'control-lost':
      for (const { port } of linesOf(turn)) goDown(turn, port, 'control_lost')
      break
    case 'carrier':
      hearCarrier(turn, input.port, input.on, input.since)
      break
    case 'talker': {
      const line = turn.lines[input.port]
      if (line) line.talker = input.talker
      break
    }
    case 'request':
      request(turn, input.asker)
      break
    case 'held':
      hold(turn, input.id)
      break
    case 'release':
      release(turn, input.id, input.why)
      break
    case 'answered':
      hearAnswer(turn, input)
      break
    case 'emergency':
      raise(turn, input)
      break
    case 'acknowledge':
      acknowledge(turn, input)
      break
    case 'clear':
      clear(turn, input)
  }
}

const END_OF: Record<DownWhy, OverEnd> = {
  gateway_lost: 'gateway_lost',
  control_lost: 'control_lost',
  // Asterisk unkeyed by itself: this process stood still, or its renewals did not arrive.
  lapsed: 'control_lost',
  refused: 'gateway_lost',
  not_wanted: 'done',
}

/** The port's bridges were built anew with every gate shut. Nothing that was on before is taken up again. */
function comeUp(turn: Turn, port: string, epoch: number): void {
  const line = turn.lines[port]
  if (!line || epoch <= line.epoch) return
  if (line.up) goDown(turn, port, 'gateway_lost')
  line.up = true
  line.epoch = epoch
}

function goDown(turn: Turn, port: string, endedBy: OverEnd): void {
  const line = turn.lines[port]
  if (!line?.up) return
  const { phase } = turn
  if ((phase.is === 'rx' || phase.is === 'rx_hang') && phase.port === port) endRx(turn, endedBy)
  const wasKeyed = line.key.is === 'on' || line.key.is === 'asked' || line.key.is === 'passing'
  loseLine(turn, line, endedBy)
  if (phase.is !== 'tx' && phase.is !== 'pending') return
  if (wasKeyed) line.noTx = endedBy
  const isAnyLeft = linesOf(turn).some(({ key }) => key.is === 'on' || key.is === 'asked' || key.is === 'passing')
  const why = endedBy === 'control_lost' ? 'control_lost' : 'gateway_lost'
  if (!isAnyLeft) endSpeech(turn, endedBy, { result: 'revoked', why, by: '' })
  else confirm(turn)
}

function hearCarrier(turn: Turn, port: string, on: boolean, since: number): void {
  const line = turn.lines[port]
  if (!line?.up || line.carrier === on) return
  line.carrier = on
  line.carrierAt = Math.min(since, turn.now)
  const { phase } = turn
  const holds = (phase.is === 'rx' || phase.is === 'rx_hang') && phase.port === port
  if (!holds) return
  const { since: from, relay: relayed, cut } = phase
  turn.phase = on
    ? { is: 'rx', port, since: from, relay: relayed, cut }
    : { is: 'rx_hang', port, since: from, relay: relayed, cut, until: turn.now + line.timers.rxHangMs }
}

function hold(turn: Turn, id: string): void {
  const { phase, now } = turn
  if ((phase.is === 'tx' || phase.is === 'pending') && phase.asker.id === id) turn.phase = { ...phase, heldAt: now }
  if (phase.is === 'tail' && phase.next?.asker.id === id) {
    turn.phase = { ...phase, next: { ...phase.next, heldAt: now } }
  }
  turn.locks = turn.locks.map((lock) => (lock.id === id && lock.heldAt !== null ? { ...lock, heldAt: now } : lock))
}

/**
 * Asterisk has done what was ordered, or not. An answer to an order of an earlier epoch, or to one that was replaced, is
 * ignored.
 */
function hearAnswer(turn: Turn, input: Extract<Input, { type: 'answered' }>): void {
  const line = turn.lines[input.port]
  if (!line || line.epoch !== input.epoch || !('order' in line.key) || line.key.order !== input.order) return
  if (line.key.is === 'ending') {
    // Refused: the transmitter counts as off only when its lease has run out for sure.
    if (input.ok) unkeyed(turn, line)
    return
  }
  if (input.ok) keyed(turn, line)
  else {
    line.noTx = input.why ?? 'refused'
    // Asterisk shuts what it could not open; it is ordered once more, so that there is an answer to wait for.
    unkey(turn, line, 'refused')
  }
  confirm(turn)
}

/** What follows from how things now stand: relays begin, receptions begin and end, gates move. */
function rest(turn: Turn): void {
  relay(turn, false)
  const { phase } = turn
  for (const line of linesOf(turn)) {
    const hangs = phase.is === 'rx_hang' && phase.port === line.port
    if (line.rxOver && !hangs) {
      if (!line.carrier) endRxOver(turn, line, line.carrierAt, 'carrier_off')
      else if (line.muted !== null) endRxOver(turn, line, turn.now, 'stuck_receiver')
    } else if (receives(line)) openRxOver(turn, line)
    setGate(turn, line)
  }
}

/** What a console is shown of one port. */
export function carrierOf(floor: Floor, port: string): CarrierState {
  const { phase } = floor
  const line = floor.lines[port]
  if (!line?.up) return 'offline'
  switch (line.key.is) {
    case 'asked':
    case 'passing':
      return phase.is === 'pending' && phase.from ? 'revoking' : 'pending'
    case 'on':
      return 'tx'
    case 'ending':
      return 'tail'
  }
  if (line.muted !== null) return 'stuck'
  if (phase.is === 'rx_hang' && phase.port === port) return 'rx_hang'
  if (line.rxOver !== null) return 'rx'
  if (line.deafUntil !== null) return 'deaf'
  return floor.locks.length > 0 ? 'tot_lock' : 'idle'
}
