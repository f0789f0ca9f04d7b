/** What the screen is shown: cards, the pop, frames and the snapshot a console starts from. */

import { type Actor, type Asker, listScope, may, me, type Thing, type Verb } from '../access/index.ts'
import { SHORT_ABANDON_MS } from '../calls/index.ts'
import type { Db, JournalRow } from '../db/index.ts'
import { type Candidate, catalogue, identify, personRefs, placeRefs, unitRefs } from '../directory/index.ts'
import { SERVICE_LEVEL_MS } from '../stats/index.ts'
import * as tickets from '../tickets/index.ts'
import type { FrameMaker, SharedFrame } from '../web/index.ts'
import type { Frame } from '../wire/frames.ts'
import type { AgentView, Alarm, CallCard, DeskSnapshot, Health, PopCard, QueueNow } from '../wire/views.ts'
import * as agentStore from './agent-store.ts'
import { agentView, callCard, queueNow, recordingView } from './card.ts'
import { callThing, cardFor, partsOf, queueThing, seesTicket } from './seen.ts'
import type { CallShown } from './shown.ts'
import * as store from './store.ts'

export { handoverLabels, openAt } from './handover.ts'
export { callIds, markPainted, offersOf, unpainted } from './store.ts'

/**
 * A pop on the screen: when its ring began (Asterisk's clock), when the browser's word of it came (ours), and how long the
 * browser took from its frame. No clock of the PC is believed: of a pop that the wire was slow to tell, that counts too.
 */
export type Painted = { ringAt: Date; saidAt: number; browserMs: number }

/** Cards of calls as this person may see them. One they may not see is not there. */
export async function cardsFor(db: Db, asker: Asker, ids: string[]): Promise<Map<string, CallCard>> {
  const rows = await store.shownCalls(db, ids)
  return new Map(
    rows.flatMap((row) => {
      const card = cardFor(asker, row)
      return card ? [[row.id, card] as const] : []
    }),
  )
}

/** May this person do this to that call? What is not there may not be done anything to. */
export async function mayDo(db: Db, asker: Asker, verb: Verb, callId: string): Promise<boolean> {
  const [row] = await store.shownCalls(db, [callId])
  return row !== undefined && may(asker, verb, callThing(row))
}

/**
 * The pop for one offer, as its reader may see it: who and where is calling, why we think so, what is open there, why it
 * rings here.
 */
export async function popFor(
  db: Db,
  callId: string,
  legUniqueid: string,
  readerId: string,
): Promise<PopCard | undefined> {
  const [row] = await store.shownCalls(db, [callId])
  return row && popOfCall(db, row, legUniqueid, readerId)
}

async function popOfCall(db: Db, row: CallShown, legUniqueid: string, readerId: string): Promise<PopCard | undefined> {
  const [offer, who] = await Promise.all([
    store.aroundOffer(db, row.id, legUniqueid, readerId),
    identify(db, { organisationId: row.organisation_id, campus: row.campus, ani: row.ani, aniName: row.ani_name }),
  ])
  if (!offer?.reader) return undefined
  const asker: Asker = { personId: readerId, ...offer.reader }
  const call = cardFor(asker, row)
  if (!call) return undefined
  const [candidates, openTickets, lastCalls] = await Promise.all([
    named(db, who.candidates, row),
    openTicketsOf(db, asker, offer.open_ticket_ids, row.ticket_id),
    lastCallsOf(db, asker, offer.last_call_ids),
  ])
  return {
    call,
    legUniqueid,
    offeredAt: offer.at.toISOString(),
    ringSeconds: offer.ring_seconds ?? 20,
    candidates,
    openTickets,
    lastCalls,
    callsIn24h: row.ani ? offer.calls_in_24h : 1,
    whyMe:
      offer.direction === 'callback'
        ? 'callback'
        : offer.lost_before
          ? 'same_agent_again'
          : offer.others_ready > 0
            ? // rrmemory (queues.conf): the queue goes round, whoever was ready first
              'in_turn'
            : 'only_one_ready',
  }
}

/** So many of each stand on a pop. */
const OPEN_TICKETS = 8
const LAST_CALLS = 5

async function openTicketsOf(db: Db, asker: Asker, ids: string[], own: string | null) {
  const open = (await tickets.readTickets(db, ids)).filter((ticket) => may(asker, 'see', tickets.thing(ticket)))
  const inOrder = ids.flatMap((id) => open.find((ticket) => ticket.id === id && id !== own) ?? [])
  return tickets.ticketRows(inOrder.slice(0, OPEN_TICKETS))
}

