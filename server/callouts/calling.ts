/**
 * Call-outs at work. The rows are the truth: this only says what waits to be said, hears the codes, and lets time pass.
 * After a restart, or at another server that became the acting one, it goes on from the rows.
 */
import { clock, type Db, type Tx } from '../db/index.ts'
import {
  type Announced,
  attach,
  DEFAULT_PROFILE,
  type Over,
  PRIORITY,
  type RadioEngine,
  type RadioEvent,
  type RadioLog,
} from '../radio/index.ts'
import { Refusal } from '../refusal.ts'
import type { CalloutStep } from '../wire/radio.ts'
import { ackCodeFor, afterSilence, readAck } from './callout.ts'
import type { CalloutEvent } from './events.ts'
import type { Speech } from './speech.ts'
import * as store from './store.ts'
import { type CalloutFacts, calloutWords, type Language, type Unspeakable, unspeakable } from './words.ts'

/** Done in one transaction with what follows from it. */
export type Work = (tx: Tx) => Promise<(CalloutEvent | RadioEvent)[]>

export type CalloutParts = {
  db: Db
  commit: (work: Work) => Promise<unknown>
  isActing: () => boolean
  engine: Pick<RadioEngine, 'port' | 'raise' | 'announce'>
  speech: Pick<Speech, 'make'>
  /** how long an answer is waited for */
  waitS: number
  /** the handheld whose DTMF call this is */
  unitOf: (port: string, ani: string) => { code: string; holderId: string | null } | null
  log: RadioLog
}
export type Callouts = ReturnType<typeof makeCallouts>

const LOOK_MS = 1_000
/** The air was not free, or the gateway is away: not so long as for an answer. */
const AGAIN_S = 10
/** A busy channel is waited for so long. */
const FREE_MS = 30_000
/** A handheld says who it is so soon after its code. */
const NAME_MS = 5_000
/** The transmitter's limit cuts in the middle of a word: keep away from it. */
const LIMIT_MARGIN_S = 1

