/** Every act on a ticket by its name: looked at for rights and version, asked, and its words written down. */
import { randomUUID } from 'node:crypto'
import { type Actor, may } from '../../access/index.ts'
import { clock, type Tx } from '../../db/index.ts'
import { notFound, Refusal } from '../../refusal.ts'
import type { TicketActName } from '../../wire/choices.ts'
import type { AnyAct } from '../../wire/life.ts'
import { act, note, urge } from '../acting.ts'
import { change } from '../changing.ts'
import type { TicketEvent } from '../events.ts'
import { asked, held, mustBeAsShown, thing } from '../saving.ts'
import { holdTicket, isPerson } from '../store.ts'
import { type Ask, stateAfter, type Ticket } from '../ticket.ts'
import { holdBoth, joinIn, link, merge, split, unlink } from './linking.ts'
import * as store from './store.ts'

/** `ticket`: held, and this person may. */
type Doing = (tx: Tx, actor: Actor, ticket: Ticket, body: AnyAct) => Promise<TicketEvent[]>
/** Acts of a room that tickets do not know of: who is sent, and what they answer. `offer`: asked by whoever may. */
export type Sending<E> = Record<
  'dispatch' | 'accept' | 'decline',
  (tx: Tx, actor: Actor, ticketId: string, body: AnyAct) => Promise<E[]>
> & {
  offer: (tx: Tx, ticket: Ticket, to: Pick<AnyAct, 'personId' | 'crewId'>, byId: string) => Promise<E[]>
}

/**
 * Does an act. @throws not-found, not-allowed, ticket-acted-meanwhile, and what the act itself lacks, each with what can be
 * done instead.
 */
export async function doAct<E>(
  tx: Tx,
  actor: Actor,
  id: string,
  body: AnyAct,
  sending: Sending<E>,
): Promise<(TicketEvent | E)[]> {
  const { act: name } = body
  if (name === 'dispatch' || name === 'accept' || name === 'decline') return sending[name](tx, actor, id, body)
  // Two tickets are held in one order, whoever asks: two merges at once do not wait for each other.
  if (name === 'merge' || name === 'link') await holdBoth(tx, id, body.ticketId)
  const ticket = await held(tx, actor, id, name)
  mustBeAsShown(ticket, body.version)
  if (name === 'transfer') return transfer(tx, actor, ticket, body, sending)
  if (name === 'join-in') {
    const { events, part, crewId } = await joinIn(tx, actor, ticket, body)
    return [...events, ...(await sending.offer(tx, part, { crewId }, actor.personId))]
  }
  return DOING[name](tx, actor, ticket, body)
}

const words = ({ text }: AnyAct): string => text?.trim() ?? ''
const reasoned = ({ text }: AnyAct) => (text === undefined ? {} : { reason: text })

/** Asked as `actor`. The desk that says it for whoever has the job names them. */
async function say(
  tx: Tx,
  actor: Actor,
  ticket: Ticket,
  ask: Ask & { ask: TicketActName },
  body: Record<string, unknown> = {},
): Promise<TicketEvent[]> {
  const isForAnother = ticket.assigneeId !== null && ticket.assigneeId !== actor.personId && AN_ENGINEERS.has(ask.ask)
  const entry = { kind: ask.ask, body: { ...body, ...(isForAnother && { forId: ticket.assigneeId }) } }
  return asked(tx, ticket, ask, { entry })
}
/** What the desk says for an engineer whom it heard. */
const AN_ENGINEERS: ReadonlySet<TicketActName> = new Set(['arrive', 'wait', 'resume', 'return'])

