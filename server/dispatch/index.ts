/** Who goes: candidates and reasons, the offer, the ladder. */
import { type Actor, may, type Thing } from '../access/index.ts'
import { clock, type Db, type JournalRow, type Tx } from '../db/index.ts'
import { crewMembers, crewNames, personRefs } from '../directory/index.ts'
import { notFound, Refusal } from '../refusal.ts'
import {
  held,
  isCrew,
  isPerson,
  readTickets,
  type Sending,
  type Ticket,
  type TicketEvent,
  thing,
} from '../tickets/index.ts'
import type { FrameMaker, SharedFrame } from '../web/index.ts'
import type { CrewRef, DeclineReason, DispatchRules, DispatchWish, OfferView, RulesView } from '../wire/dispatch.ts'
import type { DispatchEvent } from './events.ts'
import { FIRST_RULES } from './ladder.ts'
import { accept, askLater, decline, dispatch, rulesOf, tellAbove } from './running.ts'
import * as store from './store.ts'

export { startLadder } from './climbing.ts'
export type { DispatchEvent } from './events.ts'
export { accept, askLater, climb, decline, dispatch, settle } from './running.ts'
export { proposalOf } from './showing.ts'

/** Follows a ticket whose priority rose before anybody was asked: it waits no longer than that priority does. */
export async function askSooner(
  tx: Tx,
  event: Extract<TicketEvent, { type: 'ticket.changed' }>,
): Promise<DispatchEvent[]> {
  return event.changes.priority ? askLater(tx, event) : []
}

/** Follows a ticket that was urged too often: the supervisors of its line are told. */
export const escalate = (tx: Tx, event: { ticketId: string }): Promise<DispatchEvent[]> => tellAbove(tx, event.ticketId)

/** What acts on a ticket ask of dispatch: whom to send, and what they answer. */
export const sending: Sending<DispatchEvent> = {
  dispatch: (tx, actor, ticketId, wish) => send(tx, actor, ticketId, wishOf(wish)),
  offer: (tx, ticket, wish, byId) => sendTo(tx, ticket, wishOf(wish), byId),
  accept: async (tx, actor, ticketId, { offerId, personId }) =>
    acceptBy(tx, actor, await offerOf(tx, ticketId, { offerId, personId: personId ?? actor.personId }), {
      ...(personId && { personId }),
    }),
  async decline(tx, actor, ticketId, { offerId, personId, why }) {
    if (!why) throw new Refusal('reason-needed', { field: 'why' })
    const id = await offerOf(tx, ticketId, { offerId, personId: personId ?? actor.personId })
    return declineBy(tx, actor, id, { ...(personId && { personId }), reason: why })
  },
}
const wishOf = ({ personId, crewId }: Parameters<Sending<DispatchEvent>['offer']>[2]): DispatchWish => ({
  ...(personId && { personId }),
  ...(crewId && { crewId }),
})

/** The offer of this ticket that is meant: by its id, or the one that is open to somebody. Of another ticket: not there. */
async function offerOf(
  tx: Tx,
  ticketId: string,
  { offerId, personId }: { offerId: string | undefined; personId: string },
): Promise<string> {
  if (offerId !== undefined) {
    if ((await store.ticketOfOffer(tx, offerId)) === ticketId) return offerId
    throw notFound('offer')
  }
  for (const open of await store.holdOpenOffers(tx, ticketId))
    if (await store.isOfferedTo(tx, open.id, personId)) return open.id
  throw notFound('offer')
}

/** The desk sends somebody, or lets the engine find them: for a ticket that nobody has. */
export async function send(tx: Tx, actor: Actor, ticketId: string, wish: DispatchWish): Promise<DispatchEvent[]> {
  const ticket = await held(tx, actor, ticketId, 'dispatch')
  if (ticket.state !== 'unassigned') throw new Refusal('ticket-not-in-that-state', { state: ticket.state })
  return sendTo(tx, ticket, wish, actor.personId)
}

/** Whoever asks may. Somebody who has the ticket keeps it until another accepts. */
async function sendTo(tx: Tx, ticket: Ticket, wish: DispatchWish, byId: string): Promise<DispatchEvent[]> {
  const { personId = null, crewId = null, ways } = wish
  const { organisationId } = ticket
  if (personId && crewId) throw new Refusal('one-or-the-other', { fields: ['personId', 'crewId'] })
  if (personId && !(await isPerson(tx, organisationId, personId)))
    throw new Refusal('no-such-person', { field: 'personId' })
  if (crewId && (!(await isCrew(tx, organisationId, crewId)) || (await crewMembers(tx, crewId)).length === 0))
    throw new Refusal('no-such-crew', { field: 'crewId' })
  const to = personId || crewId ? { personId, crewId, companyId: null } : undefined
  return dispatch(tx, ticket, { byId, ...(to && { to }), ...(ways && { ways }) })
}

/** What is offered to this person now, or to a crew of theirs. */
export const offersTo = (db: Db, { personId, organisationId }: Actor): Promise<OfferView[]> =>
  store.readOffers(db, { openTo: personId, organisationId })

