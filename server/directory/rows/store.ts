/** SQL of the directory. Table and column names come from spec.ts alone, values are always bound. */
import type { Db, Tx } from '../../db/index.ts'
import { asked } from '../asked.ts'
import { type DirectoryRow, type Field, type Link, SPECS, type Spec, type What } from './spec.ts'

type Row = Record<string, unknown>

/** How a column is read back, so that what is shown can be written as it stands. */
function columnOf(field: string, { kind, column }: Field): string {
  const value = `t.${column}`
  switch (kind) {
    case 'campus':
      return `(select code from campuses where id = ${value}) as "${field}"`
    case 'line':
      return `(select code from lines where id = ${value}) as "${field}"`
    case 'address':
      return `host(${value}) as "${field}"`
    case 'time':
      return `to_char(${value}, 'HH24:MI') as "${field}"`
    default:
      return `${value} as "${field}"`
  }
}
function linkOf(field: string, { table, own, other, many, during }: Link): string {
  const now = during ? ' and l.during @> now()' : ''
  const ids = `select l.${other} from ${table} l where l.${own} = t.id${now}`
  return many
    ? `array(${ids} order by 1)::text[] as "${field}"`
    : `(${ids} order by lower(l.during) desc limit 1) as "${field}"`
}
function select({ table, fields, links, retires }: Spec): string {
  const columns = [
    't.id',
    't.version',
    `${retires ? 't.retired_at is not null' : 'false'} as retired`,
    ...(table === 'places' ? ['t.path_zh as path'] : []),
    ...Object.entries(fields).map(([field, one]) => columnOf(field, one)),
    ...Object.entries(links).map(([field, one]) => linkOf(field, one)),
  ]
  return `select ${columns.join(', ')} from ${table} t`
}

/**
 * That a row `t` is of this organisation, written `mark` in the statement. Rows that do not name theirs hang on a campus
 * or a line, which do.
 */
function ofOwn({ fields, ofOrganisation }: Spec, mark: string): string {
  if (ofOrganisation) return `t.organisation_id = ${mark}`
  const on = (kind: 'campus' | 'line') =>
    Object.values(fields).find((one) => one.kind === kind && !one.optional)?.column
  const [table, column] = on('campus') ? ['campuses', on('campus')] : ['lines', on('line')]
  return `exists (select from ${table} o where o.id = t.${column} and o.organisation_id = ${mark})`
}

/** One page, ordered; `after` holds the order columns and id of the row the last page ended with. */
export async function listRows(
  db: Db,
  what: What,
  {
    organisationId,
    q,
    after,
    limit,
    retired,
  }: { organisationId: string; q: string; after: string[] | undefined; limit: number; retired: boolean },
): Promise<{ row: DirectoryRow; key: string[] }[]> {
  const spec = SPECS[what]
  const keys = [...spec.order.map((column) => `t.${column}::text`), 't.id::text']
  const where = [ofOwn(spec, '?')]
  const bound: (string | number)[] = [organisationId]
  if (spec.retires && !retired) where.push('t.retired_at is null')
  const { words, numbers } = asked(q)
  const like = (word: string) => `%${word.replace(/[\\%_]/g, '\\$&')}%`
  const said = words.map((spelt) => {
    bound.push(...spec.words.flatMap(() => spelt.map(like)))
    return `(${spec.words.flatMap((column) => spelt.map(() => `t.${column} ilike ?`)).join(' or ')})`
  })
  const digits = numbers.length === 0 ? [] : Object.values(spec.fields).filter(({ kind }) => kind === 'digits')
  const spelt = digits.flatMap(({ column }) => {
    bound.push(...numbers.map(like))
    return numbers.map(() => `t.${column} like ?`)
  })
  if (said.length > 0) where.push(`(${[`(${said.join(' and ')})`, ...spelt].join(' or ')})`)
  if (after?.length === keys.length) {
    where.push(`(${keys.join(', ')}) > (${keys.map(() => '?').join(', ')})`)
    bound.push(...after)
  }
  const { rows } = await db.raw(
    `${lastFrom(select(spec), `, array[${keys.join(', ')}] as sort_key`)} where ${where.join(' and ')} order by ${keys.join(', ')} limit ?`,
    [...bound, limit],
  )
  return rows.map(({ sort_key: key, ...row }: Row & { sort_key: string[] }) => ({ row, key }))
}
const lastFrom = (sql: string, more: string) => sql.replace(/ from (\w+) t$/, `${more} from $1 t`)

