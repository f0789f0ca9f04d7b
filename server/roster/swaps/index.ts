/** Swaps: asked by who has the shift, agreed by who is to have it, seen by who leads the crew. */
import { randomUUID } from 'node:crypto'
import type { Actor } from '../../access/index.ts'
import { clock, type Db, type Tx } from '../../db/index.ts'
import { notFound, Refusal } from '../../refusal.ts'
import type { SwapView } from '../../wire/roster.ts'
import { askShift } from '../changing.ts'
import type { RosterEvent } from '../events.ts'
import { leads, mustSee } from '../rights.ts'
import type { Shift } from '../shift.ts'
import { type HeldShift, holdShift, isPerson } from '../store.ts'
import { isAway } from '../weeks/store.ts'
import * as store from './store.ts'
import { ask, decide, evolve, type Swap, type SwapEvent, type SwapRefusal } from './swap.ts'

export type SwapWish = { shiftId: string; toId: string; forShiftId: string | null }

/** One's own, and those of the crews one leads. */
export async function readSwaps(db: Db, actor: Actor): Promise<SwapView[]> {
  mustSee(actor)
  return (await store.readSwaps(db, actor.organisationId)).flatMap((one) => {
    const mine = [one.from.id, one.to.id].includes(actor.personId)
    const mayLead = leads(actor, one.shift)
    return mine || mayLead ? [viewOf(one, mayLead)] : []
  })
}

const shiftOf = ({ shiftId, from, to, crew, campus }: store.SwapShift) => ({
  ...{ shiftId, crew, campus, from: from.toISOString(), to: to.toISOString() },
})
const viewOf = (one: store.SwapShown, mayLead: boolean): SwapView => ({
  swapId: one.swapId,
  state: one.state,
  from: one.from,
  to: one.to,
  shift: shiftOf(one.shift),
  forShift: one.forShift && shiftOf(one.forShift),
  askedAt: one.askedAt.toISOString(),
  mayLead,
})

export async function askSwap(
  tx: Tx,
  actor: Actor,
  { shiftId, toId, forShiftId }: SwapWish,
): Promise<{ id: string; events: RosterEvent[] }> {
  mustSee(actor)
  const { organisationId, personId: fromId } = actor
  const at = await clock(tx)
  const swap = { id: randomUUID() as string, shiftId, forShiftId, fromId, toId }
  const events = refusing(ask(swap, at))
  if (!(await isPerson(tx, organisationId, toId))) throw notFound('person')
  const given = await heldOf(tx, organisationId, shiftId, fromId, at)
  const back = forShiftId === null ? null : await heldOf(tx, organisationId, forShiftId, toId, at)
  await mustBeHere(tx, toId, given)
  if (back) await mustBeHere(tx, fromId, back)
  try {
    await store.insertSwap(tx, organisationId, swap, at)
  } catch (error) {
    if ((error as { code?: string }).code === '23505') throw new Refusal('swap-asked-already', { field: 'toId' })
    throw error
  }
  return { id: swap.id, events }
}

/** Agreed, it holds at once: both shifts change hands, or nothing does. */
export async function answerSwap(
  tx: Tx,
  actor: Actor,
  id: string,
  what: 'agree' | 'refuse' | 'withdraw' | 'see',
): Promise<RosterEvent[]> {
  mustSee(actor)
  const { organisationId, personId: byId } = actor
  const swap = await store.holdSwap(tx, organisationId, id)
  const shift = swap && (await holdShift(tx, organisationId, swap.shiftId))
  if (!swap || !shift) throw notFound('swap')
  const isLead = leads(actor, shift)
  if (![swap.fromId, swap.toId].includes(byId) && !isLead) throw notFound('swap')
  const at = await clock(tx)
  const asked = what === 'see' ? { ask: what, byId, leads: isLead } : { ask: what, byId }
  const events = refusing(decide(swap, asked, at))
  const [event] = events
  if (!event) return []
  await store.saveSwap(tx, events.reduce(evolve, swap), event)
  return event.verb === 'agreed' ? [...events, ...(await exchange(tx, organisationId, swap, at))] : events
}

async function exchange(tx: Tx, organisationId: string, swap: Swap, at: Date): Promise<RosterEvent[]> {
  const { shiftId, forShiftId, fromId, toId } = swap
  const given = await heldOf(tx, organisationId, shiftId, fromId, at)
  await mustBeHere(tx, toId, given)
  const give = async (shift: Shift, personId: string | null) =>
    askShift(tx, organisationId, shift, { ask: 'give', byId: toId, personId, why: 'swap' })
  if (forShiftId === null) return (await give(given, toId)).events
  const back = await heldOf(tx, organisationId, forShiftId, toId, at)
  await mustBeHere(tx, fromId, back)
  // Nobody's for a moment: the two may be at one time, and nobody is on two at once.
  const freed = await give(back, null)
  const first = await give(given, toId)
  const second = await give(freed.shift, fromId)
  return [...first.events, ...second.events.map((event) => ({ ...event, was: toId }))]
}

/** A shift that is this person's and has not begun. */
async function heldOf(tx: Tx, organisationId: string, id: string, personId: string, at: Date): Promise<Shift> {
  const found: HeldShift | undefined = await holdShift(tx, organisationId, id)
  if (!found) throw notFound('shift')
  if (found.shift.personId !== personId || found.shift.kind === 'leave') throw new Refusal('swap-shift-not-theirs')
  if (found.shift.from <= at) throw new Refusal('shift-has-begun')
  return found.shift
}

async function mustBeHere(tx: Tx, personId: string, { from, to }: Shift): Promise<void> {
  if (await isAway(tx, personId, from, to)) throw new Refusal('person-away-then', { field: 'toId' })
}

const refusing = (decided: SwapEvent[] | SwapRefusal): SwapEvent[] => {
  if (typeof decided === 'string') throw new Refusal(decided)
  return decided
}
