/** SQL of the pickers: words of two Chinese characters, first digits of a number. */
import { type Db, every, like } from '../../db/index.ts'
import type { PersonRef, PlaceRef, UnitRef } from '../../wire/views.ts'

export type NumberFound = {
  id: string
  realm: string
  number: string
  kind: string
  placeId: string | null
  place: string | null
}

const PLACE = `p.path_zh || ' ' || coalesce(p.name_en, '') || ' ' || p.code`
const PERSON = `p.name || ' ' || coalesce(p.name_latin, '') || ' ' || p.staff_code`

const UNIT = `u.name_zh || ' ' || coalesce(u.name_en, '') || ' ' || u.code`

export async function findPlaces(
  db: Db,
  organisationId: string,
  words: string[][],
  limit: number,
): Promise<PlaceRef[]> {
  const { sql, bound } = every(PLACE, words)
  const { rows } = await db.raw(
    `select p.id, c.code as campus, p.path_zh as zh, p.name_en as en, p.no_transmit as "noTransmit"
       from places p join campuses c on c.id = p.campus_id
      where c.organisation_id = ? and p.retired_at is null and ${sql}
      order by (p.kind = 'bed'), length(p.path_zh), c.sort, p.code limit ?`,
    [organisationId, ...bound, limit],
  )
  return rows
}

export async function findPeople(
  db: Db,
  organisationId: string,
  words: string[][],
  limit: number,
): Promise<PersonRef[]> {
  const { sql, bound } = every(PERSON, words)
  const { rows } = await db.raw(
    `select p.id, p.name, p.title from people p where p.organisation_id = ? and p.retired_at is null and ${sql}
      order by length(p.name), p.staff_code limit ?`,
    [organisationId, ...bound, limit],
  )
  return rows
}

/** Units are a few hundred: read through, no index of their own. */
export async function findUnits(db: Db, organisationId: string, words: string[][], limit: number): Promise<UnitRef[]> {
  const { rows } = await db.raw(
    `select u.id, u.name_zh as zh, u.name_en as en from units u
      where u.organisation_id = ? and u.retired_at is null and ${words.map(() => `${UNIT} ilike any(?::text[])`).join(' and ')}
      order by length(u.name_zh), u.code limit ?`,
    [organisationId, ...words.map((spelt) => spelt.map(like)), limit],
  )
  return rows
}

export async function findNumbers(
  db: Db,
  organisationId: string,
  digits: string[],
  limit: number,
): Promise<NumberFound[]> {
  const { rows } = await db.raw(
    `select n.id, n.realm, n.number, n.kind, np.place_id as "placeId", p.path_zh as place
       from numbers n
       left join number_places np on np.number_id = n.id and np.during @> now()
       left join places p on p.id = np.place_id
      where n.organisation_id = ? and n.number like any(?::text[])
      order by length(n.number), n.number, n.realm limit ?`,
    [organisationId, digits.map((number) => `${number}%`), limit],
  )
  return rows
}
