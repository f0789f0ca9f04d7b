/** The roster, as both sides speak of it. */
import { type Static, Type } from 'typebox'
import { Nullable } from './fields.ts'
import { PersonRef } from './views.ts'
import { SystemRole } from './words.ts'

/** At work, on call at home, or away. */
export const ShiftKind = Type.Enum(['work', 'on_call', 'leave'])
export type ShiftKind = Static<typeof ShiftKind>
/** Somebody on leave is not on duty. */
export const DutyKind = Type.Enum(['work', 'on_call'])
export type DutyKind = Static<typeof DutyKind>

export const ReachWay = Type.Enum(['page', 'phone', 'radio'])
export type ReachWay = Static<typeof ReachWay>
/** `due`: the shift has just begun, there is still time to say so; `unconfirmed`: that time is over. */
export const ReachState = Type.Enum(['confirmed', 'due', 'unconfirmed'])
export type ReachState = Static<typeof ReachState>

/** One person on duty, with the ways to them. */
export const OnDutyPerson = Type.Object({
  shiftId: Type.String(),
  person: PersonRef,
  kind: DutyKind,
  crew: Nullable(Type.String()),
  crewZh: Nullable(Type.String()),
  crewEn: Nullable(Type.String()),
  /** null: every campus */
  campus: Nullable(Type.String()),
  from: Type.String(),
  to: Type.String(),
  /** systems they answer for */
  roles: Type.Array(Type.Object({ system: Type.String(), zh: Type.String(), en: Type.String(), role: SystemRole })),
  /** handhelds they hold */
  units: Type.Array(Type.String()),
  /** numbers that name them, as they are dialled */
  numbers: Type.Array(Type.String()),
  reach: Type.Object({ state: ReachState, ways: Type.Array(ReachWay) }),
})
export type OnDutyPerson = Static<typeof OnDutyPerson>
export const OnDutyView = Type.Object({ at: Type.String(), people: Type.Array(OnDutyPerson) })
export type OnDutyView = Static<typeof OnDutyView>
