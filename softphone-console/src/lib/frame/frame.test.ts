import t from 'tap'
import { span } from '../live/time.ts'
import { shown } from '../sound/levels.ts'
import type { AgentView, CallCard, QueueNow } from '../wire.ts'
import { onCall, standingOf } from './my-state.ts'
import { moodOf, percent } from './queue-now.ts'

const now = Date.parse('2026-01-05T12:00:00Z')
const queue = (but: Partial<QueueNow>): QueueNow =>
  ({ waiting: 0, longestSince: null, agentsReady: 2, ...but }) as QueueNow
const waitedFor = (seconds: number) => new Date(now - seconds * 1000).toISOString()

t.test('a queue is calm until somebody waits long, and urgent when nobody is there to answer', async (t) => {
  t.equal(moodOf(queue({}), now), 'calm')
  t.equal(moodOf(queue({ waiting: 1, longestSince: waitedFor(5) }), now), 'calm')
  t.equal(moodOf(queue({ waiting: 1, longestSince: waitedFor(31) }), now), 'busy')
  t.equal(moodOf(queue({ waiting: 1, longestSince: waitedFor(91) }), now), 'urgent')
  t.equal(moodOf(queue({ waiting: 1, longestSince: waitedFor(5), agentsReady: 0 }), now), 'urgent')
})

t.test('a line without a call today shows a dash, not a hundred percent', async (t) => {
  t.equal(percent(null), '—')
  t.equal(percent(undefined), '—')
  t.equal(percent(0.8636), '86%')
})

t.test('a call that rings or talks is shown above the state it will leave behind', async (t) => {
  const me = { state: 'ready', since: 'a', reason: null, callState: null } as AgentView
  t.match(standingOf(me, undefined), { state: 'ready', since: 'a' })
  const ringing = { ...me, callState: 'offered' } as AgentView
  t.match(standingOf(ringing, undefined, 'offered-at'), { state: 'ringing', since: 'offered-at' })
  const talking = { ...me, callState: 'talking' } as AgentView
  t.match(standingOf(talking, { answeredAt: 'b' } as CallCard), { state: 'talking', since: 'b' })
  t.ok(onCall(talking))
  t.notOk(onCall(me))
})

t.test('a span is minutes and seconds, hours when needed, and never runs backwards', async (t) => {
  t.equal(span(8_000), '0:08')
  t.equal(span(767_000), '12:47')
  t.equal(span(3_725_000), '1:02:05')
  t.equal(span(-500), '0:00')
})

t.test('a level bar is empty in silence and full at full voice', async (t) => {
  t.equal(shown(0), 0)
  t.equal(shown(1), 1)
  t.ok(shown(0.1) > 0.5 && shown(0.1) < 0.7)
})
