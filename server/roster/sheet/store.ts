/** What the rows of a sheet name: rows. */
import type { Tx } from '../../db/index.ts'

export type Named = {
  zone: string
  people: Map<string, string>
  crews: Map<string, { id: string; line: string | null }>
  campuses: Map<string, string>
}

/** People by staff code, crews and campuses by code, and the organisation's zone. */
export async function readNamed(tx: Tx, organisationId: string): Promise<Named> {
  const of = { organisation_id: organisationId }
  const people = await tx('people')
    .where({ ...of, retired_at: null })
    .select('id', 'staff_code')
  const crews = await tx('crews as w')
    .leftJoin('lines as l', 'l.id', 'w.line_id')
    .where('w.organisation_id', organisationId)
    .select('w.id', 'w.code', 'l.code as line')
  const campuses = await tx('campuses').where(of).select('id', 'code')
  return {
    zone: (await tx('organisations').where({ id: organisationId }).first('time_zone')).time_zone,
    people: new Map(people.map(({ id, staff_code }) => [staff_code, id])),
    crews: new Map(crews.map(({ id, code, line }) => [code, { id, line }])),
    campuses: new Map(campuses.map(({ id, code }) => [code, id])),
  }
}

/** Whether this very shift stands already. */
export async function stands(
  tx: Tx,
  organisationId: string,
  shift: { personId: string | null; crewId: string; campusId: string | null; kind: string; from: Date; to: Date },
): Promise<boolean> {
  const { rows } = await tx.raw(
    `select exists (select from shifts where organisation_id = ? and person_id is not distinct from ?::uuid and crew_id = ?
       and campus_id is not distinct from ?::uuid and kind = ? and planned = tstzrange(?::timestamptz, ?::timestamptz)) as stands`,
    [organisationId, shift.personId, shift.crewId, shift.campusId, shift.kind, shift.from, shift.to],
  )
  return rows[0].stands
}
