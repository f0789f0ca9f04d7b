/**
 * A call: the caller's whole visit, from the dialplan's first word to the caller's channel hanging up.
 *
 *   arrived ──► queued ──► offered ──► talking ──► ended
 *      │          ▲ ▲         │           │          ▲
 *      │          │ └─────────┘ no answer │          │
 *      │          └───────────────────────┘ leg lost │
 *      └─────────────────────────────────────────────┘ from anywhere, for good
 *
 * Facts come live (AMI), late (CEL), twice, and sometimes out of order. So a call is what we *know*, and knowledge only
 * grows (`learn`): the earliest time of each thing, the surest reason. State and outcome are read from it. Whoever
 * learns the same facts in any order knows the same call; a finished call stays finished.
 */
import type { CallState } from '../wire/words.ts'
import type { CallOutcome, Direction, EndedBy } from './events.ts'
import type { CallFact } from './fact.ts'
import {
  earlier,
  ended,
  firstIn,
  isDeskPhone,
  isHeld,
  type Leg,
  marked,
  newLeg,
  type Span,
  stopped,
  surerBy,
  talks,
} from './leg.ts'

/**
 * A caller who gives up sooner than this never gave us a fair chance to answer,
 * so the service level leaves the call out (a "short abandon").
 */
export const SHORT_ABANDON_MS = 5_000

export type Over = { at: Date; cause: number; by: EndedBy }

export type Call = {
  readonly id: string
  readonly pbx: number
  readonly bootId: string
  readonly firstHeardAt: Date
  /** null: only later news of this call has been heard so far */
  readonly arrival: {
    at: Date
    root: string
    direction: Direction
    campus: string | null
    line: string | null
    dialled: string
    diverted: string
  } | null
  /** as first heard, hostile until normalised */
  readonly caller: { ani: string; aniName: string }
  /** what the exchange said of the caller after that, the latest of it; which of the two to go by, the directory tells */
  readonly later: { ani: string; aniName: string; at: Date } | null
  /** the notice was over: from then on somebody was looked for */
  readonly noticeOverAt: Date | null
  readonly queuedAt: Date | null
  readonly queue: string | null
  readonly legs: readonly Leg[]
  readonly callbackAskedAt: Date | null
  readonly voicemail: { at: Date; file: string; ms: number } | null
  readonly unrecorded: string | null
  /** the end as told outright (restart, lost channel); the usual end is the caller's leg's */
  readonly toldOver: Over | null
}

const unheard = (fact: CallFact): Call => ({
  id: fact.callId,
  pbx: fact.pbx,
  bootId: fact.bootId,
  firstHeardAt: fact.at,
  arrival: null,
  caller: { ani: '', aniName: '' },
  later: null,
  noticeOverAt: null,
  queuedAt: null,
  queue: null,
  legs: [],
  callbackAskedAt: null,
  voicemail: null,
  unrecorded: null,
  toldOver: null,
})

/** A queue is named after its line; the second tier, of desk phones, is `<line>-desk`. */
export const lineOfQueue = (queue: string): string => queue.replace(/-desk$/, '')

