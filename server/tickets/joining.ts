/** What a call and a ticket do to each other. */
import { type Actor, may, type Thing } from '../access/index.ts'
import { type CallRow, readCall, whomItReached } from '../calls/index.ts'
import { clock, type Tx } from '../db/index.ts'
import { notFound, Refusal } from '../refusal.ts'
import type { CallReason, CallRelation } from '../wire/tickets.ts'
import { urge } from './acting.ts'
import type { TicketEvent } from './events.ts'
import { openFor } from './opening.ts'
import { asked, held, thing } from './saving.ts'
import * as store from './store.ts'
import { isUntouched, stateAfter, type Ticket } from './ticket.ts'

/**
 * The call is about a ticket there already is. The ticket begun for the call, when nobody wrote on it, is withdrawn
 * in the same breath: one call, one ticket.
 */
export async function join(
  tx: Tx,
  actor: Actor,
  callId: string,
  ticketId: string,
  relation: Exclude<CallRelation, 'opened'>,
): Promise<TicketEvent[]> {
  const call = await mine(tx, actor, callId)
  const ticket = await held(tx, actor, ticketId)
  const at = await clock(tx)
  const events: TicketEvent[] = []
  const before = await store.ticketOfCall(tx, call.id)
  if (before?.ticketId === ticketId) {
    if (relation === 'also') return []
  } else if (before && relation !== 'also' && !(await mayChange(tx, actor, before.ticketId))) {
    // Another line's ticket stays as it is, with this call on it.
    await store.linkCall(tx, call.id, before.ticketId, 'also', at)
  } else if (before && relation !== 'also') {
    events.push(...(await leave(tx, actor, call.id, before.ticketId, at)))
  } else if (!before && relation !== 'also') {
    await store.deleteReason(tx, call.id)
  }
  events.push(...(await link(tx, actor, ticket, callId, relation, at)))
  if (relation === 'urge' && stateAfter(ticket.state, 'withdraw'))
    events.push(...(await urge(tx, actor, ticketId, callId)))
  return events
}

/** A call we make about a ticket stands on it from the beginning, whether anybody answers or not; so does its recording. */
export async function standOn(
  tx: Tx,
  actor: Actor,
  callId: string,
  ticketId: string,
  relation: Extract<CallRelation, 'callback' | 'outbound'>,
): Promise<TicketEvent[]> {
  const ticket = await held(tx, actor, ticketId)
  return link(tx, actor, ticket, callId, relation, await clock(tx))
}

async function link(
  tx: Tx,
  actor: Actor,
  ticket: Ticket,
  callId: string,
  relation: CallRelation,
  at: Date,
): Promise<TicketEvent[]> {
  await store.linkCall(tx, callId, ticket.id, relation, at)
  const entry = { kind: 'call-joined', body: { callId, relation } }
  return asked(tx, ticket, { ask: 'join', byId: actor.personId, callId, relation }, { at, entry })
}

/** A second, different fault in one call: a ticket of its own, and the first stays as it is. */
export async function openSecond(tx: Tx, actor: Actor, callId: string): Promise<TicketEvent[]> {
  const call = await mine(tx, actor, callId)
  const at = await clock(tx)
  const before = await store.ticketOfCall(tx, call.id)
  // The database lets one ticket only be the call's own; the one before becomes a ticket the call touched also.
  if (before) await store.linkCall(tx, call.id, before.ticketId, 'also', at)
  return openFor(tx, call, { kind: 'incident', source: 'call', at, firstTakerId: actor.personId })
}

/** No ticket is needed, and why. Only while nobody wrote on the ticket begun for the call: that one is withdrawn. */
export async function explain(
  tx: Tx,
  actor: Actor,
  callId: string,
  reason: CallReason,
  words: string | null,
): Promise<TicketEvent[]> {
  const call = await mine(tx, actor, callId)
  const at = await clock(tx)
  const events: TicketEvent[] = []
  const before = await store.ticketOfCall(tx, call.id)
  if (before) {
    const ticket = await store.holdTicket(tx, before.ticketId)
    if (ticket && !may(actor, 'change', thing(ticket))) throw new Refusal('ticket-of-another-line')
    if (ticket && !isUntouched(ticket)) throw new Refusal('ticket-has-content', { ticketId: ticket.id })
    events.push(...(await leave(tx, actor, call.id, before.ticketId, at)))
  }
  await store.insertReason(tx, { callId, reason, note: words, byId: actor.personId, at })
  return [...events, { type: 'call.explained', callId, reason, at, byId: actor.personId }]
}

/** The call is no longer about this ticket. Nobody wrote on it and no other call is about it: it is withdrawn. */
export async function leaveTicket(
  tx: Tx,
  left: { callId: string; ticketId: string; at: Date; byId: string | null },
): Promise<TicketEvent[]> {
  const { callId, ticketId, at, byId } = left
  const ticket = await store.holdTicket(tx, ticketId)
  if (!ticket) return []
  await store.unlinkCall(tx, callId, ticketId)
  const alone = (await store.callsOf(tx, ticketId)).length === 0
  return asked(
    tx,
    ticket,
    { ask: 'leave', byId, callId, alone },
    { at, entry: { kind: 'call-left', body: { callId } } },
  )
}

const leave = (tx: Tx, actor: Actor, callId: string, ticketId: string, at: Date) =>
  leaveTicket(tx, { callId, ticketId, at, byId: actor.personId })

async function mayChange(tx: Tx, actor: Actor, id: string): Promise<boolean> {
  const ticket = await store.holdTicket(tx, id)
  return ticket !== undefined && may(actor, 'change', thing(ticket))
}

/** What may() is asked about a call: as on its card, whomever it rang or reached included. */
export async function aboutCall(tx: Tx, callId: string): Promise<Thing | undefined> {
  const reached = await whomItReached(tx, callId)
  return reached && { kind: 'call', ...reached, assigneeIds: await store.assigneesOfCall(tx, callId) }
}

/** A call this person may work on. */
async function mine(tx: Tx, actor: Actor, callId: string): Promise<CallRow> {
  const call = await readCall(tx, callId)
  const about = await aboutCall(tx, callId)
  if (!call || !about || !may(actor, 'see', about)) throw notFound('call')
  if (!may(actor, 'change', about)) throw new Refusal('not-allowed')
  return call
}
