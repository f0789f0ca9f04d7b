/** Places, units, numbers and people by spreadsheet: a dry run tells all, then one transaction does all or nothing. */
import { stringify } from 'csv-stringify/sync'
import type { AccessEvent } from '../../access/index.ts'
import type { Db, Tx } from '../../db/index.ts'
import {
  allRows,
  type By,
  change,
  changedFields,
  create,
  type DirectoryEvent,
  type DirectoryRow,
  readCodes,
} from '../../directory/index.ts'
import type { ImportResult } from '../../wire/api.ts'
import { FAULTS_MAX, makeRest, readSheet } from '../lines.ts'
import { COLUMNS, fromCells, keyOf, type Names, nameIn, type SheetWhat, toCells, type Wanted } from './sheet.ts'

export { SHEETS, type SheetWhat } from './sheet.ts'

/** A dry run shows this many changes; the counts are of all. */
const SHOWN_MAX = 500

/** All rows of a kind as CSV (RFC 4180), with the mark by which Excel knows it for UTF-8. */
export async function exportSheet(db: Db, what: SheetWhat, organisationId: string): Promise<string> {
  const [rows, names] = [await allRows(db, what, organisationId), await readNames(db, what, organisationId)]
  const lines = rows.filter(({ retired }) => !retired).map((row) => toCells(what, row, names))
  const headers = COLUMNS[what].columns.map(({ header }) => header)
  return stringify([headers, ...lines], { bom: true, record_delimiter: 'windows' })
}

/** What an import would do, and, when it is no dry run and no row is bad, the events of having done it. */
export async function importSheet(
  tx: Tx,
  what: SheetWhat,
  by: By,
  { csv, dryRun }: { csv: string; dryRun: boolean },
): Promise<{ result: ImportResult; events: (DirectoryEvent | AccessEvent)[] }> {
  const result: ImportResult = { dryRun, create: 0, change: 0, same: 0, bad: [], changes: [] }
  const lines = await readSheet(
    csv,
    {
      headers: COLUMNS[what].columns.map(({ header }) => header),
      required: COLUMNS[what].keys.map((key) => headerFor(what, key)),
    },
    result.bad,
  )
  const rows = new Map((await allRows(tx, what, by.organisationId)).map((row) => [keyOf(what, row), row]))
  const codes = { campuses: new Set((await readCodes(tx, by.organisationId)).campuses.keys()) }
  const names = await readNames(tx, what, by.organisationId)
  const events: (DirectoryEvent | AccessEvent)[] = []
  const seen = new Map<string, number>()

  const rest = makeRest()
  for (const { line, cells } of lines) {
    await rest()
    if (result.bad.length >= FAULTS_MAX) {
      result.bad.length = FAULTS_MAX
      result.bad.push({ line, code: 'too-many-faults', most: FAULTS_MAX })
      break
    }
    const wanted = fromCells(what, line, cells, names, codes)
    if (Array.isArray(wanted)) {
      result.bad.push(...wanted)
      continue
    }
    const earlier = seen.get(wanted.key)
    if (earlier !== undefined) {
      result.bad.push({ line, code: 'same-as-line', other: earlier })
      continue
    }
    seen.set(wanted.key, line)
    await apply(tx, what, by, wanted, rows.get(wanted.key), names, result, events)
  }
  result.bad.sort((a, b) => a.line - b.line)
  const { create: created, change: changed } = result
  if (!dryRun && created + changed > 0) {
    // One line on the journal for the whole file: its rows' own events would drown every console.
    const at = events[0]?.at ?? new Date()
    return {
      result,
      events: [
        { type: 'directory.imported', at, byId: by.personId, what, created, changed, retired: 0, rows: rowsOf(events) },
      ],
    }
  }
  return { result, events: [] }
}

/** Which rows, and what of them: a row's own history finds the import by it. */
const rowsOf = (events: (DirectoryEvent | AccessEvent)[]) =>
  events.flatMap((event) =>
    event.type === 'directory.changed' ? [{ id: event.id, verb: event.verb, fields: event.fields }] : [],
  )

/** Really done in every case: a dry run is rolled back by its caller, so that it meets what the real one would meet. */
async function apply(
  tx: Tx,
  what: SheetWhat,
  by: By,
  wanted: Wanted,
  before: DirectoryRow | undefined,
  names: Names,
  result: ImportResult,
  events: (DirectoryEvent | AccessEvent)[],
): Promise<void> {
  const fields = before ? changedFields(before, wanted.values) : Object.keys(wanted.values)
  if (before && fields.length === 0) {
    result.same += 1
    return
  }
  await tx.raw('savepoint one_row')
  try {
    const source = 'import'
    const made = before
      ? await change(tx, what, by, { id: before.id, version: before.version, source }, wanted.values)
      : await create(tx, what, by, wanted.values, source)
    if (made.outcome !== 'done') {
      const why = made.outcome === 'refused' ? made.why : made.outcome === 'stale' ? 'changed-meanwhile' : 'not-found'
      const column = made.outcome === 'refused' && made.field ? headerFor(what, made.field) : undefined
      result.bad.push({ line: wanted.line, ...(column && { column }), code: 'refused', why })
      await tx.raw('rollback to savepoint one_row')
      return
    }
    events.push(...made.events)
    // A place of line 3 may be the parent of line 4.
    if (what !== 'numbers' && !before) {
      names[what].idOf.set(nameIn(what, made.row), made.row.id)
      names[what].nameOf.set(made.row.id, nameIn(what, made.row))
    }
  } catch (error) {
    const { code, constraint } = error as { code?: string; constraint?: string }
    if (!code?.startsWith('23')) throw error
    await tx.raw('rollback to savepoint one_row')
    const column = constraint && headerFor(what, CONSTRAINED[constraint] ?? '')
    result.bad.push({
      line: wanted.line,
      ...(column && { column }),
      code: 'refused',
      why: BROKEN[code] ?? 'not-possible',
    })
    return
  }
  await tx.raw('release savepoint one_row')
  result[before ? 'change' : 'create'] += 1
  if (result.changes.length < SHOWN_MAX) {
    const shown = fields.map((field) => [
      headerFor(what, field),
      [before?.[field] ?? null, wanted.values[field] ?? null],
    ])
    result.changes.push({ line: wanted.line, key: wanted.key, fields: Object.fromEntries(shown) })
  }
}

/** What the database forbids (PostgreSQL's appendix A, class 23), in the words of our refusals. */
const BROKEN: Record<string, string> = { 23505: 'already-there', '23P01': 'overlaps', 23503: 'no-such-parent' }
/** The field a constraint is about, where it is about one. */
const CONSTRAINED: Record<string, string> = { logins_are_unique_without_case: 'login' }

const headerFor = (what: SheetWhat, field: string) =>
  COLUMNS[what].columns.find((column) => column.field === field)?.header ?? field

async function readNames(db: Db, what: SheetWhat, organisationId: string): Promise<Names> {
  const needed = new Set(COLUMNS[what].columns.flatMap(({ refers }) => (refers ? [refers] : [])))
  const names = {} as Names
  for (const one of ['places', 'units', 'people'] as const) {
    const rows = needed.has(one) ? await allRows(db, one, organisationId) : []
    names[one] = {
      idOf: new Map(rows.map((row) => [nameIn(one, row), row.id])),
      nameOf: new Map(rows.map((row) => [row.id, nameIn(one, row)])),
    }
  }
  return names
}
