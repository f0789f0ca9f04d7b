/** What people do to a ticket. Every act is asked of may(), held, decided, written on the timeline. */

import { type Actor, may, type Thing } from '../access/index.ts'
import { type CallRow, readCall, whomItReached } from '../calls/index.ts'
import { clock, type Tx } from '../db/index.ts'
import { notFound, Refusal } from '../refusal.ts'
import type { NewTicket, TicketChange } from '../wire/api.ts'
import * as callbacks from './callback-store.ts'
import type { CallReason, CallRelation, TicketEvent } from './events.ts'
import * as follow from './follow-door.ts'
import * as shown from './shown-store.ts'
import * as store from './store.ts'
import { type Act, collisions, isIpAddress, isUntouched, LONGEST, stateAfter, type Ticket } from './ticket.ts'

/** What may() is asked about a ticket. */
export const thing = (ticket: Ticket): Thing => ({
  kind: 'ticket',
  organisationId: ticket.organisationId,
  campus: ticket.campus,
  line: ticket.line,
  assigneeId: ticket.assigneeId,
  firstTakerId: ticket.firstTakerId,
  reporterId: ticket.reporterId,
})

/** A ticket begun at the desk, without a call: what happened, and the ticket as it is shown. */
export async function openAtDesk(
  tx: Tx,
  actor: Actor,
  wanted: NewTicket,
): Promise<{ events: TicketEvent[]; ticket: shown.ShownTicket }> {
  const about: Thing = {
    kind: 'ticket',
    organisationId: actor.organisationId,
    campus: wanted.campus,
    line: wanted.line,
    assigneeId: null,
    firstTakerId: null,
    reporterId: null,
  }
  if (!may(actor, 'open', about)) throw new Refusal('not-allowed')
  const placeText = wanted.placeId ? await store.placePath(tx, actor.organisationId, wanted.placeId) : ''
  if (placeText === undefined) throw new Refusal('no-such-place')
  if (wanted.reporterId && !(await store.isPerson(tx, actor.organisationId, wanted.reporterId)))
    throw new Refusal('no-such-person', { field: 'reporterId' })
  const { campus, line } = wanted
  const ticket = await shown.insertTicket(tx, {
    organisationId: actor.organisationId,
    where: { campus, line },
    kind: 'incident',
    source: 'desk',
    what: wanted.what ?? '',
    contactNumber: wanted.contactNumber ?? '',
    placeId: wanted.placeId ?? null,
    placeText,
    reporterId: wanted.reporterId ?? null,
    firstTakerId: actor.personId,
  })
  if (!ticket) throw new Refusal('no-such-line', { campus, line })
  const { id: ticketId, version, reportedAt: at } = ticket
  const byId = actor.personId
  return { events: [{ type: 'ticket.opened', ticketId, at, byId, callId: null, campus, line, version }], ticket }
}

/**
 * Changes what was typed. A change made against an older version is taken as long as nobody touched the same fields
 * since; else it is refused with both values, and nothing of it is written.
 */
export async function change(tx: Tx, actor: Actor, id: string, wanted: TicketChange): Promise<TicketEvent[]> {
  const ticket = await held(tx, actor, id, 'change')
  const { columns, fields } = await translated(tx, ticket, wanted)
  if (Object.keys(fields).length === 0) return []
  if (wanted.version > ticket.version) throw new Refusal('no-such-version')
  const clash = collisions(Object.keys(fields), await store.changesSince(tx, id, wanted.version))
  if (clash.length > 0) {
    const theirs = Object.fromEntries(clash.map((field) => [field, fields[field]?.[0]]))
    throw new Refusal('ticket-changed-meanwhile', { version: ticket.version, fields: clash, theirs })
  }
  if (
    'reported_impact' in columns ||
    'reported_urgency' in columns ||
    'confirmed_impact' in columns ||
    'confirmed_urgency' in columns
  ) {
    const as = { ...ticket, ...pick(wanted) }
    columns.priority = await store.priorityOf(
      tx,
      as.confirmedImpact ?? as.reportedImpact,
      as.confirmedUrgency ?? as.reportedUrgency,
    )
  }
  const version = await store.updateTicket(tx, id, columns)
  const { at } = await store.insertEntry(tx, id, {
    byId: actor.personId,
    kind: 'changed',
    body: { version, fields },
  })
  return [{ type: 'ticket.changed', ticketId: id, at, byId: actor.personId, fields: Object.keys(fields), version }]
}

