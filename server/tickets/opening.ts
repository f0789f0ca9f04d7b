/** How a ticket begins: at the desk, for a call, for an emergency on the air. */
import { randomUUID } from 'node:crypto'
import { type Actor, may, type Thing } from '../access/index.ts'
import type { CallRow } from '../calls/index.ts'
import type { Tx } from '../db/index.ts'
import { Refusal } from '../refusal.ts'
import type { NewTicket } from '../wire/tickets.ts'
import * as callbacks from './callbacks/index.ts'
import type { TicketEvent } from './events.ts'
import { insertTicket, type ShownTicket } from './shown-store.ts'
import * as store from './store.ts'
import { REPEAT_CALLS, standingOf, type Ticket } from './ticket.ts'

/** A ticket begun at the desk, without a call: what happened, and the ticket as it is shown. */
export async function openAtDesk(
  tx: Tx,
  actor: Actor,
  wanted: NewTicket,
): Promise<{ events: TicketEvent[]; ticket: ShownTicket }> {
  const about: Thing = {
    kind: 'ticket',
    organisationId: actor.organisationId,
    campus: wanted.campus,
    line: wanted.line,
    assigneeId: null,
    firstTakerId: null,
    reporterId: null,
    offeredIds: [],
  }
  if (!may(actor, 'open', about)) throw new Refusal('not-allowed')
  const placeText = wanted.placeId ? await store.placePath(tx, actor.organisationId, wanted.placeId) : ''
  if (placeText === undefined) throw new Refusal('no-such-place')
  if (wanted.reporterId && !(await store.isPerson(tx, actor.organisationId, wanted.reporterId)))
    throw new Refusal('no-such-person', { field: 'reporterId' })
  const { campus, line } = wanted
  const ticket = await insertTicket(tx, {
    organisationId: actor.organisationId,
    where: { campus, line },
    kind: 'incident',
    source: wanted.source ?? 'desk',
    what: wanted.what ?? '',
    contactNumber: wanted.contactNumber ?? '',
    placeId: wanted.placeId ?? null,
    placeText,
    reporterId: wanted.reporterId ?? null,
    firstTakerId: actor.personId,
  })
  if (!ticket) throw new Refusal('no-such-line', { campus, line })
  return { events: [opened(ticket, { at: ticket.reportedAt, byId: actor.personId, callId: null })], ticket }
}

/** Begins a ticket for a call: also what the agent asks for when one call brings a second, different fault. */
export async function openFor(
  tx: Tx,
  call: CallRow,
  as: { kind: 'incident' | 'voicemail'; source: 'call' | 'voicemail'; at: Date; firstTakerId: string | null },
): Promise<TicketEvent[]> {
  const where = await whereFor(tx, call)
  const ticket = await insertTicket(tx, {
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
  if (!ticket) throw new Error(`the campus or line of call ${call.id} is gone`)
  await store.linkCall(tx, call.id, ticket.id, 'opened', as.at)
  const mended = await unsettle(tx, call.id, as.at)
  return [opened(ticket, { at: as.at, byId: as.firstTakerId, callId: call.id }), ...mended]
}

/** Asterisk's record may show late that a call thought lost was answered: what was owed or written for it is taken back. */
async function unsettle(tx: Tx, callId: string, at: Date): Promise<TicketEvent[]> {
  await store.deleteReason(tx, callId)
  const callbackId = await callbacks.callbackOfCall(tx, callId)
  return callbackId ? callbacks.clear(tx, callbackId, { how: 'ticket_exists', callId, byId: null, at }) : []
}

/** The ward's number, whoever dialled. */
export const wardNumber = (call: CallRow): string => (call.direction === 'inbound' ? call.ani : call.dialled)

export const whereOf = (tx: Tx, call: CallRow) => store.campusAndLineOf(tx, call.organisationId, call.campus, call.line)

/** A call heard of only in CEL may know neither campus nor line; the ticket still belongs somewhere: the first of each. */
async function whereFor(tx: Tx, call: CallRow): Promise<{ campusId: string; lineId: string }> {
  const known = await whereOf(tx, call)
  if (known.campusId && known.lineId) return { campusId: known.campusId, lineId: known.lineId }
  const first = await store.firstCampusAndLine(tx, call.organisationId)
  return { campusId: known.campusId ?? first.campusId, lineId: known.lineId ?? first.lineId }
}

/** Somebody in danger: the highest impact and urgency, on the line that keeps the buildings, or the first there is. */
export async function openForRadio(
  tx: Tx,
  wanted: { organisationId: string; campus: string; at: Date; what: string },
): Promise<{ events: TicketEvent[]; ticketId: string }> {
  const { organisationId, campus, at } = wanted
  const first = await store.firstCampusAndLine(tx, organisationId)
  const known = await store.campusAndLineOf(tx, organisationId, campus, EMERGENCY_LINE)
  const ticket = await insertTicket(tx, {
    organisationId,
    where: { campusId: known.campusId ?? first.campusId, lineId: known.lineId ?? first.lineId },
    kind: 'incident',
    source: 'radio',
    reportedAt: at,
    what: wanted.what,
    grade: 1,
  })
  if (!ticket) throw new Error(`no ticket could be opened on campus ${campus}`)
  return { events: [opened(ticket, { at, byId: null, callId: null })], ticketId: ticket.id }
}

const EMERGENCY_LINE = 'property'

/** Another crew's share of a ticket: where it is and who reported it are the same, the work is not. */
export async function openPart(
  tx: Tx,
  whole: Ticket,
  { lineId, what, byId }: { lineId: string; what: string; byId: string },
): Promise<{ events: TicketEvent[]; part: Ticket }> {
  const ticket = await insertTicket(tx, {
    organisationId: whole.organisationId,
    where: { campusId: whole.campusId, lineId },
    kind: 'incident',
    source: 'desk',
    what,
    contactNumber: whole.contactNumber,
    reporterId: whole.reporterId,
    reporterName: whole.reporterName,
    unitId: whole.unitId,
    placeId: whole.confirmedPlaceId ?? whole.reportedPlaceId,
    placeText: whole.placeText,
    firstTakerId: whole.firstTakerId,
  })
  if (!ticket) throw new Error(`the campus or line of ticket ${whole.id} is gone`)
  const { place, unit, reporter, assignee, firstTaker, ...part } = ticket
  return { events: [opened(part, { at: part.reportedAt, byId, callId: null })], part }
}

function opened(ticket: Ticket, about: { at: Date; byId: string | null; callId: string | null }): TicketEvent {
  const { id: ticketId, campus, line, version } = ticket
  const stands = standingOf(ticket)
  return { type: 'ticket.opened', eventId: randomUUID(), ticketId, ...about, campus, line, version, stands }
}