/** The call with one more fact known. Pure; the same facts in any order give the same call. */
export function learn(known: Call | undefined, fact: CallFact): Call {
  const call = known ?? unheard(fact)
  const at = fact.at
  const heard = at < call.firstHeardAt ? { ...call, firstHeardAt: at } : call
  const leg = (uniqueid: string, change: (leg: Leg) => Leg) => withLeg(heard, uniqueid, at, change)

  switch (fact.type) {
    case 'caller-arrived': {
      if (heard.arrival) return { ...heard, arrival: { ...heard.arrival, at: earlier(heard.arrival.at, at) } }
      const { root, direction, campus, line, dialled, diverted } = fact
      const caller = { ani: fact.ani, aniName: fact.aniName }
      return { ...heard, arrival: { at, root, direction, campus, line, dialled, diverted }, caller }
    }
    case 'caller-named': {
      const { later } = heard
      return later && later.at >= at ? heard : { ...heard, later: { ani: fact.ani, aniName: fact.aniName, at } }
    }
    case 'notice-over':
      return { ...heard, noticeOverAt: earlier(heard.noticeOverAt, at) }
    case 'caller-queued':
      if (heard.queuedAt && heard.queuedAt <= at) return heard
      return { ...heard, queuedAt: at, queue: fact.queue }
    case 'station-rung':
      return leg(fact.uniqueid, (l) => ({ ...l, station: l.station ?? fact.station, rungAt: earlier(l.rungAt, at) }))
    case 'station-stopped': {
      const why = fact.why
      // That a phone picked up is not that somebody answered: a mobile's mailbox picks up too. The bridge tells.
      if (why === 'answered') return leg(fact.uniqueid, (l) => ({ ...l, station: l.station ?? fact.station }))
      return leg(fact.uniqueid, (l) => stopped({ ...l, station: l.station ?? fact.station }, at, why))
    }
    case 'station-answered':
      return leg(fact.uniqueid, (l) => ({
        ...l,
        station: l.station ?? fact.station,
        connectedAt: earlier(l.connectedAt, at),
      }))
    case 'leg-talking':
      return leg(fact.uniqueid, (l) => marked({ ...l, station: l.station ?? fact.station }, 'in', at))
    case 'leg-silent':
      return leg(fact.uniqueid, (l) => marked(l, 'out', at))
    case 'leg-held':
      return leg(fact.uniqueid, (l) => marked(l, 'hold', at))
    case 'leg-resumed':
      return leg(fact.uniqueid, (l) => marked(l, 'unhold', at))
    case 'leg-ended':
      return leg(fact.uniqueid, (l) => ended(l, at, fact.cause, fact.endedBy))
    case 'callback-asked':
      return { ...heard, callbackAskedAt: earlier(heard.callbackAskedAt, at) }
    case 'voicemail-left':
      return heard.voicemail && heard.voicemail.at <= at
        ? heard
        : { ...heard, voicemail: { at, file: fact.file, ms: fact.ms } }
    case 'unrecorded':
      return heard.unrecorded && heard.unrecorded <= fact.why ? heard : { ...heard, unrecorded: fact.why }
    case 'call-over': {
      const told = heard.toldOver
      const over = {
        at: earlier(told?.at ?? null, at),
        cause: Math.max(told?.cause ?? 0, fact.cause),
        by: surerBy(told?.by ?? null, fact.by) ?? fact.by,
      }
      return { ...heard, toldOver: over }
    }
  }
}

function withLeg(call: Call, uniqueid: string, at: Date, change: (leg: Leg) => Leg): Call {
  const i = call.legs.findIndex((leg) => leg.uniqueid === uniqueid)
  const before = call.legs[i]
  if (!before) return { ...call, legs: [...call.legs, change(newLeg(uniqueid, at))].sort(byStart) }
  const after = change({ ...before, startedAt: earlier(before.startedAt, at) })
  return { ...call, legs: call.legs.with(i, after).sort(byStart) }
}

const byStart = (a: Leg, b: Leg) => a.startedAt.getTime() - b.startedAt.getTime() || (a.uniqueid < b.uniqueid ? -1 : 1)

// --- what follows from what we know ---

/** In a call that came in, everyone but the caller's own channel works here; in one we made, the desk's phones do. */
export function sideOf(call: Call, leg: Leg): 'caller' | 'agent' {
  if (call.arrival?.direction === 'inbound') return leg.uniqueid === call.arrival.root ? 'caller' : 'agent'
  return isDeskPhone(leg.station) ? 'agent' : 'caller'
}

/** The end, once the caller's first channel is gone (ours, in a call we made) or we were told outright. */
export function overOf(call: Call): Over | null {
  const root = call.legs.find((leg) => leg.uniqueid === call.arrival?.root)
  const told = call.toldOver
  if (!root?.endedAt) return told && { ...told, at: notBefore(call, told.at) }
  // The side that hung up first did it; the other channel is only taken down after it.
  const others = call.legs.filter((leg) => leg !== root && leg.endedAt && leg.endedAt <= (root.endedAt as Date))
  const by = surerBy(root.endedBy, told?.by ?? null) ?? others.at(-1)?.endedBy ?? 'system'
  return { at: notBefore(call, earlier(told?.at ?? null, root.endedAt)), cause: root.cause ?? 0, by }
}

/** A clock that was set back in mid-call gives the call no length, never a negative one. */
const notBefore = (call: Call, at: Date): Date => (call.arrival && at < call.arrival.at ? call.arrival.at : at)

/**
 * When an agent answered on this leg: connected by the queue, or first in a bridge. In a call we made, picking up
 * one's own phone answers nothing: only the bridge does.
 */
export function answeredAt(call: Call, leg: Leg): Date | null {
  if (sideOf(call, leg) !== 'agent') return null
  const bridged = firstIn(leg)
  if (call.arrival?.direction !== 'inbound' || !leg.connectedAt) return bridged
  return earlier(bridged, leg.connectedAt)
}

export const agentLegs = (call: Call): Leg[] => call.legs.filter((leg) => sideOf(call, leg) === 'agent')

/** The first agent leg that answered, and when. */
export function firstAnswer(call: Call): { leg: Leg; at: Date } | null {
  let first: { leg: Leg; at: Date } | null = null
  for (const leg of call.legs) {
    const at = answeredAt(call, leg)
    if (at && (!first || at < first.at)) first = { leg, at }
  }
  return first
}