const pick = (wanted: TicketChange) => ({
  ...(wanted.impact !== undefined && { reportedImpact: wanted.impact }),
  ...(wanted.urgency !== undefined && { reportedUrgency: wanted.urgency }),
  ...(wanted.confirmedImpact !== undefined && { confirmedImpact: wanted.confirmedImpact }),
  ...(wanted.confirmedUrgency !== undefined && { confirmedUrgency: wanted.confirmedUrgency }),
})

const COLUMN = {
  what: ['what', 'what'],
  notes: ['notes', 'notes'],
  kind: ['kind', 'kind'],
  placeId: ['reported_place_id', 'reportedPlaceId'],
  placeText: ['place_text', 'placeText'],
  unitId: ['unit_id', 'unitId'],
  reporterId: ['reporter_id', 'reporterId'],
  reporterName: ['reporter_name', 'reporterName'],
  contactNumber: ['contact_number', 'contactNumber'],
  categoryId: ['reported_category_id', 'reportedCategoryId'],
  confirmedCategoryId: ['confirmed_category_id', 'confirmedCategoryId'],
  confirmedPlaceId: ['confirmed_place_id', 'confirmedPlaceId'],
  impact: ['reported_impact', 'reportedImpact'],
  urgency: ['reported_urgency', 'reportedUrgency'],
  confirmedImpact: ['confirmed_impact', 'confirmedImpact'],
  confirmedUrgency: ['confirmed_urgency', 'confirmedUrgency'],
  ipAddress: ['ip_address', 'ipAddress'],
} as const satisfies Record<string, [string, keyof Ticket]>

/** From what was typed to columns, checked; `fields` holds what really changes, from what to what. */
async function translated(
  tx: Tx,
  ticket: Ticket,
  wanted: TicketChange,
): Promise<{ columns: Record<string, unknown>; fields: Record<string, [unknown, unknown]> }> {
  const columns: Record<string, unknown> = {}
  const fields: Record<string, [unknown, unknown]> = {}
  for (const [field, [column, property]] of Object.entries(COLUMN)) {
    const value = wanted[field as keyof typeof COLUMN]
    if (value === undefined || value === ticket[property]) continue
    columns[column] = value
    fields[field] = [ticket[property], value]
  }
  if (wanted.ipAddress && !isIpAddress(wanted.ipAddress)) throw new Refusal('not-an-ip-address', { field: 'ipAddress' })
  for (const field of ['placeId', 'confirmedPlaceId'] as const) {
    const path = wanted[field] ? await store.placePath(tx, ticket.organisationId, wanted[field]) : ''
    if (path === undefined) throw new Refusal('no-such-place', { field })
    if (field === 'placeId' && wanted.placeId && wanted.placeText === undefined) columns.place_text = path
  }
  if (wanted.reporterId && !(await store.isPerson(tx, ticket.organisationId, wanted.reporterId)))
    throw new Refusal('no-such-person', { field: 'reporterId' })
  if (columns.unit_id !== undefined) {
    const unit = wanted.unitId ? await store.unitSnapshot(tx, ticket.organisationId, wanted.unitId) : null
    if (unit === undefined) throw new Refusal('no-such-unit', { field: 'unitId' })
    columns.unit_snapshot = unit
  }
  const line = wanted.line !== undefined && wanted.line !== ticket.line ? wanted.line : undefined
  if (line) {
    const where = await store.campusAndLine(tx, ticket.organisationId, ticket.campus, line)
    if (!where) throw new Refusal('no-such-line', { line })
    columns.line_id = where.lineId
    columns.reported_category_id = wanted.categoryId ?? null
    fields.line = [ticket.line, line]
  }
  for (const field of ['categoryId', 'confirmedCategoryId'] as const) {
    if (!wanted[field]) continue
    const category = await store.categoryOf(tx, ticket.organisationId, wanted[field])
    if (!category) throw new Refusal('no-such-category', { field })
    if (field === 'categoryId' && category.lineId !== (columns.line_id ?? ticket.lineId))
      throw new Refusal('category-of-another-line', { field: 'categoryId' })
  }
  for (const [field, most] of [
    ['what', LONGEST.what],
    ['notes', LONGEST.notes],
    ['placeText', LONGEST.short],
    ['reporterName', LONGEST.short],
    ['contactNumber', LONGEST.short],
  ] as const) {
    if ((wanted[field] ?? '').length > most) throw new Refusal('too-long', { field, most })
  }
  return { columns, fields }
}

