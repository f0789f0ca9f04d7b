/** Who is on duty, with which handheld, and who answers for which system: rows. */
import type { Db, Tx } from '../db/index.ts'
import type { DutyView, PlanView } from '../wire/radio.ts'
import type { SystemRole } from '../wire/words.ts'

/** What a shift really covered, or is to cover. */
const DURING = 'coalesce(s.actual, s.planned)'

/** Who holds or is to hold handhelds of these campuses from now on, in order. */
export async function readPlans(db: Db | Tx, organisationId: string, campuses: string[]): Promise<PlanView[]> {
  const rows = await db('radio_holders as h')
    .join('radio_units as u', (on) => on.on('u.organisation_id', 'h.organisation_id').andOn('u.code', 'h.unit'))
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

/** Who is on shift at a time and who comes after, with what they hold then; and who answers for which system. */
export async function readDuty(
  db: Db | Tx,
  organisationId: string,
  campuses: string[],
  at: Date,
): Promise<Pick<DutyView, 'shifts' | 'coming' | 'roles'>> {
  const person = `jsonb_build_object('id', p.id, 'name', p.name, 'title', p.title)`
  const units = (when: string) =>
    `array(select h.unit from radio_holders h where h.person_id = p.id and h.during @> ${when} order by h.unit) as units`
  const shifts = (when: string, held: string, order: string) =>
    db.raw(
      `select s.id as "shiftId", ${person} as person, w.code as crew, w.name_zh as "crewZh", w.name_en as "crewEn",
              c.code as campus, lower(${DURING}) as from, upper(${DURING}) as to, ${units(held)},
              case when b.id is null then null else jsonb_build_object('id', b.id, 'name', b.name, 'title', b.title) end as "takenFrom"
         from shifts s join people p on p.id = s.person_id left join crews w on w.id = s.crew_id
              left join campuses c on c.id = s.campus_id left join people b on b.id = s.swapped_with
        where p.organisation_id = :org and (c.id is null or (c.organisation_id = :org and c.code = any(:campuses))) and ${when} order by ${order}`,
      { org: organisationId, campuses, at },
    )
  const then = 'cast(:at as timestamptz)'
  const now = await shifts(`${DURING} @> ${then}`, then, 'c.code, w.code, p.name')
  const coming = await shifts(
    `lower(${DURING}) > ${then} and lower(${DURING}) < ${then} + interval '36 hours'`,
    `lower(${DURING})`,
    `lower(${DURING}), p.name`,
  )
  const roles = await db.raw(
    `select y.code as system, y.name_zh as "zh", y.name_en as "en", r.role,
            case when p.id is null then null else ${person} end as person, ${units(then)},
            exists (select from shifts s where s.person_id = p.id and ${DURING} @> ${then}) as "onDuty"
       from systems y cross join (values ('A'), ('B')) as r(role)
            left join system_roles k on k.system_id = y.id and k.role = r.role and k.during @> ${then}
            left join people p on p.id = k.person_id
      where y.organisation_id = :org order by y.code, r.role`,
    { org: organisationId, at },
  )
  return { shifts: now.rows, coming: coming.rows, roles: roles.rows }
}

export type ShiftRow = {
  id: string
  personId: string
  campus: string | null
  crewId: string | null
  campusId: string | null
  from: Date
  to: Date
  begun: boolean
}

/** A shift that has not ended, held until the transaction ends. */
export async function holdShift(tx: Tx, organisationId: string, id: string): Promise<ShiftRow | undefined> {
  const { rows } = await tx.raw(
    `select s.id, s.person_id as "personId", c.code as campus, s.crew_id as "crewId", s.campus_id as "campusId",
            lower(${DURING}) as from, upper(${DURING}) as to, lower(${DURING}) <= now() as begun
       from shifts s join people p on p.id = s.person_id left join campuses c on c.id = s.campus_id
      where s.id = ? and p.organisation_id = ? and upper(${DURING}) > now() for update of s`,
    [id, organisationId],
  )
  return rows[0]
}

export async function insertShift(
  tx: Tx,
  shift: {
    personId: string
    campusId: string | null
    crewId: string | null
    from: Date
    to: Date
    byId: string
    takenFrom?: string
  },
): Promise<string> {
  const [row] = await tx('shifts')
    .insert({
      person_id: shift.personId,
      campus_id: shift.campusId,
      crew_id: shift.crewId,
      by_id: shift.byId,
      swapped_with: shift.takenFrom ?? null,
      planned: tx.raw('tstzrange(?::timestamptz, ?::timestamptz)', [shift.from, shift.to]),
    })
    .returning('id')
  return row.id
}

/** Ended now; one that has not begun is gone. True: it had begun. */
export async function endShift(tx: Tx, { id, begun }: ShiftRow): Promise<boolean> {
  if (begun)
    await tx('shifts')
      .where({ id })
      .update({ actual: tx.raw('tstzrange(lower(coalesce(actual, planned)), now())') })
  else await tx('shifts').where({ id }).delete()
  return begun
}

/** Whoever holds this handheld from then on holds it no longer; what is planned for later stands. */
export async function freeUnit(tx: Tx, organisationId: string, unit: string, from: Date): Promise<void> {
  const held = { organisation_id: organisationId, unit }
  await tx('radio_holders').where(held).whereRaw('lower(during) = ?::timestamptz', [from]).delete()
  await tx('radio_holders')
    .where(held)
    .whereRaw('during @> ?::timestamptz', [from])
    .update({ during: tx.raw('tstzrange(lower(during), ?::timestamptz)', [from]) })
}

/**
 * What this person holds passes on: to another, as long as they would have held it, or back to the shelf. With what is
 * planned for them until `until`. Answers the handhelds' codes.
 */
export async function passUnits(
  tx: Tx,
  { personId, to, until, byId }: { personId: string; to: string | null; until: Date; byId: string },
): Promise<string[]> {
  const held = await tx('radio_holders')
    .where({ person_id: personId })
    .whereRaw('during && tstzrange(now(), ?::timestamptz)', [until])
    .orderBy('unit')
    // as text: a Date would lose PostgreSQL's microseconds, and two holders would overlap by less than one of its own
    .select('id', 'unit', tx.raw('lower(during) < now() as begun, cast(upper(during) as text) as to_at'))
  for (const { id, begun, unit, to_at } of held) {
    const one = tx('radio_holders').where({ id })
    if (!begun) {
      await (to ? one.update({ person_id: to, by_id: byId }) : one.delete())
      continue
    }
    await one.update({ during: tx.raw('tstzrange(lower(during), now())') })
    if (to)
      await tx('radio_holders').insert({
        unit,
        person_id: to,
        by_id: byId,
        during: tx.raw('tstzrange(now(), ?::timestamptz)', [to_at]),
      })
  }
  return held.map(({ unit }) => unit)
}

export async function isPerson(tx: Tx, organisationId: string, id: string): Promise<boolean> {
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