export async function readRow(
  db: Db,
  what: What,
  organisationId: string,
  id: string,
): Promise<DirectoryRow | undefined> {
  const spec = SPECS[what]
  const { rows } = await db.raw(`${select(spec)} where t.id = :id and ${ofOwn(spec, ':organisationId')}`, {
    id,
    organisationId,
  })
  return rows[0]
}

/** All rows that are not retired, for export and for comparing an import with. */
export async function allRows(db: Db, what: What, organisationId: string): Promise<DirectoryRow[]> {
  const spec = SPECS[what]
  const { rows } = await db.raw(
    `${select(spec)} where ${ofOwn(spec, ':organisationId')} order by ${spec.order.map((one) => `t.${one}`).join(', ')}`,
    { organisationId },
  )
  return rows
}

export type Codes = { campuses: Map<string, string>; lines: Map<string, string> }

/** Ids of campuses and lines by code. */
export async function readCodes(db: Db, organisationId: string): Promise<Codes> {
  const mine = { organisation_id: organisationId }
  const byCode = (rows: { id: string; code: string }[]) => new Map(rows.map(({ id, code }) => [code, id]))
  return {
    campuses: byCode(await db('campuses').where(mine).select('id', 'code')),
    lines: byCode(await db('lines').where(mine).select('id', 'code')),
  }
}

/** Fields by name into columns; codes into ids. */
export function toColumns(what: What, values: Row, codes: Codes): Row {
  const columns: Row = {}
  for (const [field, value] of Object.entries(values)) {
    const spec = SPECS[what].fields[field]
    if (!spec) continue
    if (spec.kind === 'campus') columns[spec.column] = value === null ? null : codes.campuses.get(String(value))
    else if (spec.kind === 'line') columns[spec.column] = value === null ? null : codes.lines.get(String(value))
    else columns[spec.column] = spec.kind === 'traits' ? JSON.stringify(value) : value
  }
  return columns
}

export async function insertRow(
  tx: Tx,
  what: What,
  organisationId: string,
  columns: Row,
): Promise<{ id: string; at: Date }> {
  const spec = SPECS[what]
  const owner = spec.ofOrganisation ? { organisation_id: organisationId } : what === 'trunks' ? { pbx_id: 1 } : {}
  const path = what === 'places' ? { path_zh: columns.name_zh } : {}
  const [row] = await tx(spec.table)
    .insert({ ...columns, ...owner, ...path })
    .returning(['id', tx.raw('now() as at')])
  return row
}

/** Changes a row if it still has this version; undefined when it has another, or is not there. */
export async function updateRow(
  tx: Tx,
  what: What,
  id: string,
  version: number,
  columns: Row,
): Promise<{ at: Date } | undefined> {
  const [row] = await tx(SPECS[what].table)
    .where({ id, version })
    .update({ ...columns, version: tx.raw('version + 1') })
    .returning(tx.raw('now() as at'))
  return row
}

/** Which of these ids a link may not point to: there is no such row in this organisation. */
export async function strangersIn(tx: Tx, link: Link, organisationId: string, ids: string[]): Promise<string[]> {
  const what = LINKED[link.other]
  if (!what || ids.length === 0) return []
  const { rows } = await tx.raw(
    `select t.id from ${SPECS[what].table} t where t.id = any(:ids::uuid[]) and ${ofOwn(SPECS[what], ':organisationId')}`,
    { ids, organisationId },
  )
  const known = new Set(rows.map(({ id }: { id: string }) => id))
  return ids.filter((id) => !known.has(id))
}
const LINKED: Record<string, What> = { place_id: 'places', person_id: 'people', unit_id: 'units' }

/** Makes a link hold exactly these ids from now on. What was linked before stays known, with its end. */
export async function setLink(tx: Tx, link: Link, ownId: string, wanted: string[], source: string): Promise<void> {
  const { table, own, other, during } = link
  const others = tx(table).where(own, ownId).whereNotIn(other, wanted)
  if (!during) {
    await others.delete()
  } else {
    // One that began in this very moment was never true: an empty range says nothing.
    await others.clone().whereRaw('lower(during) >= now()').delete()
    await others.whereRaw('during @> now()').update({ during: tx.raw('tstzrange(lower(during), now())') })
  }
  const held: string[] = await tx(table)
    .where(own, ownId)
    .whereRaw(during ? 'during @> now()' : 'true')
    .pluck(other)
  const missing = wanted.filter((id) => !held.includes(id))
  if (missing.length > 0)
    await tx(table).insert(missing.map((id) => ({ [own]: ownId, [other]: id, ...(link.source && { source }) })))
}

