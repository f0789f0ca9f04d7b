/** Reads of the directory that other rooms need: whose number, what a place is called, what may be chosen. */
import { type Db, prepared } from '../db/index.ts'
import type { Catalogue, PersonRef, PlaceRef, UnitRef } from '../wire/views.ts'
import type { NumberRow } from './identify.ts'

/** Every directory number that one of the spellings fits, with what it points to now. */
export async function numbersSpelt(db: Db, organisationId: string, spelt: string[]): Promise<NumberRow[]> {
  if (spelt.length === 0) return []
  const { rows } = await db
    .raw(
      `select n.id, n.realm, n.kind, array_position(:spelt::text[], n.number) - 1 as spelling, np.place_id, pu.unit_id,
            coalesce(h.people, '[]') as people
       from numbers n
       left join number_places np on np.number_id = n.id and np.during @> now()
       left join lateral (
         with recursive around as (
           select p.id, p.parent_id, 0 as far from places p where p.id = np.place_id
           union all
           select p.id, p.parent_id, a.far + 1 from places p join around a on p.id = a.parent_id where a.far < 8)
         select up.unit_id from around a join unit_places up on up.place_id = a.id and up.during @> now()
          order by a.far, up.unit_id limit 1) pu on true
       left join lateral (
         select jsonb_agg(jsonb_build_object('personId', pe.id, 'name', pe.name, 'unitId', u.unit_id) order by pe.id) as people
           from number_people h
           join people pe on pe.id = h.person_id and pe.retired_at is null
           left join lateral (select unit_id from person_units w where w.person_id = pe.id and w.during @> now()
                               order by lower(w.during) desc limit 1) u on true
          where h.number_id = n.id and h.during @> now()) h on true
      where n.organisation_id = :organisationId and n.number = any(:spelt::text[])`,
      { spelt, organisationId },
    )
    .options(prepared('numbers-spelt'))
  return rows.map((row: Record<string, unknown>) => ({
    id: row.id,
    realm: row.realm,
    kind: row.kind,
    spelling: row.spelling,
    placeId: row.place_id,
    unitId: row.unit_id,
    people: row.people,
  }))
}

/** The organisation of this desk: the one made first. */
export async function firstOrganisation(db: Db): Promise<string | undefined> {
  return (await db('organisations').orderBy('created_at').orderBy('id').first('id'))?.id
}

export async function readPlaceRefs(db: Db, ids: string[]): Promise<PlaceRef[]> {
  const { rows } = await db
    .raw(
      `select p.id, c.code as campus, p.path_zh as zh, p.name_en as en, p.no_transmit as "noTransmit"
         from places p join campuses c on c.id = p.campus_id where p.id = any(?::uuid[])`,
      [ids],
    )
    .options(prepared('place-refs'))
  return rows
}

export async function readUnitRefs(db: Db, ids: string[]): Promise<UnitRef[]> {
  const { rows } = await db
    .raw('select id, name_zh as zh, name_en as en from units where id = any(?::uuid[])', [ids])
    .options(prepared('unit-refs'))
  return rows
}

export async function readPersonRefs(db: Db, ids: string[]): Promise<PersonRef[]> {
  const { rows } = await db
    .raw('select id, name, title from people where id = any(?::uuid[])', [ids])
    .options(prepared('person-refs'))
  return rows
}

/** What rarely changes and every console needs: campuses, lines, categories, the priority table. */
export async function readCatalogue(db: Db, organisationId: string): Promise<Catalogue> {
  const mine = { organisation_id: organisationId }
  const [organisation, campuses, lines, categories, priorities] = await Promise.all([
    db('organisations').where({ id: organisationId }).first('time_zone'),
    db('campuses').where(mine).orderBy('sort').select('id', 'code', 'name_zh as zh', 'name_en as en', 'seal'),
    db('lines')
      .where(mine)
      .orderBy('sort')
      .select('id', 'code', 'name_zh as zh', 'name_en as en')
      .select('wrap_up_seconds as wrapUpSeconds', 'ring_seconds as ringSeconds'),
    db('categories as c')
      .join('lines as l', 'l.id', 'c.line_id')
      .where('c.organisation_id', organisationId)
      .orderBy(['l.sort', 'c.sort', 'c.code'])
      .select('c.id', 'c.code', 'l.code as line', 'c.parent_id as parentId', 'c.label_zh as zh', 'c.label_en as en')
      .select('c.needs_ip as needsIp', db.raw('c.retired_at is not null as retired')),
    db('priorities').orderBy(['impact', 'urgency']).select('impact', 'urgency', 'priority'),
  ])
  const table: number[][] = []
  for (const { impact, urgency, priority } of priorities) {
    const row = table[impact - 1] ?? []
    row[urgency - 1] = priority
    table[impact - 1] = row
  }
  return { campuses, lines, categories, priorities: table, timeZone: organisation?.time_zone ?? 'Asia/Shanghai' }
}
