/** How a job finds somebody: ranked, offered, answered, and up the ladder rung by rung when nobody answers. */
import { randomUUID } from 'node:crypto'
import { supervisorsOf } from '../access/index.ts'
import { clock, type Tx } from '../db/index.ts'
import { crewMembers, isNightAt } from '../directory/index.ts'
import { notFound, Refusal } from '../refusal.ts'
import { holdTicket, showTo, stateAfter, type Ticket } from '../tickets/index.ts'
import type { AcceptedHow, DeclineReason, OfferTo, Rung, RungOutcome, Way, WithdrawnWhy } from '../wire/dispatch.ts'
import type { DispatchEvent, OfOffer } from './events.ts'
import { type Inputs, inputsFor } from './inputs.ts'
import { FIRST_RULES, rulesFor, rungAt } from './ladder.ts'
import { decide, evolve, type Offer, type OfferAsk } from './offer.ts'
import { type Ranking, rank } from './rank.ts'
import * as store from './store.ts'

/** The rules of a line in force, or those a hospital starts with. */
export const rulesOf = async (tx: Tx, organisationId: string, line: string): Promise<store.RulesVersion> =>
  (await store.readRules(tx, organisationId, line)) ?? { versionId: null, body: FIRST_RULES }

export type Proposal = Inputs & { ranking: Ranking; rules: store.RulesVersion; at: Date }

/** Who could go, and why: nothing is written. */
export async function propose(tx: Tx, ticket: Ticket): Promise<Proposal> {
  const at = await clock(tx)
  const rules = await rulesOf(tx, ticket.organisationId, ticket.line)
  const inputs = await inputsFor(tx, ticket, at)
  return { ...inputs, rules, at, ranking: rank(inputs.job, inputs.people, rules.body, at) }
}

/** Follows a ticket that begins to need somebody: its first rung waits for as long as its line says. Ranking commits apart. */
export async function askLater(tx: Tx, event: { ticketId: string }): Promise<DispatchEvent[]> {
  await store.putFirstRung(tx, event.ticketId, FIRST_RULES)
  return []
}

/** Follows a ticket that somebody has, or that is over: whoever else was asked is told, and no rung waits. */
export async function settle(tx: Tx, event: { ticketId: string; byId?: string | null }): Promise<DispatchEvent[]> {
  const ticket = await holdTicket(tx, event.ticketId)
  if (!ticket || ticket.state === 'unassigned') return []
  const rung = await store.holdRung(tx, ticket.id)
  if (rung) await store.endRung(tx, rung.id, 'settled')
  return withdrawAll(tx, ticket.id, ticket.state === 'in_progress' ? 'assigned' : 'over', event.byId ?? null)
}

async function withdrawAll(tx: Tx, ticketId: string, why: WithdrawnWhy, byId: string | null): Promise<OfOffer[]> {
  const at = await clock(tx)
  const events: OfOffer[] = []
  for (const offer of await store.holdOpenOffers(tx, ticketId))
    events.push(...(await carry(tx, offer, { ask: 'withdraw', why, byId }, at)))
  return events
}

/** Decides, saves, answers the events; refuses with the offer's state. */
async function carry(tx: Tx, offer: Offer, ask: OfferAsk, at: Date, members?: string[]): Promise<OfOffer[]> {
  const decided = decide(offer, ask, at, members)
  if (typeof decided === 'string') throw new Refusal(decided, { state: offer.state })
  if (decided.length === 0) return []
  const after = decided.reduce(evolve, offer)
  await showTo(tx, offer.ticketId, await store.offeredNow(tx, offer.ticketId))
  await store.saveOffer(tx, after, {
    at,
    ...('how' in ask && { how: ask.how }),
    ...(ask.ask === 'decline' && { reason: ask.reason }),
  })
  await showTo(tx, offer.ticketId, await store.offeredNow(tx, offer.ticketId))
  return decided.map((event) => ({ ...event, eventId: randomUUID() as string }))
}

/** The ticket is held before its offers: whoever touches both takes them in this order. */
async function heldOffer(tx: Tx, offerId: string): Promise<{ ticket: Ticket; offer: Offer; members: string[] }> {
  const ticketId = await store.ticketOfOffer(tx, offerId)
  const ticket = ticketId && (await holdTicket(tx, ticketId))
  const offer = await store.holdOffer(tx, offerId)
  if (!ticket || !offer) throw notFound('offer')
  const members = offer.to.crewId ? (await crewMembers(tx, offer.to.crewId)).map(({ personId }) => personId) : []
  return { ticket, offer, members }
}

export type Answer = { offerId: string; personId: string; how: AcceptedHow; byId: string | null }

