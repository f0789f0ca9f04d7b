import t, { type Test } from 'tap'
import { type CallFact, hear } from '../calls/index.ts'
import { makeCommit } from '../desk.ts'
import { database } from '../test/database.ts'
import { hospital } from '../test/hospital.ts'
import { visit } from '../test/visit.ts'
import { ask, extendWrapUp, hearStation, ringTested, signIn, sweep, wanted } from './index.ts'

async function desk(t: Test) {
  const db = await database(t)
  const house = await hospital(db)
  const commit = makeCommit(db, () => {})
  const tell = async (...facts: (CallFact | CallFact[])[]) => {
    for (const fact of facts.flat()) await commit((tx) => hear(tx, fact))
  }
  const atDesk = async (personId: string) => {
    await commit(async (tx) => (await signIn(tx, personId, { untilMs: 3_600_000 })).events)
    await commit((tx) => ringTested(tx, personId, true))
    await commit((tx) => hearStation(tx, { station: 'b1001', registered: true, why: null }))
  }
  const wishes = async () =>
    (await db('commands').orderBy('id')).map((row) => `${row.verb} ${row.body.station} ${row.body.reason ?? ''}`.trim())
  const agent = () => db('agents').where({ person_id: house.lin.personId }).first()
  return { db, house, commit, tell, atDesk, wishes, agent }
}
const soon = () => new Date(Date.now() - 60_000)

t.test(
  'signing in makes a phone, a paused seat in each queue, and is not ready until the ring was heard',
  async (t) => {
    const { db, house, commit, wishes, agent } = await desk(t)
    await commit(async (tx) => (await signIn(tx, house.lin.personId, { untilMs: 3_600_000 })).events)
    t.match(await agent(), { state: 'not_ready', reason: 'ring_untested', station: 'b1001' })
    t.same(await wishes(), [
      ...Array(4).fill('queue-add b1001 ring_untested'),
      'push-credential b1001',
      'push-credential r1001',
    ])
    t.notMatch(JSON.stringify(await db('commands')), /password/i, 'the password itself is written nowhere')
    await commit((tx) => ringTested(tx, house.lin.personId, true))
    t.match(await agent(), { state: 'ready' })
    t.match((await wanted(db)).members, Array(4).fill({ station: 'b1001', paused: false }))
  },
)

t.test('after a call comes wrap-up, which the clock ends', async (t) => {
  const { db, house, commit, tell, atDesk, agent } = await desk(t)
  await atDesk(house.lin.personId)
  const call = visit({ begins: soon() })
  await tell(
    call.arrives(),
    call.queues(),
    call.rings('b1001'),
    call.answers('b1001'),
    call.endsTalk('b1001', 58),
    call.isOver(58, 'agent'),
  )
  t.match(await agent(), { state: 'wrap_up', wrap_up_call_id: call.callId })
  t.match((await wanted(db)).members[0], { paused: true, reason: 'wrap_up' })
  await commit((tx) => extendWrapUp(tx, house.lin.personId))
  t.equal((await commit((tx) => sweep(tx))).length, 0)
  await db('agents').update({ wrap_up_until: new Date(Date.now() - 1_000) })
  await commit((tx) => sweep(tx))
  t.match(await agent(), { state: 'ready', wrap_up_call_id: null })
})

t.test('a break asked for during the call comes after the wrap-up', async (t) => {
  const { db, house, commit, tell, atDesk, agent } = await desk(t)
  await atDesk(house.lin.personId)
  const call = visit({ begins: soon() })
  await tell(call.arrives(), call.queues(), call.rings('b1001'), call.answers('b1001'))
  await commit((tx) => ask(tx, house.lin.personId, { ask: 'not-ready', reason: 'break' }))
  t.match(await agent(), { state: 'ready', next_state: 'not_ready', next_reason: 'break' })
  await tell(call.endsTalk('b1001', 58), call.isOver(58, 'agent'))
  await db('agents').update({ wrap_up_until: new Date(Date.now() - 1_000) })
  await commit((tx) => sweep(tx))
  t.match(await agent(), { state: 'not_ready', reason: 'break', next_state: null })
})

