/** What follows from a call: a ticket begun, a callback owed or cleared, a reason written. Exactly one for each call. */
import type { ArchiveEvent } from '../archive/index.ts'
import { type CallEvent, type CallRow, readCall } from '../calls/index.ts'
import type { Tx } from '../db/index.ts'
import * as callbacks from './callback-store.ts'
import type { CallReason, TicketEvent } from './events.ts'
import { insertTicket } from './shown-store.ts'
import * as store from './store.ts'
import { isUntouched, REPEAT_CALLS } from './ticket.ts'

type Of<T extends CallEvent['type']> = Extract<CallEvent, { type: T }>
type Filed = Extract<ArchiveEvent, { type: 'recording.filed' }>

/** Follows call.answered: the ticket is begun with what is known of the caller, once, whatever legs come after. */
export async function openForCall(tx: Tx, event: Of<'call.answered'>): Promise<TicketEvent[]> {
  const call = await heldCall(tx, event.callId)
  if (call.direction === 'outbound') return []
  const already = await store.ticketOfCall(tx, call.id)
  if (already) return event.personId ? noteFirstTaker(tx, already.ticketId, event.personId) : []
  return open(tx, call, { kind: 'incident', source: 'call', at: event.at, firstTakerId: event.personId })
}

/** Follows call.voicemail-left: what was said to the machine waits as a ticket. */
export async function openForVoicemail(tx: Tx, event: Of<'call.voicemail-left'>): Promise<TicketEvent[]> {
  const call = await heldCall(tx, event.callId)
  if (await store.ticketOfCall(tx, call.id)) return []
  return open(tx, call, { kind: 'voicemail', source: 'voicemail', at: event.at, firstTakerId: null })
}

/** Follows recording.filed: nobody says a word in the message. Its ticket, if nobody wrote on it, becomes a callback owed. */
export async function oweForSilence(tx: Tx, event: Filed): Promise<TicketEvent[]> {
  if (!event.silent || !event.callId) return []
  const call = await heldCall(tx, event.callId)
  const link = await store.ticketOfCall(tx, call.id)
  const ticket = link && (await store.holdTicket(tx, link.ticketId))
  if (ticket?.kind !== 'voicemail' || !isUntouched(ticket)) return []
  await store.unlinkCall(tx, call.id, ticket.id)
  const version = await store.updateTicket(tx, ticket.id, { state: 'withdrawn', finished_at: event.at })
  await store.insertEntry(tx, ticket.id, { at: event.at, byId: null, kind: 'call-left', body: { callId: call.id } })
  const about = { ticketId: ticket.id, at: event.at, byId: null, version }
  return [
    { type: 'ticket.call-left', callId: call.id, ...about },
    { type: 'ticket.state', from: ticket.state, to: 'withdrawn', ...about },
    ...(await owe(tx, call, 'voicemail', event.at)),
  ]
}