const DOING: Record<Exclude<TicketActName, 'dispatch' | 'accept' | 'decline' | 'transfer' | 'join-in'>, Doing> = {
  take: (tx, actor, { id }) => act(tx, actor, id, 'take'),
  assign: (tx, actor, { id }, { personId, crewId }) =>
    act(tx, actor, id, 'assign', {
      ...(personId !== undefined && { assigneeId: personId }),
      ...(crewId !== undefined && { crewId }),
    }),
  withdraw: (tx, actor, { id }, body) => act(tx, actor, id, 'withdraw', reasoned(body)),
  'give-up': (tx, actor, { id }, body) => act(tx, actor, id, 'give-up', reasoned(body)),
  reopen: (tx, actor, { id }, body) => act(tx, actor, id, 'reopen', reasoned(body)),
  done,
  urge: (tx, actor, { id }) => urge(tx, actor, id),
  note: (tx, actor, { id }, body) => {
    if (!words(body)) throw new Refusal('words-needed', { field: 'text' })
    return note(tx, actor, id, words(body))
  },
  arrive: (tx, actor, ticket) => say(tx, actor, ticket, { ask: 'arrive', byId: actor.personId }),
  wait: (tx, actor, ticket, { waitingFor = null, until, text }) => {
    const ask = { ask: 'wait', byId: actor.personId, waitingFor, until: momentOf(until) } as const
    return say(tx, actor, ticket, ask, { waitingFor, until, reason: text })
  },
  resume: (tx, actor, ticket) => say(tx, actor, ticket, { ask: 'resume', byId: actor.personId, wokeUp: false }),
  return: (tx, actor, ticket, { why = null, text }) =>
    say(tx, actor, ticket, { ask: 'return', byId: actor.personId, why }, { why, reason: text }),
  review: async (tx, actor, ticket, body) => {
    const ask = { ask: 'review', byId: actor.personId, ...(await store.partsOf(tx, ticket.id)) } as const
    return say(tx, actor, ticket, ask, { text: words(body) })
  },
  'send-back': (tx, actor, ticket, body) =>
    say(tx, actor, ticket, { ask: 'send-back', byId: actor.personId, ...reasoned(body) }, { reason: body.text }),
  verify: async (tx, actor, ticket, body) => {
    // The ward is asked of the whole, when all its parts are over.
    const { openParts, isPart } = await store.partsOf(tx, ticket.id)
    if (isPart) throw new Refusal('verify-the-whole')
    const how = byWhom(actor, ticket)
    return say(tx, actor, ticket, { ask: 'verify', byId: actor.personId, how, openParts }, { how, text: words(body) })
  },
  'not-fixed': (tx, actor, ticket, body) => {
    const how = byWhom(actor, ticket)
    const entry = { kind: 'not-fixed', body: { how, text: words(body) } }
    return asked(tx, ticket, { ask: 'not-fixed', byId: actor.personId, how }, { words: { faultCause: null }, entry })
  },
  rate: async (tx, actor, ticket, { stars = null, ...body }) => {
    const said = { stars, text: words(body) }
    const events = await say(tx, actor, ticket, { ask: 'rate', byId: actor.personId, stars }, said)
    const vote = { words: words(body), byId: actor.personId, at: await clock(tx) }
    if (stars) await store.insertRating(tx, ticket.id, { stars, ...vote })
    return events
  },
  merge,
  split,
  link,
  unlink,
  complain,
  'answer-complaint': answer,
  instruct: (tx, actor, ticket, { until, text }) =>
    say(tx, actor, ticket, { ask: 'instruct', byId: actor.personId, until: momentOf(until) }, { until, text }),
}

const momentOf = (time: string | undefined): Date | null => (time === undefined ? null : new Date(time))

/** The reporter's own word, or the desk's for them. */
const byWhom = (actor: Actor, ticket: Ticket) => (actor.personId === ticket.reporterId ? 'page' : 'desk')

/** What was found is written first: category and place as they really were, and then how it was mended and why it broke. */
async function done(tx: Tx, actor: Actor, ticket: Ticket, body: AnyAct): Promise<TicketEvent[]> {
  const { id } = ticket
  const { confirmedCategoryId, confirmedPlaceId, causeId, resolution, faultCause } = body
  const found = {
    ...(confirmedCategoryId !== undefined && { confirmedCategoryId }),
    ...(confirmedPlaceId !== undefined && { confirmedPlaceId }),
  }
  const changed =
    Object.keys(found).length > 0 ? await change(tx, actor, id, { version: ticket.version, ...found }) : []
  const cause = causeId ? await causeOf(tx, ticket, causeId) : null
  const how = { resolution: resolution ?? null, causeId: cause, ...(faultCause !== undefined && { faultCause }) }
  return [...changed, ...(await act(tx, actor, id, 'done', how))]
}

