/** Between two shifts at work there are to be so many hours of rest (Directive 2003/88/EC, article 3; hospitals keep it as a house rule). */
export const LEAST_REST_HOURS = 11

export type Worked = { shiftId: string; personId: string | null; kind: string; from: Date; to: Date }
export type ShortRest = { shiftId: string; personId: string; afterShiftId: string; hours: number }

/** Whose next shift at work begins too soon after the last one, in order of time. */
export function shortRests(shifts: readonly Worked[]): ShortRest[] {
  const last = new Map<string, Worked>()
  const short: ShortRest[] = []
  const worked = shifts.filter(({ kind, personId }) => kind === 'work' && personId !== null)
  for (const shift of worked.sort((a, b) => a.from.getTime() - b.from.getTime())) {
    const personId = shift.personId as string
    const before = last.get(personId)
    last.set(personId, shift)
    if (!before) continue
    const hours = (shift.from.getTime() - before.to.getTime()) / 3_600_000
    if (hours < LEAST_REST_HOURS)
      short.push({ shiftId: shift.shiftId, personId, afterShiftId: before.shiftId, hours: Math.round(hours * 10) / 10 })
  }
  return short
}
