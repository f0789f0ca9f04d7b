/** When a line is manned, and its complement as Asterisk reads it: the hours of its night. */

/** Manned on these days (1 Monday … 7 Sunday, ISO 8601) from `from` to `to` (`HH:MM`, up to 24:00). */
export type DayHours = { weekdays: readonly number[]; from: string; to: string }

const DAY = 24 * 60
const WEEK = 7 * DAY
const NAMES = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']

/**
 * The hours at which nobody is there, each as GotoIfTime takes it: `00:00-07:59&18:00-23:59,mon-fri,*,*` (both minutes
 * belong to it). One for each kind of day, so never more than seven; none for a line manned round the clock.
 * Hours that end before they begin, or as they begin, end on the next day. Pure.
 */
export function nightHours(days: readonly DayHours[]): string[] {
  const manned = mannedMinutes(days)
  const kinds = new Map<string, number[]>()
  for (let day = 0; day < 7; day++) {
    const times = nightTimes(manned.subarray(day * DAY, (day + 1) * DAY))
    if (times !== '') kinds.set(times, [...(kinds.get(times) ?? []), day])
  }
  return [...kinds].map(([times, on]) => `${times},${dayNames(on)},*,*`)
}

function mannedMinutes(days: readonly DayHours[]): Uint8Array {
  const manned = new Uint8Array(WEEK)
  for (const { weekdays, from, to } of days) {
    const [begins, ends] = [minuteOf(from), minuteOf(to)]
    const length = ends > begins ? ends - begins : ends - begins + DAY
    for (const weekday of weekdays)
      for (let minute = 0; minute < length; minute++) manned[((weekday - 1) * DAY + begins + minute) % WEEK] = 1
  }
  return manned
}

function minuteOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number)
  return hours * 60 + minutes
}

/** The runs of one day at which nobody is there. */
function nightTimes(manned: Uint8Array): string {
  const runs: string[] = []
  for (let first = manned.indexOf(0); first >= 0; ) {
    const next = manned.indexOf(1, first)
    const last = (next < 0 ? DAY : next) - 1
    runs.push(`${clock(first)}-${clock(last)}`)
    first = next < 0 ? -1 : manned.indexOf(0, next)
  }
  return runs.join('&')
}

const clock = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`

/** Neighbours together: `mon-fri`, `mon&wed-thu`; every day is `*`. */
function dayNames(days: readonly number[]): string {
  if (days.length === 7) return '*'
  const runs: [number, number][] = []
  for (const day of days) {
    const last = runs.at(-1)
    if (last?.[1] === day - 1) last[1] = day
    else runs.push([day, day])
  }
  return runs.map(([a, b]) => (a === b ? NAMES[a] : `${NAMES[a]}-${NAMES[b]}`)).join('&')
}