/** Somebody goes. Of two at the same moment one has it; the other is refused with who. */
export async function accept(tx: Tx, answer: Answer): Promise<DispatchEvent[]> {
  const { ticket, offer, members } = await heldOffer(tx, answer.offerId)
  const at = await clock(tx)
  if (!stateAfter(ticket.state, 'assign')) throw new Refusal('offer-not-open', { state: ticket.state })
  const { personId, how, byId } = answer
  const accepted = await carry(tx, offer, { ask: 'accept', personId, how, byId }, at, members)
  const rung = await store.holdRung(tx, ticket.id)
  if (rung) await store.endRung(tx, rung.id, 'settled')
  return [...(await withdrawAll(tx, ticket.id, 'taken', byId)), ...accepted]
}

/** Somebody cannot: the same rung is climbed again at once, by the next. */
export async function decline(tx: Tx, answer: Answer & { reason: DeclineReason }): Promise<DispatchEvent[]> {
  const { ticket, offer, members } = await heldOffer(tx, answer.offerId)
  const { personId, how, byId, reason } = answer
  const events = await carry(tx, offer, { ask: 'decline', personId, how, reason, byId }, await clock(tx), members)
  if (offer.to.personId) await climbAgain(tx, ticket)
  return events
}

async function climbAgain(tx: Tx, ticket: Ticket): Promise<void> {
  const rung = await store.holdRung(tx, ticket.id)
  if (!rung) return
  await store.endRung(tx, rung.id, 'settled')
  const { organisationId, ticketId, run, n } = rung
  await store.putRung(tx, {
    ...{ organisationId, ticketId, run, n: n + 1, step: Math.max(rung.step - 1, 0) },
    inS: 0,
    byId: null,
  })
}

/** The desk names somebody, or lets the engine find them. Whoever was asked before is told that another is. */
export async function dispatch(
  tx: Tx,
  ticket: Ticket,
  wish: { to?: OfferTo; ways?: Way[]; byId: string },
): Promise<DispatchEvent[]> {
  // Passed on: whoever has it keeps it until the other accepts.
  const isPassedOn = ticket.state === 'in_progress' && wish.to !== undefined
  if (ticket.state !== 'unassigned' && !isPassedOn)
    throw new Refusal('ticket-not-in-that-state', { state: ticket.state })
  const withdrawn = await withdrawAll(tx, ticket.id, 'passed_on', wish.byId)
  const waiting = await store.holdRung(tx, ticket.id)
  if (waiting) await store.endRung(tx, waiting.id, 'settled')
  const { organisationId, id: ticketId } = ticket
  const run = await store.nextRun(tx, ticketId)
  if (!wish.to) {
    await store.putRung(tx, { organisationId, ticketId, run, n: 0, step: 0, inS: 0, byId: wish.byId })
    return withdrawn
  }
  const proposal = await propose(tx, ticket)
  const step = await stepAt(tx, ticket, proposal, 0)
  const ways = wish.ways ?? step?.by ?? ['console']
  const forS = step?.forS ?? 300
  const offered = await offer(tx, ticket, proposal, { to: wish.to, ways, forS, byId: wish.byId })
  await store.putRung(tx, { organisationId, ticketId, run, n: 0, step: 1, inS: forS, byId: wish.byId })
  return [...withdrawn, offered]
}

async function offer(
  tx: Tx,
  ticket: Ticket,
  { ranking, job, rules, rounds, at }: Proposal,
  { to, ways, forS, byId }: { to: OfferTo; ways: Way[]; forS: number; byId: string | null },
): Promise<OfOffer> {
  const { organisationId, id: ticketId } = ticket
  const decisionId = await store.insertDecision(tx, {
    ...{ organisationId, ticketId, at, ranking },
    ruleVersionId: rules.versionId,
    inputs: job,
  })
  const round = rounds + 1
  const until = new Date(at.getTime() + forS * 1_000)
  const id = randomUUID()
  const made: Offer = { id, organisationId, ticketId, round, to, ways, until, state: 'open', answeredById: null }
  await store.insertOffer(tx, { ...made, decisionId, at })
  await showTo(tx, ticketId, await store.offeredNow(tx, ticketId))
  const eventId = randomUUID()
  return { type: 'dispatch.offered', offerId: id, ticketId, round, to, ways, until, decisionId, byId, at, eventId }
}

const stepAt = async (tx: Tx, ticket: Ticket, { rules, at }: Proposal, n: number): Promise<Rung | null> =>
  rungAt(rulesFor(rules.body, ticket.priority), await isNightAt(tx, ticket.lineId, ticket.campusId, at), n)

/**
 * Climbs the rung a ticket waits for: what was offered before and has come to its end lapses, the next is offered. A rung
 * where nobody can be reached is passed at once. `rungId`: only that one; climbing it twice does nothing, another waits then.
 */
