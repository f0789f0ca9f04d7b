/** SQL of the calendars, and of the mobiles the exchange may dial. */
import type { Db, Tx } from '../../db/index.ts'
import type { Night } from '../../wire/words.ts'

export type Manning = {
  line: string
  /** null: of every campus that has no hours of its own */
  campus: string | null
  weekdays: number[]
  from: string
  to: string
  handset: string
  mobile: string | null
}

/** The organisation whose exchange is told: the lines of two may have one code. */
const OURS = '(select organisation_id from pbxs where id = 1)'

/** All calendars, in the order they were made. */
export async function readMannings(db: Db): Promise<Manning[]> {
  const { rows } = await db.raw(
    `select l.code as line, c.code as campus, k.weekdays, to_char(k.day_from, 'HH24:MI') as "from",
            to_char(k.day_to, 'HH24:MI') as "to", k.night_handset as handset, k.night_mobile as mobile
       from calendars k join lines l on l.id = k.line_id left join campuses c on c.id = k.campus_id
      where l.organisation_id = ${OURS} order by l.code, k.id`,
  )
  return rows
}

/** How each line's night switch stands. */
export async function switches(db: Db): Promise<{ line: string; night: Night }[]> {
  return db('lines').whereRaw(`organisation_id = ${OURS}`).orderBy('code').select('code as line', 'night')
}

export async function campusCodes(db: Db): Promise<string[]> {
  return db('campuses').whereRaw(`organisation_id = ${OURS}`).orderBy('code').pluck('code')
}

/** Mobiles of people who are there, as the directory has them. What an agent noted on a call opens no line out. */
export async function mobilesOfPeople(db: Db): Promise<string[]> {
  const { rows } = await db.raw(
    `select distinct n.number from numbers n
       join number_people m on m.number_id = n.id and m.during @> now() and m.source <> 'agent'
       join people p on p.id = m.person_id and p.retired_at is null
      where n.kind = 'mobile' and n.organisation_id = ${OURS} order by n.number`,
  )
  return rows.map(({ number }: { number: string }) => number)
}

/** Whether a line is at night on a campus then, by its calendar alone. A campus's own hours take the place of those of every campus. */
export async function isNightAt(db: Db | Tx, lineId: string, campusId: string, at: Date): Promise<boolean> {
  const { rows } = await db.raw(
    `with here as (select k.*, cast(:at as timestamptz) at time zone o.time_zone as local
        from calendars k join lines l on l.id = k.line_id join organisations o on o.id = l.organisation_id
       where k.line_id = :lineId and (k.campus_id is null or k.campus_id = :campusId)),
     own as (select * from here where campus_id is not null or not exists (select from here where campus_id is not null))
     select exists (select from own) and not exists (select from own
       where extract(isodow from local) = any(weekdays) and local::time >= day_from and local::time < day_to) as night`,
    { at, lineId, campusId },
  )
  return rows[0].night
}