/** How a ring attempt ended, and when; null while it rings. */
export function offerEnd(
  call: Call,
  leg: Leg,
): { at: Date; outcome: 'answered' | NonNullable<Leg['stoppedWhy']> } | null {
  const answered = answeredAt(call, leg)
  if (answered) return { at: answered, outcome: 'answered' }
  if (leg.stoppedAt && leg.stoppedWhy) return { at: earlier(leg.endedAt, leg.stoppedAt), outcome: leg.stoppedWhy }
  const over = overOf(call)
  if (!leg.endedAt) return over ? { at: over.at, outcome: 'cancelled' } : null
  // CEL says nothing of ringing, only the cause: 21 call rejected, 17 user busy (Q.850).
  if (leg.cause === 21 || leg.cause === 17) return { at: leg.endedAt, outcome: 'declined' }
  const withCaller = over && Math.abs(over.at.getTime() - leg.endedAt.getTime()) < 250
  return { at: leg.endedAt, outcome: withCaller ? 'cancelled' : 'no_answer' }
}

export function stateOf(call: Call): CallState {
  if (overOf(call)) return 'ended'
  const agents = agentLegs(call)
  if (agents.some((leg) => !leg.endedAt && answeredAt(call, leg))) return 'talking'
  if (agents.some((leg) => leg.rungAt && !offerEnd(call, leg))) return 'offered'
  return call.queuedAt ? 'queued' : 'arrived'
}

/** An agent's leg that died under the caller: not hung up (16), and the caller was still there. */
export function isLost(call: Call, leg: Leg): boolean {
  if (!leg.endedAt || !leg.cause || leg.cause === 16 || !answeredAt(call, leg)) return false
  const over = overOf(call)
  return !over || over.at.getTime() - leg.endedAt.getTime() > 90
}

/** Talk of one leg; what is still open closes with the leg or the call. */
export function talksOf(call: Call, leg: Leg): Span[] {
  const over = overOf(call)
  const end = leg.endedAt && over ? earlier(leg.endedAt, over.at) : (leg.endedAt ?? over?.at ?? null)
  return talks(leg, end)
}

/** No longer than the database's integers hold (24 days): a clock set in mid-call must not keep its end from being kept. */
const LONGEST_MS = 2 ** 31 - 1
const msBetween = (from: Date, to: Date): number => Math.min(LONGEST_MS, Math.max(0, to.getTime() - from.getTime()))

const sum = (spans: Span[]): number => spans.reduce((ms, s) => ms + (s.to ? msBetween(s.from, s.to) : 0), 0)

export const talkMsOf = (call: Call, leg: Leg): number => sum(talksOf(call, leg))

/** Talk time of the call (closed spans): the caller's time in a bridge. */
export function talkMs(call: Call): number {
  const callers = call.legs.filter((leg) => sideOf(call, leg) === 'caller' && firstIn(leg))
  const legs = callers.length > 0 ? callers : agentLegs(call)
  return Math.min(
    LONGEST_MS,
    legs.reduce((ms, leg) => ms + talkMsOf(call, leg), 0),
  )
}

/**
 * Since when somebody was looked for; null while the notice is spoken. Where nobody is there the queue lets nobody in, and
 * at night there is none: the end of the notice stands in for it.
 */
export const soughtAt = (call: Call): Date | null => call.queuedAt ?? call.noticeOverAt

/** From joining the queue to the answer, or to the end; 0 for one who left during the notice. */
export function waitedMs(call: Call): number | null {
  const until = firstAnswer(call)?.at ?? overOf(call)?.at
  const from = soughtAt(call) ?? (call.arrival?.direction === 'inbound' ? null : call.arrival?.at)
  if (!until) return null
  return from ? msBetween(from, until) : 0
}

export function outcomeOf(call: Call): CallOutcome | null {
  const over = overOf(call)
  if (!over) return null
  if (firstAnswer(call)) return 'answered'
  if (call.voicemail) return 'voicemail'
  if (call.callbackAskedAt) return 'callback_asked'
  if (call.arrival?.direction !== 'inbound' || over.by === 'pbx_restart') return 'failed'
  return over.by === 'caller' || soughtAt(call) ? 'abandoned' : 'refused'
}

/** Gone before the notice was over, or within five seconds of being looked after. */
export const isShortAbandon = (call: Call): boolean =>
  !firstAnswer(call) && (!soughtAt(call) || (waitedMs(call) ?? 0) < SHORT_ABANDON_MS)

export const lineOf = (call: Call): string | null =>
  call.arrival?.line ?? (call.queue === null ? null : lineOfQueue(call.queue))

export { isHeld, type Leg, type Span }