export async function climb(tx: Tx, ticketId: string, rungId?: string): Promise<DispatchEvent[]> {
  const ticket = await holdTicket(tx, ticketId)
  const rung = ticket && (await store.holdRung(tx, ticketId))
  if (!ticket || !rung || (rungId && rung.id !== rungId)) return []
  if (ticket.state === 'in_progress') return endPassingOn(tx, ticket, rung.id)
  if (ticket.state !== 'unassigned') return settle(tx, { ticketId })
  await store.lockLine(tx, ticket.lineId)
  const events: DispatchEvent[] = []
  const now = await clock(tx)
  for (const open of await store.holdOpenOffers(tx, ticketId))
    events.push(...(await carry(tx, open, { ask: 'lapse' }, now)))
  const proposal = await propose(tx, ticket)

  let { n, step } = rung
  let id: string | null = rung.id
  for (;;) {
    const next = await stepAt(tx, ticket, proposal, step)
    if (!next) {
      if (id) await store.endRung(tx, id, 'nobody')
      const { at } = proposal
      return [...events, { type: 'dispatch.stuck', ticketId, run: rung.run, at, eventId: randomUUID() }]
    }
    const { outcome, told } = await climbTo(tx, ticket, proposal, next)
    if (id) await store.endRung(tx, id, outcome)
    else await store.insertDoneRung(tx, { ...rung, n, step, outcome })
    const { at } = proposal
    const about = { ticketId, run: rung.run, n, to: next.to, outcome, at, eventId: randomUUID() as string }
    events.push(...told, { type: 'dispatch.rung', ...about })
    n++
    step++
    id = null
    if (outcome === 'nobody') continue
    await store.putRung(tx, { ...rung, n, step, inS: next.forS, byId: null })
    return events
  }
}

/** Nobody took what was passed on: it stays where it was, and whoever has it sees that. */
async function endPassingOn(tx: Tx, ticket: Ticket, rungId: string): Promise<DispatchEvent[]> {
  const now = await clock(tx)
  const events: DispatchEvent[] = []
  for (const open of await store.holdOpenOffers(tx, ticket.id))
    events.push(...(await carry(tx, open, { ask: 'lapse' }, now)))
  await store.endRung(tx, rungId, 'settled')
  return events
}

/** The supervisors of a ticket's line are told of it; nobody is offered anything. */
export async function tellAbove(tx: Tx, ticketId: string): Promise<DispatchEvent[]> {
  const ticket = await holdTicket(tx, ticketId)
  const personIds = ticket ? await supervisorsOf(tx, ticket, { everywhere: false }) : []
  if (personIds.length === 0) return []
  const about = { ticketId, to: 'supervisor', personIds, ways: ['console'], at: await clock(tx) } as const
  return [{ type: 'dispatch.escalated', ...about, ways: [...about.ways], eventId: randomUUID() as string }]
}

type Climbed = { outcome: RungOutcome; told: DispatchEvent[] }
const NOBODY: Climbed = { outcome: 'nobody', told: [] }

async function climbTo(tx: Tx, ticket: Ticket, proposal: Proposal, { to, by, forS }: Rung): Promise<Climbed> {
  const offerTo = async (one: Partial<OfferTo>): Promise<Climbed> => {
    const whole = { personId: null, crewId: null, companyId: null, ...one }
    return { outcome: 'offered', told: [await offer(tx, ticket, proposal, { to: whole, ways: by, forS, byId: null })] }
  }
  const asked = new Set((await store.holdOpenOffers(tx, ticket.id)).map((open) => open.to.personId))
  const candidates = proposal.ranking.candidates.filter(({ personId }) => !asked.has(personId))
  switch (to) {
    case 'candidate': {
      // Who said nothing is asked again, by another way; who said no is no candidate any more.
      const again = candidates.find(({ personId }) => personId === proposal.silent)
      const one = again ?? candidates[0]
      return one ? offerTo({ personId: one.personId }) : NOBODY
    }
    case 'B': {
      const b = proposal.people.find(({ personId, role }) => role === 'B' && isIn(candidates, personId))
      return b ? offerTo({ personId: b.personId }) : NOBODY
    }
    case 'crew': {
      const crew = proposal.crews.find(({ members }) => members.some(({ personId }) => isIn(candidates, personId)))
      return crew ? offerTo({ crewId: crew.crewId }) : NOBODY
    }
    case 'crew_lead': {
      const leads = proposal.crews.flatMap(({ members }) => members.filter(({ isLead }) => isLead))
      const lead = leads.find(({ personId }) =>
        proposal.people.some((one) => one.personId === personId && isHere(one.duty)),
      )
      return lead ? offerTo({ personId: lead.personId }) : NOBODY
    }
    case 'supervisor':
    case 'duty_manager': {
      const personIds = await supervisorsOf(tx, ticket, { everywhere: to === 'duty_manager' })
      if (personIds.length === 0) return NOBODY
      const { id: ticketId } = ticket
      const about = { ticketId, to, personIds, ways: by, at: proposal.at, eventId: randomUUID() as string }
      return { outcome: 'told', told: [{ type: 'dispatch.escalated', ...about }] }
    }
  }
}

const isHere = (duty: string): boolean => duty === 'shift' || duty === 'call'
const isIn = (candidates: { personId: string }[], id: string): boolean =>
  candidates.some(({ personId }) => personId === id)
