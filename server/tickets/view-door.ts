/** Tickets as a console is shown them. */
import type { Db } from '../db/index.ts'
import { type Actor, personRefs, placeRefs, readingScopes, unitRefs } from '../people/index.ts'
import type { CallbackRow, TicketRow } from '../wire/views.ts'
import type { Callback } from './callback-store.ts'
import { listTickets } from './store.ts'
import { shownNumber, type Ticket } from './ticket.ts'

const iso = (at: Date | null): string | null => at?.toISOString() ?? null

/** Rows for a list, with the names their ids stand for. Order is kept. */
export async function ticketRows(db: Db, tickets: Ticket[]): Promise<TicketRow[]> {
  const [places, units, people] = await Promise.all([
    placeRefs(
      db,
      tickets.map((ticket) => ticket.reportedPlaceId),
    ),
    unitRefs(
      db,
      tickets.map((ticket) => ticket.unitId),
    ),
    personRefs(
      db,
      tickets.flatMap((ticket) => [ticket.reporterId, ticket.assigneeId, ticket.firstTakerId]),
    ),
  ])
  const of = <T>(map: Map<string, T>, id: string | null): T | null => (id && map.get(id)) || null
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
    place: of(places, ticket.reportedPlaceId),
    placeText: ticket.placeText,
    unit: of(units, ticket.unitId),
    reporter: of(people, ticket.reporterId),
    reporterName: ticket.reporterName,
    contactNumber: ticket.contactNumber,
    categoryId: ticket.confirmedCategoryId ?? ticket.reportedCategoryId,
    assignee: of(people, ticket.assigneeId),
    firstTaker: of(people, ticket.firstTakerId),
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
  const scope = { pairs: readingScopes(actor), personId: actor.personId }
  return ticketRows(db, await listTickets(db, actor.organisationId, scope, { q }, { limit }))
}
