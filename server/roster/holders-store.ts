/** Who holds which handheld, and when: rows. The register of handhelds is the radio's; here is only whose hand. */
import type { Db, Tx } from '../db/index.ts'
import type { PlanView } from '../wire/radio.ts'

/** Who holds or is to hold these handhelds from now on, in order. */
export async function readPlans(db: Db | Tx, organisationId: string, units: readonly string[]): Promise<PlanView[]> {
  const rows = await db('radio_holders as h')
    .join('people as p', 'p.id', 'h.person_id')
    .where('h.organisation_id', organisationId)
    .whereIn('h.unit', units)
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
