/** The register of handhelds, and who holds which: rows. */
import type { Knex } from 'knex'
import type { Db, Tx } from '../../db/index.ts'
import type { RadioUnitView } from '../../wire/radio.ts'
import type { Handheld } from './known.ts'

export type HandheldFields = {
  campus: string
  alias: string
  gateway: string | null
  mdc1200: string | null
  fiveTone: string | null
  dtmf: string | null
  crew: string | null
  retired: boolean
}
export type HandheldRow = HandheldFields & { id: string; code: string; version: number }

const COLUMN = {
  alias: 'alias',
  gateway: 'gateway_id',
  mdc1200: 'mdc1200_id',
  fiveTone: 'five_tone_id',
  dtmf: 'dtmf_id',
} as const

export async function readRegister(db: Db | Tx, organisationId: string): Promise<HandheldRow[]> {
  const rows = await db('radio_units as u')
    .join('campuses as c', 'c.id', 'u.campus_id')
    .leftJoin('crews as w', 'w.id', 'u.crew_id')
    .where('u.organisation_id', organisationId)
    .orderBy('u.code')
    .select('u.*', 'c.code as campus', 'w.code as crew')
  return rows.map((row) => ({
    id: row.id,
    code: row.code,
    campus: row.campus,
    alias: row.alias,
    gateway: row.gateway_id,
    mdc1200: row.mdc1200_id,
    fiveTone: row.five_tone_id,
    dtmf: row.dtmf_id,
    crew: row.crew,
    retired: row.retired_at !== null,
    version: row.version,
  }))
}

/** Codes of campuses and crews, with their ids. */
export async function campusesAndCrews(db: Db | Tx, organisationId: string) {
  const read = async (table: string) =>
    new Map<string, string>(
      (await db(table).where({ organisation_id: organisationId }).select('id', 'code')).map(({ id, code }) => [
        code,
        id,
      ]),
    )
  return { campuses: await read('campuses'), crews: await read('crews') }
}
export type CampusesAndCrews = Awaited<ReturnType<typeof campusesAndCrews>>

const toRow = (tx: Tx, fields: Partial<HandheldFields>, codes: CampusesAndCrews) => {
  const row: Record<string, unknown> = {}
  for (const [field, column] of Object.entries(COLUMN)) {
    const value = fields[field as keyof typeof COLUMN]
    if (value !== undefined) row[column] = field === 'alias' ? (value ?? '') : value
  }
  if (fields.campus !== undefined) row.campus_id = codes.campuses.get(fields.campus)
  if (fields.crew !== undefined) row.crew_id = fields.crew === null ? null : codes.crews.get(fields.crew)
  if (fields.retired !== undefined) row.retired_at = fields.retired ? tx.fn.now() : null
  return row
}

export async function insertHandheld(
  tx: Tx,
  organisationId: string,
  code: string,
  fields: Partial<HandheldFields>,
  codes: CampusesAndCrews,
): Promise<string> {
  const [row] = await tx('radio_units')
    .insert({ organisation_id: organisationId, code, ...toRow(tx, fields, codes) })
    .returning('id')
  return row.id
}

/** False: somebody changed it meanwhile. */
export async function updateHandheld(
  tx: Tx,
  { id, version }: { id: string; version: number },
  fields: Partial<HandheldFields>,
  codes: CampusesAndCrews,
): Promise<boolean> {
  const row = { ...toRow(tx, fields, codes), version: version + 1 }
  return (await tx('radio_units').where({ id, version }).update(row)) > 0
}

/** Whoever holds a handheld `u` now, of the same organisation. */
const holdsNow = (db: Db | Tx) => (on: Knex.JoinClause) =>
  on.on('h.organisation_id', 'u.organisation_id').andOn('h.unit', 'u.code').andOn(db.raw('h.during @> now()'))

/** Every handheld in use: what its radio sends, and who holds it now. */
export async function handheldsInUse(db: Db, organisationId: string): Promise<Handheld[]> {
  const rows = await db('radio_units as u')
    .join('campuses as c', 'c.id', 'u.campus_id')
    .leftJoin('radio_holders as h', holdsNow(db))
    .where('u.organisation_id', organisationId)
    .whereNull('u.retired_at')
    .select('u.*', 'c.code as campus', 'h.person_id')
  return rows.map((row) => ({
    organisationId: row.organisation_id,
    code: row.code,
    alias: row.alias,
    holderId: row.person_id,
    campus: row.campus,
    ids: { gateway: row.gateway_id, mdc1200: row.mdc1200_id, five_tone: row.five_tone_id, dtmf: row.dtmf_id },
  }))
}

/** The register as people see it, by code. */
export async function listHandhelds(
  db: Db | Tx,
  organisationId: string,
  campuses?: string[],
): Promise<RadioUnitView[]> {
  const query = db('radio_units as u')
    .join('campuses as c', 'c.id', 'u.campus_id')
    .leftJoin('radio_holders as h', holdsNow(db))
    .leftJoin('people as p', 'p.id', 'h.person_id')
    .leftJoin('crews as w', 'w.id', 'u.crew_id')
    .where('u.organisation_id', organisationId)
    .orderBy('u.code')
    .select('u.*', 'c.code as campus', 'h.person_id', 'p.name as holder', 'p.title as holder_title', 'w.code as crew')
    .select(db.raw('lower(h.during) as holds_since'))
    .select(
      db.raw(`(select max(o.from_at) from radio_overs o where o.organisation_id = u.organisation_id
        and o.unit_code = u.code and o.kind = 'rx') as last_spoke`),
    )
  if (campuses) query.whereIn('c.code', campuses)
  return (await query).map((row) => ({
    unitId: row.id,
    code: row.code,
    alias: row.alias,
    campus: row.campus,
    ids: { gateway: row.gateway_id, mdc1200: row.mdc1200_id, fiveTone: row.five_tone_id, dtmf: row.dtmf_id },
    holder: row.person_id ? { id: row.person_id, name: row.holder, title: row.holder_title } : null,
    holdsSince: row.holds_since?.toISOString() ?? null,
    lastSpokeAt: row.last_spoke?.toISOString() ?? null,
    crew: row.crew,
    retired: row.retired_at !== null,
    version: row.version,
  }))
}

/**
 * Hands a handheld to somebody until it is planned for somebody else, or puts it back; whoever held it holds it no longer.
 * Undefined: there is no such handheld.
 */
export async function handOver(
  tx: Tx,
  organisationId: string,
  code: string,
  personId: string | null,
  byId: string,
): Promise<string | undefined> {
  const of = { organisation_id: organisationId }
  const unit = await tx('radio_units')
    .where({ ...of, code })
    .whereNull('retired_at')
    .forUpdate()
    .first('id')
  if (!unit) return undefined
  await tx('radio_holders')
    .where({ ...of, unit: code })
    .whereRaw('lower(during) = now()')
    .delete()
  await tx('radio_holders')
    .where({ ...of, unit: code })
    .whereRaw('during @> now()')
    .update({ during: tx.raw('tstzrange(lower(during), now())') })
  if (personId)
    await tx('radio_holders').insert({
      unit: code,
      person_id: personId,
      by_id: byId,
      during: tx.raw(
        'tstzrange(now(), (select min(lower(during)) from radio_holders where organisation_id = ? and unit = ? and lower(during) > now()))',
        [organisationId, code],
      ),
    })
  return unit.id
}