async function causeOf(tx: Tx, ticket: Ticket, id: string): Promise<string> {
  const cause = await store.readCause(tx, id)
  if (!cause || cause.retired) throw new Refusal('no-such-cause', { field: 'causeId' })
  if (cause.line !== ticket.line) throw new Refusal('cause-of-another-line', { field: 'causeId' })
  return id
}

/** Passed on: to a person or a crew, who are asked while it stays where it is; or to another line, where it begins anew. */
async function transfer<E>(
  tx: Tx,
  actor: Actor,
  ticket: Ticket,
  body: AnyAct,
  sending: Sending<E>,
): Promise<(TicketEvent | E)[]> {
  if (!words(body)) throw new Refusal('reason-needed', { field: 'text' })
  if (body.line) return toLine(tx, actor, ticket, body, body.line)
  const { personId = null, crewId = null } = body
  const ask = { ask: 'transfer', byId: actor.personId, personId, crewId } as const
  const events = await say(tx, actor, ticket, ask, { personId, crewId, reason: words(body) })
  return [...events, ...(await sending.offer(tx, ticket, { personId, crewId }, actor.personId))]
}

/** A second time to another line is the desk's to decide: nothing is played back and forth. */
async function toLine(tx: Tx, actor: Actor, ticket: Ticket, body: AnyAct, line: string): Promise<TicketEvent[]> {
  if (!stateAfter(ticket.state, 'transfer')) throw new Refusal('ticket-not-in-that-state', { state: ticket.state })
  if (ticket.moved > 0 && !may(actor, 'review', thing(ticket))) throw new Refusal('moved-already')
  if (line === ticket.line) throw new Refusal('the-same-line', { field: 'line' })
  const moved = await change(tx, actor, ticket.id, { version: ticket.version, line })
  const now = await holdTicket(tx, ticket.id)
  if (!now) throw new Error(`a ticket that is held is gone: ${ticket.id}`)
  const entry = { kind: 'return', body: { why: 'not_my_field', reason: words(body) } }
  const ask = { ask: 'return', byId: actor.personId, why: 'not_my_field' } as const
  return [...moved, ...(await asked(tx, now, ask, { entry }))]
}

/** A complaint is answered within so long. */
const ANSWER_HOURS = 24

/** Its words stand on a page of its own, which whoever it is about does not read. */
async function complain(tx: Tx, actor: Actor, ticket: Ticket, body: AnyAct): Promise<TicketEvent[]> {
  const aboutId = body.personId ?? null
  if (aboutId && !(await isPerson(tx, ticket.organisationId, aboutId)))
    throw new Refusal('no-such-person', { field: 'personId' })
  const complaintId = randomUUID()
  const at = await clock(tx)
  const ask = { ask: 'complain', byId: actor.personId, complaintId, aboutId, words: words(body) } as const
  const events = await asked(tx, ticket, ask, { at, entry: { kind: 'complain', body: { complaintId } } })
  const answerDueAt = new Date(at.getTime() + ANSWER_HOURS * 3_600_000)
  const row = { id: complaintId, aboutId, words: words(body), byId: actor.personId, at, answerDueAt }
  await store.insertComplaint(tx, ticket.id, row)
  return events
}

async function answer(tx: Tx, actor: Actor, ticket: Ticket, body: AnyAct): Promise<TicketEvent[]> {
  const about = (await store.readComplaints(tx, ticket.id)).find(({ complaintId }) => complaintId === body.complaintId)
  if (!about || about.aboutId === actor.personId) throw notFound('complaint')
  const at = await clock(tx)
  const { complaintId } = about
  const ask = { ask: 'answer-complaint', byId: actor.personId, complaintId, words: words(body) } as const
  const events = await asked(tx, ticket, ask, { at, entry: { kind: 'answer-complaint', body: { complaintId } } })
  const isFirst = await store.answerComplaint(tx, complaintId, { words: words(body), byId: actor.personId, at })
  if (!isFirst) throw new Refusal('answered-already')
  return events
}