/** Something to add that is not a field: it stands on the timeline. */
export async function note(tx: Tx, actor: Actor, id: string, text: string): Promise<TicketEvent[]> {
  const ticket = await held(tx, actor, id, 'change')
  const entry = await store.insertEntry(tx, id, { byId: actor.personId, kind: 'note', body: { text } })
  const { id: entryId, at } = entry
  return [{ type: 'ticket.noted', ticketId: id, at, byId: actor.personId, entryId, version: ticket.version }]
}

/** 催单: the ward asks where it stays. Counted, shown, and heard by whoever works on it. */
export async function urge(tx: Tx, actor: Actor, id: string, callId: string | null = null): Promise<TicketEvent[]> {
  const ticket = await held(tx, actor, id, 'change')
  if (stateAfter(ticket.state, 'withdraw') === undefined) throw new Refusal('ticket-not-open', { state: ticket.state })
  const version = await store.updateTicket(tx, id, { urged: ticket.urged + 1 })
  const { at } = await store.insertEntry(tx, id, { byId: actor.personId, kind: 'urged', body: { callId } })
  return [{ type: 'ticket.urged', ticketId: id, at, byId: actor.personId, callId, version }]
}

/** Moves a ticket along its states: who, when, and what came of it. */
export async function act(
  tx: Tx,
  actor: Actor,
  id: string,
  what: Act,
  how: { version?: number; reason?: string; resolution?: Ticket['resolution']; faultCause?: string } = {},
): Promise<TicketEvent[]> {
  const ticket = await held(tx, actor, id, 'change')
  const to = stateAfter(ticket.state, what)
  if (!to) throw new Refusal('ticket-not-in-that-state', { state: ticket.state, act: what })
  if (what === 'withdraw' && !how.reason?.trim()) throw new Refusal('reason-needed')
  if (what === 'done' && !how.resolution) throw new Refusal('resolution-needed')
  if (what === 'done' && ticket.reportedCategoryId === null)
    throw new Refusal('category-needed', { field: 'categoryId' })
  const at = await clock(tx)
  const columns: Record<string, unknown> = { state: to }
  if (what === 'take') Object.assign(columns, { assignee_id: actor.personId, responded_at: ticket.respondedAt ?? at })
  if (what === 'done')
    Object.assign(columns, {
      resolution: how.resolution,
      fault_cause: how.faultCause ?? null,
      finished_at: at,
      responded_at: ticket.respondedAt ?? at,
    })
  if (what === 'withdraw' || what === 'give-up') Object.assign(columns, { finished_at: at })
  if (what === 'reopen')
    Object.assign(columns, { finished_at: null, resolution: null, fault_cause: null, assignee_id: null, crew_id: null })
  const version = await store.updateTicket(tx, id, columns)
  const { reason, resolution, faultCause } = how
  await store.insertEntry(tx, id, {
    at,
    byId: actor.personId,
    kind: what,
    body: { from: ticket.state, to, reason, resolution, faultCause },
  })
  const events: TicketEvent[] = [
    { type: 'ticket.state', ticketId: id, at, byId: actor.personId, from: ticket.state, to, version },
  ]
  if (what === 'take') {
    events.push({
      type: 'ticket.assigned',
      ticketId: id,
      at,
      byId: actor.personId,
      assigneeId: actor.personId,
      crewId: null,
      version,
    })
  }
  return events
}

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
  const ticket = await held(tx, actor, ticketId, 'change')
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
    await callbacks.deleteReason(tx, call.id)
  }
  await store.linkCall(tx, call.id, ticketId, relation, at)
  const version = await store.updateTicket(tx, ticketId, {})
  await store.insertEntry(tx, ticketId, { at, byId: actor.personId, kind: 'call-joined', body: { callId, relation } })
  events.push({ type: 'ticket.call-joined', ticketId, at, byId: actor.personId, callId, relation, version })
  if (relation === 'urge' && stateAfter(ticket.state, 'withdraw'))
    events.push(...(await urge(tx, actor, ticketId, callId)))
  return events
}

