import { RRuleTemporal } from 'rrule-temporal'
import { Temporal } from 'temporal-polyfill'
import type { DutyKind } from '../../wire/roster.ts'

/**
 * A pattern: on the days of a rule, from a time of the clock on the wall to another, so many people. `ends` at or before
 * `starts` is of the next day. Times are of the wall and of a zone, never so many seconds: a night from 22:00 to 08:00
 * begins and ends at those times though the clock was changed in between, and is then an hour shorter or longer.
 */
export type Pattern = {
  kind: DutyKind
  /** IANA name */
  zone: string
  /** RFC 5545 3.3.10, of whole days: FREQ, INTERVAL, BYDAY, BYMONTHDAY, BYMONTH, BYSETPOS, WKST */
  rrule: string
  /** where the rule begins to count (its DTSTART), as YYYY-MM-DD */
  firstDay: string
  lastDay: string | null
  /** HH:MM */
  starts: string
  ends: string
  slots: number
  /** false: the nth person has the nth slot each time; true: they take turns, in this order */
  rotates: boolean
  personIds: readonly string[]
  /** days without it; with a slot, only that one */
  exceptions: readonly { day: string; slot: number | null }[]
}

/** One shift of a pattern: vacant where nobody is in the rota for it. */
export type Laid = { occursOn: string; slot: number; personId: string | null; from: Date; to: Date }

export type PatternRefusal =
  | 'pattern-rule-unreadable'
  | 'pattern-rule-of-days-only'
  | 'pattern-never-happens'
  | 'pattern-ends-before-it-begins'
  | 'pattern-overlaps-itself'
  | 'no-such-time-zone'

const PARTS = new Set(['FREQ', 'INTERVAL', 'BYDAY', 'BYMONTHDAY', 'BYMONTH', 'BYSETPOS', 'WKST'])
/** A rule that gives no day in this time is a slip of the pen. */
const A_YEAR_AHEAD = 400

/** Why a pattern cannot be; null: it can. */
export function refusalOf(pattern: Pattern): PatternRefusal | null {
  if (!isZone(pattern.zone)) return 'no-such-time-zone'
  if (pattern.lastDay !== null && pattern.lastDay < pattern.firstDay) return 'pattern-ends-before-it-begins'
  const parts = pattern.rrule.split(';').map((part) => part.split('=', 1)[0]?.toUpperCase() ?? '')
  if (parts.some((part) => !PARTS.has(part))) return 'pattern-rule-of-days-only'
  if (!/(^|;)FREQ=(DAILY|WEEKLY|MONTHLY|YEARLY)(;|$)/i.test(pattern.rrule)) return 'pattern-rule-unreadable'
  let days: string[]
  try {
    days = daysOf(pattern, pattern.firstDay, plusDays(pattern.firstDay, A_YEAR_AHEAD))
  } catch {
    return 'pattern-rule-unreadable'
  }
  if (days.length === 0) return 'pattern-never-happens'
  const turns = pattern.rotates ? pattern.personIds.length || 1 : 1
  for (let nth = 0; nth < turns; nth++) {
    const people = slotsOf(pattern, nth).filter((one) => one !== null)
    if (new Set(people).size < people.length) return 'pattern-overlaps-itself'
  }
  return null
}

/**
 * The shifts that begin on these days, first and last included. An exception takes no turn away: the rota counts the days
 * of the rule, so that a holiday does not move everybody's week.
 */
export function shiftsOf(pattern: Pattern, fromDay: string, toDay: string): Laid[] {
  const off = (day: string, slot: number) =>
    pattern.exceptions.some((one) => one.day === day && (one.slot === null || one.slot === slot))
  return daysOf(pattern, pattern.firstDay, toDay).flatMap((occursOn, nth) => {
    if (occursOn < fromDay) return []
    const { from, to } = spanOf(pattern, occursOn)
    // A time that the changed clock left out begins when it would have ended.
    if (from >= to) return []
    return slotsOf(pattern, nth).flatMap((personId, slot) =>
      off(occursOn, slot) ? [] : [{ occursOn, slot, personId, from, to }],
    )
  })
}

/** Its first and last instant on a day. */
export function spanOf({ zone, starts, ends }: Pick<Pattern, 'zone' | 'starts' | 'ends'>, day: string) {
  return { from: instantOf(day, starts, zone), to: instantOf(ends > starts ? day : plusDays(day, 1), ends, zone) }
}

/** A time of the wall clock; one that was left out is as much later, one that came twice is the first. */
export const instantOf = (day: string, time: string, zone: string): Date =>
  new Date(Temporal.PlainDateTime.from(`${day}T${time}`).toZonedDateTime(zone).epochMilliseconds)

/** Which day it is there. */
export const dayAt = (at: Date, zone: string): string =>
  Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(zone).toPlainDate().toString()

export const plusDays = (day: string, days: number): string => Temporal.PlainDate.from(day).add({ days }).toString()

export function isZone(zone: string): boolean {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone)
    return /^[A-Z]/.test(zone)
  } catch {
    return false
  }
}

/** The rule's days. It is asked in a zone that has no changed clocks: on which day is no question of the hour. */
function daysOf({ rrule, firstDay, lastDay }: Pattern, from: string, to: string): string[] {
  const noon = (day: string) => Temporal.PlainDateTime.from(`${day}T12:00`).toZonedDateTime('UTC')
  const last = lastDay !== null && lastDay < to ? lastDay : to
  if (last < from) return []
  const rule = new RRuleTemporal({
    rruleString: rrule.toUpperCase(),
    dtstart: noon(firstDay),
    temporal: Temporal,
    strict: true,
  })
  return rule.between(noon(from), noon(last), true).map((at) => at.toPlainDate().toString())
}

/** Who has the slots at the nth of the rule's days. */
function slotsOf({ slots, rotates, personIds }: Pattern, nth: number): (string | null)[] {
  return Array.from({ length: slots }, (_, slot) =>
    rotates ? (personIds[(nth * slots + slot) % personIds.length] ?? null) : (personIds[slot] ?? null),
  )
}
