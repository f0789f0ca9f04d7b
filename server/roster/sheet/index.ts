/** The roster by spreadsheet: a dry run tells all, then one transaction does all or nothing. */
import type { Actor } from '../../access/index.ts'
import { clock, type Db, type Tx } from '../../db/index.ts'
import { Refusal } from '../../refusal.ts'
import { FAULTS_MAX, makeRest, readSheet, unguarded } from '../../sheets/index.ts'
import type { ImportFault, ImportResult } from '../../wire/api.ts'
import { planShift } from '../changing.ts'
import type { Commit } from '../leading.ts'
import { leads, leadsSome, mustSee } from '../rights.ts'
import { isAway } from '../weeks/store.ts'
import { type Cells, HEADERS, REQUIRED, type RosterRow, rowOf } from './row.ts'
import * as store from './store.ts'

/** Each row is a shift of its own. One that stands already is the same and stays; none is changed or taken away. */
export async function importRoster(
  { db, commit }: { db: Db; commit: Commit },
  actor: Actor,
  sent: { csv: string; dryRun: boolean },
): Promise<ImportResult> {
  mustSee(actor)
  if (!leadsSome(actor)) throw new Refusal('not-allowed')
  if (sent.dryRun) {
    const tx = await db.transaction()
    return importSheet(tx, actor, sent).finally(() => tx.rollback().catch(() => {}))
  }
  let result!: ImportResult
  await commit(async (tx) => {
    const done = await importSheet(tx, actor, sent)
    if (done.bad.length > 0) throw new Refusal('import-has-bad-rows', { ...done })
    result = done
    const at = await clock(tx)
    return done.create > 0 ? [{ type: 'roster.imported', shifts: done.create, at, byId: actor.personId }] : []
  })
  return result
}

/** Really done in every case: a dry run is rolled back by its caller, so that it meets what the real one would meet. */
async function importSheet(
  tx: Tx,
  actor: Actor,
  { csv, dryRun }: { csv: string; dryRun: boolean },
): Promise<ImportResult> {
  const result: ImportResult = { dryRun, create: 0, change: 0, same: 0, bad: [], changes: [] }
  const lines = await readSheet(csv, { headers: HEADERS, required: REQUIRED }, result.bad)
  const named = await store.readNamed(tx, actor.organisationId)
  const rest = makeRest()
  for (const { line, cells: given } of lines) {
    await rest()
    if (result.bad.length >= FAULTS_MAX) {
      result.bad.push({ line, code: 'too-many-faults', most: FAULTS_MAX })
      break
    }
    const cells: Cells = Object.fromEntries(Object.entries(given).map(([header, cell]) => [header, wordOf(cell)]))
    const row = rowOf(cells, named.zone)
    const faults = Array.isArray(row) ? row : await importRow(tx, actor, row, named, { cells, line, result })
    result.bad.push(...faults.map((fault) => ({ line, ...fault }) as ImportFault))
  }
  result.bad.sort((a, b) => a.line - b.line)
  return result
}

type Fault = { column: string; code: string } & Record<string, unknown>

async function importRow(
  tx: Tx,
  actor: Actor,
  { staffCode, crew: crewCode, campus, kind, from, to }: RosterRow,
  { people, crews, campuses }: store.Named,
  { cells, line, result }: { cells: Cells; line: number; result: ImportResult },
): Promise<Fault[]> {
  const crew = crews.get(crewCode)
  const campusId = campus === null ? null : campuses.get(campus)
  const personId = staffCode === null ? null : people.get(staffCode)
  const faults: Fault[] = []
  if (!crew) faults.push({ column: 'crew', code: 'no-such-row', named: crewCode })
  if (campusId === undefined) faults.push({ column: 'campus', code: 'no-such-campus', named: campus ?? '' })
  if (personId === undefined) faults.push({ column: 'staff_code', code: 'no-such-row', named: staffCode ?? '' })
  if (!crew || campusId === undefined || personId === undefined) return faults
  if (!leads(actor, { campus, line: crew.line })) return [{ column: 'crew', code: 'refused', why: 'not-allowed' }]
  const wish = { personId, crewId: crew.id, campusId, kind, from, to }
  if (personId !== null && (await store.stands(tx, actor.organisationId, wish))) {
    result.same += 1
    return []
  }
  if (personId !== null && (await isAway(tx, personId, from, to)))
    return [{ column: 'staff_code', code: 'refused', why: 'person-away-then' }]
  await tx.raw('savepoint one_row')
  try {
    await planShift(tx, actor.organisationId, wish, actor.personId)
    await tx.raw('release savepoint one_row')
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    await tx.raw('rollback to savepoint one_row')
    return [{ column: error.code === 'person-on-shift-then' ? 'staff_code' : 'ends', code: 'refused', why: error.code }]
  }
  result.create += 1
  const fields = Object.fromEntries(HEADERS.map((header) => [header, [null, cells[header] ?? '']] as const))
  result.changes.push({ line, key: staffCode ?? '-', fields: fields as Record<string, [unknown, unknown]> })
  return []
}

const wordOf = (cell: string) => unguarded(cell).normalize('NFC').trim()
