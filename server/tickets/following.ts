/** What follows from a call: a ticket begun, a callback owed or cleared, a reason written. Exactly one for each call. */
import type { ArchiveEvent } from '../archive/index.ts'
import { type CallEvent, type CallRow, readCall } from '../calls/index.ts'
import type { Tx } from '../db/index.ts'
import type { CallReason, OwedWhy } from '../wire/tickets.ts'
import * as callbacks from './callbacks/index.ts'
import type { TicketEvent } from './events.ts'
import { leaveTicket } from './joining.ts'
import { openFor, wardNumber, whereOf } from './opening.ts'
import { asked } from './saving.ts'
import * as store from './store.ts'
import { isUntouched, type Ticket, wordsOf } from './ticket.ts'

type Of<T extends CallEvent['type']> = Extract<CallEvent, { type: T }>
type Filed = Extract<ArchiveEvent, { type: 'recording.filed' }>

/** Follows call.answered: the ticket is begun with what is known of the caller, once, whatever legs come after. */
export async function openForCall(tx: Tx, event: Of<'call.answered'>): Promise<TicketEvent[]> {
  const call = await heldCall(tx, event.callId)
  if (call.direction === 'outbound') return []
  const already = await store.ticketOfCall(tx, call.id)
  if (already) return event.personId ? noteFirstTaker(tx, already.ticketId, event.personId, event.at) : []
  return openFor(tx, call, { kind: 'incident', source: 'call', at: event.at, firstTakerId: event.personId })
}

/** Follows call.voicemail-left: what was said to the machine waits as a ticket. */
export async function openForVoicemail(tx: Tx, event: Of<'call.voicemail-left'>): Promise<TicketEvent[]> {
  const call = await heldCall(tx, event.callId)
  if (await store.ticketOfCall(tx, call.id)) return []
  return openFor(tx, call, { kind: 'voicemail', source: 'voicemail', at: event.at, firstTakerId: null })
}

/** Follows recording.filed: nobody says a word in the message. Its ticket, if nobody wrote on it, becomes a callback owed. */
export async function oweForSilence(tx: Tx, event: Filed): Promise<TicketEvent[]> {
  if (!event.silent || !event.callId) return []
  const call = await heldCall(tx, event.callId)
  const link = await store.ticketOfCall(tx, call.id)
  const ticket = link && (await store.holdTicket(tx, link.ticketId))
  if (ticket?.kind !== 'voicemail' || !isUntouched(ticket)) return []
  const left = await leaveTicket(tx, { callId: call.id, ticketId: ticket.id, at: event.at, byId: null })
  return [...left, ...(await owe(tx, call, 'voicemail', event.at))]
}

/** Follows call.ended: what has no ticket by now is owed a callback or gets a written reason. */
export async function settleEndedCall(tx: Tx, event: Of<'call.ended'>): Promise<TicketEvent[]> {
  const call = await heldCall(tx, event.callId)
  if (await store.ticketOfCall(tx, call.id)) return []
  if (await callbacks.callbackOfCall(tx, call.id)) return []

  if (event.outcome === 'answered' && event.direction !== 'outbound') {
    return openFor(tx, call, { kind: 'incident', source: 'call', at: event.at, firstTakerId: null })
  }
  if (event.direction === 'callback') return explain(tx, call.id, 'outbound', event.at)
  if (event.direction === 'outbound') return explain(tx, call.id, 'outbound', event.at)
  // Whoever stayed longer tried to reach somebody, wherever in the dialplan that was; so did whom we cut off ourselves.
  const inNotice = !call.noticeOverAt && !call.queuedAt
  if (event.outcome === 'abandoned' && inNotice) return explain(tx, call.id, 'hung_up_in_notice', event.at)
  return owe(tx, call, event.outcome === 'callback_asked' ? 'asked' : 'abandoned', event.at)
}

