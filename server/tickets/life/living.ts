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
import { asked, held, isShownAsIs, thing } from '../saving.ts'
import { holdTicket, isPerson } from '../store.ts'
import type { Ask, Ticket } from '../ticket.ts'
import { joinIn, link, merge, split, unlink } from './linking.ts'
import * as store from './store.ts'

type Doing = (tx: Tx, actor: Actor, id: string, body: AnyAct) => Promise<TicketEvent[]>
/** Acts of a room that tickets do not know of: who is sent, and what they answer. */
export type Sending<E> = Record<
  'dispatch' | 'accept' | 'decline',
  (tx: Tx, actor: Actor, ticketId: string, body: AnyAct) => Promise<E[]>
>

/**
 * Does an act. @throws not-found, not-allowed, ticket-acted-meanwhile, and what the act itself lacks, each with what can be
 * done instead. An act on a merged ticket that people still ring about counts on its survivor.
 */
export async function doAct<E>(
  tx: Tx,
  actor: Actor,
  id: string,
  body: AnyAct,
  sending: Sending<E>,
): Promise<(TicketEvent | E)[]> {
  const { act: name } = body
  switch (name) {
    case 'dispatch':
    case 'accept':
    case 'decline':
      return sending[name](tx, actor, id, body)
    case 'transfer':
      return transfer(tx, actor, id, body, sending)
    case 'join-in': {
      const { events, partId, crewId } = await joinIn(tx, actor, id, body)
      return [...events, ...(await sending.dispatch(tx, actor, partId, { act: 'dispatch', crewId }))]
    }
    default: {
      const ticket = await held(tx, actor, id, name)
      isShownAsIs(ticket, body.version)
      return DOING[name](tx, actor, id, body)
    }
  }
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
  take: (tx, actor, id) => act(tx, actor, id, 'take'),
  assign: (tx, actor, id, { personId, crewId }) =>
    act(tx, actor, id, 'assign', {
      ...(personId !== undefined && { assigneeId: personId }),
      ...(crewId !== undefined && { crewId }),
    }),
  withdraw: async (tx, actor, id, body) => {
    const ticket = await held(tx, actor, id, 'withdraw')
    if (ticket.arrivedAt && !may(actor, 'change', thing(ticket))) throw new Refusal('arrived-already')
    return act(tx, actor, id, 'withdraw', reasoned(body))
  },
  'give-up': (tx, actor, id, body) => act(tx, actor, id, 'give-up', reasoned(body)),
  reopen: (tx, actor, id, body) => act(tx, actor, id, 'reopen', reasoned(body)),
  done,
  urge: async (tx, actor, id) => urge(tx, actor, (await held(tx, actor, id, 'urge')).survivorId ?? id),
  note: (tx, actor, id, body) => {
    if (!words(body)) throw new Refusal('words-needed', { field: 'text' })
    return note(tx, actor, id, words(body))
  },
  arrive: async (tx, actor, id) =>
    say(tx, actor, await held(tx, actor, id, 'arrive'), { ask: 'arrive', byId: actor.personId }),
  wait: async (tx, actor, id, { waitingFor, until, text }) => {
    const ask = { ask: 'wait', byId: actor.personId, waitingFor, until: until ? new Date(until) : null } as const
    return say(tx, actor, await held(tx, actor, id, 'wait'), ask as Ask & { ask: 'wait' }, {
      ...{ waitingFor, until, reason: text },
    })
  },
  resume: async (tx, actor, id) =>
    say(tx, actor, await held(tx, actor, id, 'resume'), { ask: 'resume', byId: actor.personId, wokeUp: false }),
  return: async (tx, actor, id, { why, text }) =>
    say(
      tx,
      actor,
      await held(tx, actor, id, 'return'),
      { ask: 'return', byId: actor.personId, why: why ?? null },
      { why, reason: text },
    ),
  review: async (tx, actor, id, body) => {
    const ticket = await held(tx, actor, id, 'review')
    const ask = { ask: 'review', byId: actor.personId, ...(await store.partsOf(tx, id)) } as const
    return say(tx, actor, ticket, ask, { text: words(body) })
  },
  'send-back': async (tx, actor, id, body) => {
    const ticket = await held(tx, actor, id, 'send-back')
    return say(tx, actor, ticket, { ask: 'send-back', byId: actor.personId, ...reasoned(body) }, { reason: body.text })
  },
  verify: async (tx, actor, id, body) => {
    const ticket = await held(tx, actor, id, 'verify')
    return verified(tx, ticket, { byId: actor.personId, how: byWhom(actor, ticket), text: words(body) })
  },
  'not-fixed': async (tx, actor, id, body) => {
    const ticket = await held(tx, actor, id, 'not-fixed')
    return notFixed(tx, ticket, { byId: actor.personId, how: byWhom(actor, ticket), text: words(body) })
  },
  rate: async (tx, actor, id, body) => {
    const ticket = await held(tx, actor, id, 'rate')
    const stars = body.stars ?? null
    const events = await say(
      tx,
      actor,
      ticket,
      { ask: 'rate', byId: actor.personId, stars },
      { stars, text: body.text },
    )
    const at = await clock(tx)
    if (stars) await store.insertRating(tx, id, { stars, words: words(body), byId: actor.personId, at })
    return events
  },
  merge,
  split,
  link,
  unlink,
  complain,
  'answer-complaint': answer,
  instruct: async (tx, actor, id, { until, text }) => {
    const ticket = await held(tx, actor, id, 'instruct')
    const ask = { ask: 'instruct', byId: actor.personId, until: until ? new Date(until) : null } as const
    return say(tx, actor, ticket, ask, { until, text })
  },
}

