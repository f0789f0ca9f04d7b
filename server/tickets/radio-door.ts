/** What the radio makes of tickets. A ticket does not know of the radio; an emergency on the air opens one. */
import type { Tx } from '../db/index.ts'
import type { TicketEvent } from './events.ts'
import { insertTicket } from './shown-store.ts'
import * as store from './store.ts'

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

const EMERGENCY_LINE = 'property'
