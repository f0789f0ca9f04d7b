/** What the screen is shown: cards, the pop, frames and the snapshot a console starts from. */
import { SHORT_ABANDON_MS } from '../calls/index.ts'
import type { Db, JournalRow } from '../db/index.ts'
import {
  type Actor,
  catalogue,
  identify,
  may,
  me,
  organisationId,
  personRefs,
  placeRefs,
  readingScopes,
  type Thing,
  unitRefs,
} from '../people/index.ts'
import { SERVICE_LEVEL_MS } from '../stats/index.ts'
import * as tickets from '../tickets/index.ts'
import type { Frame } from '../wire/frames.ts'
import type { Alarm, CallCard, DeskSnapshot, Health, PopCard, QueueNow } from '../wire/views.ts'
import * as agentStore from './agent-store.ts'
import { agentView, callCard, type Names, queueNow, recordingView } from './card.ts'
import type { CallShown } from './shown.ts'
import * as store from './store.ts'

export { callIds, markPainted, offersOf, unpainted } from './store.ts'

/** Cards of calls, with what may() is to be asked about each. */
export async function callCards(db: Db, ids: string[]): Promise<Map<string, { card: CallCard; thing: Thing }>> {
  const rows = await store.shownCalls(db, ids)
  const names = await namesOf(db, rows)
  return new Map(rows.map((row) => [row.id, { card: callCard(row, names), thing: callThing(row) }]))
}

const callThing = (row: CallShown): Thing => ({
  kind: 'call',
  campus: row.campus,
  line: row.line,
  agentIds: row.agent_ids,
})

async function namesOf(db: Db, rows: CallShown[]): Promise<Names> {
  const [places, units, people] = await Promise.all([
    placeRefs(
      db,
      rows.map((row) => row.place_id),
    ),
    unitRefs(
      db,
      rows.map((row) => row.unit_id),
    ),
    personRefs(
      db,
      rows.flatMap((row) => [row.person_id, row.agent_id]),
    ),
  ])
  return { places, units, people }
}

/** The pop for one offer: who and where is calling, why we think so, what is open there, why it rings here. */
export async function popFor(db: Db, callId: string, legUniqueid: string): Promise<PopCard | undefined> {
  const [row] = await store.shownCalls(db, [callId])
  const offer = row && (await store.offerOf(db, callId, legUniqueid))
  if (!row || !offer) return undefined
  const about = { id: row.id, ani: row.ani, campusId: row.campus_id, placeId: row.place_id }
  const [names, who, open, last, callsIn24h] = await Promise.all([
    namesOf(db, [row]),
    identify(db, { organisationId: row.organisation_id, campus: row.campus, ani: row.ani, aniName: row.ani_name }),
    openTicketsOf(db, row),
    store.lastCalls(db, about),
    store.callsIn24h(db, about),
  ])
  const [places, units, people] = await Promise.all([
    placeRefs(
      db,
      who.candidates.map((one) => one.placeId),
    ),
    unitRefs(
      db,
      who.candidates.map((one) => one.unitId),
    ),
    personRefs(
      db,
      who.candidates.map((one) => one.personId),
    ),
  ])
  return {
    call: callCard(row, names),
    legUniqueid,
    offeredAt: offer.at.toISOString(),
    ringSeconds: offer.ring_seconds ?? 20,
    candidates: who.candidates.map((one) => ({
      place: (one.placeId && places.get(one.placeId)) || null,
      unit: (one.unitId && units.get(one.unitId)) || null,
      person: (one.personId && people.get(one.personId)) || null,
      how: one.how,
      confidence: one.confidence,
    })),
    openTickets: open,
    lastCalls: last.map((call) => ({
      callId: call.id,
      at: call.at.toISOString(),
      line: call.line,
      outcome: call.outcome as CallCard['outcome'],
      ticketNumber: call.ticket_number === null ? null : tickets.shownNumber(call.ticket_number),
      what: call.what ?? '',
    })),
    callsIn24h,
    whyMe:
      offer.direction === 'callback'
        ? 'callback'
        : offer.lost_before
          ? 'same_agent_again'
          : offer.others_ready > 0
            ? 'longest_ready'
            : 'only_one_ready',
  }
}

async function openTicketsOf(db: Db, call: CallShown) {
  const everything = { pairs: [{ campus: null, line: null }], personId: call.id }
  const open = await tickets.listTickets(
    db,
    call.organisation_id,
    everything,
    { openOf: { placeId: call.place_id, reporterId: call.person_id } },
    { limit: 8 },
  )
  return tickets.ticketRows(
    db,
    open.filter((ticket) => ticket.id !== call.ticket_id),
  )
}