/** The reporter's own word, or the desk's for them. */
const byWhom = (actor: Actor, ticket: Ticket) => (actor.personId === ticket.reporterId ? 'page' : 'desk')

/** What was found is written first: category and place as they really were, and then how it was mended and why it broke. */
async function done(tx: Tx, actor: Actor, id: string, body: AnyAct): Promise<TicketEvent[]> {
  const ticket = await held(tx, actor, id, 'done')
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
  id: string,
  body: AnyAct,
  sending: Sending<E>,
): Promise<(TicketEvent | E)[]> {
  const ticket = await held(tx, actor, id, 'transfer')
  isShownAsIs(ticket, body.version)
  if (!words(body)) throw new Refusal('reason-needed', { field: 'text' })
  if (body.line) return toLine(tx, actor, ticket, body, body.line)
  const { personId = null, crewId = null } = body
  if (personId && !(await isPerson(tx, ticket.organisationId, personId)))
    throw new Refusal('no-such-person', { field: 'personId' })
  const ask = { ask: 'transfer', byId: actor.personId, personId, crewId } as const
  const events = await say(tx, actor, ticket, ask, { personId, crewId, reason: words(body) })
  return [...events, ...(await sending.dispatch(tx, actor, id, { act: 'dispatch', personId, crewId }))]
}

/** A second time to another line is the desk's to decide: nothing is played back and forth. */
async function toLine(tx: Tx, actor: Actor, ticket: Ticket, body: AnyAct, line: string): Promise<TicketEvent[]> {
  const isDesk = may(actor, 'review', thing(ticket))
  if (ticket.moved > 0 && !isDesk) throw new Refusal('moved-already')
  if (line === ticket.line) throw new Refusal('the-same-line', { field: 'line' })
  const moved = await change(tx, actor, ticket.id, { version: ticket.version, line })
  const now = await holdTicket(tx, ticket.id)
  const reason = { why: 'not_my_field', reason: words(body), line: [ticket.line, line] }
  if (now?.state !== 'in_progress') return moved
  const ask = { ask: 'return', byId: actor.personId, why: 'not_my_field' } as const
  return [...moved, ...(await asked(tx, now, ask, { entry: { kind: 'return', body: reason } }))]
}
type Word = { byId: string | null; how: 'phone' | 'page' | 'desk'; text?: string; callId?: string | null }

/** The ward says that it works: of the whole, when all its parts are over. */
export async function verified(tx: Tx, ticket: Ticket, { byId, how, text, callId }: Word): Promise<TicketEvent[]> {
  const { openParts, isPart } = await store.partsOf(tx, ticket.id)
  if (isPart) throw new Refusal('verify-the-whole')
  const entry = { kind: 'verify', body: { how, text, callId } }
  return asked(tx, ticket, { ask: 'verify', byId, how, openParts }, { entry })
}

/** The ward says that it does not work: it begins anew, with its history, and more urgent. */
export async function notFixed(tx: Tx, ticket: Ticket, { byId, how, text, callId }: Word): Promise<TicketEvent[]> {
  const entry = { kind: 'not-fixed', body: { how, text, callId } }
  return asked(tx, ticket, { ask: 'not-fixed', byId, how }, { words: { faultCause: null }, entry })
}

/** A complaint is answered within so long. */
const ANSWER_HOURS = 24

/** Its words stand on a page of its own, which whoever it is about does not read. */
async function complain(tx: Tx, actor: Actor, id: string, body: AnyAct): Promise<TicketEvent[]> {
  const ticket = await held(tx, actor, id, 'complain')
  const aboutId = body.personId ?? null
  if (aboutId && !(await isPerson(tx, ticket.organisationId, aboutId)))
    throw new Refusal('no-such-person', { field: 'personId' })
  const complaintId = randomUUID()
  const at = await clock(tx)
  const ask = { ask: 'complain', byId: actor.personId, complaintId, aboutId, words: words(body) } as const
  const events = await asked(tx, ticket, ask, { at, entry: { kind: 'complain', body: { complaintId } } })
  const answerDueAt = new Date(at.getTime() + ANSWER_HOURS * 3_600_000)
  const row = { id: complaintId, aboutId, words: words(body), byId: actor.personId, at, answerDueAt }
  await store.insertComplaint(tx, id, row)
  return events
}

async function answer(tx: Tx, actor: Actor, id: string, body: AnyAct): Promise<TicketEvent[]> {
  const ticket = await held(tx, actor, id, 'answer-complaint')
  const about = (await store.readComplaints(tx, id)).find(({ complaintId }) => complaintId === body.complaintId)
  if (!about || about.aboutId === actor.personId) throw notFound('complaint')
  const at = await clock(tx)
  const { complaintId } = about
  const ask = { ask: 'answer-complaint', byId: actor.personId, complaintId, words: words(body) } as const
  const events = await asked(tx, ticket, ask, { at, entry: { kind: 'answer-complaint', body: { complaintId } } })
  const isFirst = await store.answerComplaint(tx, complaintId, { words: words(body), byId: actor.personId, at })
  if (!isFirst) throw new Refusal('answered-already')
  return events
}
