/** Handing a shift over: what is open is listed for whoever leaves, and acknowledged item by item by whoever comes. */
import { randomUUID } from 'node:crypto'
import type { Actor } from '../../access/index.ts'
import { clock, type Db, type Tx } from '../../db/index.ts'
import { notFound, Refusal } from '../../refusal.ts'
import type { RosterEvent } from '../events.ts'
import type { Handhelds } from '../leading.ts'
import { handsOverAt, mustSee } from '../rights.ts'
import { isPerson } from '../store.ts'
import { begin, decide, evolve, type HandoverRefusal, type HandoverSubject, withNothing } from './handover.ts'
import * as store from './store.ts'

export type { HandoverSubject } from './handover.ts'
export type { HandoverShown, ItemShown } from './store.ts'

/** What other rooms leave open at a campus: the room that shows them knows. */
export type OpenThings = (actor: Actor, campus: string) => Promise<HandoverSubject[]>

/** What would be handed over at a campus now. */
export async function draft(
  db: Db,
  actor: Actor,
  campus: string,
  { handhelds, open }: { handhelds: Handhelds; open: OpenThings },
): Promise<HandoverSubject[]> {
  mustHandOver(actor, campus)
  const { organisationId } = actor
  if (!(await store.campusId(db, organisationId, campus))) throw notFound('campus')
  const units = (await handhelds.all(organisationId)).filter((one) => one.campus === campus).map(({ code }) => code)
  const held = await store.heldNow(db, organisationId, units)
  return [...(await open(actor, campus)), ...held.map((code) => ({ kind: 'handheld' as const, code }))]
}

/** Everything open at the campus, with what the giver adds in their own words. */
export async function beginHandover(
  tx: Tx,
  actor: Actor,
  { campus, toId, notes }: { campus: string; toId: string; notes: readonly string[] },
  open: readonly HandoverSubject[],
): Promise<{ id: string; events: RosterEvent[] }> {
  mustHandOver(actor, campus)
  const { organisationId, personId: fromId } = actor
  const campusId = await store.campusId(tx, organisationId, campus)
  if (!campusId) throw notFound('campus')
  if (!(await isPerson(tx, organisationId, toId))) throw notFound('person')
  const at = await clock(tx)
  const said = notes.map((note) => note.trim()).filter(Boolean)
  const subjects = withNothing([...open, ...said.map((note) => ({ kind: 'note' as const, note }))])
  const handover = { id: randomUUID() as string, campusId, fromId, toId }
  const events = refusing(begin(handover, subjects.length, at))
  try {
    await store.insertHandover(tx, organisationId, handover, subjects, at)
  } catch (error) {
    if ((error as { code?: string }).code === '23505') throw new Refusal('handover-begun-already')
    throw error
  }
  return { id: handover.id, events }
}

export async function acknowledge(tx: Tx, actor: Actor, id: string, itemId: string): Promise<RosterEvent[]> {
  return asked(tx, actor, id, { ask: 'acknowledge', itemId })
}

export async function withdraw(tx: Tx, actor: Actor, id: string): Promise<RosterEvent[]> {
  return asked(tx, actor, id, { ask: 'withdraw' })
}

/** Everyone who works here sees what was handed over, and what was not acknowledged. */
export async function readHandovers(db: Db, actor: Actor): Promise<store.HandoverShown[]> {
  mustSee(actor)
  return store.readHandovers(db, actor.organisationId)
}

async function asked(
  tx: Tx,
  actor: Actor,
  id: string,
  ask: { ask: 'acknowledge'; itemId: string } | { ask: 'withdraw' },
): Promise<RosterEvent[]> {
  mustSee(actor)
  const handover = await store.holdHandover(tx, actor.organisationId, id)
  if (!handover) throw notFound('handover')
  const at = await clock(tx)
  const events = refusing(decide(handover, { ...ask, byId: actor.personId }, at))
  await store.saveHandover(tx, handover, events.reduce(evolve, handover), at)
  return events
}

function mustHandOver(actor: Actor, campus: string): void {
  mustSee(actor)
  if (!handsOverAt(actor, campus)) throw new Refusal('not-allowed')
}

const refusing = <T>(decided: T[] | HandoverRefusal): T[] => {
  if (typeof decided === 'string') throw new Refusal(decided)
  return decided
}