export function makeCallouts({ db, commit, isActing, engine, speech, waitS, unitOf, log }: CalloutParts) {
  const saying = new Map<string, AbortController>()
  const unnamed = new Map<string, { calloutId: string; until: number }>()
  let open: store.CalloutRow[] = []
  let timer: NodeJS.Timeout | undefined
  let looking = false
  let wanted = false
  let stopped = false

  /** A word is on the air whatever the disk says: it is written down when the disk is back. */
  async function write(work: Work): Promise<void> {
    for (let tries = 0; !stopped; tries++) {
      try {
        await commit(work)
        return
      } catch (error) {
        if (tries === 120) throw error
        log.warn({ code: (error as { code?: string }).code }, 'a call-out is written down later')
        await new Promise((go) => setTimeout(go, LOOK_MS).unref())
      }
    }
  }

  async function say(row: store.CalloutRow): Promise<void> {
    const stop = new AbortController()
    saying.set(row.id, stop)
    try {
      const how = await announced(row, stop.signal)
      await write((tx) => afterSaying(tx, row.id, how, waitS))
    } catch (error) {
      log.error({ calloutId: row.id, err: error }, 'a call-out could not be carried on')
    } finally {
      saying.delete(row.id)
      nudge()
    }
  }

  async function announced(row: store.CalloutRow, signal: AbortSignal): Promise<Announced> {
    const profile = engine.port(row.port)?.profile
    if (!profile) return { result: 'not_said', why: 'offline' }
    try {
      const { path } = await speech.make({
        text: row.words,
        language: row.language,
        leadMs: profile.txLeadMs,
        mostS: profile.totS - LIMIT_MARGIN_S,
      })
      return await engine.announce({
        port: row.port,
        path,
        kind: 'announcement',
        prio: PRIORITY.announcement,
        talker: { kind: 'announcement', name: '', unit: null, personId: null, how: null, confidence: 100 },
        words: row.words,
        ticketId: row.ticketId,
        waitMs: FREE_MS,
        signal,
      })
    } catch (error) {
      const why = error instanceof Refusal ? error.code : 'failed'
      log.warn({ calloutId: row.id, why, err: error }, 'a call-out could not be said')
      return { result: 'not_said', why }
    }
  }

  /** One look at a time; asked for meanwhile, it looks again. */
  async function look(): Promise<void> {
    clearTimeout(timer)
    looking = true
    do {
      wanted = false
      await once().catch((error: { code?: string }) =>
        log.warn({ code: error.code }, 'call-outs wait for the database'),
      )
    } while (wanted && !stopped)
    looking = false
    if (stopped) return
    timer = setTimeout(() => void look(), LOOK_MS)
    timer.unref()
  }
  async function once(): Promise<void> {
    if (!isActing()) return
    // A row read while its announcement ended would be said once more.
    const busy = new Set(saying.keys())
    open = await store.openCallouts(db)
    // Cancelled, by whichever server was asked: what is on the air of it is cut.
    for (const id of busy)
      if (!open.some((row) => row.id === id) && (await store.readCallout(db, id))?.state === 'cancelled')
        saying.get(id)?.abort()
    for (const row of open) {
      if (busy.has(row.id)) continue
      if (row.state === 'saying') void say(row)
      else if (row.isDue) {
        await commit((tx) => afterNothing(tx, row.id))
        wanted = true
      }
    }
  }
  function nudge(): void {
    wanted = true
    if (!looking && !stopped) void look()
  }
  nudge()

  return {
    /** Something was written: look now. */
    nudge,
    /** Touch tones from a handheld. True: they were an acknowledgement, and name nobody else. */
    digits(port: string, said: string, over: Over | null): boolean {
      const waiting = open.filter((row) => row.port === port)
      const codes = waiting.map(({ ackCode }) => ackCode)
      const ack = readAck(said, codes, engine.port(port)?.profile ?? DEFAULT_PROFILE)
      const row = ack && waiting.find(({ ackCode }) => ackCode === ack.code)
      if (!row) return false
      const known = ack.ani ? unitOf(port, ack.ani.id) : null
      // Somebody who acknowledges and calls for help in one breath is in danger first.
      if (ack.ani?.emergency)
        engine.raise({ port, unit: known?.code ?? null, raw: known ? null : ack.ani.id, how: 'unit_code' })
      if (ack.isTorn && !known) return false
      const sure = over?.talker && over.talker.how !== 'holder' ? over.talker : null
      const unit = known?.code ?? sure?.unit ?? null
      const personId = known ? known.holderId : (sure?.personId ?? null)
      open = open.filter((one) => one !== row)
      if (unit === null && over) unnamed.set(over.overId, { calloutId: row.id, until: Date.now() + NAME_MS })
      const who = { how: 'dtmf' as const, unit, personId, overId: over?.overId ?? null }
      write((tx) => acknowledge(tx, row.id, who)).catch((error: Error) =>
        log.error({ calloutId: row.id, err: error }, 'an acknowledgement was not written down'),
      )
      return true
    },
    /** An over has a name now; it may be the one that acknowledged. */
    named({ overId, talker }: Over): void {
      const ack = unnamed.get(overId)
      if (!ack || !talker?.unit || talker.how === 'holder') return
      unnamed.delete(overId)
      const { unit, personId } = talker
      if (ack.until > Date.now())
        void write(async (tx) => {
          const named = await store.nameAck(tx, ack.calloutId, unit, personId)
          const row = await store.readCallout(tx, ack.calloutId)
          return named && row ? [told(row, 'acknowledged', await clock(tx))] : []
        }).catch(() => undefined)
    },
    /** Makes the sound, so that a desk without a voice says so at once. */
    async rehearse(words: string, language: Language, port: string): Promise<number> {
      const profile = engine.port(port)?.profile ?? DEFAULT_PROFILE
      const mostS = profile.totS - LIMIT_MARGIN_S
      return (await speech.make({ text: words, language, leadMs: profile.txLeadMs, mostS })).seconds
    },
    stop(): void {
      stopped = true
      clearTimeout(timer)
    },
  }
}

const told = (
  row: store.CalloutRow,
  step: CalloutStep['step'],
  at: Date,
  byId: string | null = null,
): CalloutEvent => ({
  type: 'radio.callout',
  calloutId: row.id,
  ticketId: row.ticketId,
  step,
  at,
  byId,
})

