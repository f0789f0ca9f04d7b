/** What the radio's engine is given, what it is asked, and what it tells. */

import type { Muted } from '../../wire/radio.ts'
import type { Asker, FloorAnswer, Latch } from '../floor/words.ts'
import type { KnownHandhelds } from '../handhelds/known.ts'
import type { Over } from '../overs/over.ts'
import type { Media, MediaFact, Voice } from './media.ts'

export type Log = {
  info(o: object, m: string): void
  warn(o: object, m: string): void
  error(o: object, m: string): void
}

export type Emergency = Omit<Latch, 'raisedAt' | 'ackedAt'> & {
  raisedAt: number
  ackedAt: number | null
  overId: string | null
}
export type RaisedHow = 'unit_code' | 'button' | 'agent' | 'lone_worker'

/**
 * What can be wrong with a port: its receiver is stuck or flapping; packets go to its gateway though nobody speaks; what it is
 * sent goes to another address; its gateway registered from another address; nothing records it.
 */
export type PortAlarm = Muted | 'sends_in_idle' | 'sends_elsewhere' | 'gateway_moved' | 'unrecorded'

/** What the radio tells, at once and in order. What a hook does must not be waited for: the floors stand still meanwhile. */
export type RadioHooks = {
  /** something a console shows has changed */
  changed(): void
  overOpened(over: Over): void
  /** its talker became known, or turned out to be another one; perhaps after it has ended */
  overNamed(over: Over): void
  overEnded(over: Over): void
  emergencyRaised(emergency: Emergency, how: RaisedHow): void
  emergencyAcknowledged(emergency: Emergency, by: string): void
  emergencyCleared(emergency: Emergency, by: string, reason: string): void
  /** Touch tones from a handheld. True: they were waited for (an acknowledgement), so they name nobody. */
  digits(port: string, digits: string, over: Over | null): boolean
  alarm(port: string, what: PortAlarm, on: boolean): void
  /** where the gateway speaks SIP from, when that is news */
  gatewayAt(port: string, address: string): void
  /** facts about recordings, as they came */
  recording(fact: Extract<MediaFact, { type: 'segment' | 'recording' }>): void
}

export type EngineParts = {
  media: Media
  /** this host's clock, epoch ms; and one that never goes back, ms */
  now?: () => number
  steady?: () => number
  /** does something later; answers how not to */
  after?: (ms: number, act: () => void) => () => void
  handhelds: Pick<KnownHandhelds, 'byId' | 'likely'>
  hooks: RadioHooks
  log: Log
}

/** Somebody who asks for the floor of a port, and how they are heard there. */
export type Ask = {
  asker: Asker
  /** the voice on this port; null: they cannot be heard there */
  voice: (port: string) => Voice | null
  /** its `totAt` in this host's clock */
  answered: (answer: FloorAnswer) => void
  ticketId?: string | null
  callId?: string | null
  words?: string | null
}

/** Does something later, by this host's timers; answers how not to. */
export function later(ms: number, act: () => void): () => void {
  const timer = setTimeout(act, ms)
  return () => clearTimeout(timer)
}
