/** One ticket with its calls, recordings, timeline and life, for one person. */
import { type Actor, may } from '../access/index.ts'
import { recordingsOf } from '../archive/index.ts'
import type { Db } from '../db/index.ts'
import { personRefs, placeRefs } from '../directory/index.ts'
import { notFound } from '../refusal.ts'
import type { CallCard, TicketPage } from '../wire/views.ts'
import { lifeOf } from './life/showing.ts'
import { thing } from './saving.ts'
import { readTickets } from './shown-store.ts'
import { callsOf, entriesOf } from './store.ts'
import { timeline } from './timeline.ts'
import { ticketRows } from './viewing.ts'

/** Calls as a screen shows them to somebody. */
type CardsFor = (db: Db, actor: Actor, callIds: string[]) => Promise<Map<string, CallCard>>

/** What was noted of a call that this person may not see does not name the call. */
function withoutHidden<T extends { body: Record<string, unknown> }>(entry: T, seen: ReadonlyMap<string, unknown>): T {
  const { callId, ...body } = entry.body
  return typeof callId !== 'string' || seen.has(callId) ? entry : { ...entry, body }
}

/**
 * One ticket with its calls, recordings and timeline, as this person may see it. Hidden answers as absent. `changed`: this
 * person's own change, which they might make, has just been committed.
 */
export async function pageOf(
  db: Db,
  actor: Actor,
  id: string,
  { cardsFor, changed = false }: { cardsFor: CardsFor; changed?: boolean },
): Promise<TicketPage> {
  const [ticket] = await readTickets(db, [id])
  if (!ticket || !(changed || may(actor, 'see', thing(ticket)))) throw notFound('ticket')
  const links = await callsOf(db, id)
  const callIds = links.map((link) => link.callId)
  const [cards, recordings, entries, confirmed, { life, hidden }] = await Promise.all([
    cardsFor(db, actor, callIds),
    callIds.length > 0 ? recordingsOf(db, actor, callIds) : [],
    entriesOf(db, id),
    placeRefs(db, [ticket.confirmedPlaceId]),
    lifeOf(db, actor, ticket),
  ])
  const items = timeline(
    ticket,
    entries
      .filter(({ body }) => typeof body.complaintId !== 'string' || !hidden.has(body.complaintId))
      .map((entry) => withoutHidden(entry, cards)),
    [...cards.values()],
    recordings,
  )
  const people = await personRefs(
    db,
    items.map((item) => item.byId),
  )
  const [row] = ticketRows([ticket])
  if (!row) throw notFound('ticket')
  return {
    ...row,
    notes: ticket.notes,
    confirmedPlace: (ticket.confirmedPlaceId && confirmed.get(ticket.confirmedPlaceId)) || null,
    confirmedCategoryId: ticket.confirmedCategoryId,
    reportedImpact: ticket.reportedImpact,
    reportedUrgency: ticket.reportedUrgency,
    confirmedImpact: ticket.confirmedImpact,
    confirmedUrgency: ticket.confirmedUrgency,
    ipAddress: ticket.ipAddress,
    resolution: ticket.resolution,
    faultCause: ticket.faultCause,
    respondedAt: ticket.respondedAt?.toISOString() ?? null,
    calls: links.flatMap(({ callId, relation }) => {
      const card = cards.get(callId)
      return card
        ? [{ ...card, relation, recordings: recordings.filter((recording) => recording.callId === callId) }]
        : []
    }),
    timeline: items.map(({ byId, ...item }) => ({ ...item, by: (byId && people.get(byId)) || null })),
    life,
  }
}
