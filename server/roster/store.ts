/** Shifts, and who answers for which system: rows. */
import type { Db, Tx } from '../db/index.ts'
import type { SystemRole } from '../wire/words.ts'
import type { Shift, ShiftWish } from './shift.ts'

/** What a shift really covered, or is to cover. */
export const DURING = 'coalesce(s.actual, s.planned)'

const SHIFT = `s.id, s.kind, s.person_id as "personId", s.crew_id as "crewId", s.campus_id as "campusId", s.by_hand as "byHand",
  lower(${DURING}) as from, upper(${DURING}) as to, upper(s.planned) as "plannedTo", false as removed`

/** A shift with its campus's code and its crew's line: what may() is asked. */
export type HeldShift = { shift: Shift; campus: string | null; line: string | null; version: number }

/** A shift, held until the transaction ends. */
export async function holdShift(tx: Tx, organisationId: string, id: string): Promise<HeldShift | undefined> {
  const { rows } = await tx.raw(
    `select ${SHIFT}, c.code as campus, l.code as line, s.version
       from shifts s left join campuses c on c.id = s.campus_id
            left join crews w on w.id = s.crew_id left join lines l on l.id = w.line_id
      where s.id = ? and s.organisation_id = ? for update of s`,
    [id, organisationId],
  )
  if (!rows[0]) return undefined
  const { campus, line, version, ...shift } = rows[0]
  return { shift, campus, line, version }
}

export async function insertShift(
  tx: Tx,
  organisationId: string,
  shift: ShiftWish,
  { byId, takenFrom = null }: { byId: string | null; takenFrom?: string | null },
): Promise<void> {
  await tx('shifts').insert({
    id: shift.id,
    organisation_id: organisationId,
    kind: shift.kind,
    person_id: shift.personId,
    campus_id: shift.campusId,
    crew_id: shift.crewId,
    by_id: byId,
    by_hand: true,
    swapped_with: takenFrom,
    planned: tx.raw('tstzrange(?::timestamptz, ?::timestamptz)', [shift.from, shift.to]),
  })
}

/** Writes what `evolve` returned; one that was removed is gone, and its pattern does not lay it out again. */
export async function saveShift(tx: Tx, before: Shift, after: Shift): Promise<void> {
  const one = tx('shifts').where({ id: after.id })
  if (after.removed) {
    await tx.raw(
      `insert into shift_pattern_exceptions (pattern_id, day, slot)
       select pattern_id, occurs_on, slot from shifts where id = ? and pattern_id is not null on conflict do nothing`,
      [after.id],
    )
    await one.delete()
    return
  }
  await one.update({
    person_id: after.personId,
    by_hand: after.byHand,
    version: tx.raw('version + 1'),
    ...(after.to.getTime() !== before.to.getTime() && {
      actual: tx.raw('tstzrange(lower(coalesce(actual, planned)), ?::timestamptz)', [after.to]),
    }),
  })
}

export async function isPerson(tx: Db | Tx, organisationId: string, id: string): Promise<boolean> {
  return (await tx('people').where({ id, organisation_id: organisationId, retired_at: null }).first('id')) !== undefined
}

/** Who answers for this system in this role from now on; null: nobody. False: there is no such system. */
export async function setRole(
  tx: Tx,
  organisationId: string,
  wanted: { system: string; role: SystemRole; personId: string | null },
): Promise<'done' | 'no-system' | 'both-roles'> {
  const system = await tx('systems')
    .where({ organisation_id: organisationId, code: wanted.system })
    .forUpdate()
    .first('id')
  if (!system) return 'no-system'
  const of = { system_id: system.id, role: wanted.role }
  const other = await tx('system_roles')
    .where({ system_id: system.id, role: wanted.role === 'A' ? 'B' : 'A' })
    .whereRaw('during @> now()')
    .first('person_id')
  if (wanted.personId !== null && other?.person_id === wanted.personId) return 'both-roles'
  // one who takes over at once and keeps it: what was planned for later goes
  await tx('system_roles').where(of).whereRaw('lower(during) >= now()').delete()
  await tx('system_roles')
    .where(of)
    .whereRaw('during @> now()')
    .update({ during: tx.raw('tstzrange(lower(during), now())') })
  if (wanted.personId !== null) await tx('system_roles').insert({ ...of, person_id: wanted.personId })
  return 'done'
}

/** Crews by name, for forms. */
export async function readCrews(
  db: Db | Tx,
  organisationId: string,
): Promise<{ code: string; zh: string; en: string }[]> {
  const rows = await db('crews').where({ organisation_id: organisationId }).orderBy('code').select('*')
  return rows.map(({ code, name_zh, name_en }) => ({ code, zh: name_zh, en: name_en }))
}

/** Campuses and crews that a shift may name: their ids by their codes. */
export async function readCodes(db: Db | Tx, organisationId: string) {
  const byCode = async (table: 'campuses' | 'crews') =>
    new Map<string, string>(
      (await db(table).where({ organisation_id: organisationId }).select('id', 'code')).map(({ id, code }) => [
        code,
        id,
      ]),
    )
  return { campuses: await byCode('campuses'), crews: await byCode('crews') }
}

/** A crew's line and zone of the organisation, by the codes of a form. Null: there is none of that code. */
export async function crewAndCampus(
  tx: Db | Tx,
  organisationId: string,
  { crew, campus }: { crew: string; campus: string | null },
): Promise<{ crewId: string | null; line: string | null; campusId: string | null; zone: string }> {
  const { rows } = await tx.raw(
    `select w.id as "crewId", l.code as line, c.id as "campusId", o.time_zone as zone
       from organisations o left join crews w on w.organisation_id = o.id and w.code = :crew
            left join lines l on l.id = w.line_id left join campuses c on c.organisation_id = o.id and c.code = :campus
      where o.id = :organisationId`,
    { organisationId, crew, campus },
  )
  return rows[0]
}
