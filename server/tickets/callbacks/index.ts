/** Callbacks owed: taken under a lease so that nobody is called twice, cleared with how and by whom. */

import { type Actor, may, type Thing } from '../access/index.ts'
import { type CallRow, readCall } from '../calls/index.ts'
import { clock, type Tx } from '../db/index.ts'
import { notFound, Refusal } from '../refusal.ts'
import * as store from './callback-store.ts'
import type { ClearedHow, TicketEvent } from './events.ts'

/** Long enough to dial, talk and write; after it the callback is anybody's again. */
export const LEASE_MINUTES = 15

/** Takes a callback: one lease, one caller. Refused with who has it. */
export async function takeCallback(tx: Tx, actor: Actor, id: string): Promise<TicketEvent[]> {
  const callback = await held(tx, actor, id)
  const at = await clock(tx)
  if (callback.takenBy && callback.takenBy !== actor.personId && callback.leaseUntil && callback.leaseUntil > at) {
    throw new Refusal('callback-taken', { personId: callback.takenBy })
  }
  const leaseUntil = await store.lease(tx, id, actor.personId, LEASE_MINUTES)
  return [{ type: 'callback.taken', callbackId: id, at, byId: actor.personId, leaseUntil }]
}

/** Gives it back to everybody. */
export async function releaseCallback(tx: Tx, actor: Actor, id: string): Promise<TicketEvent[]> {
  const callback = await held(tx, actor, id)
  if (callback.takenBy !== actor.personId) return []
  await store.release(tx, id)
  return [{ type: 'callback.released', callbackId: id, at: await clock(tx), byId: actor.personId }]
}

/** Clears it by hand, with how; a note says why when nobody was reached. */
export async function clearCallback(
  tx: Tx,
  actor: Actor,
  id: string,
  how: Extract<ClearedHow, 'unreachable' | 'by_hand' | 'ticket_exists'>,
  note: string | null,
): Promise<TicketEvent[]> {
  await held(tx, actor, id)
  if (how !== 'ticket_exists' && !note?.trim()) throw new Refusal('note-needed')
  await store.clear(tx, id, how, { personId: actor.personId, callId: null, note })
  return [
    { type: 'callback.cleared', callbackId: id, at: await clock(tx), byId: actor.personId, how, clearedCallId: null },
  ]
}

/** The call being dialled is for this callback: the lease must be the dialler's, and the try is counted. */
export async function dialling(
  tx: Tx,
  actor: Actor,
  id: string,
): Promise<{ events: TicketEvent[]; call: CallRow; number: string }> {
  const events = await takeCallback(tx, actor, id)
  const callback = await held(tx, actor, id)
  await store.countTry(tx, id)
  const call = await readCall(tx, callback.callId)
  if (!call) throw notFound('call')
  return { events, call, number: callback.number }
}

/** What may() is asked about a callback. */
export const callbackThing = ({ organisationId, campus, line }: store.Callback): Thing => ({
  kind: 'callback',
  organisationId,
  campus,
  line,
})

async function held(tx: Tx, actor: Actor, id: string): Promise<store.Callback> {
  const callback = await store.holdCallback(tx, id)
  if (!callback || !may(actor, 'see', callbackThing(callback))) throw notFound('callback')
  if (!may(actor, 'take', callbackThing(callback))) throw new Refusal('not-allowed')
  if (callback.clearedAt) throw new Refusal('callback-cleared', { how: callback.clearedHow })
  return callback
}