/**
 * Follows call.answered: somebody of that number or place, or the very person, got through to the line that owed it, or
 * was called back by it. Another line's talk mends nothing.
 */
export async function clearCallbacksOf(tx: Tx, event: Of<'call.answered'>): Promise<TicketEvent[]> {
  const call = await heldCall(tx, event.callId)
  if (call.direction === 'outbound' || !event.first) return []
  const owed = await callbacks.owedTo(tx, {
    organisationId: call.organisationId,
    ...(await whereOf(tx, call)),
    personId: call.personId,
    number: wardNumber(call),
    placeId: call.placeId,
  })
  const events: TicketEvent[] = []
  for (const { id, byCaller } of owed) {
    const got = byCaller ? 'caller_got_through' : 'place_got_through'
    const how = call.direction === 'callback' ? 'called_back' : got
    const by = { how, callId: call.id, byId: event.personId, at: event.at } as const
    events.push(...(await callbacks.clear(tx, id, by)))
  }
  return events
}

/** Follows call.identified: a ticket begun under another or no name takes the right one, where nobody chose by hand. */
export async function relabel(tx: Tx, event: Of<'call.identified'>): Promise<TicketEvent[]> {
  const link = await store.ticketOfCall(tx, event.callId)
  if (link?.relation !== 'opened') return []
  const ticket = await store.holdTicket(tx, link.ticketId)
  if (!ticket) return []
  const byHand = new Set((await store.changesSince(tx, ticket.id, 0)).flatMap((change) => change.fields))
  const call = await heldCall(tx, event.callId)
  // What a number does not tell erases nothing that another told; an agent's word does.
  const tells = (id: string | null) => id !== null || event.byId !== undefined

  const to: Partial<Ticket> = {}
  const fields: string[] = []
  if (!byHand.has('placeId') && tells(call.placeId) && call.placeId !== ticket.reportedPlaceId) {
    to.reportedPlaceId = call.placeId
    to.placeText = call.placeId ? ((await store.placePath(tx, call.organisationId, call.placeId)) ?? '') : ''
    fields.push('placeId')
  }
  if (!byHand.has('reporterId') && tells(call.personId) && call.personId !== ticket.reporterId) {
    to.reporterId = call.personId
    fields.push('reporterId')
  }
  if (!byHand.has('unitId') && tells(call.unitId) && call.unitId !== ticket.unitId) {
    to.unitId = call.unitId
    fields.push('unitId')
  }
  if (!byHand.has('contactNumber') && wardNumber(call) !== '' && wardNumber(call) !== ticket.contactNumber) {
    to.contactNumber = wardNumber(call)
    fields.push('contactNumber')
  }
  const byId = event.byId ?? null
  return asked(tx, ticket, { ask: 'change', byId, fields, to }, { at: event.at, words: wordsOf(to) })
}

async function heldCall(tx: Tx, callId: string): Promise<CallRow> {
  const call = await readCall(tx, callId)
  if (!call) throw new Error(`an event tells of a call that is not in the database: ${callId}`)
  return call
}

async function noteFirstTaker(tx: Tx, ticketId: string, personId: string, at: Date): Promise<TicketEvent[]> {
  const ticket = await store.holdTicket(tx, ticketId)
  return ticket ? asked(tx, ticket, { ask: 'first-take', byId: personId, personId }, { at }) : []
}

async function owe(tx: Tx, call: CallRow, why: OwedWhy, at: Date): Promise<TicketEvent[]> {
  return callbacks.owe(tx, {
    organisationId: call.organisationId,
    callId: call.id,
    ...(await whereOf(tx, call)),
    number: wardNumber(call),
    placeId: call.placeId,
    owedAt: at,
    why,
  })
}

async function explain(tx: Tx, callId: string, reason: CallReason, at: Date): Promise<TicketEvent[]> {
  const isNew = await store.insertReason(tx, { callId, reason, note: null, byId: null, at })
  return isNew ? [{ type: 'call.explained', callId, reason, at }] : []
}
