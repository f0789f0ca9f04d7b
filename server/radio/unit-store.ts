/** The register of handhelds as administrators keep it, who is to hold which, and who is on duty: rows. */
import type { Db, Tx } from '../db/index.ts'

export type UnitFields = {
  campus: string
  alias: string
  gateway: string | null
  mdc1200: string | null
  fiveTone: string | null
  dtmf: string | null
  crew: string | null
  retired: boolean
}
export type UnitRow = UnitFields & { id: string; code: string; version: number }

const COLUMN = {
  alias: 'alias',
  gateway: 'gateway_id',
  mdc1200: 'mdc1200_id',
  fiveTone: 'five_tone_id',
  dtmf: 'dtmf_id',
} as const

export async function readUnits(db: Db | Tx, organisationId: string): Promise<UnitRow[]> {
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
export async function unitCodes(db: Db | Tx, organisationId: string) {
  const read = async (table: string) =>
    new Map<string, string>(
      (await db(table).where({ organisation_id: organisationId }).select('id', 'code')).map(({ id, code }) => [
        code,
        id,
      ]),
    )
  return { campuses: await read('campuses'), crews: await read('crews') }
}
export type UnitCodes = Awaited<ReturnType<typeof unitCodes>>

const toRow = (tx: Tx, fields: Partial<UnitFields>, codes: UnitCodes) => {
  const row: Record<string, unknown> = {}
  for (const [field, column] of Object.entries(COLUMN)) {
    const value = fields[field as keyof typeof COLUMN]
    if (value !== undefined) row[column] = value
  }
  if (fields.campus !== undefined) row.campus_id = codes.campuses.get(fields.campus)
  if (fields.crew !== undefined) row.crew_id = fields.crew === null ? null : codes.crews.get(fields.crew)
  if (fields.retired !== undefined) row.retired_at = fields.retired ? tx.fn.now() : null
  return row
}

export async function insertUnit(
  tx: Tx,
  organisationId: string,
  code: string,
  fields: Partial<UnitFields>,
  codes: UnitCodes,
): Promise<string> {
  const [row] = await tx('radio_units')
    .insert({ organisation_id: organisationId, code, ...toRow(tx, fields, codes) })
    .returning('id')
  return row.id
}

/** False: somebody changed it meanwhile. */
export async function updateUnit(
  tx: Tx,
  { id, version }: { id: string; version: number },
  fields: Partial<UnitFields>,
  codes: UnitCodes,
): Promise<boolean> {
  const row = { ...toRow(tx, fields, codes), version: version + 1 }
  return (await tx('radio_units').where({ id, version }).update(row)) > 0
}

export type Plan = {
  planId: string
  unit: string
  person: { id: string; name: string; title: string | null }
  from: string
  to: string | null
}

/** Who holds or is to hold handhelds of these campuses from now on, in order. */
export async function readPlans(db: Db | Tx, organisationId: string, campuses: string[]): Promise<Plan[]> {
  const rows = await db('radio_holders as h')
    .join('radio_units as u', 'u.code', 'h.unit')
    .join('campuses as c', 'c.id', 'u.campus_id')
    .join('people as p', 'p.id', 'h.person_id')
    .where('u.organisation_id', organisationId)
    .whereIn('c.code', campuses)
    .whereRaw('(upper_inf(h.during) or upper(h.during) > now())')
    .orderByRaw('lower(h.during), h.unit')
    .select(
      'h.id',
      'h.unit',
      'p.id as person',
      'p.name',
      'p.title',
      db.raw('lower(h.during) as from_at, upper(h.during) as to_at'),
    )
  return rows.map((row) => ({
    planId: row.id,
    unit: row.unit,
    person: { id: row.person, name: row.name, title: row.title },
    from: row.from_at.toISOString(),
    to: row.to_at?.toISOString() ?? null,
  }))
}
export async function insertPlan(
  tx: Tx,
  plan: { unit: string; personId: string; from: string; to: string; byId: string },
): Promise<void> {
  await tx('radio_holders').insert({
    unit: plan.unit,
    person_id: plan.personId,
    by_id: plan.byId,
    during: tx.raw('tstzrange(?::timestamptz, ?::timestamptz)', [plan.from, plan.to]),
  })
}
/** Only what has not begun. */
export async function deletePlan(tx: Tx, id: string): Promise<boolean> {
  return (await tx('radio_holders').where({ id }).whereRaw('lower(during) > now()').delete()) > 0
}

/** Who is on shift at a time, with what they hold then; and who answers for which system. */
export async function readDuty(db: Db | Tx, organisationId: string, at: Date) {
  const person = `jsonb_build_object('id', p.id, 'name', p.name, 'title', p.title) as person`
  const units =
    'array(select h.unit from radio_holders h where h.person_id = p.id and h.during @> ?::timestamptz order by h.unit) as units'
  const shifts = await db.raw(
    `select s.id as "shiftId", ${person}, w.code as crew, lower(s.planned) as from, upper(s.planned) as to, ${units}
       from shifts s join people p on p.id = s.person_id left join crews w on w.id = s.crew_id
      where p.organisation_id = ? and s.planned @> ?::timestamptz order by w.code, p.name`,
    [at, organisationId, at],
  )
  const roles = await db.raw(
    `select y.code as system, y.name_zh as "zh", y.name_en as "en", r.role, ${person}, ${units}
       from system_roles r join systems y on y.id = r.system_id join people p on p.id = r.person_id
      where y.organisation_id = ? and r.during @> ?::timestamptz order by y.code, r.role`,
    [at, organisationId, at],
  )
  return { shifts: shifts.rows, roles: roles.rows }
}