async function lastCallsOf(db: Db, asker: Asker, ids: string[]): Promise<PopCard['lastCalls']> {
  const rows = await store.shownCalls(db, ids)
  const seen = ids.flatMap((id) => {
    const row = rows.find((one) => one.id === id)
    const card = row && cardFor(asker, row)
    if (!row || !card) return []
    const { callId, direction, arrivedAt: at, line, outcome, ticketNumber } = card
    return [
      {
        callId,
        direction,
        at,
        line,
        outcome,
        ticketNumber,
        what: seesTicket(asker, row) ? (row.ticket_what ?? '') : '',
      },
    ]
  })
  return seen.slice(0, LAST_CALLS)
}

/** Candidates with the names of theirs that the call does not show already. */
async function named(db: Db, candidates: Candidate[], shown: CallShown): Promise<PopCard['candidates']> {
  const unless = (known: { id: string } | null) => (id: string | null) => (id === known?.id ? null : id)
  const [places, units, people] = await Promise.all([
    placeRefs(db, candidates.map((one) => one.placeId).map(unless(shown.place))),
    unitRefs(db, candidates.map((one) => one.unitId).map(unless(shown.unit))),
    personRefs(db, candidates.map((one) => one.personId).map(unless(shown.person))),
  ])
  const of = <T extends { id: string }>(map: Map<string, T>, known: T | null, id: string | null): T | null =>
    id === null ? null : known?.id === id ? known : (map.get(id) ?? null)
  return candidates.map((one) => ({
    place: of(places, shown.place, one.placeId),
    unit: of(units, shown.unit, one.unitId),
    person: of(people, shown.person, one.personId),
    how: one.how,
    confidence: one.confidence,
  }))
}

/** What consoles are told of calls, agents, tickets, callbacks and recordings. */
export const deskFrames = (db: Db, organisationId: string): FrameMaker => ({
  makes: (type) => /^(call|agent|ticket|callback|recording)\./.test(type),
  framesOf: (rows) => framesOf(db, organisationId, rows),
})

/**
 * Journal rows as frames, in the same order. What the rows are about is read once for all of them, one statement for
 * each kind, so that a storm's frames cost hardly more than one event's.
 */
async function framesOf(db: Db, org: string, rows: JournalRow[]): Promise<(SharedFrame | undefined)[]> {
  const roomOf = (row: JournalRow) => row.type.slice(0, row.type.indexOf('.'))
  const idsOf = (key: string, isOf: (room: string) => boolean) => [
    ...new Set(rows.flatMap((row) => (isOf(roomOf(row)) ? (textOf(row, key) ?? []) : []))),
  ]
  const ids = (room: string, key: string) => idsOf(key, (one) => one === room)
  const asked = [ids('agent', 'personId'), ids('ticket', 'ticketId'), ids('callback', 'callbackId')] as const
  const [agents, ticketsOf, callbacksOf, shownCalls] = await Promise.all([
    asked[0].length > 0 ? agentViews(db, org, asked[0]) : [],
    tickets.readTickets(db, asked[1]),
    tickets.readCallbacks(db, asked[2]),
    store.shownCalls(
      db,
      idsOf('callId', (room) => room !== 'agent' && room !== 'ticket' && room !== 'callback'),
    ),
  ])
  const calls = new Map(shownCalls.map((row) => [row.id, row]))
  const callbackRows = callbacksOf.length > 0 ? await tickets.callbackRows(db, callbacksOf) : []

  async function frameOf(row: JournalRow): Promise<SharedFrame | undefined> {
    const head = { seq: row.seq, at: row.at.toISOString(), type: row.type }
    const callId = textOf(row, 'callId')
    switch (roomOf(row)) {
      case 'agent': {
        const agent = agents.find(({ person }) => person.id === textOf(row, 'personId'))
        if (!agent) return undefined
        const thing = agentThing(org, agent)
        return { thing, frame: { ...head, subject: 'agent', agent } }
      }
      case 'ticket': {
        const ticket = ticketsOf.find(({ id }) => id === textOf(row, 'ticketId'))
        const [shown] = ticket ? tickets.ticketRows([ticket]) : []
        if (!ticket || !shown) return undefined
        // That somebody complained is not told to whoever hears of the ticket: it may be about them.
        const type = head.type.startsWith('ticket.complain') ? 'ticket.changed' : head.type
        const frame: Frame = { ...head, type, subject: 'ticket', ticket: shown, ...(callId && { callId }) }
        return { thing: tickets.thing(ticket), frame }
      }
      case 'callback': {
        const about = callbacksOf.find(({ id }) => id === textOf(row, 'callbackId'))
        const callback = callbackRows.find((one) => one.callbackId === about?.id)
        if (!about || !callback) return undefined
        return { thing: tickets.callbackThing(about), frame: { ...head, subject: 'callback', callback } }
      }
    }
    const shown = callId && calls.get(callId)
    if (!shown) return undefined
    const parts = partsOf(shown)
    if (roomOf(row) === 'recording') {
      const recording = await store.readRecording(db, textOf(row, 'recordingId') ?? '')
      const thing = parts.find((part) => part.thing.kind === 'recording')?.thing
      return (
        recording &&
        thing && { thing, frame: { ...head, subject: 'recording', recording: recordingView(recording, false) } }
      )
    }
    const thing = callThing(shown)
    const call = callCard(shown)
    const frameOfCall = (card: CallCard): Frame => ({ ...head, subject: 'call', call: card })
    const whole: SharedFrame = {
      thing,
      frame: frameOfCall(call),
      parts: parts.map((part) => ({
        thing: part.thing,
        without: (frame) => (frame.subject === 'call' ? frameOfCall(part.without(frame.call)) : frame),
      })),
    }
    const rung = row.type === 'call.offered' || row.type === 'call.identified' || row.type === 'call.answered'
    if (!rung || !call.agent || !call.legUniqueid || call.state === 'ended') return whole
    const pop = await popOfCall(db, shown, call.legUniqueid, call.agent.id)
    return pop ? { ...whole, popFor: { personId: call.agent.id, frame: { ...frameOfCall(pop.call), pop } } } : whole
  }
  return Promise.all(rows.map(frameOf))
}

