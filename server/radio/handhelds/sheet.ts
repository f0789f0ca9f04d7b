/** Handhelds by spreadsheet, as the directory's: a dry run tells all, then one transaction does all or nothing. */
import { stringify } from 'csv-stringify/sync'
import { Value } from 'typebox/value'
import type { Tx } from '../../db/index.ts'
import { FAULTS_MAX, guarded, makeRest, readSheet, unguarded } from '../../sheets/index.ts'
import type { ImportResult } from '../../wire/api.ts'
import { Code } from '../../wire/fields.ts'
import { RadioId } from '../../wire/radio.ts'
import {
  campusesAndCrews,
  type HandheldFields,
  type HandheldRow,
  insertHandheld,
  readRegister,
  updateHandheld,
} from './store.ts'

const FIELDS = {
  campus: 'campus',
  alias: 'alias',
  gateway_id: 'gateway',
  mdc1200_id: 'mdc1200',
  five_tone_id: 'fiveTone',
  dtmf_id: 'dtmf',
  crew: 'crew',
} as const satisfies Record<string, keyof HandheldFields>
const HEADERS = ['code', ...Object.keys(FIELDS)]

/** RFC 4180, with the mark by which Excel knows it for UTF-8. */
export function handheldSheet(units: readonly HandheldRow[]): string {
  const lines = units
    .filter(({ retired }) => !retired)
    .map((unit) => [unit.code, ...Object.values(FIELDS).map((field) => unit[field] ?? '')].map(guarded))
  return stringify([HEADERS, ...lines], { bom: true, record_delimiter: 'windows' })
}

/** Really done in every case: a dry run is rolled back by its caller, so that it meets what the real one would meet. */
export async function importSheet(
  tx: Tx,
  organisationId: string,
  { csv, dryRun }: { csv: string; dryRun: boolean },
): Promise<ImportResult> {
  const result: ImportResult = { dryRun, create: 0, change: 0, same: 0, bad: [], changes: [] }
  const lines = await readSheet(csv, { headers: HEADERS, required: ['code'] }, result.bad)
  const codes = await campusesAndCrews(tx, organisationId)
  const had = new Map((await readRegister(tx, organisationId)).map((unit) => [unit.code, unit]))
  const seen = new Map<string, number>()
  const rest = makeRest()
  for (const { line, cells: given } of lines) {
    await rest()
    if (result.bad.length >= FAULTS_MAX) {
      result.bad.push({ line, code: 'too-many-faults', most: FAULTS_MAX })
      break
    }
    const cells = Object.fromEntries(Object.entries(given).map(([header, cell]) => [header, wordOf(cell)]))
    const bad = (column: string, fault: object) =>
      result.bad.push({ line, column, ...fault } as ImportResult['bad'][number])
    const before = result.bad.length
    const { code = '', ...values } = cells
    if (!Value.Check(Code, code)) bad('code', { code: code ? 'code-malformed' : 'missing' })
    const earlier = seen.get(code)
    if (earlier !== undefined) bad('code', { code: 'same-as-line', other: earlier })
    seen.set(code, line)
    const wanted: Partial<HandheldFields> = {}
    for (const [header, field] of Object.entries(FIELDS)) {
      const text = values[header]
      // A handheld's campus cannot be emptied.
      if (text === undefined || (field === 'campus' && text === '')) continue
      if (text.length > 40) bad(header, { code: 'too-long', most: 40 })
      else if (field === 'campus' && !codes.campuses.has(text)) bad(header, { code: 'no-such-campus', named: text })
      else if (field === 'crew' && text && !codes.crews.has(text)) bad(header, { code: 'no-such-row', named: text })
      else if (header.endsWith('_id') && text && !Value.Check(RadioId, text))
        bad(header, { code: 'radio-id-malformed' })
      else Object.assign(wanted, { [field]: field === 'alias' || field === 'campus' ? text : text || null })
    }
    const unit = had.get(code)
    if (!unit && !values.campus) bad('campus', { code: 'missing' })
    if (result.bad.length > before) continue
    const fields = Object.entries(wanted).filter(([field, value]) => unit?.[field as keyof HandheldFields] !== value)
    if (unit && fields.length === 0) {
      result.same += 1
      continue
    }
    await tx.raw('savepoint one_row')
    try {
      if (unit) await updateHandheld(tx, unit, Object.fromEntries(fields), codes)
      else await insertHandheld(tx, organisationId, code, wanted, codes)
      await tx.raw('release savepoint one_row')
    } catch (error) {
      const taken = takenField(error)
      if (!taken) throw error
      await tx.raw('rollback to savepoint one_row')
      bad(taken.header, { code: 'refused', why: 'handheld-taken' })
      continue
    }
    result[unit ? 'change' : 'create'] += 1
    const shown = fields.map(([field, value]) => [
      headerOf(field),
      [unit?.[field as keyof HandheldFields] ?? null, value],
    ])
    result.changes.push({ line, key: code, fields: Object.fromEntries(shown) })
  }
  result.bad.sort((a, b) => a.line - b.line)
  return result
}

const wordOf = (cell: string) => unguarded(cell).normalize('NFC').trim()
const headerOf = (field: string) => Object.entries(FIELDS).find(([, one]) => one === field)?.[0] ?? field

/** Another handheld has this code or sends this; undefined when the error says something else. */
export function takenField(error: unknown): { header: string; field: string } | undefined {
  const { code, constraint = '' } = error as { code?: string; constraint?: string }
  if (code !== '23505') return undefined
  const header = /^one_unit_per_(\w+)$/.exec(constraint)?.[1] ?? 'code'
  return { header, field: header in FIELDS ? FIELDS[header as keyof typeof FIELDS] : 'code' }
}