/** Writes the steps in order, each a moment after the one before, and tells of each. */
async function steps(
  tx: Tx,
  row: store.CalloutRow,
  list: Omit<Parameters<typeof store.addStep>[2], 'at'>[],
  byId: string | null = null,
): Promise<(CalloutEvent | RadioEvent)[]> {
  const from = await clock(tx)
  const events: (CalloutEvent | RadioEvent)[] = []
  for (const [i, step] of list.entries()) {
    const at = new Date(from.getTime() + i)
    await store.addStep(tx, row.id, { ...step, at })
    events.push(told(row, step.step, at, byId))
  }
  return events
}

/** It was said, or it was not. */
export async function afterSaying(
  tx: Tx,
  id: string,
  how: Announced,
  waitS: number,
): Promise<(CalloutEvent | RadioEvent)[]> {
  const row = await store.holdCallout(tx, id)
  if (row?.state !== 'saying') return []
  const to = row.tier
  const { unit, toPersonId: personId } = row
  const isSaid = how.result === 'said'
  await store.updateCallout(tx, id, { state: 'waiting', tries: row.tries + 1, waitS: isSaid ? waitS : AGAIN_S })
  return steps(tx, row, [
    { step: isSaid ? 'said' : 'refused', to, unit, personId },
    ...(isSaid ? [{ step: 'waiting', to } as const] : []),
  ])
}

/** Nobody acknowledged in time. */
export async function afterNothing(tx: Tx, id: string): Promise<(CalloutEvent | RadioEvent)[]> {
  const row = await store.holdCallout(tx, id)
  if (row?.state !== 'waiting' || !row.isDue) return []
  const { b, crew } = await store.othersFor(tx, row.ticketId, row.toPersonId)
  const now = afterSilence(row, { b: b !== null, crew: crew !== null })
  const silent = { step: 'no_answer', to: row.tier, unit: row.unit, personId: row.toPersonId } as const
  if (now.do === 'again') {
    await store.updateCallout(tx, id, { state: 'saying', waitS: null })
    return steps(tx, row, [silent, { step: 'again', to: row.tier, unit: row.unit, personId: row.toPersonId }])
  }
  if (now.do === 'give_up') {
    await store.updateCallout(tx, id, { state: 'given_up', tier: 'supervisor', waitS: null })
    return steps(tx, row, [silent, { step: 'escalated', to: 'supervisor' }, { step: 'given_up', to: 'supervisor' }])
  }
  const facts = await store.ticketFacts(tx, row.ticketId)
  if (!facts) return []
  const called = now.to === 'B' ? b : null
  const to = called ? calledAs(called, row.language) : ((row.language === 'en' ? crew?.en : crew?.zh) ?? null)
  const { unit = null, personId = null } = called ?? {}
  const words = wordsOf(facts, { ...row, to })
  await store.updateCallout(tx, id, {
    state: 'saying',
    tier: now.to,
    tries: 0,
    words,
    unit,
    toPersonId: personId,
    waitS: null,
  })
  return steps(tx, row, [silent, { step: 'escalated', to: now.to, unit, personId }])
}

export type Acknowledged = {
  how: 'dtmf' | 'click'
  unit: string | null
  personId: string | null
  overId: string | null
  byId?: string
}

/**
 * Somebody goes. A late answer counts: the supervisor may stand down. Who it was may be said afterwards, once. A click that
 * names nobody means whoever was called.
 */
export async function acknowledge(tx: Tx, id: string, who: Acknowledged): Promise<(CalloutEvent | RadioEvent)[]> {
  const row = await store.holdCallout(tx, id)
  const { how, overId, byId = null } = who
  if (row?.state === 'acknowledged' && who.unit !== null) {
    const isNew = await store.nameAck(tx, id, who.unit, who.personId)
    return isNew ? [told(row, 'acknowledged', await clock(tx), byId)] : []
  }
  if (!row || !['saying', 'waiting', 'given_up'].includes(row.state)) return []
  await store.updateCallout(tx, id, { state: 'acknowledged', waitS: null })
  const { unit, personId } = how === 'click' && who.unit === null ? { unit: row.unit, personId: row.toPersonId } : who
  const events = await steps(tx, row, [{ step: 'acknowledged', to: row.tier, how, unit, personId }], byId)
  if (overId && (await attach(tx, overId, row.ticketId, 'announcement')))
    events.push({ type: 'radio.over-attached', overId, ticketId: row.ticketId, at: await clock(tx) })
  return events
}