/** A ticket this person works on; hidden or not there: 404. */
export const workedOn = (tx: Tx, actor: Actor, ticketId: string): Promise<Ticket> => held(tx, actor, ticketId, 'change')

/** A call we make about a ticket stands on it from the beginning, whether anybody answers or not; so does its recording. */
export async function standOn(
  tx: Tx,
  actor: Actor,
  callId: string,
  ticketId: string,
  relation: Extract<CallRelation, 'callback' | 'outbound'>,
): Promise<TicketEvent[]> {
  await workedOn(tx, actor, ticketId)
  const at = await clock(tx)
  await store.linkCall(tx, callId, ticketId, relation, at)
  const version = await store.updateTicket(tx, ticketId, {})
  await store.insertEntry(tx, ticketId, { at, byId: actor.personId, kind: 'call-joined', body: { callId, relation } })
  return [{ type: 'ticket.call-joined', ticketId, at, byId: actor.personId, callId, relation, version }]
}

/** A second, different fault in one call: a ticket of its own, and the first stays as it is. */
export async function openSecond(tx: Tx, actor: Actor, callId: string): Promise<TicketEvent[]> {
  const call = await mine(tx, actor, callId)
  const at = await clock(tx)
  const before = await store.ticketOfCall(tx, call.id)
  // The database lets one ticket only be the call's own; the one before becomes a ticket the call touched also.
  if (before) await store.linkCall(tx, call.id, before.ticketId, 'also', at)
  return follow.open(tx, call, { kind: 'incident', source: 'call', at, firstTakerId: actor.personId })
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
  await callbacks.insertReason(tx, { callId, reason, note: words, byId: actor.personId, at })
  return [...events, { type: 'call.explained', callId, reason, at, byId: actor.personId }]
}

async function leave(tx: Tx, actor: Actor, callId: string, ticketId: string, at: Date): Promise<TicketEvent[]> {
  const ticket = await store.holdTicket(tx, ticketId)
  if (!ticket) return []
  await store.unlinkCall(tx, callId, ticketId)
  const others = await store.callsOf(tx, ticketId)
  const empty = isUntouched(ticket) && others.length === 0
  const version = await store.updateTicket(tx, ticketId, empty ? { state: 'withdrawn', finished_at: at } : {})
  await store.insertEntry(tx, ticketId, { at, byId: actor.personId, kind: 'call-left', body: { callId } })
  const left: TicketEvent = { type: 'ticket.call-left', ticketId, at, byId: actor.personId, callId, version }
  if (!empty) return [left]
  return [
    left,
    { type: 'ticket.state', ticketId, at, byId: actor.personId, from: ticket.state, to: 'withdrawn', version },
  ]
}

async function mayChange(tx: Tx, actor: Actor, id: string): Promise<boolean> {
  const ticket = await store.holdTicket(tx, id)
  return ticket !== undefined && may(actor, 'change', thing(ticket))
}

async function held(tx: Tx, actor: Actor, id: string, verb: 'change'): Promise<Ticket> {
  const ticket = await store.holdTicket(tx, id)
  if (!ticket || !may(actor, 'see', thing(ticket))) throw notFound('ticket')
  if (!may(actor, verb, thing(ticket))) throw new Refusal('not-allowed')
  return ticket
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
