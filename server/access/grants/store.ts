/** SQL of what people may do: grants, the lines an agent takes, the station of a browser. */
import type { Db, Tx } from '../../db/index.ts'
import type { Grant } from '../../wire/views.ts'

export async function isPerson(db: Db, organisationId: string, id: string): Promise<boolean> {
  return (await db('people').where({ id, organisation_id: organisationId }).first('id')) !== undefined
}

/** Campuses and lines that a grant may name: their ids by their codes. */
export async function readCodes(db: Db, organisationId: string) {
  const byCode = async (table: 'campuses' | 'lines') =>
    new Map<string, string>(
      (await db(table).where({ organisation_id: organisationId }).select('id', 'code')).map(({ id, code }) => [
        code,
        id,
      ]),
    )
  return { campuses: await byCode('campuses'), lines: await byCode('lines') }
}

export async function readGrants(db: Db, personId: string): Promise<(Grant & { id: string })[]> {
  return db('grants as g')
    .leftJoin('campuses as c', 'c.id', 'g.campus_id')
    .leftJoin('lines as l', 'l.id', 'g.line_id')
    .where('g.person_id', personId)
    .whereRaw('g.during @> now()')
    .orderBy(['g.role', 'c.code', 'l.code'])
    .select('g.id', 'g.role', 'c.code as campus', 'l.code as line')
}

/** Ends grants; that they were once held stays known. */
export async function endGrants(tx: Tx, ids: string[]): Promise<void> {
  await tx('grants').whereIn('id', ids).whereRaw('lower(during) >= now()').delete()
  await tx('grants')
    .whereIn('id', ids)
    .update({ during: tx.raw('tstzrange(lower(during), now())') })
}

export async function addGrants(
  tx: Tx,
  personId: string,
  grants: { role: string; campusId: string | null; lineId: string | null }[],
): Promise<void> {
  if (grants.length === 0) return
  await tx('grants').insert(
    grants.map(({ role, campusId, lineId }) => ({ person_id: personId, role, campus_id: campusId, line_id: lineId })),
  )
}

/** How many people who can sign in are administrators now. */
export async function countAdministrators(db: Db, organisationId: string): Promise<number> {
  const row = await db('grants as g')
    .join('people as p', 'p.id', 'g.person_id')
    .where({ 'g.role': 'admin', 'p.organisation_id': organisationId })
    .whereNull('p.retired_at')
    .whereNotNull('p.password_hash')
    .whereRaw('g.during @> now()')
    .countDistinct('p.id as n')
    .first()
  return Number(row?.n ?? 0)
}

/** Two administrators taking each other's rights away at once would leave none. Held until the transaction ends. */
export async function holdGrants(tx: Tx): Promise<Date> {
  const { rows } = await tx.raw('select pg_advisory_xact_lock(7005), now() as at')
  return rows[0].at
}

export async function readLines(db: Db, personId: string): Promise<string[]> {
  return db('queue_members as q')
    .join('lines as l', 'l.id', 'q.line_id')
    .where('q.person_id', personId)
    .orderBy('l.sort')
    .pluck('l.code')
}

export async function setLines(tx: Tx, personId: string, lineIds: string[]): Promise<void> {
  await tx('queue_members').where({ person_id: personId }).whereNotIn('line_id', lineIds).delete()
  if (lineIds.length === 0) return
  await tx('queue_members')
    .insert(lineIds.map((lineId) => ({ person_id: personId, line_id: lineId })))
    .onConflict()
    .ignore()
}

/** Gives an agent a browser station, `b` and four digits, if there is none yet. */
export async function ensureStation(tx: Tx, personId: string): Promise<void> {
  if (await tx('stations').where({ person_id: personId, kind: 'browser' }).first('code')) return
  const row = await tx('stations').where('code', '~', '^b[0-9]{4}$').max('code as last').first()
  const code = `b${Number(String(row?.last ?? 'b1000').slice(1)) + 1}`
  await tx('stations').insert({ code, pbx_id: 1, kind: 'browser', person_id: personId })
}
