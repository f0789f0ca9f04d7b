import { dayAt, instantOf, plusDays } from '../patterns/pattern.ts'

/** So many of a crew, at these times of the wall clock, on these days of the week. `ends` at or before `starts`: of the next day. */
export type Need = {
  /** of the day it begins on; 1 is Monday */
  weekdays: readonly number[]
  zone: string
  starts: string
  ends: string
  least: number
}
export type Span = { from: Date; to: Date }
/** Somebody who is there in a time. */
export type Covering = Span & { personId: string }
/** A time in which there are too few; `have`: how many at its worst. */
export type Gap = Span & { have: number }

/** Gaps are looked for so far ahead: long enough to find somebody, short enough that the roster is meant. */
export const AHEAD_MS = 24 * 3_600_000

/** The times in which it is needed, within a time; those that touch are one. */
export function windowsOf(need: Need, { from, to }: Span): Span[] {
  const spans: Span[] = []
  const last = dayAt(to, need.zone)
  for (let day = plusDays(dayAt(from, need.zone), -1); day <= last; day = plusDays(day, 1)) {
    if (!need.weekdays.includes(weekdayOf(day))) continue
    const begins = instantOf(day, need.starts, need.zone)
    const ends = instantOf(need.ends > need.starts ? day : plusDays(day, 1), need.ends, need.zone)
    const span = { from: begins > from ? begins : from, to: ends < to ? ends : to }
    if (span.from >= span.to) continue
    const before = spans.at(-1)
    if (before && before.to >= span.from) before.to = span.to
    else spans.push(span)
  }
  return spans
}

/** Where fewer people than needed are there. One who is on two shifts at once is one. */
export function gapsIn(need: Need, within: Span, there: readonly Covering[]): Gap[] {
  return windowsOf(need, within).flatMap((window) => gapsOf(window, need.least, there))
}

function gapsOf(window: Span, least: number, there: readonly Covering[]): Gap[] {
  const gaps: Gap[] = []
  const inside = there.filter(({ from, to }) => from < window.to && to > window.from)
  const edges = [window.from, window.to, ...inside.flatMap(({ from, to }) => [from, to])]
    .map((at) => Math.min(Math.max(at.getTime(), window.from.getTime()), window.to.getTime()))
    .sort((a, b) => a - b)
  for (const [i, begin] of edges.entries()) {
    const end = edges[i + 1]
    if (end === undefined || end === begin) continue
    const here = inside.filter(({ from, to }) => from.getTime() <= begin && to.getTime() >= end)
    const have = new Set(here.map(({ personId }) => personId)).size
    if (have >= least) continue
    const before = gaps.at(-1)
    if (before && before.to.getTime() === begin) {
      before.to = new Date(end)
      before.have = Math.min(before.have, have)
    } else gaps.push({ from: new Date(begin), to: new Date(end), have })
  }
  return gaps
}

/** 1 is Monday. */
const weekdayOf = (day: string): number => new Date(`${day}T00:00:00Z`).getUTCDay() || 7

export type OpenGap = Gap & { id: string }
export type Moves = { close: OpenGap[]; change: OpenGap[]; open: Gap[] }

/**
 * What becomes of the gaps that are known when these were found. One that has begun keeps its beginning. The end of one
 * that reaches as far as was looked moves on with the clock, and is written only now and then.
 */
export function reconcile(known: readonly OpenGap[], found: readonly Gap[], within: Span): Moves {
  const moves: Moves = { close: [], change: [], open: [] }
  const left = [...known]
  for (const gap of found) {
    const at = left.findIndex((one) => one.from < gap.to && one.to > gap.from)
    const [old] = at === -1 ? [] : left.splice(at, 1)
    if (!old) {
      moves.open.push(gap)
      continue
    }
    const from = gap.from.getTime() === within.from.getTime() && old.from < gap.from ? old.from : gap.from
    const movedMs = Math.abs(gap.to.getTime() - old.to.getTime())
    const isHorizon = gap.to.getTime() === within.to.getTime() && movedMs < WRITTEN_EVERY_MS
    if (gap.have !== old.have || from.getTime() !== old.from.getTime() || (movedMs > 0 && !isHorizon))
      moves.change.push({ ...gap, from, id: old.id })
  }
  moves.close.push(...left)
  return moves
}
const WRITTEN_EVERY_MS = 10 * 60_000