/** Follows call.ended: what has no ticket by now is owed a callback or gets a written reason. */
export async function settleEndedCall(tx: Tx, event: Of<'call.ended'>): Promise<TicketEvent[]> {
  const call = await heldCall(tx, event.callId)
  if (await store.ticketOfCall(tx, call.id)) return []
  if (await callbacks.callbackOfCall(tx, call.id)) return []

  if (event.outcome === 'answered' && event.direction !== 'outbound') {
    return open(tx, call, { kind: 'incident', source: 'call', at: event.at, firstTakerId: null })
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
    await callbacks.clear(tx, id, how, { personId: event.personId, callId: call.id, note: null })
    events.push({
      type: 'callback.cleared',
      callbackId: id,
      at: event.at,
      byId: event.personId,
      how,
      clearedCallId: call.id,
    })
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

  const columns: Record<string, unknown> = {}
  const fields: string[] = []
  if (!byHand.has('placeId') && tells(call.placeId) && call.placeId !== ticket.reportedPlaceId) {
    columns.reported_place_id = call.placeId
    columns.place_text = call.placeId ? ((await store.placePath(tx, call.organisationId, call.placeId)) ?? '') : ''
    fields.push('placeId')
  }
  if (!byHand.has('reporterId') && tells(call.personId) && call.personId !== ticket.reporterId) {
    columns.reporter_id = call.personId
    fields.push('reporterId')
  }
  if (!byHand.has('unitId') && tells(call.unitId) && call.unitId !== ticket.unitId) {
    columns.unit_id = call.unitId
    columns.unit_snapshot = call.unitId ? await store.unitSnapshot(tx, call.organisationId, call.unitId) : null
    fields.push('unitId')
  }
  if (!byHand.has('contactNumber') && wardNumber(call) !== '' && wardNumber(call) !== ticket.contactNumber) {
    columns.contact_number = wardNumber(call)
    fields.push('contactNumber')
  }
  if (fields.length === 0) return []
  const version = await store.updateTicket(tx, ticket.id, columns)
  return [{ type: 'ticket.changed', ticketId: ticket.id, at: event.at, byId: event.byId ?? null, fields, version }]
}

async function heldCall(tx: Tx, callId: string): Promise<CallRow> {
  const call = await readCall(tx, callId)
  if (!call) throw new Error(`an event tells of a call that is not in the database: ${callId}`)
  return call
}

/** Begins a ticket for a call: also what the agent asks for when one call brings a second, different fault. */
export async function open(
  tx: Tx,
  call: CallRow,
  as: { kind: 'incident' | 'voicemail'; source: 'call' | 'voicemail'; at: Date; firstTakerId: string | null },
): Promise<TicketEvent[]> {
  const where = await whereFor(tx, call)
  const opened = await insertTicket(tx, {
    organisationId: call.organisationId,
    where,
    kind: as.kind,
    source: as.source,
    reportedAt: call.arrivedAt,
    contactNumber: wardNumber(call),
    reporterId: call.personId,
    unitId: call.unitId,
    placeId: call.placeId,
    placeText: call.placeId ? ((await store.placePath(tx, call.organisationId, call.placeId)) ?? '') : '',
    firstTakerId: as.firstTakerId,
    repeat: (await store.callsIn24h(tx, { ...call, campusId: (await whereOf(tx, call)).campusId })) >= REPEAT_CALLS,
  })
  if (!opened) throw new Error(`the campus or line of call ${call.id} is gone`)
  const { id, version, campus, line } = opened
  await store.linkCall(tx, call.id, id, 'opened', as.at)
  const mended = await unsettle(tx, call.id, as.at)
  return [
    {
      type: 'ticket.opened',
      ticketId: id,
      at: as.at,
      byId: as.firstTakerId,
      callId: call.id,
      campus,
      line,
      version,
    },
    ...mended,
  ]
}

/** Asterisk's record may show late that a call thought lost was answered: what was owed or written for it is taken back. */
async function unsettle(tx: Tx, callId: string, at: Date): Promise<TicketEvent[]> {
  await callbacks.deleteReason(tx, callId)
  const callbackId = await callbacks.callbackOfCall(tx, callId)
  if (!callbackId) return []
  const how = 'ticket_exists'
  await callbacks.clear(tx, callbackId, how, { personId: null, callId, note: null })
  return [{ type: 'callback.cleared', callbackId, at, how, clearedCallId: callId }]
}

/** The ward's number, whoever dialled. */
export const wardNumber = (call: CallRow): string => (call.direction === 'inbound' ? call.ani : call.dialled)

const whereOf = (tx: Tx, call: CallRow) => store.campusAndLineOf(tx, call.organisationId, call.campus, call.line)

/** A call heard of only in CEL may know neither campus nor line; the ticket still belongs somewhere: the first of each. */
async function whereFor(tx: Tx, call: CallRow): Promise<{ campusId: string; lineId: string }> {
  const known = await whereOf(tx, call)
  if (known.campusId && known.lineId) return { campusId: known.campusId, lineId: known.lineId }
  const first = await store.firstCampusAndLine(tx, call.organisationId)
  return { campusId: known.campusId ?? first.campusId, lineId: known.lineId ?? first.lineId }
}

async function noteFirstTaker(tx: Tx, ticketId: string, personId: string): Promise<TicketEvent[]> {
  await store.setFirstTakerIfNone(tx, ticketId, personId)
  return []
}

async function owe(tx: Tx, call: CallRow, why: 'abandoned' | 'asked' | 'voicemail', at: Date): Promise<TicketEvent[]> {
  const callbackId = await callbacks.insertCallback(tx, {
    organisationId: call.organisationId,
    callId: call.id,
    ...(await whereOf(tx, call)),
    number: wardNumber(call),
    placeId: call.placeId,
    owedAt: at,
    why,
  })
  return callbackId ? [{ type: 'callback.owed', callbackId, callId: call.id, why, at }] : []
}

async function explain(tx: Tx, callId: string, reason: CallReason, at: Date): Promise<TicketEvent[]> {
  const isNew = await callbacks.insertReason(tx, { callId, reason, note: null, byId: null, at })
  return isNew ? [{ type: 'call.explained', callId, reason, at }] : []
}
