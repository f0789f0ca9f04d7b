/** Tying a number to a place or a person from a call's card, and the past calls it then explains. */
import type { Db, Tx } from '../db/index.ts'
import type { NumberKind } from '../wire/choices.ts'

/** How far back an attached number explains calls nobody could place. */
const RELABEL_DAYS = 90

/** Finds a number in its realm, or writes it down. */
export async function numberFor(
  tx: Tx,
  { organisationId, realm, number, kind }: { organisationId: string; realm: string; number: string; kind: NumberKind },
): Promise<{ id: string; kind: NumberKind; made: boolean }> {
  const where = { organisation_id: organisationId, realm, number }
  const [made] = await tx('numbers')
    .insert({ ...where, kind })
    .onConflict(['organisation_id', 'realm', 'number'])
    .ignore()
    .returning(['id', 'kind'])
  const row = made ?? (await tx('numbers').where(where).first('id', 'kind'))
  return { id: row.id, kind: row.kind, made: Boolean(made) }
}

/** From now on the number rings at this place; what it pointed to before ends now. */
export async function ringsAt(tx: Tx, numberId: string, placeId: string): Promise<boolean> {
  const same = await tx('number_places').where({ number_id: numberId, place_id: placeId }).whereRaw('during @> now()')
  if (same.length > 0) return false
  await closeMappings(tx, 'number_places', numberId)
  await tx('number_places').insert({ number_id: numberId, place_id: placeId, source: 'agent' })
  return true
}

/** From now on the number is this person's. */
export async function belongsTo(tx: Tx, numberId: string, personId: string): Promise<boolean> {
  const same = await tx('number_people').where({ number_id: numberId, person_id: personId }).whereRaw('during @> now()')
  if (same.length > 0) return false
  await closeMappings(tx, 'number_people', numberId)
  await tx('number_people').insert({ number_id: numberId, person_id: personId, source: 'agent' })
  return true
}

async function closeMappings(tx: Tx, table: 'number_places' | 'number_people', numberId: string): Promise<void> {
  // One begun in this very transaction's instant would become empty: it never stood, so it goes.
  await tx(table).where({ number_id: numberId }).whereRaw('lower(during) >= now()').delete()
  await tx(table)
    .where({ number_id: numberId })
    .whereRaw('during @> now()')
    .update({ during: tx.raw('tstzrange(lower(during), now())') })
}

/** The unit at a place, or a person's. */
export async function unitOf(
  db: Db,
  what: { placeId: string | null; personId: string | null },
): Promise<string | null> {
  const row = what.placeId
    ? await db('unit_places').where({ place_id: what.placeId }).whereRaw('during @> now()').first('unit_id')
    : await db('person_units').where({ person_id: what.personId }).whereRaw('during @> now()').first('unit_id')
  return row?.unit_id ?? null
}

export async function exists(db: Db, organisationId: string, table: 'places' | 'people', id: string): Promise<boolean> {
  const rows = db(table).where(`${table}.id`, id)
  if (table === 'places')
    rows.join('campuses as c', 'c.id', 'places.campus_id').where('c.organisation_id', organisationId)
  else rows.where({ organisation_id: organisationId })
  return Boolean(await rows.first(`${table}.id`))
}

/**
 * Past calls of a number at a campus that nobody could place: after the number last meant something else, and not older
 * than ninety days. What an agent chose by hand for one call stays.
 */
export async function unexplainedCalls(
  tx: Tx,
  {
    organisationId,
    ani,
    campus,
    numberId,
  }: { organisationId: string; ani: string; campus: string | null; numberId: string },
): Promise<string[]> {
  const { rows } = await tx.raw(
    `select c.id from calls c left join campuses cp on cp.id = c.campus_id
      where c.organisation_id = :organisationId and c.ani = :ani and c.ani <> ''
        and cp.code is not distinct from :campus
        and c.place_id is null and c.person_id is null
        and c.identified_how in ('unknown', 'number_twice', 'shared_trunk')
        and c.arrived_at > now() - make_interval(days => :days)
        and c.arrived_at >= coalesce((select max(upper(m.during)) from
              (select during from number_places where number_id = :numberId
               union all select during from number_people where number_id = :numberId) m
              where upper(m.during) < now()), '-infinity')
      order by c.arrived_at for update of c`,
    { organisationId, ani, campus, numberId, days: RELABEL_DAYS },
  )
  return rows.map((row: { id: string }) => row.id)
}