/** Writes the full path of a place and of all in it: "住院楼 6 层 心内科护士站". A bed's path holds its room's. */
export async function renewPaths(tx: Tx, placeId: string): Promise<void> {
  await tx.raw(
    `with recursive under as (
       select p.id, case when up.id is null then p.name_zh else up.path_zh || ' ' || p.name_zh end as path, 0 as deep
         from places p left join places up on up.id = p.parent_id where p.id = ?
       union all
       select p.id, u.path || ' ' || p.name_zh, u.deep + 1 from places p join under u on p.parent_id = u.id where u.deep < 8)
     update places set path_zh = under.path from under where under.id = places.id and places.path_zh <> under.path`,
    [placeId],
  )
}

/** Whether `id` stands at or above `other`: a place may not be put inside itself. */
export async function stands(db: Db, table: 'places' | 'units', id: string, above: string): Promise<boolean> {
  const { rows } = await db.raw(
    `with recursive up as (select id, parent_id from ${table} where id = :above
       union select p.id, p.parent_id from ${table} p join up on p.id = up.parent_id) select 1 from up where id = :id`,
    { id, above },
  )
  return rows.length > 0
}

/**
 * How many levels there may be: building, floor, room, bed, and as many again for wings and cabinets. Whatever goes up or down
 * (paths, the unit around a place) looks no further.
 */
const LEVELS_MAX = 8

/** Whether `id` (undefined: a new row) with all that lies in it would stand below the last level when put into `parentId`. */
export async function isTooDeep(
  db: Db,
  table: 'places' | 'units',
  id: string | undefined,
  parentId: string,
): Promise<boolean> {
  const { rows } = await db.raw(
    `with recursive up as (
       select parent_id, 1 as levels from ${table} where id = :parentId
       union all select p.parent_id, u.levels + 1 from ${table} p join up u on p.id = u.parent_id where u.levels <= :most),
     down as (
       select cast(:id as uuid) as id, 1 as levels
       union all select p.id, d.levels + 1 from ${table} p join down d on p.parent_id = d.id where d.levels <= :most)
     select (select max(levels) from up) + (select max(levels) from down) > :most as "tooDeep"`,
    { id: id ?? null, parentId, most: LEVELS_MAX },
  )
  return rows[0].tooDeep === true
}

/** Retires a row of this version: it keeps its past and is offered no more. */
export async function retireRow(tx: Tx, what: What, id: string, version: number): Promise<{ at: Date } | undefined> {
  return updateRow(tx, what, id, version, { retired_at: tx.fn.now() })
}

/** Where a number rang and rings: all mappings with their time. */
export async function readMappings(db: Db, numberId: string) {
  const { rows } = await db.raw(
    `select m.place_id as "placeId", p.path_zh as path, lower(m.during) as "from", upper(m.during) as until, m.source
       from number_places m join places p on p.id = m.place_id where m.number_id = ? order by lower(m.during)`,
    [numberId],
  )
  return rows
}

/** Maps a number to a place from `from` (null: now) until `until` (null: open), cutting what stood there before. */
export async function mapNumber(
  tx: Tx,
  {
    numberId,
    placeId,
    from,
    until,
    source,
  }: { numberId: string; placeId: string | null; from: string | null; until: string | null; source: string },
): Promise<void> {
  const bound = { numberId, placeId, from, until, source }
  await tx.raw(
    `delete from number_places where number_id = :numberId and lower(during) >= coalesce(:from::timestamptz, now())
        and (:until::timestamptz is null or upper(during) <= :until::timestamptz)`,
    bound,
  )
  await tx.raw(
    `update number_places set during = tstzrange(lower(during), coalesce(:from::timestamptz, now()))
      where number_id = :numberId and during @> coalesce(:from::timestamptz, now())`,
    bound,
  )
  if (placeId === null) return
  await tx.raw(
    `insert into number_places (number_id, place_id, during, source)
     values (:numberId, :placeId, tstzrange(coalesce(:from::timestamptz, now()), :until::timestamptz), :source)`,
    bound,
  )
}
