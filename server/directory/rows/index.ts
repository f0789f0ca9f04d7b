/** The directory: what is where, who is who. Every change names its version and leaves a mark on the journal. */

import { type AccessEvent, closeSessionsOf } from '../../access/index.ts'
import type { Db, Tx } from '../../db/index.ts'
import { DIGITS, numberOf } from '../../wire/number.ts'
import type { RowChange } from '../../wire/views.ts'
import type { DirectoryEvent } from '../events.ts'
import { readPersonRefs } from '../store.ts'
import { readHistory } from './history-store.ts'
import { changedFields, type DirectoryRow, SPECS, type What } from './spec.ts'
import * as store from './store.ts'

export type { DirectoryRow, Field, What } from './spec.ts'

/** Who changes, and for which organisation. */
export type By = { personId: string; organisationId: string }
/** What was done, or why not. `stale`: somebody changed it meanwhile; `row` is as it stands now. */
export type Changed =
  | { outcome: 'done'; row: DirectoryRow; events: (DirectoryEvent | AccessEvent)[] }
  | { outcome: 'stale'; row: DirectoryRow }
  | { outcome: 'absent' }
  | { outcome: 'refused'; why: string; field?: string }

/** One page of rows of a kind; words must all be found in a row. */
export async function list(
  db: Db,
  what: What,
  page: { organisationId: string; q: string; after: string[] | undefined; limit: number; retired: boolean },
): Promise<{ row: DirectoryRow; key: string[] }[]> {
  return store.listRows(db, what, page)
}

export const read = store.readRow
export const mappings = store.readMappings

/** What happened to a row, newest first. Names are looked up now: the journal holds ids. */
export async function history(
  db: Db,
  page: { what: What; id: string; limit: number; before: number | undefined },
): Promise<RowChange[]> {
  const entries = await readHistory(db, page)
  const ids = [...new Set(entries.map(({ byId }) => byId).filter((id) => id !== null))]
  const people = new Map((ids.length > 0 ? await readPersonRefs(db, ids) : []).map((one) => [one.id, one]))
  return entries.map(({ byId, at, ...entry }) => ({
    ...entry,
    at: at.toISOString(),
    by: (byId && people.get(byId)) || null,
  }))
}

/** Makes a row. `values` holds fields and links as spec.ts names them, already checked for form. */
export async function create(
  tx: Tx,
  what: What,
  by: By,
  given: Record<string, unknown>,
  source = 'admin',
): Promise<Changed> {
  if (SPECS[what].keptInSiteFile) return { outcome: 'refused', why: 'kept-in-site-file' }
  const values = written(what, given)
  const refused = await faultIn(tx, what, by, undefined, values)
  if (refused) return refused
  const spec = SPECS[what]
  const whole: Record<string, unknown> = {}
  for (const [field, one] of Object.entries(spec.fields))
    whole[field] = values[field] === undefined ? one.otherwise : values[field]
  const codes = await store.readCodes(tx, by.organisationId)
  const { id, at } = await store.insertRow(tx, what, by.organisationId, store.toColumns(what, whole, codes))
  await setLinks(tx, what, id, values, source)
  if (what === 'places') await store.renewPaths(tx, id)
  const row = (await store.readRow(tx, what, by.organisationId, id)) as DirectoryRow
  const event: DirectoryEvent = {
    type: 'directory.changed',
    at,
    byId: by.personId,
    what,
    id,
    verb: 'created',
    fields: [],
  }
  return { outcome: 'done', row, events: [event] }
}

/** Changes those fields that really differ. Nothing different: nothing happens, and the version stays. */
export async function change(
  tx: Tx,
  what: What,
  by: By,
  { id, version, source = 'admin' }: { id: string; version: number; source?: string },
  given: Record<string, unknown>,
): Promise<Changed> {
  const values = written(what, given)
  const before = await store.readRow(tx, what, by.organisationId, id)
  if (!before) return { outcome: 'absent' }
  if (before.version !== version) return { outcome: 'stale', row: before }
  const fields = changedFields(before, values)
  if (fields.length === 0) return { outcome: 'done', row: before, events: [] }
  const fixed = fields.find((field) => SPECS[what].fields[field]?.fixed)
  if (fixed) return { outcome: 'refused', why: 'set-once', field: fixed }
  const elsewhere = fields.find(
    (field) => SPECS[what].keptInSiteFile === 'whole' || SPECS[what].fields[field]?.keptInSiteFile,
  )
  if (elsewhere) return { outcome: 'refused', why: 'kept-in-site-file', field: elsewhere }
  const wanted = Object.fromEntries(fields.map((field) => [field, values[field]]))
  const refused = await faultIn(tx, what, by, id, wanted)
  if (refused) return refused

  const codes = await store.readCodes(tx, by.organisationId)
  const done = await store.updateRow(tx, what, id, version, store.toColumns(what, wanted, codes))
  const now = await store.readRow(tx, what, by.organisationId, id)
  if (!done || !now) return now ? { outcome: 'stale', row: now } : { outcome: 'absent' }
  await setLinks(tx, what, id, wanted, source)
  if (what === 'places') await store.renewPaths(tx, id)
  const row = (await store.readRow(tx, what, by.organisationId, id)) as DirectoryRow
  const event: DirectoryEvent = {
    type: 'directory.changed',
    at: done.at,
    byId: by.personId,
    what,
    id,
    verb: 'changed',
    fields,
  }
  return { outcome: 'done', row, events: [event] }
}

