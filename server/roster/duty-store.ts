/** Who is on duty, read: rows. */
import type { Db, Tx } from '../db/index.ts'
import type { DutyView } from '../wire/radio.ts'
import type { OnDutyPerson, ReachWay } from '../wire/roster.ts'
import type { OnDuty, OnDutyOf } from './duty.ts'
import { DURING } from './store.ts'

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

/** The shifts that cover an instant and are somebody's who is not on leave then: at work first, A before B. */
export async function shiftsCovering(
  db: Db | Tx,
  organisationId: string,
  of: OnDutyOf,
  at: Date,
): Promise<(Omit<OnDuty, 'reach'> & { ways: ReachWay[] })[]> {
  const { join = '', where = '', ...asked } = narrowed(of)
  const { rows } = await db.raw(
    `select s.id as "shiftId", s.person_id as "personId", s.kind, s.crew_id as "crewId", s.campus_id as "campusId",
            lower(${DURING}) as from, upper(${DURING}) as to, ${join ? 'k.role' : 'null'} as role,
            array(select r.way from reachabilities r where r.shift_id = s.id order by r.way) as ways
       from shifts s join people p on p.id = s.person_id and p.retired_at is null ${join}
      where s.organisation_id = :organisationId and s.kind <> 'leave' and ${DURING} @> cast(:at as timestamptz) ${where}
        and not exists (select from shifts v where v.person_id = s.person_id and v.kind = 'leave'
                         and coalesce(v.actual, v.planned) @> cast(:at as timestamptz))
      order by role nulls last, s.kind desc, lower(${DURING}), s.id`,
    { ...asked, organisationId, at },
  )
  return rows
}

/** Those of them who are on leave then. */
export async function onLeave(db: Db | Tx, personIds: readonly string[], at: Date): Promise<Set<string>> {
  const { rows } = await db.raw(
    `select s.person_id from shifts s where s.kind = 'leave' and s.person_id = any(?) and ${DURING} @> cast(? as timestamptz)`,
    [[...personIds], at],
  )
  return new Set(rows.map((row: { person_id: string }) => row.person_id))
}

type Narrowed = { join?: string; where?: string } & Record<string, string | readonly string[]>

function narrowed(of: OnDutyOf): Narrowed {
  if (of === 'everybody') return {}
  if ('personIds' in of) return { where: 'and s.person_id = any(:personIds)', personIds: of.personIds }
  if ('campusId' in of) return { where: 'and coalesce(s.campus_id, :campusId) = :campusId', campusId: of.campusId }
  // A shift that names no crew is of every crew whose member its person is.
  if ('crewId' in of)
    return {
      where: `and (s.crew_id = :crewId or (s.crew_id is null and exists (select from crew_members m
        where m.crew_id = :crewId and m.person_id = s.person_id and m.during @> cast(:at as timestamptz))))`,
      crewId: of.crewId,
    }
  return {
    join: `join system_roles k on k.person_id = s.person_id and k.system_id = :systemId and k.during @> cast(:at as timestamptz)
      ${of.role ? 'and k.role = :role' : ''}`,
    systemId: of.systemId,
    ...(of.role && { role: of.role }),
  }
}

type Shown = Omit<OnDutyPerson, 'from' | 'to' | 'reach'> & { from: Date; to: Date; ways: ReachWay[] }

/** The same with names, roles, handhelds and numbers, for people to read. */
export async function readOnDuty(db: Db | Tx, shiftIds: readonly string[], at: Date): Promise<Shown[]> {
  const { rows } = await db.raw(
    `select s.id as "shiftId", jsonb_build_object('id', p.id, 'name', p.name, 'title', p.title) as person, s.kind,
            w.code as crew, w.name_zh as "crewZh", w.name_en as "crewEn", c.code as campus,
            lower(${DURING}) as from, upper(${DURING}) as to,
            coalesce((select jsonb_agg(jsonb_build_object('system', y.code, 'zh', y.name_zh, 'en', y.name_en, 'role', k.role) order by y.code)
               from system_roles k join systems y on y.id = k.system_id
              where k.person_id = p.id and k.during @> cast(:at as timestamptz)), '[]') as roles,
            array(select h.unit from radio_holders h where h.person_id = p.id and h.during @> cast(:at as timestamptz) order by h.unit) as units,
            array(select n.number from number_people m join numbers n on n.id = m.number_id
                   where m.person_id = p.id and m.during @> cast(:at as timestamptz) order by n.number) as numbers,
            array(select r.way from reachabilities r where r.shift_id = s.id order by r.way) as ways
       from shifts s join people p on p.id = s.person_id left join crews w on w.id = s.crew_id
            left join campuses c on c.id = s.campus_id
      where s.id = any(:shiftIds)
      order by s.kind desc, c.code nulls first, w.code nulls first, p.name`,
    { shiftIds, at },
  )
  return rows
}
