/** Crews as the engine asks for them: who is in one, what it can do, and which places are whose. */
import type { Db, Tx } from '../../db/index.ts'
import type { PlaceLevel } from '../../wire/dispatch.ts'

export type CrewMember = { personId: string; isLead: boolean }
/** `line` null: of every line · `categories` empty: all of its line · `zones`: places it looks after */
export type Crew = {
  crewId: string
  code: string
  zh: string
  en: string
  line: string | null
  categories: string[]
  zones: string[]
  members: CrewMember[]
}

/** The crews that work a line now, with the people in them who have not left. */
export async function readCrews(db: Db | Tx, organisationId: string, line: string): Promise<Crew[]> {
  const { rows } = await db.raw(
    `select w.id as "crewId", w.code, w.name_zh as zh, w.name_en as en, l.code as line,
            array(select k.category_id from crew_skills k where k.crew_id = w.id) as categories,
            array(select z.place_id from crew_zones z where z.crew_id = w.id) as zones,
            coalesce((select jsonb_agg(jsonb_build_object('personId', m.person_id, 'isLead', m.is_lead) order by m.person_id)
                        from crew_members m join people p on p.id = m.person_id and p.retired_at is null
                       where m.crew_id = w.id and m.during @> now()), '[]') as members
       from crews w left join lines l on l.id = w.line_id
      where w.organisation_id = ? and (w.line_id is null or l.code = ?) order by w.code`,
    [organisationId, line],
  )
  return rows
}

export type OfPerson = { personId: string; zones: string[]; barred: string[]; mayBeCalledOff: boolean }

/** What is each person's own: places they look after, places that turn them away, and whether they may be called off shift. */
export async function readOfPeople(db: Db | Tx, personIds: string[]): Promise<OfPerson[]> {
  const { rows } = await db.raw(
    `select p.id as "personId", p.called_off_shift as "mayBeCalledOff",
            coalesce(array_agg(z.place_id) filter (where z.kind = 'own'), '{}') as zones,
            coalesce(array_agg(z.place_id) filter (where z.kind = 'barred'), '{}') as barred
       from people p left join person_zones z on z.person_id = p.id and z.during @> now()
      where p.id = any(?) group by p.id`,
    [personIds],
  )
  return rows
}

/** Whose crew it is now. */
export async function membersOf(db: Db | Tx, crewId: string): Promise<CrewMember[]> {
  const rows = await db('crew_members as m')
    .join('people as p', 'p.id', 'm.person_id')
    .where('m.crew_id', crewId)
    .whereNull('p.retired_at')
    .whereRaw('m.during @> now()')
    .orderBy('m.person_id')
    .select('m.person_id', 'm.is_lead')
  return rows.map((row) => ({ personId: row.person_id, isLead: row.is_lead }))
}

/** A place and all it lies in, nearest first and the campus last. */
export async function readAround(db: Db | Tx, placeId: string): Promise<{ id: string; level: PlaceLevel }[]> {
  const { rows } = await db.raw(
    `with recursive up as (
       select p.id, p.parent_id, p.kind, p.campus_id, 0 as n from places p where p.id = ?
       union all select p.id, p.parent_id, p.kind, p.campus_id, up.n + 1 from places p join up on p.id = up.parent_id where up.n < 20)
     select id, kind as level, n from up union all select distinct campus_id, 'campus', 99 from up order by n`,
    [placeId],
  )
  return rows.map(({ id, level }: { id: string; level: never }) => ({ id, level }))
}

/** A category and those above it, nearest first. */
export async function readCategoriesAbove(db: Db | Tx, categoryId: string): Promise<string[]> {
  const { rows } = await db.raw(
    `with recursive up as (select c.id, c.parent_id, 0 as n from categories c where c.id = ?
       union all select c.id, c.parent_id, up.n + 1 from categories c join up on c.id = up.parent_id where up.n < 10)
     select id from up order by n`,
    [categoryId],
  )
  return rows.map(({ id }: { id: string }) => id)
}

export type CrewNamed = { crewId: string; code: string; zh: string; en: string; line: string | null }

/** Every crew by its name. */
export async function readNames(db: Db, organisationId: string): Promise<CrewNamed[]> {
  const { rows } = await db.raw(
    `select w.id as "crewId", w.code, w.name_zh as zh, w.name_en as en, l.code as line
       from crews w left join lines l on l.id = w.line_id where w.organisation_id = ? order by l.sort nulls last, w.code`,
    [organisationId],
  )
  return rows
}
