import type { ShiftKind } from '../wire/roster.ts'
import type { GivenWhy, ShiftEvent } from './events.ts'

/**
 * A shift: somebody's time at work, on call at home or on leave, or such a time that nobody holds yet.
 *
 *              given to somebody              begins                ends as planned, or was ended
 *   vacant ◄──────────────────────► planned ─────────► running ──────────────────────────────────► over
 *      │      vacated (leave, …)       │                  │ handed over: over for the one,
 *      └──────────► removed ◄──────────┘                  └─ the rest of it is a new shift of the other
 *
 * Vacant, running and over are not kept: they follow from the person, the times and the clock. What really was (`to` of
 * one that ended early) takes the place of what was planned.
 */
export type Shift = {
  id: string
  kind: ShiftKind
  personId: string | null
  crewId: string | null
  campusId: string | null
  from: Date
  to: Date
  /** before its end was moved */
  plannedTo: Date
  removed: boolean
  /** changed by a person: a pattern that changes leaves it as it is */
  byHand: boolean
}

export type ShiftWish = Pick<Shift, 'id' | 'kind' | 'personId' | 'crewId' | 'campusId' | 'from' | 'to'>

export type ShiftAsk = { byId: string | null } /** null: the rest of it is vacant */ & (
  | { ask: 'hand-over'; personId: string | null; toShiftId: string }
  | { ask: 'end' }
  /** null: nobody holds it any more */
  | { ask: 'give'; personId: string | null; why: GivenWhy }
)

export type ShiftRefusal =
  | 'ends-before-it-begins'
  | 'shift-too-long'
  | 'shift-is-over'
  | 'shift-is-vacant'
  | 'shift-has-begun'
  | 'to-the-same-person'
  | 'leave-is-not-handed-over'

const HOUR = 3_600_000
/** Longer is a slip of the pen in the date. People are on call for a week, and away for months. */
const LONGEST_MS: Record<ShiftKind, number> = { work: 36 * HOUR, on_call: 8 * 24 * HOUR, leave: 400 * 24 * HOUR }

const hasBegun = (shift: Shift, at: Date) => shift.from < at
const isOver = (shift: Shift, at: Date) => shift.removed || shift.to <= at

/** A new shift, or why there can be none. */
export function plan(wish: ShiftWish, byId: string | null, at: Date): ShiftEvent[] | ShiftRefusal {
  if (wish.from >= wish.to) return 'ends-before-it-begins'
  if (wish.to.getTime() - wish.from.getTime() > LONGEST_MS[wish.kind]) return 'shift-too-long'
  const { id: shiftId, personId, kind } = wish
  return [{ type: 'radio.shift-changed', verb: 'planned', shiftId, personId, kind, at, byId }]
}

export const planned = (wish: ShiftWish): Shift => ({ ...wish, plannedTo: wish.to, removed: false, byHand: true })

/** What an ask means; what already is changes nothing. */
export function decide(shift: Shift, ask: ShiftAsk, at: Date): ShiftEvent[] | ShiftRefusal {
  const { id: shiftId, personId: was } = shift
  const of = { type: 'radio.shift-changed', at, byId: ask.byId } as const
  if (isOver(shift, at)) return 'shift-is-over'
  switch (ask.ask) {
    case 'hand-over':
      if (shift.kind === 'leave') return 'leave-is-not-handed-over'
      if (was === null) return 'shift-is-vacant'
      if (was === ask.personId) return 'to-the-same-person'
      return [{ ...of, verb: 'taken', shiftId: ask.toShiftId, fromShiftId: shiftId, personId: ask.personId, was }]
    case 'end':
      return [{ ...of, verb: hasBegun(shift, at) ? 'ended' : 'removed', shiftId, personId: was }]
    case 'give':
      if (shift.kind === 'leave') return 'leave-is-not-handed-over'
      if (was === ask.personId) return []
      // Who has worked part of it keeps that part: the rest is handed over.
      if (was !== null && hasBegun(shift, at)) return 'shift-has-begun'
      return [{ ...of, verb: 'given', shiftId, personId: ask.personId, was, why: ask.why }]
  }
}

/** The shift as it stands after an event. */
export function evolve(shift: Shift, event: ShiftEvent): Shift {
  switch (event.verb) {
    case 'planned':
      return shift
    case 'given':
      return { ...shift, personId: event.personId, byHand: true }
    case 'taken':
      return event.fromShiftId === shift.id ? endedAt(shift, event.at) : shift
    case 'ended':
    case 'removed':
      return endedAt(shift, event.at)
  }
}

/** One that has not begun was never there. */
const endedAt = (shift: Shift, at: Date): Shift =>
  hasBegun(shift, at) ? { ...shift, to: at, byHand: true } : { ...shift, removed: true }

/** What whoever takes over gets: the rest of the shift. */
export function restOf(shift: Shift, event: Extract<ShiftEvent, { verb: 'taken' }>): ShiftWish {
  const { kind, crewId, campusId, to } = shift
  const from = hasBegun(shift, event.at) ? event.at : shift.from
  return { id: event.shiftId, personId: event.personId, kind, crewId, campusId, from, to }
}
