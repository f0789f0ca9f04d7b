import type { AgentState, NextState, PhoneState } from '../wire/words.ts'
import type { AgentEvent } from './events.ts'

/**
 * An agent's place in the ACD.
 *
 *                    sign-in                      call ends
 *   signed_out ─────────────► not_ready ◄─┐   ┌──────────────► wrap_up
 *       ▲                      │     ▲    │   │                  │ time over, or ended by hand
 *       │ sign-out from any    ▼     │    └── ready ◄────────────┘ (or not_ready, when that was chosen)
 *       └──────────────────── ready ─┘
 *
 * A change asked for while a call is on sets the *next* state, which wrap-up leads to. Whether a phone rings is not
 * kept here: it follows from the call's legs.
 */
export type Agent = {
  personId: string
  station: string
  state: AgentState
  reason: string | null
  since: Date
  next: NextState | null
  nextReason: string | null
  wrapUpCallId: string | null
  wrapUpUntil: Date | null
  phone: PhoneState
}

/** What an agent, the clock, the phone or a call asks of the state. */
export type Ask =
  /** `moved`: from another browser, where the ring was not heard yet */
  | { ask: 'sign-in'; station: string; moved?: boolean }
  | { ask: 'sign-out'; why: 'asked' | 'session_ended' | 'admin' }
  | { ask: 'ready' }
  | { ask: 'not-ready'; reason: string }
  | { ask: 'choose-next'; next: NextState | null; reason: string | null }
  | { ask: 'wrap-up'; callId: string; until: Date }
  | { ask: 'extend-wrap-up'; until: Date }
  | { ask: 'end-wrap-up' }
  | { ask: 'phone'; phone: PhoneState; why: string | null }

export type AgentRefusal = 'not-signed-in' | 'reason-needed' | 'not-in-wrap-up'

/** Longest wrap-up, extensions included. After it the agent would be forgotten rather than busy. */
export const LONGEST_WRAP_UP_MS = 15 * 60_000

/** What an ask means. Asking for what already is changes nothing; what makes no sense is refused by its code. */
export function decide(agent: Agent, ask: Ask, at: Date, onCall: boolean): AgentEvent[] | AgentRefusal {
  if (ask.ask === 'sign-in') return signIn(agent, ask.station, ask.moved ?? false, at, onCall)
  if (agent.state === 'signed_out') return ask.ask === 'sign-out' || ask.ask === 'phone' ? [] : 'not-signed-in'
  const { personId, station } = agent

  switch (ask.ask) {
    case 'sign-out':
      return [{ type: 'agent.signed-out', personId, station, at, why: ask.why }]
    case 'ready':
      if (onCall) return nextChosen(agent, 'ready', null, at)
      return agent.state === 'ready' ? [] : [{ type: 'agent.ready', personId, station, at }]
    case 'not-ready':
      if (!ask.reason) return 'reason-needed'
      if (onCall) return nextChosen(agent, 'not_ready', ask.reason, at)
      if (agent.state === 'not_ready' && agent.reason === ask.reason) return []
      return [{ type: 'agent.not-ready', personId, station, at, reason: ask.reason }]
    case 'choose-next':
      if (ask.next === 'not_ready' && !ask.reason) return 'reason-needed'
      return nextChosen(agent, ask.next, ask.reason, at)
    case 'wrap-up':
      if (agent.state === 'wrap_up' && agent.wrapUpCallId === ask.callId) return []
      return [{ type: 'agent.wrap-up', personId, station, at, callId: ask.callId, until: ask.until }]
    case 'extend-wrap-up':
      if (agent.state !== 'wrap_up' || !agent.wrapUpCallId) return 'not-in-wrap-up'
      return [{ type: 'agent.wrap-up', personId, station, at, callId: agent.wrapUpCallId, until: ask.until }]
    case 'end-wrap-up':
      if (agent.state !== 'wrap_up') return 'not-in-wrap-up'
      return [afterWrapUp(agent, at)]
    case 'phone':
      if (agent.phone === ask.phone) return []
      return [{ type: 'agent.phone', personId, station, at, phone: ask.phone, why: ask.why }]
  }
}

/** Somebody who has never taken a call here, or went home. */
export const signedOut = (personId: string, station: string, since: Date): Agent => ({
  personId,
  station,
  state: 'signed_out',
  reason: null,
  since,
  next: null,
  nextReason: null,
  wrapUpCallId: null,
  wrapUpUntil: null,
  phone: 'unknown',
})

function signIn(agent: Agent, station: string, moved: boolean, at: Date, onCall: boolean): AgentEvent[] {
  if (agent.state !== 'signed_out' && agent.station === station && !moved) return []
  const { personId } = agent
  return [
    { type: 'agent.signed-in', personId, station, at },
    { type: 'agent.not-ready', personId, station, at, reason: 'ring_untested' },
    // A call that is finished elsewhere leads to wrap-up, which must not lead past the ring test.
    ...(onCall
      ? [{ type: 'agent.next-chosen' as const, personId, at, next: 'not_ready' as const, reason: 'ring_untested' }]
      : []),
  ]
}

function nextChosen(agent: Agent, next: NextState | null, reason: string | null, at: Date): AgentEvent[] {
  if (agent.next === next && agent.nextReason === reason) return []
  return [{ type: 'agent.next-chosen', personId: agent.personId, at, next, reason }]
}

/** Where wrap-up leads: what was chosen during the call, else ready. */
export function afterWrapUp(agent: Agent, at: Date): AgentEvent {
  const { personId, station } = agent
  return agent.next === 'not_ready'
    ? { type: 'agent.not-ready', personId, station, at, reason: agent.nextReason ?? 'break' }
    : { type: 'agent.ready', personId, station, at }
}

/** The agent as they stand after an event. The only place an agent's state changes. */
export function evolve(agent: Agent, event: AgentEvent): Agent {
  const settled = { since: event.at, next: null, nextReason: null, wrapUpCallId: null, wrapUpUntil: null, reason: null }
  switch (event.type) {
    case 'agent.signed-in':
      return { ...signedOut(event.personId, event.station, event.at), state: 'not_ready', reason: 'ring_untested' }
    case 'agent.signed-out':
      return { ...agent, ...settled, state: 'signed_out', phone: 'unknown' }
    case 'agent.ready':
      return { ...agent, ...settled, state: 'ready' }
    case 'agent.not-ready':
      return { ...agent, ...settled, state: 'not_ready', reason: event.reason }
    case 'agent.next-chosen':
      return { ...agent, next: event.next, nextReason: event.reason }
    case 'agent.wrap-up':
      return {
        ...agent,
        state: 'wrap_up',
        reason: null,
        since: agent.state === 'wrap_up' && agent.wrapUpCallId === event.callId ? agent.since : event.at,
        wrapUpCallId: event.callId,
        wrapUpUntil: event.until,
      }
    case 'agent.phone':
      return { ...agent, phone: event.phone }
    case 'agent.ring-tested':
    case 'agent.declined':
      return agent
  }
}

/** What the queues must be told: paused unless ready, and why. A lost phone pauses nobody: its contact is gone anyway. */
export function pauseOf(agent: Pick<Agent, 'state' | 'reason'>): { paused: boolean; reason: string } {
  if (agent.state === 'ready') return { paused: false, reason: '' }
  return { paused: true, reason: agent.state === 'wrap_up' ? 'wrap_up' : (agent.reason ?? 'not_ready') }
}
