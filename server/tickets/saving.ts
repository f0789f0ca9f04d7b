/** How every change of a ticket goes: held, decided, saved, its words written on the timeline under the event's id. */
import { randomUUID } from 'node:crypto'
import { type Actor, may, type Thing, type Verb } from '../access/index.ts'
import { clock, type Tx } from '../db/index.ts'
import { notFound, Refusal } from '../refusal.ts'
import type { OfTicket } from './events.ts'
import * as store from './store.ts'
import { type Ask, acts, decide, evolve, type Ticket, type Words } from './ticket.ts'

/** What may() is asked about a ticket. */
export const thing = (ticket: Ticket): Thing => ({
  kind: 'ticket',
  organisationId: ticket.organisationId,
  campus: ticket.campus,
  line: ticket.line,
  assigneeId: ticket.assigneeId,
  firstTakerId: ticket.firstTakerId,
  reporterId: ticket.reporterId,
  offeredIds: ticket.offeredIds,
})

/** A ticket this person may do this to, held until the transaction ends; hidden or not there: 404. */
export async function held(tx: Tx, actor: Actor, id: string, verb: Verb = 'change'): Promise<Ticket> {
  const ticket = await store.holdTicket(tx, id)
  if (!ticket || !may(actor, 'see', thing(ticket))) throw notFound('ticket')
  if (!may(actor, verb, thing(ticket))) throw new Refusal('not-allowed')
  return ticket
}

/** Typing and notes are no acts: whoever saw the ticket before them still knows how it stands. */
const NO_ACTS: ReadonlySet<Ask['ask']> = new Set(['change', 'note', 'join', 'leave', 'first-take', 'link', 'unlink'])

/** @throws ticket-acted-meanwhile where an act came between. `version`: the ticket as it was shown. */
export function mustBeAsShown(ticket: Ticket, version: number | undefined): void {
  if (version !== undefined && version < ticket.actedVersion)
    throw new Refusal('ticket-acted-meanwhile', { version: ticket.version, state: ticket.state })
}

/** The words that go with an ask: those of the ticket's own fields, and what the timeline says. */
export type Said = {
  at?: Date
  words?: Partial<Words>
  entry?: { kind: string; byId?: string | null; body: Record<string, unknown> }
}

/** Asks it of a ticket that is held. Refused with a code when it makes no sense; the details say what can be done instead. */
export async function asked(tx: Tx, ticket: Ticket, what: Ask, said: Said = {}): Promise<OfTicket[]> {
  const at = said.at ?? (await clock(tx))
  const decided = decide(ticket, what, at)
  if (typeof decided === 'string') {
    const field = decided === 'category-needed' ? { field: 'categoryId' } : {}
    throw new Refusal(decided, { state: ticket.state, act: what.ask, possible: acts(ticket), ...field })
  }
  const events = decided.map((event) => ({ ...event, eventId: randomUUID() as string }))
  const [first] = events
  if (!first) return []
  const after = { ...events.reduce<Ticket>(evolve, ticket), ...said.words }
  const actedVersion = NO_ACTS.has(what.ask) ? ticket.actedVersion : after.version
  await store.saveTicket(tx, ticket, { ...after, actedVersion })
  if (said.entry) {
    const { kind, byId = what.byId, body } = said.entry
    await store.insertEntry(tx, ticket.id, { eventId: first.eventId, at, byId, kind, body })
  }
  return events
}