/** A journal row as a frame, with what may() is to be asked, and the pop for the one who is rung. */
export async function frameOf(
  db: Db,
  row: JournalRow,
): Promise<{ thing: Thing; frame: Frame; popFor?: { personId: string; pop: PopCard } } | undefined> {
  const head = { seq: row.seq, at: row.at.toISOString(), type: row.type }
  const text = (key: string): string | undefined =>
    typeof row.body[key] === 'string' ? (row.body[key] as string) : undefined
  const room = row.type.split('.')[0]
  if (room === 'agent') {
    const [shown] = await agentStore.shownAgents(db, await organisationId(db), [text('personId') ?? ''])
    if (!shown) return undefined
    const agent = agentView(shown)
    return {
      thing: { kind: 'agent', personId: agent.person.id, lines: agent.lines },
      frame: { ...head, subject: 'agent', agent },
    }
  }
  if (room === 'ticket') {
    const [ticket] = await tickets.readTickets(db, [text('ticketId') ?? ''])
    const [shown] = ticket ? await tickets.ticketRows(db, [ticket]) : []
    if (!ticket || !shown) return undefined
    const callId = text('callId')
    return {
      thing: tickets.thing(ticket),
      frame: { ...head, subject: 'ticket', ticket: shown, ...(callId && { callId }) },
    }
  }
  if (room === 'callback') {
    const [callback] = await tickets.readCallbacks(db, [text('callbackId') ?? ''])
    const [shown] = callback ? await tickets.callbackRows(db, [callback]) : []
    if (!callback || !shown) return undefined
    return {
      thing: { kind: 'callback', campus: callback.campus, line: callback.line },
      frame: { ...head, subject: 'callback', callback: shown },
    }
  }
  const callId = text('callId')
  if (!callId) return undefined
  const shown = (await callCards(db, [callId])).get(callId)
  if (!shown) return undefined
  const { card: call, thing } = shown
  if (room === 'recording') {
    const recording = await store.readRecording(db, text('recordingId') ?? '')
    return recording && { thing, frame: { ...head, subject: 'recording', recording: recordingView(recording, false) } }
  }
  const frame: Frame = { ...head, subject: 'call', call }
  const rung = row.type === 'call.offered' || row.type === 'call.identified' || row.type === 'call.answered'
  if (!rung || !call.agent || !call.legUniqueid || call.state === 'ended') return { thing, frame }
  const pop = await popFor(db, callId, call.legUniqueid)
  return pop ? { thing, frame, popFor: { personId: call.agent.id, pop } } : { thing, frame }
}

export async function queuesNow(db: Db, org: string): Promise<QueueNow[]> {
  return (await agentStore.shownQueues(db, org, SERVICE_LEVEL_MS, SHORT_ABANDON_MS)).map(queueNow)
}

export async function agentViews(db: Db, org: string, personIds?: string[]) {
  return (await agentStore.shownAgents(db, org, personIds)).map(agentView)
}

/** Everything a console needs to start. `seq` is read first: what happens while the rest is read comes again as frames. */
export async function snapshot(db: Db, actor: Actor, seq: number, health: Health): Promise<DeskSnapshot> {
  const org = actor.organisationId
  const scope = { pairs: readingScopes(actor), personId: actor.personId }
  const [self, words, agents, liveIds, queues, owed, mine, popOf, lastIds] = await Promise.all([
    me(db, actor),
    catalogue(db, org),
    agentViews(db, org),
    store.liveCallIds(db, org),
    queuesNow(db, org),
    tickets.owedCallbacks(db, org),
    tickets.listTickets(db, org, scope, { deskOf: actor.personId }, { limit: 100 }),
    store.popOf(db, actor.personId),
    store.callIds(db, org, scope, { personId: actor.personId }, { limit: 20 }),
  ])
  const cards = await callCards(db, [...liveIds, ...lastIds.map((call) => call.id)])
  const seen = (id: string): CallCard[] => {
    const call = cards.get(id)
    return call && may(actor, 'see', call.thing) ? [call.card] : []
  }
  const mayCallBack = owed.filter((one) => may(actor, 'see', { kind: 'callback', campus: one.campus, line: one.line }))
  return {
    seq,
    serverTime: new Date().toISOString(),
    me: self,
    catalogue: words,
    agents: agents.filter((agent) =>
      may(actor, 'see', { kind: 'agent', personId: agent.person.id, lines: agent.lines }),
    ),
    calls: liveIds.flatMap(seen),
    pop: popOf ? ((await popFor(db, popOf.callId, popOf.legUniqueid)) ?? null) : null,
    queues: queues.filter((queue) =>
      may(actor, 'see', { kind: 'call', campus: queue.campus, line: queue.line, agentIds: [] }),
    ),
    callbacks: await tickets.callbackRows(db, mayCallBack),
    myTickets: await tickets.ticketRows(db, mine),
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
