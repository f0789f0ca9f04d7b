/** Handovers and their items: rows. */
import { randomUUID } from 'node:crypto'
import type { Db, Tx } from '../../db/index.ts'
import type { HandoverItemKind } from '../../wire/roster.ts'
import type { PersonRef } from '../../wire/views.ts'
import type { Handover, HandoverState, HandoverSubject } from './handover.ts'

export async function campusId(db: Db | Tx, organisationId: string, code: string): Promise<string | undefined> {
  return (await db('campuses').where({ organisation_id: organisationId, code }).first('id'))?.id
}

export async function insertHandover(
  tx: Tx,
  organisationId: string,
  handover: Pick<Handover, 'id' | 'campusId' | 'fromId' | 'toId'>,
  subjects: readonly HandoverSubject[],
  at: Date,
): Promise<void> {
  await tx('handovers').insert({
    id: handover.id,
    organisation_id: organisationId,
    campus_id: handover.campusId,
    from_id: handover.fromId,
    to_id: handover.toId,
    state: 'open',
    begun_at: at,
  })
  await tx('handover_items').insert(
    subjects.map(({ kind, subjectId, code, note }, position) => ({
      ...{ id: randomUUID(), handover_id: handover.id, position, kind },
      ...{ subject_id: subjectId ?? null, code: code ?? null, note: note ?? null },
    })),
  )
}

/** A handover with its items, held until the transaction ends. */
export async function holdHandover(tx: Tx, organisationId: string, id: string): Promise<Handover | undefined> {
  const row = await tx('handovers')
    .where({ id, organisation_id: organisationId })
    .forUpdate()
    .first('id', 'campus_id as campusId', 'from_id as fromId', 'to_id as toId', 'state')
  if (!row) return undefined
  const items = await tx('handover_items')
    .where({ handover_id: id })
    .orderBy('position')
    .select('id', 'acknowledged_at')
  return { ...row, items: items.map((one) => ({ id: one.id, acknowledged: one.acknowledged_at !== null })) }
}

/** Writes what `evolve` returned. */
export async function saveHandover(tx: Tx, before: Handover, after: Handover, at: Date): Promise<void> {
  for (const [i, item] of after.items.entries())
    if (item.acknowledged && !before.items[i]?.acknowledged)
      await tx('handover_items').where({ id: item.id }).update({ acknowledged_at: at })
  if (after.state !== before.state)
    await tx('handovers').where({ id: after.id }).update({ state: after.state, ended_at: at })
}

export type ItemShown = {
  itemId: string
  kind: HandoverItemKind
  subjectId: string | null
  code: string | null
  note: string | null
  acknowledgedAt: string | null
}
export type HandoverShown = {
  handoverId: string
  campus: string
  from: PersonRef
  to: PersonRef
  state: HandoverState
  begunAt: Date
  endedAt: Date | null
  items: ItemShown[]
}

/** What is open, and what ended in the last week; newest first. */
export async function readHandovers(db: Db, organisationId: string): Promise<HandoverShown[]> {
  const person = (p: string) => `jsonb_build_object('id', ${p}.id, 'name', ${p}.name, 'title', ${p}.title)`
  const { rows } = await db.raw(
    `select h.id as "handoverId", c.code as campus, ${person('f')} as from, ${person('t')} as to, h.state,
            h.begun_at as "begunAt", h.ended_at as "endedAt",
            coalesce((select jsonb_agg(jsonb_build_object('itemId', i.id, 'kind', i.kind, 'subjectId', i.subject_id, 'code', i.code,
               'note', i.note, 'acknowledgedAt', i.acknowledged_at) order by i.position)
               from handover_items i where i.handover_id = h.id), '[]') as items
       from handovers h join campuses c on c.id = h.campus_id join people f on f.id = h.from_id join people t on t.id = h.to_id
      where h.organisation_id = ? and (h.state = 'open' or h.ended_at > now() - interval '7 days')
      order by h.begun_at desc limit 100`,
    [organisationId],
  )
  return rows
}

/** Handhelds of these codes that somebody holds now, and by whom it was not put back. */
export async function heldNow(db: Db | Tx, organisationId: string, units: readonly string[]): Promise<string[]> {
  return db('radio_holders')
    .where({ organisation_id: organisationId })
    .whereIn('unit', [...units])
    .whereRaw('during @> now()')
    .orderBy('unit')
    .pluck('unit')
}
