/** The register of handhelds as administrators keep it: rows. */
import type { Db, Tx } from '../../db/index.ts'

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
    if (value !== undefined) row[column] = field === 'alias' ? (value ?? '') : value
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
