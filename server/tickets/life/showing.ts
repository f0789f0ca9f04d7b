/** A ticket's life as one person may see it. */
import { type Actor, may } from '../../access/index.ts'
import type { Db } from '../../db/index.ts'
import { personRefs } from '../../directory/index.ts'
import { TICKET_ACTS, type TicketActName } from '../../wire/choices.ts'
import type { TicketLife } from '../../wire/life.ts'
import { thing } from '../saving.ts'
import { readTickets, type ShownTicket } from '../shown-store.ts'
import { acts, type ByHand, shownNumber, stateAfter, type Ticket } from '../ticket.ts'
import * as store from './store.ts'

const iso = (at: Date | null): string | null => at?.toISOString() ?? null

/** Complaints are read by who made them, by the ticket's reporter and by who answers them; never by whom they are about. */
export function mayRead(
  actor: Actor,
  ticket: Ticket,
  complaint: { byId: string | null; aboutId: string | null },
): boolean {
  if (complaint.aboutId === actor.personId) return false
  return (
    complaint.byId === actor.personId ||
    ticket.reporterId === actor.personId ||
    may(actor, 'answer-complaint', thing(ticket))
  )
}

/** Other acts than those that move it: whether they make sense is seen when they are asked. */
const ALWAYS: ReadonlySet<TicketActName> = new Set(['note', 'link', 'unlink', 'complain', 'answer-complaint'])
const OPEN: ReadonlySet<TicketActName> = new Set(['dispatch', 'join-in'])

/** What this person may do to it now. `complaints`: those they read that wait for an answer. */
export function possible(actor: Actor, ticket: Ticket, { waiting }: { waiting: number }): TicketActName[] {
  const moves = new Set<string>(acts(ticket) satisfies ByHand[])
  const fits = (act: TicketActName): boolean => {
    if (act === 'accept' || act === 'decline') return false
    if (act === 'answer-complaint') return waiting > 0
    if (act === 'review' && ticket.assigneeId === actor.personId) return false
    if (act === 'dispatch') return ticket.state === 'unassigned'
    if (ALWAYS.has(act)) return true
    return OPEN.has(act) ? stateAfter(ticket.state, 'assign') !== undefined : moves.has(act)
  }
  return TICKET_ACTS.filter((act) => fits(act) && may(actor, act, thing(ticket)))
}

export type Shown = { life: TicketLife; hidden: ReadonlySet<string> }

/** `hidden`: complaints this person does not read; the timeline leaves them out. */
export async function lifeOf(db: Db, actor: Actor, ticket: ShownTicket): Promise<Shown> {
  const [links, all, cause] = await Promise.all([
    store.readLinks(db, ticket.id),
    store.readComplaints(db, ticket.id),
    ticket.causeId ? store.readCause(db, ticket.causeId) : undefined,
  ])
  const complaints = all.filter((one) => mayRead(actor, ticket, one))
  const ids = [
    ...links.flatMap(({ fromId, toId }) => [fromId, toId]),
    ...(ticket.survivorId ? [ticket.survivorId] : []),
  ]
  const [others, people] = await Promise.all([
    readTickets(
      db,
      [...new Set(ids)].filter((id) => id !== ticket.id),
    ),
    personRefs(
      db,
      complaints.flatMap(({ byId, aboutId, answeredById }) => [byId, aboutId, answeredById]),
    ),
  ])
  const named = (id: string | null) => (id && people.get(id)) || null
  const other = (id: string | null) => {
    const found = others.find((one) => one.id === id)
    // Of a ticket that this person does not see no words are told: that it is there, and how far it is.
    return (
      found && {
        ...{ ticketId: found.id, number: shownNumber(found.number), year: found.year, state: found.state },
        ...{ line: found.line, what: may(actor, 'see', thing(found)) ? found.what : '' },
      }
    )
  }
  const life: TicketLife = {
    acts: possible(actor, ticket, { waiting: complaints.filter(({ answeredAt }) => !answeredAt).length }),
    waitingFor: ticket.waitingFor,
    waitingUntil: iso(ticket.waitingUntil),
    arrivedAt: iso(ticket.arrivedAt),
    reviewedAt: iso(ticket.reviewedAt),
    verifyBy: iso(ticket.verifyBy),
    verifiedAt: iso(ticket.verifiedAt),
    returned: ticket.returned,
    moved: ticket.moved,
    escalated: ticket.escalated,
    actBy: iso(ticket.actBy),
    stars: ticket.stars,
    cause: cause ?? null,
    survivor: other(ticket.survivorId) ?? null,
    links: links.flatMap(({ linkId, kind, fromId, toId, at }) => {
      const isFrom = fromId === ticket.id
      const shown = other(isFrom ? toId : fromId)
      return shown ? [{ linkId, kind, isFrom, at: at.toISOString(), other: shown }] : []
    }),
    complaints: complaints.map((one) => ({
      ...{ complaintId: one.complaintId, at: one.at.toISOString(), by: named(one.byId), about: named(one.aboutId) },
      ...{ text: one.words, answerDueAt: one.answerDueAt.toISOString(), answer: one.answer },
      ...{ answeredBy: named(one.answeredById), answeredAt: iso(one.answeredAt) },
    })),
  }
  const read = new Set(complaints.map(({ complaintId }) => complaintId))
  return {
    life,
    hidden: new Set(all.filter(({ complaintId }) => !read.has(complaintId)).map((one) => one.complaintId)),
  }
}
