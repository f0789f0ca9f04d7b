import { instantOf, plusDays } from '../patterns/pattern.ts'

/** One row of a roster's sheet: who (nobody: vacant), of which crew, on which day, from when to when. */
export const HEADERS = ['staff_code', 'crew', 'campus', 'day', 'starts', 'ends', 'kind'] as const
export const REQUIRED = ['staff_code', 'crew', 'day', 'starts', 'ends'] as const

export type Cells = Partial<Record<(typeof HEADERS)[number], string>>
export type RowFault = { column: string } & (
  | { code: 'missing' }
  | { code: 'not-one-of'; choices: string[] }
  | { code: 'refused'; why: 'day-malformed' | 'time-malformed' }
)
export type RosterRow = {
  staffCode: string | null
  crew: string
  campus: string | null
  kind: 'work' | 'on_call'
  from: Date
  to: Date
}

const KINDS = ['work', 'on_call']

/** What a row says, or what is wrong with it. Excel writes a day as 2026/12/1 and a time as 8:00: both are read. */
export function rowOf(cells: Cells, zone: string): RosterRow | RowFault[] {
  const faults: RowFault[] = []
  const crew = cells.crew ?? ''
  if (crew === '') faults.push({ column: 'crew', code: 'missing' })
  const day = dayOf(cells.day ?? '')
  if (!day) faults.push({ column: 'day', code: 'refused', why: 'day-malformed' })
  const [starts, ends] = [timeOf(cells.starts ?? ''), timeOf(cells.ends ?? '')]
  if (!starts) faults.push({ column: 'starts', code: 'refused', why: 'time-malformed' })
  if (!ends) faults.push({ column: 'ends', code: 'refused', why: 'time-malformed' })
  const kind = cells.kind || 'work'
  if (!KINDS.includes(kind)) faults.push({ column: 'kind', code: 'not-one-of', choices: KINDS })
  if (faults.length > 0 || !day || !starts || !ends) return faults
  const from = instantOf(day, starts, zone)
  // At or before its beginning it ends on the next day.
  const to = instantOf(ends > starts ? day : plusDays(day, 1), ends, zone)
  const of = { staffCode: cells.staff_code || null, crew, campus: cells.campus || null }
  return { ...of, kind: kind as RosterRow['kind'], from, to }
}

function dayOf(text: string): string | null {
  const [, year = '', month = '', day = ''] = /^(20\d\d)[-/.](\d{1,2})[-/.](\d{1,2})$/.exec(text) ?? []
  const written = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
  const at = new Date(`${written}T00:00:00Z`)
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(written) ? written : null
}

function timeOf(text: string): string | null {
  const [, hour = '', minute = ''] = /^(\d{1,2})[:：](\d\d)(?:[:：]00)?$/.exec(text) ?? []
  return minute !== '' && Number(hour) < 24 && Number(minute) < 60 ? `${hour.padStart(2, '0')}:${minute}` : null
}