/** Crews a job may be sent to; for whoever works with the roster. */
export async function crews(db: Db, actor: Actor): Promise<CrewRef[]> {
  const roster: Thing = { kind: 'roster', organisationId: actor.organisationId, campus: null, line: null }
  if (!may(actor, 'see', roster)) throw new Refusal('not-allowed')
  return crewNames(db, actor.organisationId)
}

export async function offer(db: Db, id: string): Promise<OfferView> {
  const [found] = await store.readOffers(db, { ids: [id] })
  if (!found) throw notFound('offer')
  return found
}

/** Their own answer, or, by somebody who works on the ticket at the desk, another's that was heard. */
export const acceptBy = async (tx: Tx, actor: Actor, offerId: string, { personId }: { personId?: string }) =>
  accept(tx, await answerOf(tx, actor, offerId, personId))
export const declineBy = async (
  tx: Tx,
  actor: Actor,
  offerId: string,
  { personId, reason }: { personId?: string; reason: DeclineReason },
) => decline(tx, { ...(await answerOf(tx, actor, offerId, personId)), reason })

async function answerOf(tx: Tx, actor: Actor, offerId: string, personId: string | undefined) {
  const ticketId = await store.ticketOfOffer(tx, offerId)
  const [ticket] = ticketId ? await readTickets(tx, [ticketId]) : []
  const isMine = ticket && (await store.isOfferedTo(tx, offerId, actor.personId))
  if (!ticket || !(isMine || may(actor, 'see', thing(ticket)))) throw notFound('offer')
  if (isMine && (personId === undefined || personId === actor.personId))
    return { offerId, personId: actor.personId, how: 'console' as const, byId: actor.personId }
  if (!may(actor, 'change', thing(ticket))) throw new Refusal('not-allowed')
  if (personId === undefined) throw new Refusal('somebody-needed', { field: 'personId' })
  return { offerId, personId, how: 'by_hand' as const, byId: actor.personId }
}

const ofLine = ({ organisationId }: Actor, line: string): Thing => ({ kind: 'line', organisationId, line })

/** How jobs of a line find somebody, and what it was before; for whoever sees the line. */
export async function rulesOfLine(db: Db, actor: Actor, line: string): Promise<RulesView> {
  if (!may(actor, 'see', ofLine(actor, line))) throw notFound('line')
  const now = (await store.readRules(db, actor.organisationId, line)) ?? { versionId: null, body: FIRST_RULES }
  const history = await store.readRulesHistory(db, actor.organisationId, line)
  const people = await personRefs(
    db,
    history.map(({ byId }) => byId),
  )
  return {
    line,
    ...now,
    history: history.map(({ byId, from, to, ...one }) => ({
      ...one,
      by: (byId && people.get(byId)) || null,
      from: from.toISOString(),
      to: to?.toISOString() ?? null,
    })),
  }
}

/** The line's supervisor changes its rules; what they were stays known. What waits already is climbed by the new ones. */
export async function changeRules(
  tx: Tx,
  actor: Actor,
  line: string,
  { after, body }: { after: string | null; body: DispatchRules },
): Promise<DispatchEvent[]> {
  if (!may(actor, 'see', ofLine(actor, line))) throw notFound('line')
  if (!may(actor, 'lead', ofLine(actor, line))) throw new Refusal('not-allowed')
  const { organisationId, personId: byId } = actor
  const versionId = await store.insertRules(tx, { organisationId, line, body, byId, after })
  if (versionId === undefined) throw notFound('line')
  if (versionId === false) {
    const { versionId: now } = await rulesOf(tx, organisationId, line)
    throw new Refusal('rules-changed-meanwhile', { versionId: now })
  }
  return [{ type: 'dispatch.rules-changed', line, versionId, byId, at: await clock(tx) }]
}

/**
 * What consoles are told: that who is asked of a ticket has changed. Whoever sees the ticket hears it, and so does the one
 * the offer was made to, also when it has ended and the ticket is theirs to see no longer.
 */
export const dispatchFrames = (db: Db): FrameMaker => ({
  makes: (type) => type.startsWith('dispatch.') && type !== 'dispatch.rules-changed',
  async framesOf(rows: JournalRow[]): Promise<(SharedFrame | undefined)[]> {
    const tickets = await readTickets(db, [...new Set(rows.map(({ body }) => String(body.ticketId)))])
    const ids = rows.flatMap(({ body }) => (typeof body.offerId === 'string' ? body.offerId : []))
    const offers = ids.length > 0 ? await store.readOffers(db, { ids }) : []
    return rows.map(({ seq, at, type, body }) => {
      const ticket = tickets.find(({ id }) => id === body.ticketId)
      if (!ticket) return undefined
      const made = offers.find(({ offerId }) => offerId === body.offerId) ?? null
      const offeredIds = [...ticket.offeredIds, ...(made?.personId ? [made.personId] : [])]
      return {
        thing: thing({ ...ticket, offeredIds }),
        frame: { seq, at: at.toISOString(), type, subject: 'dispatch', ticketId: ticket.id, offer: made },
      }
    })
  },
})
