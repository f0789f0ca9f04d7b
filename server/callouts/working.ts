/** What becomes of a call-out, each in one transaction: said, nobody answered, acknowledged, cancelled. */
import { clock, type Tx } from '../db/index.ts'
import { type Announced, attach, type RadioEvent } from '../radio/index.ts'
import type { CalloutStep } from '../wire/radio.ts'
import { type CalloutAsk, decide } from './callout.ts'
import { calledAs, wordsOf } from './composing.ts'
import type { CalloutEvent } from './events.ts'
import { afterSilence } from './ladder.ts'
import * as store from './store.ts'

type Told = CalloutEvent | RadioEvent

/** The air was not free, or the gateway is away: not so long as for an answer. */
const AGAIN_S = 10

export const told = (
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
): Promise<Told[]> {
  const from = await clock(tx)
  const events: Told[] = []
  for (const [i, step] of list.entries()) {
    const at = new Date(from.getTime() + i)
    await store.addStep(tx, row.id, { ...step, at })
    events.push(told(row, step.step, at, byId))
  }
  return events
}

/** It was said, or it was not: then it is tried again sooner than an answer would be waited for. */
export async function afterSaying(tx: Tx, id: string, how: Announced, waitS: number): Promise<Told[]> {
  const row = await store.holdCallout(tx, id)
  const isSaid = how.result === 'said'
  return row ? carried(tx, row, { ask: 'said', isSaid, waitS: isSaid ? waitS : AGAIN_S }) : []
}

/** Nobody acknowledged in time. */
export async function afterNothing(tx: Tx, id: string): Promise<Told[]> {
  const row = await store.holdCallout(tx, id)
  if (row?.state !== 'waiting' || !row.isDue) return []
  const { b, crew } = await store.othersFor(tx, row.ticketId, row.toPersonId)
  const next = afterSilence(row, { b: b !== null, crew: crew !== null })
  if (next.do !== 'escalate') return carried(tx, row, { ask: 'silence', next, to: { unit: null, personId: null } })
  const facts = await store.ticketFacts(tx, row.ticketId)
  if (!facts) return []
  const called = next.to === 'B' ? b : null
  const to = called ? calledAs(called, row.language) : ((row.language === 'en' ? crew?.en : crew?.zh) ?? null)
  const { unit = null, personId = null } = called ?? {}
  return carried(tx, row, { ask: 'silence', next, to: { unit, personId } }, { words: wordsOf(facts, { ...row, to }) })
}

/** Decided, written down, and told of. */
async function carried(
  tx: Tx,
  row: store.CalloutRow,
  ask: CalloutAsk,
  more: { words?: string; byId?: string | null } = {},
): Promise<Told[]> {
  const decided = decide(row, ask)
  if (!decided) return []
  const { words, byId = null } = more
  await store.updateCallout(tx, row.id, { ...decided.becomes, ...(words !== undefined && { words }) })
  return steps(tx, row, decided.steps, byId)
}

export type Acknowledged = {
  how: 'dtmf' | 'click'
  unit: string | null
  personId: string | null
  overId: string | null
  byId?: string
}

/** Somebody goes. Who it was may be said afterwards, once. */
export async function acknowledge(tx: Tx, id: string, who: Acknowledged): Promise<Told[]> {
  const row = await store.holdCallout(tx, id)
  const { how, unit, personId, overId, byId = null } = who
  if (row?.state === 'acknowledged' && unit !== null) {
    const isNew = await store.nameAck(tx, id, unit, personId)
    return isNew ? [told(row, 'acknowledged', await clock(tx), byId)] : []
  }
  const events = row ? await carried(tx, row, { ask: 'acknowledge', how, unit, personId }, { byId }) : []
  if (row && events.length > 0 && overId && (await attach(tx, overId, row.ticketId, 'announcement')))
    events.push({ type: 'radio.over-attached', overId, ticketId: row.ticketId, at: await clock(tx) })
  return events
}

/** Nobody is called any more. Where nobody had answered, whoever says so sees to the ticket: the alarm ends. */
export async function cancel(tx: Tx, id: string, byId: string): Promise<Told[]> {
  const row = await store.holdCallout(tx, id)
  return row ? carried(tx, row, { ask: 'cancel', byId }, { byId }) : []
}