t.test('an agent whose leg was lost gets no wrap-up: the caller rings them again', async (t) => {
  const { house, tell, atDesk, agent } = await desk(t)
  await atDesk(house.lin.personId)
  const call = visit({ begins: soon() })
  await tell(
    call.arrives(),
    call.queues(),
    call.rings('b1001'),
    call.answers('b1001'),
    call.endsTalk('b1001', 30, { cause: 44, by: null }),
  )
  t.match(await agent(), { state: 'ready' })
})

t.test('who declines is not rung again until that call has left the queue', async (t) => {
  const { db, house, tell, atDesk } = await desk(t)
  await atDesk(house.lin.personId)
  const call = visit({ begins: soon() })
  await tell(call.arrives(), call.queues(), call.rings('b1001'), call.stops('b1001', 'declined', 8))
  t.match((await wanted(db)).members[0], { paused: true, reason: 'declined' })
  await tell(call.isOver(12))
  t.match((await wanted(db)).members[0], { paused: false })
})

t.test('who lets it ring is not ready, with that reason, until they say that they are back', async (t) => {
  const { db, house, commit, tell, atDesk, agent } = await desk(t)
  await atDesk(house.lin.personId)
  const call = visit({ begins: new Date(Date.now() + 1_000) })
  await tell(call.arrives(), call.queues(), call.rings('b1001'), call.stops('b1001', 'no_answer', 23))
  t.match(await agent(), { state: 'not_ready', reason: 'no_answer' })
  t.match(
    (await wanted(db)).members,
    Array(4).fill({ paused: true, reason: 'no_answer' }),
    'the empty chair is not rung',
  )
  await tell(call.isOver(40))
  t.match(await agent(), { state: 'not_ready', reason: 'no_answer' }, 'the call’s end brings nobody back')
  await commit((tx) => ask(tx, house.lin.personId, { ask: 'ready' }))
  t.match(await agent(), { state: 'ready' })
  await tell(call.stops('b1001', 'no_answer', 23))
  t.match(await agent(), { state: 'ready' }, 'the same ring told again says nothing new')
})

t.test('a ring of before they came back, or that stopped for another reason, leaves an agent ready', async (t) => {
  const { house, tell, atDesk, agent } = await desk(t)
  await atDesk(house.lin.personId)
  const old = visit({ begins: soon() })
  await tell(old.arrives(), old.queues(), old.rings('b1001'), old.stops('b1001', 'no_answer', 23))
  t.match(await agent(), { state: 'ready' }, 'told late')
  const call = visit({ begins: new Date(Date.now() + 1_000) })
  await tell(call.arrives(), call.queues(), call.rings('b1001'), call.stops('b1001', 'cancelled', 9), call.isOver(9))
  t.match(await agent(), { state: 'ready' }, 'the caller left')
})

t.test('a phone gone for long makes not ready with the reason, and its return makes ready again', async (t) => {
  const { db, house, commit, atDesk, agent } = await desk(t)
  await atDesk(house.lin.personId)
  await commit((tx) => hearStation(tx, { station: 'b1001', registered: false, why: 'unreachable' }))
  await commit((tx) => sweep(tx))
  t.match(await agent(), { state: 'ready', phone: 'unregistered', phone_why: 'unreachable' }, 'a blip pauses nobody')
  await db('agents').update({ phone_since: soon() })
  await commit((tx) => sweep(tx))
  t.match(await agent(), { state: 'not_ready', reason: 'phone_lost' })
  await commit((tx) => hearStation(tx, { station: 'b1001', registered: true, why: null }))
  await commit((tx) => sweep(tx))
  t.match(await agent(), { state: 'ready' })
})

t.test('when the session has ended the seat is given up, but never in the middle of a call', async (t) => {
  const { db, house, commit, tell, atDesk, agent } = await desk(t)
  await atDesk(house.lin.personId)
  const call = visit({ begins: soon() })
  await tell(call.arrives(), call.queues(), call.rings('b1001'), call.answers('b1001'))
  await db('sessions').where({ person_id: house.lin.personId }).update({ revoked_at: new Date() })
  await commit((tx) => sweep(tx))
  t.match(await agent(), { state: 'ready' })
  await tell(call.endsTalk('b1001', 58), call.isOver(58, 'agent'))
  await commit((tx) => sweep(tx))
  t.match(await agent(), { state: 'signed_out' })
  t.same(await wanted(db), { stations: [], members: [] })
})
