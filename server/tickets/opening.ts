/** What the radio makes of tickets. A ticket does not know of the radio; an emergency on the air opens one. */
import { clock, type Tx } from '../db/index.ts'
import type { TicketEvent } from './events.ts'
import { insertTicket } from './shown-store.ts'
import * as store from './store.ts'
import { stateAfter } from './ticket.ts'

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
  })
  if (!ticket) throw new Error(`no ticket could be opened on campus ${campus}`)
  const version = await store.updateTicket(tx, ticket.id, { reported_impact: 1, reported_urgency: 1, priority: 1 })
  const opened: TicketEvent = {
    type: 'ticket.opened',
    ticketId: ticket.id,
    at,
    byId: null,
    callId: null,
    campus: ticket.campus,
    line: ticket.line,
    version,
  }
  return { events: [opened], ticketId: ticket.id }
}

/**
 * Somebody said on the air that they go: the ticket is theirs and answered, whoever had it at the desk. One that is over
 * stays so. `byId`: who noted it at a desk; null: it was heard on the air.
 */
export async function assignForRadio(
  tx: Tx,
  answered: { ticketId: string; personId: string; byId: string | null },
): Promise<TicketEvent[]> {
  const { ticketId, personId, byId } = answered
  const ticket = await store.holdTicket(tx, ticketId)
  const to = ticket && stateAfter(ticket.state, 'assign')
  if (!ticket || !to || (ticket.state === to && ticket.assigneeId === personId)) return []
  const at = await clock(tx)
  const version = await store.updateTicket(tx, ticketId, {
    state: to,
    assignee_id: personId,
    responded_at: ticket.respondedAt ?? at,
  })
  const fields = { assigneeId: [ticket.assigneeId, personId] }
  await store.insertEntry(tx, ticketId, {
    at,
    byId: byId ?? personId,
    kind: 'assign',
    body: { from: ticket.state, to, how: 'radio', fields },
  })
  const about = { ticketId, at, byId, version }
  return [
    ...(ticket.state === to ? [] : [{ type: 'ticket.state', from: ticket.state, to, ...about } as const]),
    { type: 'ticket.assigned', assigneeId: personId, crewId: null, ...about },
  ]
}

const EMERGENCY_LINE = 'property'
