/** Callbacks owed: taken under a lease so that nobody is called twice, cleared with how and by whom. */

import { type Actor, may, type Thing } from '../../access/index.ts'
import { type CallRow, readCall } from '../../calls/index.ts'
import { clock, type Db, type Tx } from '../../db/index.ts'
import { personRefs, placeRefs } from '../../directory/index.ts'
import { notFound, Refusal } from '../../refusal.ts'
import type { ClearedByHand, ClearedHow } from '../../wire/tickets.ts'
import type { CallbackRow } from '../../wire/views.ts'
import { type Callback, type CallbackAsk, type CallbackEvent, decide, evolve, holderOf } from './callback.ts'
import * as store from './store.ts'

export { callbackOfCall, owedCallbacks, owedTo, readCallbacks } from './store.ts'

/** Owes a call back, once per call. */
export async function owe(tx: Tx, row: store.NewCallback): Promise<CallbackEvent[]> {
  const callbackId = await store.insertCallback(tx, row)
  return callbackId ? [{ type: 'callback.owed', callbackId, callId: row.callId, why: row.why, at: row.owedAt }] : []
}

/** Takes a callback: one lease, one caller. Refused with who has it. */
export async function takeCallback(tx: Tx, actor: Actor, id: string): Promise<CallbackEvent[]> {
  const { personId } = actor
  return asked(tx, await held(tx, actor, id), { ask: 'take', byId: personId, personId, dials: false })
}

/** Gives it back to everybody. */
export async function releaseCallback(tx: Tx, actor: Actor, id: string): Promise<CallbackEvent[]> {
  const { personId } = actor
  return asked(tx, await held(tx, actor, id), { ask: 'release', byId: personId, personId })
}

/** Clears it by hand, with how; a note says why when nobody was reached. */
export async function clearCallback(
  tx: Tx,
  actor: Actor,
  id: string,
  how: ClearedByHand,
  note: string | null,
): Promise<CallbackEvent[]> {
  const said = Boolean(note?.trim())
  const ask: CallbackAsk = { ask: 'clear', byId: actor.personId, how, callId: null, said }
  return asked(tx, await held(tx, actor, id), ask, { note })
}

/** What a call makes of it: whoever was owed it got through, or there is a ticket. One that is cleared stays as it is. */
export async function clear(
  tx: Tx,
  id: string,
  by: { how: ClearedHow; callId: string; byId: string | null; at: Date },
): Promise<CallbackEvent[]> {
  const callback = await store.holdCallback(tx, id)
  if (!callback || callback.clearedAt) return []
  const { at, how, callId, byId } = by
  return asked(tx, callback, { ask: 'clear', byId, how, callId, said: true }, { at, note: null })
}

/** The call being dialled is for this callback: the lease must be the dialler's, and the try is counted. */
export async function dialling(
  tx: Tx,
  actor: Actor,
  id: string,
): Promise<{ events: CallbackEvent[]; call: CallRow; number: string }> {
  const callback = await held(tx, actor, id)
  const { personId } = actor
  const events = await asked(tx, callback, { ask: 'take', byId: personId, personId, dials: true })
  const call = await readCall(tx, callback.callId)
  if (!call) throw notFound('call')
  return { events, call, number: callback.number }
}

/** What may() is asked about a callback. */
export const callbackThing = ({ organisationId, campus, line }: Callback): Thing => ({
  kind: 'callback',
  organisationId,
  campus,
  line,
})

async function held(tx: Tx, actor: Actor, id: string): Promise<Callback> {
  const callback = await store.holdCallback(tx, id)
  if (!callback || !may(actor, 'see', callbackThing(callback))) throw notFound('callback')
  if (!may(actor, 'take', callbackThing(callback))) throw new Refusal('not-allowed')
  return callback
}

async function asked(
  tx: Tx,
  callback: Callback,
  what: CallbackAsk,
  said: { at?: Date; note?: string | null } = {},
): Promise<CallbackEvent[]> {
  const at = said.at ?? (await clock(tx))
  const events = decide(callback, what, at)
  if (events === 'callback-taken') throw new Refusal(events, { personId: holderOf(callback, at) })
  if (events === 'callback-cleared') throw new Refusal(events, { how: callback.clearedHow })
  if (typeof events === 'string') throw new Refusal(events)
  if (events.length > 0) await store.saveCallback(tx, events.reduce(evolve, callback), said.note)
  return events
}

/** Callbacks as rows of a list. Order is kept. */
export async function callbackRows(db: Db, callbacks: Callback[]): Promise<CallbackRow[]> {
  const [places, people] = await Promise.all([
    placeRefs(
      db,
      callbacks.map((callback) => callback.placeId),
    ),
    personRefs(
      db,
      callbacks.map((callback) => callback.takenBy),
    ),
  ])
  return callbacks.map((callback) => ({
    callbackId: callback.id,
    callId: callback.callId,
    campus: callback.campus,
    line: callback.line,
    number: callback.number,
    place: (callback.placeId && places.get(callback.placeId)) || null,
    owedAt: callback.owedAt.toISOString(),
    why: callback.why,
    takenBy: (callback.takenBy && people.get(callback.takenBy)) || null,
    leaseUntil: callback.leaseUntil?.toISOString() ?? null,
    tries: callback.tries,
    clearedAt: callback.clearedAt?.toISOString() ?? null,
    clearedHow: callback.clearedHow,
  }))
}
