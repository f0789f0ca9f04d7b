/** What a call-out says of a ticket, and what of it must not be heard. */
import type { Db, Tx } from '../db/index.ts'
import { DEFAULT_PROFILE } from '../radio/index.ts'
import { ackCodeFor } from './callout.ts'
import * as store from './store.ts'
import { type CalloutFacts, calloutWords, type Language, type Unspeakable, unspeakable } from './words.ts'

/** How somebody is called on the air: by the handheld they hold, else by name. */
export function calledAs({ unit, name }: store.Called, language: Language): string {
  if (unit === null) return name
  return language === 'en' ? `unit ${unit}` : `${unit}号`
}

export function wordsOf(
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
