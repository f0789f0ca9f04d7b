/** Tickets as a console is shown them. */

import { type Actor, listScope } from '../access/index.ts'
import type { Db } from '../db/index.ts'
import { personRefs, placeRefs } from '../directory/index.ts'
import type { CallbackRow, TicketRow } from '../wire/views.ts'
import type { Callback } from './callback-store.ts'
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
    leaseUntil: iso(callback.leaseUntil),
    tries: callback.tries,
    clearedAt: iso(callback.clearedAt),
    clearedHow: callback.clearedHow,
  }))
}

/** Tickets a person may see that hold these words: for the pickers. */
export async function searchTickets(db: Db, actor: Actor, q: string, limit: number): Promise<TicketRow[]> {
  const scope = listScope(actor)
  return ticketRows(await listTickets(db, actor.organisationId, scope, { q }, { limit }))
}