/** Retires a row: offered no more, but its past stays. A retired person is signed out everywhere. */
export async function retire(tx: Tx, what: What, by: By, id: string, version: number): Promise<Changed> {
  const before = await store.readRow(tx, what, by.organisationId, id)
  if (!before) return { outcome: 'absent' }
  if (!SPECS[what].retires) return { outcome: 'refused', why: 'does-not-retire' }
  if (before.retired) return { outcome: 'refused', why: 'already-retired' }
  if (what === 'people' && id === by.personId) return { outcome: 'refused', why: 'oneself' }
  const done = await store.retireRow(tx, what, id, version)
  if (!done) return { outcome: 'stale', row: before }
  const closed = what === 'people' ? await closeSessionsOf(tx, id, 'retired', { byId: by.personId }) : []
  const row = (await store.readRow(tx, what, by.organisationId, id)) as DirectoryRow
  const event: DirectoryEvent = {
    type: 'directory.changed',
    at: done.at,
    byId: by.personId,
    what,
    id,
    verb: 'retired',
    fields: [],
  }
  return { outcome: 'done', row, events: [event, ...closed] }
}

/** Says where a number rings from `from` until `until` (ISO 8601; null: now, open). What rang there before ends then. */
export async function mapNumber(
  tx: Tx,
  by: By,
  mapping: {
    numberId: string
    version: number
    placeId: string | null
    from: string | null
    until: string | null
    source?: string
  },
): Promise<Changed> {
  const before = await store.readRow(tx, 'numbers', by.organisationId, mapping.numberId)
  if (!before) return { outcome: 'absent' }
  if (mapping.from && mapping.until && mapping.from >= mapping.until)
    return { outcome: 'refused', why: 'ends-before-it-begins' }
  if (mapping.placeId && !(await store.readRow(tx, 'places', by.organisationId, mapping.placeId)))
    return { outcome: 'refused', why: 'no-such-row', field: 'placeId' }
  const done = await store.updateRow(tx, 'numbers', mapping.numberId, mapping.version, {})
  if (!done) return { outcome: 'stale', row: before }
  await store.mapNumber(tx, { source: 'admin', ...mapping })
  const row = (await store.readRow(tx, 'numbers', by.organisationId, mapping.numberId)) as DirectoryRow
  const event: DirectoryEvent = {
    type: 'directory.changed',
    at: done.at,
    byId: by.personId,
    what: 'numbers',
    id: mapping.numberId,
    verb: 'changed',
    fields: ['placeId'],
  }
  return { outcome: 'done', row, events: [event] }
}

async function setLinks(
  tx: Tx,
  what: What,
  id: string,
  values: Record<string, unknown>,
  source: string,
): Promise<void> {
  for (const [field, link] of Object.entries(SPECS[what].links)) {
    const wanted = values[field]
    if (wanted === undefined) continue
    const ids = [wanted].flat().filter((one): one is string => typeof one === 'string')
    await store.setLink(tx, link, id, [...new Set(ids)], source)
  }
}

/** Telephone numbers in the one spelling by which calls are known and dialled. What is no number stays, to be refused. */
function written(what: What, values: Record<string, unknown>): Record<string, unknown> {
  const numbers = Object.entries(SPECS[what].fields).flatMap(([field, { kind }]) => {
    const value = values[field]
    return kind === 'digits' && typeof value === 'string' ? [[field, numberOf(value) || value]] : []
  })
  return { ...values, ...Object.fromEntries(numbers) }
}

/** What a rule of ours forbids; what the database forbids, it says itself. */
async function faultIn(
  tx: Tx,
  what: What,
  by: By,
  id: string | undefined,
  values: Record<string, unknown>,
): Promise<Changed | undefined> {
  const codes = await store.readCodes(tx, by.organisationId)
  for (const [field, spec] of Object.entries(SPECS[what].fields)) {
    const value = values[field]
    if (value === undefined || value === null) continue
    if (spec.kind === 'campus' && !codes.campuses.has(String(value)))
      return { outcome: 'refused', why: 'no-such-campus', field }
    if (spec.kind === 'digits' && !DIGITS.test(String(value)))
      return { outcome: 'refused', why: 'number-unreadable', field }
    if (spec.kind === 'line' && !codes.lines.has(String(value)))
      return { outcome: 'refused', why: 'no-such-line', field }
  }
  for (const [field, link] of Object.entries(SPECS[what].links)) {
    const ids = [values[field]].flat().filter((one): one is string => typeof one === 'string')
    if ((await store.strangersIn(tx, link, by.organisationId, ids)).length > 0)
      return { outcome: 'refused', why: 'no-such-row', field }
  }
  const { realm } = values
  if (what === 'numbers' && realm !== undefined && realm !== 'public' && !codes.campuses.has(String(realm))) {
    return { outcome: 'refused', why: 'no-such-campus', field: 'realm' }
  }
  const parentId = values.parentId
  if ((what === 'places' || what === 'units') && typeof parentId === 'string') {
    const parent = await store.readRow(tx, what, by.organisationId, parentId)
    if (!parent) return { outcome: 'refused', why: 'no-such-parent', field: 'parentId' }
    const campus = values.campus ?? (id && (await store.readRow(tx, what, by.organisationId, id))?.campus)
    if (what === 'places' && parent.campus !== campus)
      return { outcome: 'refused', why: 'parent-on-another-campus', field: 'parentId' }
    if (id && (await store.stands(tx, what, id, parentId)))
      return { outcome: 'refused', why: 'inside-itself', field: 'parentId' }
    if (await store.isTooDeep(tx, what, id, parentId)) return { outcome: 'refused', why: 'too-deep', field: 'parentId' }
  }
  return undefined
}
