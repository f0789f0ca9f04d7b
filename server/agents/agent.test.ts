import t from 'tap'
import { type Agent, afterWrapUp, decide, evolve, pauseOf, signedOut } from './agent.ts'
import type { AgentEvent } from './events.ts'

const noon = new Date('2026-01-05T04:00:00Z')
const after = (seconds: number) => new Date(noon.getTime() + seconds * 1000)
const anAgent = (but: Partial<Agent> = {}): Agent => ({
  personId: 'p1',
  station: 'b1001',
  state: 'ready',
  reason: null,
  since: noon,
  next: null,
  nextReason: null,
  wrapUpCallId: null,
  wrapUpUntil: null,
  phone: 'registered',
  ...but,
})
const fold = (agent: Agent, events: AgentEvent[] | string) => {
  if (typeof events === 'string') throw new Error(events)
  return events.reduce<Agent>(evolve, agent)
}

t.test('an agent who has not tried the ring is not ready, and the state says why', async (t) => {
  const events = decide(anAgent({ state: 'signed_out' }), { ask: 'sign-in', station: 'b1001' }, noon, false)
  t.match(fold(anAgent({ state: 'signed_out' }), events), { state: 'not_ready', reason: 'ring_untested' })
})

t.test('a phone taken over in the middle of a call is tried after its wrap-up, not passed over', async (t) => {
  const moved = fold(anAgent(), decide(anAgent(), { ask: 'sign-in', station: 'b1001', moved: true }, noon, true))
  t.match(moved, { state: 'not_ready', reason: 'ring_untested' })
  const wrapping = fold(moved, decide(moved, { ask: 'wrap-up', callId: 'c1', until: after(30) }, noon, false))
  t.match(afterWrapUp(wrapping, after(30)), { type: 'agent.not-ready', reason: 'ring_untested' })
})

t.test('signing in again at the same station changes nothing', async (t) => {
  t.same(decide(anAgent(), { ask: 'sign-in', station: 'b1001' }, noon, false), [])
})

t.test('going on a break during a call is what comes after the call, not now', async (t) => {
  const agent = fold(anAgent(), decide(anAgent(), { ask: 'not-ready', reason: 'break' }, noon, true))
  t.match(agent, { state: 'ready', next: 'not_ready', nextReason: 'break' })
  t.match(afterWrapUp(agent, after(60)), { type: 'agent.not-ready', reason: 'break' })
})

t.test('wrap-up leads back to ready when nothing else was chosen', async (t) => {
  const wrapping = fold(anAgent(), decide(anAgent(), { ask: 'wrap-up', callId: 'c1', until: after(30) }, noon, false))
  t.match(wrapping, { state: 'wrap_up', wrapUpCallId: 'c1' })
  t.match(fold(wrapping, decide(wrapping, { ask: 'end-wrap-up' }, after(10), false)), {
    state: 'ready',
    wrapUpCallId: null,
  })
})

t.test('extending wrap-up keeps when it began', async (t) => {
  const wrapping = anAgent({ state: 'wrap_up', wrapUpCallId: 'c1', wrapUpUntil: after(30), since: noon })
  const longer = fold(wrapping, decide(wrapping, { ask: 'extend-wrap-up', until: after(90) }, after(20), false))
  t.match(longer, { since: noon, wrapUpUntil: after(90) })
})

t.test('the same wrap-up heard twice is one wrap-up', async (t) => {
  const wrapping = anAgent({ state: 'wrap_up', wrapUpCallId: 'c1', wrapUpUntil: after(30) })
  t.same(decide(wrapping, { ask: 'wrap-up', callId: 'c1', until: after(40) }, after(5), false), [])
})

t.test('not ready without a reason is refused', async (t) => {
  t.equal(decide(anAgent(), { ask: 'not-ready', reason: '' }, noon, false), 'reason-needed')
})

t.test('somebody who has not signed in cannot be ready, and signing out twice is harmless', async (t) => {
  t.equal(decide(signedOut('p1', 'b1001', noon), { ask: 'ready' }, noon, false), 'not-signed-in')
  t.same(decide(anAgent({ state: 'signed_out' }), { ask: 'sign-out', why: 'asked' }, noon, false), [])
})

t.test('only a ready agent is unpaused in the queues', async (t) => {
  t.same(pauseOf(anAgent()), { paused: false, reason: '' })
  t.same(pauseOf(anAgent({ state: 'wrap_up' })), { paused: true, reason: 'wrap_up' })
  t.same(pauseOf(anAgent({ state: 'not_ready', reason: 'meal' })), { paused: true, reason: 'meal' })
})
