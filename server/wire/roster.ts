/** The roster, as both sides speak of it. */
import { type Static, Type } from 'typebox'
import { Code, Id, Nullable, strict, Text, Time } from './fields.ts'
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

/** A day of the calendar, and a time of the clock on the wall. */
export const Day = Type.String({ format: 'date', pattern: '^20' })
export const WallTime = Type.String({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d$' })

const patternFields = {
  name: Text(60, 1),
  crew: Code,
  /** null: every campus */
  campus: Nullable(Code),
  kind: DutyKind,
  /** RFC 5545 3.3.10, of whole days */
  rrule: Text(200, 1),
  firstDay: Day,
  lastDay: Nullable(Day),
  starts: WallTime,
  /** at or before `starts`: of the next day */
  ends: WallTime,
  slots: Type.Integer({ minimum: 1, maximum: 20 }),
  rotates: Type.Boolean(),
  personIds: Type.Array(Id, { maxItems: 60 }),
  /** days without it */
  exceptions: Type.Array(Day, { maxItems: 400 }),
}
/** A pattern as it is written; without a zone it is the organisation's. */
export const PatternForm = Type.Object({ ...patternFields, zone: Type.Optional(Text(60, 1)) }, strict)
export type PatternForm = Static<typeof PatternForm>
export const PatternView = Type.Object({
  ...patternFields,
  patternId: Type.String(),
  zone: Type.String(),
  version: Type.Integer(),
  mayLead: Type.Boolean(),
})
export type PatternView = Static<typeof PatternView>

/** A shift, a time on call or leave, on a page of the roster. */
export const RosterShift = Type.Object({
  shiftId: Type.String(),
  kind: ShiftKind,
  /** null: vacant */
  person: Nullable(PersonRef),
  crew: Nullable(Type.String()),
  campus: Nullable(Type.String()),
  from: Type.String(),
  to: Type.String(),
  /** the pattern it comes from */
  pattern: Nullable(Type.String()),
  /** who was on this shift before it was handed over */
  takenFrom: Nullable(PersonRef),
  version: Type.Integer(),
  mayLead: Type.Boolean(),
  /** of one that runs now */
  reach: Nullable(Type.Object({ state: ReachState, ways: Type.Array(ReachWay) })),
})
export type RosterShift = Static<typeof RosterShift>
export const RosterView = Type.Object({
  from: Type.String(),
  to: Type.String(),
  /** the organisation's: its days are the columns */
  zone: Type.String(),
  shifts: Type.Array(RosterShift),
  shortRests: Type.Array(
    Type.Object({
      shiftId: Type.String(),
      personId: Type.String(),
      afterShiftId: Type.String(),
      hours: Type.Number(),
    }),
  ),
  leastRestHours: Type.Integer(),
  crews: Type.Array(Type.Object({ code: Type.String(), zh: Type.String(), en: Type.String() })),
  campuses: Type.Array(Type.String()),
  /** leads at least one crew at one campus */
  leadsAny: Type.Boolean(),
})
export type RosterView = Static<typeof RosterView>

export const RosterShiftForm = Type.Object(
  {
    /** null: vacant */
    personId: Nullable(Id),
    kind: DutyKind,
    crew: Code,
    campus: Nullable(Code),
    from: Time,
    to: Time,
    /** there is no way to reach this person, and whoever plans knows it */
    knowingly: Type.Optional(Type.Boolean()),
  },
  strict,
)
export type RosterShiftForm = Static<typeof RosterShiftForm>

const SwapShift = Type.Object({
  shiftId: Type.String(),
  from: Type.String(),
  to: Type.String(),
  crew: Nullable(Type.String()),
  campus: Nullable(Type.String()),
})
export const SwapView = Type.Object({
  swapId: Type.String(),
  state: Type.Enum(['asked', 'agreed', 'refused', 'withdrawn', 'seen']),
  /** who asked, and who is asked */
  from: PersonRef,
  to: PersonRef,
  shift: SwapShift,
  forShift: Nullable(SwapShift),
  askedAt: Type.String(),
  mayLead: Type.Boolean(),
})
export type SwapView = Static<typeof SwapView>

const needFields = {
  crew: Code,
  /** null: at any campus */
  campus: Nullable(Code),
  /** not null: by its A or its B */
  system: Nullable(Code),
  /** of the day on which it begins; 1 is Monday */
  weekdays: Type.Array(Type.Integer({ minimum: 1, maximum: 7 }), { minItems: 1, maxItems: 7 }),
  starts: WallTime,
  /** at or before `starts`: of the next day */
  ends: WallTime,
  least: Type.Integer({ minimum: 1, maximum: 20 }),
  onCallCounts: Type.Boolean(),
}
/** What must be covered; without a zone it is the organisation's. */
export const NeedForm = Type.Object({ ...needFields, zone: Type.Optional(Text(60, 1)) }, strict)
export type NeedForm = Static<typeof NeedForm>
export const NeedView = Type.Object({
  ...needFields,
  needId: Type.String(),
  zone: Type.String(),
  version: Type.Integer(),
  mayLead: Type.Boolean(),
})
export type NeedView = Static<typeof NeedView>
/** A time within the next day in which too few are there. */
export const GapView = Type.Object({
  gapId: Type.String(),
  crew: Type.String(),
  crewZh: Type.String(),
  crewEn: Type.String(),
  campus: Nullable(Type.String()),
  system: Nullable(Type.String()),
  systemZh: Nullable(Type.String()),
  systemEn: Nullable(Type.String()),
  from: Type.String(),
  to: Type.String(),
  least: Type.Integer(),
  /** how many are there at its worst */
  have: Type.Integer(),
  foundAt: Type.String(),
  mayLead: Type.Boolean(),
})
export type GapView = Static<typeof GapView>
export const CoverView = Type.Object({ needs: Type.Array(NeedView), gaps: Type.Array(GapView) })
export type CoverView = Static<typeof CoverView>

export const HandoverItemKind = Type.Enum(['ticket', 'callback', 'handheld', 'night_phone', 'note', 'nothing'])
export type HandoverItemKind = Static<typeof HandoverItemKind>
/** What an item is about, as far as this person may see it; null where they may not. */
const handoverItem = {
  kind: HandoverItemKind,
  ticket: Nullable(
    Type.Object({
      ticketId: Type.String(),
      year: Type.Integer(),
      number: Type.Integer(),
      what: Type.String(),
      priority: Type.Integer(),
    }),
  ),
  callback: Nullable(Type.Object({ callbackId: Type.String(), number: Type.String(), owedAt: Type.String() })),
  /** a handheld's, or the night phone's */
  code: Nullable(Type.String()),
}
export const HandoverDraft = Type.Object({ items: Type.Array(Type.Object(handoverItem)) })
export type HandoverDraft = Static<typeof HandoverDraft>
export const HandoverItem = Type.Object({
  ...handoverItem,
  itemId: Type.String(),
  note: Nullable(Type.String()),
  acknowledgedAt: Nullable(Type.String()),
})
export type HandoverItem = Static<typeof HandoverItem>
export const HandoverView = Type.Object({
  handoverId: Type.String(),
  campus: Type.String(),
  from: PersonRef,
  to: PersonRef,
  state: Type.Enum(['open', 'taken', 'withdrawn']),
  begunAt: Type.String(),
  endedAt: Nullable(Type.String()),
  items: Type.Array(HandoverItem),
})
export type HandoverView = Static<typeof HandoverView>
export const HandoverList = Type.Object({ items: Type.Array(HandoverView) })
export type HandoverList = Static<typeof HandoverList>
