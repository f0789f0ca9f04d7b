/** The roster of a week or a month, read: rows. */
import type { Db, Tx } from '../../db/index.ts'
import type { ReachWay, ShiftKind } from '../../wire/roster.ts'
import type { PersonRef } from '../../wire/views.ts'
import { DURING } from '../store.ts'

export type ShiftShown = {
  shiftId: string
  kind: ShiftKind
  person: PersonRef | null
  crew: string | null
  line: string | null
  campus: string | null
  from: Date
  to: Date
  pattern: string | null
  takenFrom: PersonRef | null
  version: number
  ways: ReachWay[]
}

/** Shifts and leave that overlap a time: of one crew (its leave is its members'), or of all. */
export async function readShifts(
  db: Db | Tx,
  organisationId: string,
  { from, to, crew }: { from: Date; to: Date; crew?: string | undefined },
): Promise<ShiftShown[]> {
  const ofCrew = crew
    ? `and (w.code = :crew or (w.id is null and exists (select from crew_members m join crews v on v.id = m.crew_id
         where m.person_id = s.person_id and v.code = :crew and v.organisation_id = s.organisation_id and m.during && s.planned)))`
    : ''
  const { rows } = await db.raw(
    `select s.id as "shiftId", s.kind, w.code as crew, l.code as line, c.code as campus, lower(${DURING}) as from, upper(${DURING}) as to,
            case when p.id is not null then jsonb_build_object('id', p.id, 'name', p.name, 'title', p.title) end as person,
            case when b.id is not null then jsonb_build_object('id', b.id, 'name', b.name, 'title', b.title) end as "takenFrom",
            k.name as pattern, s.version, array(select r.way from reachabilities r where r.shift_id = s.id order by r.way) as ways
       from shifts s left join people p on p.id = s.person_id left join people b on b.id = s.swapped_with
            left join crews w on w.id = s.crew_id left join lines l on l.id = w.line_id
            left join campuses c on c.id = s.campus_id left join shift_patterns k on k.id = s.pattern_id
      where s.organisation_id = :organisationId and ${DURING} && tstzrange(:from, :to) ${ofCrew}
      order by lower(${DURING}), w.code, p.name nulls first, s.id limit 5000`,
    { organisationId, from, to, ...(crew && { crew }) },
  )
  return rows
}

export type Group = { code: string; zh: string; en: string; line: string | null }

/** Crews with their lines, for columns and forms. */
export async function readGroups(db: Db | Tx, organisationId: string): Promise<Group[]> {
  return db('crews as w')
    .leftJoin('lines as l', 'l.id', 'w.line_id')
    .where('w.organisation_id', organisationId)
    .orderBy('w.code')
    .select('w.code', 'w.name_zh as zh', 'w.name_en as en', 'l.code as line')
}

export async function zoneOf(db: Db | Tx, organisationId: string): Promise<string> {
  return (await db('organisations').where({ id: organisationId }).first('time_zone')).time_zone
}

/** Whether there is any way to somebody: a number, a handheld, an account whose page they may open. */
export async function hasWay(tx: Tx, personId: string, from: Date): Promise<boolean> {
  const { rows } = await tx.raw(
    `select exists (select from people where id = :personId and login is not null)
         or exists (select from number_people where person_id = :personId and during @> now())
         or exists (select from radio_holders where person_id = :personId and during @> greatest(now(), cast(:from as timestamptz))) as has`,
    { personId, from },
  )
  return rows[0].has
}

/** Whether they are away at any time of it. */
export async function isAway(tx: Tx, personId: string, from: Date, to: Date): Promise<boolean> {
  const { rows } = await tx.raw(
    `select exists (select from shifts s where s.person_id = ? and s.kind = 'leave' and ${DURING} && tstzrange(?, ?)) as away`,
    [personId, from, to],
  )
  return rows[0].away
}

/** A person's shifts that are not over and overlap a time, by time. */
export async function overlapping(tx: Tx, personId: string, from: Date, to: Date): Promise<string[]> {
  const { rows } = await tx.raw(
    `select s.id from shifts s where s.person_id = ? and s.kind <> 'leave' and ${DURING} && tstzrange(?, ?)
        and upper(${DURING}) > clock_timestamp() order by lower(${DURING})`,
    [personId, from, to],
  )
  return rows.map(({ id }: { id: string }) => id)
}

/** The lines of the crews a person is in. */
export async function linesOf(tx: Tx, personId: string): Promise<string[]> {
  const { rows } = await tx.raw(
    `select distinct l.code from crew_members m join crews w on w.id = m.crew_id join lines l on l.id = w.line_id
      where m.person_id = ? and m.during @> now()`,
    [personId],
  )
  return rows.map(({ code }: { code: string }) => code)
}

export async function campusCodes(db: Db | Tx, organisationId: string): Promise<string[]> {
  return db('campuses').where({ organisation_id: organisationId }).orderBy('sort').pluck('code')
}