/** Nobody is called any more. Where nobody had answered, whoever says so sees to the ticket: the alarm ends. */
export async function cancel(tx: Tx, id: string, byId: string): Promise<(CalloutEvent | RadioEvent)[]> {
  const row = await store.holdCallout(tx, id)
  if (!row || !['saying', 'waiting', 'given_up'].includes(row.state)) return []
  await store.updateCallout(tx, id, { state: 'cancelled', waitS: null })
  const step = row.state === 'given_up' ? 'taken_over' : 'cancelled'
  return steps(tx, row, [{ step, personId: byId }], byId)
}

/** How somebody is called on the air: by the handheld they hold, else by name. */
function calledAs({ unit, name }: store.Called, language: Language): string {
  if (unit === null) return name
  return language === 'en' ? `unit ${unit}` : `${unit}号`
}

function wordsOf(
  facts: store.TicketFacts,
  said: { fault: string; to: string | null; ackCode: string; language: Language },
) {
  const { place } = facts
  const spoken: CalloutFacts = {
    ticketNumber: String(facts.number).padStart(4, '0'),
    place: place && {
      name: said.language === 'en' ? place.en : place.zh,
      spoken: said.language === 'en' ? null : place.spoken,
      noTransmit: place.noTransmit,
    },
    fault: said.fault,
    to: said.to,
    ackCode: said.ackCode,
  }
  return calloutWords(spoken, said.language)
}

export type CalloutWish = {
  ticketId: string
  language: Language
  /** what is wrong, in place of what stands on the ticket */
  text?: string | undefined
  /** the handheld that is called; null: everybody on the port. Unsaid: the assignee, if they hold a handheld */
  toUnit?: { code: string; alias: string; holderId: string | null } | null | undefined
}
export type Composed = {
  words: string
  fault: string
  unit: string | null
  toPersonId: string | null
  findings: Unspeakable[]
  /** the place that forbids transmitting */
  noTransmit: string | null
}

/** What would be said of a ticket, and what of it must not be heard. Undefined: no such ticket. */
export async function compose(
  db: Db | Tx,
  wish: CalloutWish,
  ackCode?: string,
): Promise<(Composed & { ackCode: string }) | undefined> {
  const facts = await store.ticketFacts(db, wish.ticketId)
  if (!facts) return undefined
  const { toUnit, language } = wish
  const fault = wish.text ?? facts.what
  // An agent who took the ticket at a desk is its assignee and hears no radio.
  const onTheAir = facts.assignee?.unit ? facts.assignee : null
  const called = toUnit
    ? { personId: toUnit.holderId, name: toUnit.alias, unit: toUnit.code }
    : toUnit === null
      ? null
      : onTheAir
  const code = ackCode ?? ackCodeFor(facts.number, new Set(), DEFAULT_PROFILE)
  const to = called && calledAs(called, language)
  const words = wordsOf(facts, { fault, to, ackCode: code, language })
  const place = facts.place && (language === 'en' ? facts.place.en : facts.place.zh)
  return {
    words,
    fault,
    ackCode: code,
    unit: called?.unit ?? null,
    toPersonId: called?.personId ?? null,
    findings: unspeakable([fault, place].filter(Boolean).join(' '), facts.names),
    noTransmit: facts.place?.noTransmit ? place : null,
  }
}

/** The code a new call-out of this ticket is acknowledged with. */
export async function reserveCode(
  tx: Tx,
  port: { id: string; profile: { aniPtt: string; aniEmergency: string } },
  ticketId: string,
): Promise<string> {
  const facts = await store.ticketFacts(tx, ticketId)
  return ackCodeFor(facts?.number ?? 0, await store.takenCodes(tx, port.id), port.profile)
}