const agentThing = (organisationId: string, agent: AgentView): Thing => ({
  kind: 'agent',
  organisationId,
  personId: agent.person.id,
  lines: agent.lines,
})

const textOf = (row: JournalRow, key: string): string | undefined =>
  typeof row.body[key] === 'string' ? (row.body[key] as string) : undefined

export async function queuesNow(db: Db, org: string): Promise<QueueNow[]> {
  return (await agentStore.shownQueues(db, org, SERVICE_LEVEL_MS, SHORT_ABANDON_MS)).map(queueNow)
}

export async function agentViews(db: Db, org: string, personIds?: string[]) {
  return (await agentStore.shownAgents(db, org, personIds)).map(agentView)
}

/** Everything a console needs to start. `seq` is read first: what happens while the rest is read comes again as frames. */
export async function snapshot(db: Db, actor: Actor, seq: number, health: Health): Promise<DeskSnapshot> {
  const org = actor.organisationId
  const scope = listScope(actor)
  const [self, words, agents, liveIds, queues, owed, mine, unclaimed, popOf, lastIds] = await Promise.all([
    me(db, actor),
    catalogue(db, org),
    agentViews(db, org),
    store.liveCallIds(db, org),
    queuesNow(db, org),
    tickets.owedCallbacks(db, org),
    tickets.listTickets(db, org, scope, { deskOf: actor.personId }, { limit: 100 }),
    scope.pairs.length > 0 ? tickets.listTickets(db, org, scope, { unclaimed: true }, { limit: 100 }) : [],
    store.popOf(db, actor.personId),
    store.callIds(db, org, scope, { personId: actor.personId }, { limit: 20 }),
  ])
  const cards = await cardsFor(db, actor, [...liveIds, ...lastIds.map((call) => call.id)])
  const seen = (id: string): CallCard[] => [cards.get(id) ?? []].flat()
  const mayCallBack = owed.filter((one) => may(actor, 'see', tickets.callbackThing(one)))
  return {
    seq,
    serverTime: new Date().toISOString(),
    me: self,
    catalogue: words,
    agents: agents.filter((agent) => may(actor, 'see', agentThing(org, agent))),
    calls: liveIds.flatMap(seen),
    pop: popOf ? ((await popFor(db, popOf.callId, popOf.legUniqueid, actor.personId)) ?? null) : null,
    queues: queues.filter((queue) => may(actor, 'see', queueThing(org, queue))),
    callbacks: await tickets.callbackRows(db, mayCallBack),
    myTickets: tickets.ticketRows(mine),
    unclaimed: tickets.ticketRows(unclaimed),
    myLastCalls: lastIds.flatMap((call) => seen(call.id)),
    health,
  }
}

/** Calls that slipped through: shown on the screen until somebody puts them right. */
export async function callAlarms(db: Db): Promise<Alarm[]> {
  const rows = await store.callsWithoutEnding(db)
  return rows.map((row) => ({
    kind: 'call_without_ticket',
    callId: row.call_id,
    since: row.since.toISOString(),
    count: 1,
  }))
}
