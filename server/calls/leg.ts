/**
 * One channel of a call.
 *
 *   rung ──► stopped (no answer, declined, cancelled, unreachable)
 *     └────► in ◄──► out ──► ended          (in and out of a bridge; on and off hold beside it)
 *
 * What we know of a leg only grows: each word heard is kept with its earliest time, and the drawing above is read
 * from what is known. So the same words in any order, told twice or by two sources, make the same leg.
 */
import type { EndedBy, OfferOutcome } from './events.ts'

export type StopWhy = Exclude<OfferOutcome, 'answered'>
export type MarkKind = 'in' | 'out' | 'hold' | 'unhold'
/** What happened on a leg while it was up, and when (ms since 1970). */
export type Mark = readonly [MarkKind, number]

export type Leg = {
  readonly uniqueid: string
  /** the PJSIP endpoint at its other end; null while unknown */
  readonly station: string | null
  readonly personId: string | null
  /** the first we heard of it */
  readonly startedAt: Date
  readonly rungAt: Date | null
  readonly stoppedAt: Date | null
  readonly stoppedWhy: StopWhy | null
  /** the queue connected it to the caller */
  readonly connectedAt: Date | null
  /** sorted by time, each once */
  readonly marks: readonly Mark[]
  readonly endedAt: Date | null
  readonly cause: number | null
  readonly endedBy: EndedBy | null
}

export type Span = { from: Date; to: Date | null }

/** A phone of the desk: one letter and four digits (b browser, d desk phone or duty handset). Anything else came by a trunk. */
export const isDeskPhone = (station: string | null): boolean => /^[a-z]\d{4}$/.test(station ?? '')

/** The agent's own channel in a call that the desk places: the id it asks Asterisk to give it. */
export const ownRoot = (callId: string): string => `desk-${callId}`

export const newLeg = (uniqueid: string, at: Date): Leg => ({
  uniqueid,
  station: null,
  personId: null,
  startedAt: at,
  rungAt: null,
  stoppedAt: null,
  stoppedWhy: null,
  connectedAt: null,
  marks: [],
  endedAt: null,
  cause: null,
  endedBy: null,
})

export const earlier = (a: Date | null, b: Date): Date => (a && a.getTime() <= b.getTime() ? a : b)

/** The surer word first: an agent's own refusal beats the timer that ran out meanwhile, and that beats "the caller went". */
const STOP_RANK: readonly StopWhy[] = ['declined', 'no_answer', 'unreachable', 'cancelled']
const BY_RANK: readonly EndedBy[] = ['caller', 'agent', 'system', 'pbx_restart']
const surer = <T>(rank: readonly T[], a: T | null, b: T | null): T | null =>
  rank.find((x) => x === a || x === b) ?? null

export const surerBy = (a: EndedBy | null, b: EndedBy | null): EndedBy | null => surer(BY_RANK, a, b)

export const stopped = (leg: Leg, at: Date, why: StopWhy): Leg => ({
  ...leg,
  stoppedAt: earlier(leg.stoppedAt, at),
  stoppedWhy: surer(STOP_RANK, leg.stoppedWhy, why),
})

export const ended = (leg: Leg, at: Date, cause: number, by: EndedBy | null): Leg => ({
  ...leg,
  endedAt: earlier(leg.endedAt, at),
  cause: Math.max(leg.cause ?? 0, cause),
  endedBy: surerBy(leg.endedBy, by),
})

/** More than this on one leg is a fault of somebody's; the rest is not kept. */
const MOST_MARKS = 500
/** At one and the same instant a leg leaves the old bridge before it enters the new one. */
const MARK_ORDER: Record<MarkKind, number> = { out: 0, in: 1, unhold: 2, hold: 3 }

export function marked(leg: Leg, kind: MarkKind, at: Date): Leg {
  const ms = at.getTime()
  if (leg.marks.length >= MOST_MARKS || leg.marks.some(([k, m]) => k === kind && m === ms)) return leg
  const marks = [...leg.marks, [kind, ms] as const]
  marks.sort((a, b) => a[1] - b[1] || MARK_ORDER[a[0]] - MARK_ORDER[b[0]])
  return { ...leg, marks }
}

/**
 * When the leg stood in a bridge. A second "in" while in, or "out" while out, says nothing new: AMI and CEL stamp the
 * same moment a few milliseconds apart. `end` closes what is open; null leaves it open.
 */
export function talks(leg: Leg, end: Date | null): Span[] {
  const spans: Span[] = []
  let from: number | null = null
  const close = (to: number) => {
    if (from !== null && to > from) spans.push({ from: new Date(from), to: new Date(to) })
    from = null
  }
  for (const [kind, ms] of leg.marks) {
    if (end && ms > end.getTime()) break
    if (kind === 'in') from ??= ms
    else if (kind === 'out') close(ms)
  }
  if (from === null) return spans
  if (end) close(end.getTime())
  else spans.push({ from: new Date(from), to: null })
  return spans
}

export const firstIn = (leg: Leg): Date | null => {
  const mark = leg.marks.find(([kind]) => kind === 'in')
  return mark ? new Date(mark[1]) : null
}

export const isHeld = (leg: Leg): boolean =>
  !leg.endedAt && leg.marks.findLast(([kind]) => kind === 'hold' || kind === 'unhold')?.[0] === 'hold'
