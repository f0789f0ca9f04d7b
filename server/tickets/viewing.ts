/** Tickets as a console is shown them. */

import { type Actor, listScope } from '../access/index.ts'
import type { Db } from '../db/index.ts'
import type { TicketRow } from '../wire/views.ts'
import { listTickets, type ShownTicket } from './shown-store.ts'
import { shownNumber } from './ticket.ts'

const iso = (at: Date | null): string | null => at?.toISOString() ?? null

/** Tickets as rows of a list. Order is kept. */
export function ticketRows(tickets: ShownTicket[]): TicketRow[] {
  return tickets.map((ticket) => ({
    ticketId: ticket.id,
    number: shownNumber(ticket.number),
    year: ticket.year,
    campus: ticket.campus,
    line: ticket.line,
    kind: ticket.kind,
    state: ticket.state,
    priority: ticket.priority,
    urged: ticket.urged,
    repeat: ticket.repeat,
    what: ticket.what,
    place: ticket.place,
    placeText: ticket.placeText,
    unit: ticket.unit,
    reporter: ticket.reporter,
    reporterName: ticket.reporterName,
    contactNumber: ticket.contactNumber,
    categoryId: ticket.confirmedCategoryId ?? ticket.reportedCategoryId,
    assignee: ticket.assignee,
    firstTaker: ticket.firstTaker,
    reportedAt: ticket.reportedAt.toISOString(),
    finishedAt: iso(ticket.finishedAt),
    version: ticket.version,
  }))
}

/** Tickets a person may see that hold these words: for the pickers. */
export async function searchTickets(db: Db, actor: Actor, q: string, limit: number): Promise<TicketRow[]> {
  const scope = listScope(actor)
  return ticketRows(await listTickets(db, actor.organisationId, scope, { q }, { limit }))
}
