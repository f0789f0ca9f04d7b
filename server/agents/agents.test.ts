import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { setGrants, setLines } from '../access/grants/index.ts'
import { forgiveIdleness } from '../access/index.ts'
import { type CallFact, hear } from '../calls/index.ts'
import { makeCommit } from '../desk.ts'
import { database } from '../test/database.ts'
import { hospital } from '../test/hospital.ts'
import { visit } from '../test/visit.ts'
import {
  ask,
  extendWrapUp,
  fromTheirPhone,
  hearStation,
  ringTested,
  SIP_REALM,
  type SignInWish,
  signIn,
  sweep,
  wanted,
} from './index.ts'

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
  'a stranger is asked in the same realm for a station that is signed in and for one that is nobody',
  async (t) => {
    const conf = readFileSync(join(import.meta.dirname, '../../asterisk-config/pbx/pjsip.conf'), 'utf8')
    t.equal(/^default_realm=(\S+)$/m.exec(conf)?.[1], SIP_REALM)
  },
)

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

t.test('when the session has ended the seat is given up at once, and the call goes on with its agent', async (t) => {
  const { db, house, commit, tell, atDesk, agent, wishes } = await desk(t)
  await atDesk(house.lin.personId)
  const call = visit({ begins: soon() })
  await tell(call.arrives(), call.queues(), call.rings('b1001'), call.answers('b1001'))
  const before = (await wishes()).length
  await db('sessions').where({ person_id: house.lin.personId }).update({ revoked_at: new Date() })
  await commit((tx) => sweep(tx))
  t.match(await agent(), { state: 'signed_out' }, 'no further call')
  t.same(await wanted(db), { stations: [], members: [] })
  t.notOk(
    (await wishes()).slice(before).some((one) => one.startsWith('hang-up')),
    'nobody cuts the call',
  )
  t.match(await db('calls').first(), { state: 'talking' })
  await tell(call.endsTalk('b1001', 58), call.isOver(58, 'agent'))
  t.match(await agent(), { state: 'signed_out' })
})

t.test('while the desk was away nobody was idle: who worked until then stays, who was gone is out', async (t) => {
  const { db, house, commit, tell, atDesk, agent } = await desk(t)
  const hours = (ago: number) => new Date(Date.now() - ago * 3_600_000)
  await atDesk(house.lin.personId)
  const seen = (personId: string, ago: number) =>
    db('sessions')
      .where({ person_id: personId })
      .update({ seen_at: hours(ago) })
  await db('sessions').update({ seen_at: hours(6) })
  await seen(house.lin.personId, 3.5)
  await seen(house.supervisor.personId, 4.5)
  // the last that the server heard before it was killed
  await tell(visit({ begins: hours(3) }).arrives())

  await forgiveIdleness(db, 60)
  t.same(await commit((tx) => sweep(tx)), [])
  t.match(await agent(), { state: 'ready' })
  const idleHours = async (personId: string) =>
    Math.round((Date.now() - (await db('sessions').where({ person_id: personId }).first()).seen_at) / 360_000) / 10
  t.equal(await idleHours(house.lin.personId), 0.5, 'the half hour before counts')
  t.equal(await idleHours(house.supervisor.personId), 4.5)

  await seen(house.lin.personId, 0.9)
  await tell(visit({ begins: hours(0) }).arrives())
  await forgiveIdleness(db, 60)
  t.equal(await idleHours(house.lin.personId), 0.9, 'a desk that was there forgives nothing')
})

/** What the exchange was told since, by verb and station, without the queues' names. */
const told = (wishes: string[]) => [...new Set(wishes.map((one) => one.split(' ').slice(0, 2).join(' ')))].sort()
const OUT = ['drop-credential b1001', 'drop-credential r1001', 'queue-remove b1001']

t.test('whoever loses the last right to take calls is out in the same commit, talking or not', async (t) => {
  const { db, house, commit, tell, atDesk, wishes, agent } = await desk(t)
  const { personId } = house.lin
  const by = { personId: house.supervisor.personId, organisationId: house.organisationId }
  await db('people').where({ id: by.personId }).update({ password_hash: 'x' })
  await db('grants').insert({ person_id: by.personId, role: 'admin' })
  for (const talking of [false, true]) {
    await db('grants').insert({ person_id: personId, role: 'agent' })
    await atDesk(personId)
    const call = visit({ begins: soon() })
    if (talking) await tell(call.arrives(), call.queues(), call.rings('b1001'), call.answers('b1001'))
    const before = (await wishes()).length
    const events = await commit(async (tx) => {
      const made = await setGrants(tx, by, personId, [])
      return made.outcome === 'done' ? made.events : []
    })
    t.match(
      events.map(({ type }) => type),
      ['grants.changed', 'agent.signed-out'],
    )
    t.match(await agent(), { state: 'signed_out' })
    t.same(told((await wishes()).slice(before)), OUT)
  }
})

t.test(
  'a right that ended by itself, and a session nobody used for an hour, end the seat within a sweep',
  async (t) => {
    const { db, house, commit, atDesk, agent } = await desk(t)
    const { personId } = house.lin
    const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000)
    await atDesk(personId)
    await db('sessions')
      .where({ person_id: personId })
      .update({ seen_at: ago(59) })
    t.same(await commit((tx) => sweep(tx)), [], 'an hour is not over')
    await db('sessions')
      .where({ person_id: personId })
      .update({ seen_at: ago(61) })
    t.match(await commit((tx) => sweep(tx)), [{ type: 'agent.signed-out', why: 'session_ended' }])
    await db('sessions').where({ person_id: personId }).update({ seen_at: new Date() })
    await atDesk(personId)
    await db('grants')
      .where({ person_id: personId })
      .update({ during: db.raw(`tstzrange(now() - interval '1 day', now())`) })
    t.match(await commit((tx) => sweep(tx)), [{ type: 'agent.signed-out', why: 'admin' }])
    t.match(await agent(), { state: 'signed_out' })
  },
)

t.test('a new password ends the phone that was given under the old one', async (t) => {
  const { house, commit, atDesk, wishes, agent } = await desk(t)
  const { personId } = house.lin
  await atDesk(personId)
  const before = (await wishes()).length
  const changed = { type: 'directory.changed', at: new Date(), byId: personId, what: 'people', id: personId } as const
  await commit(async () => [{ ...changed, verb: 'changed', fields: ['title'] }])
  t.match(await agent(), { state: 'ready' })
  await commit(async () => [{ ...changed, verb: 'changed', fields: ['password'] }])
  t.match(await agent(), { state: 'signed_out' })
  t.same(told((await wishes()).slice(before)), OUT)
})

t.test('who may take fewer lines leaves the other queues while signed in, and nothing else changes', async (t) => {
  const { db, house, commit, atDesk, wishes, agent } = await desk(t)
  const { personId } = house.lin
  const by = { personId: house.supervisor.personId, organisationId: house.organisationId }
  await db('people').where({ id: by.personId }).update({ password_hash: 'x' })
  await db('grants').insert({ person_id: by.personId, role: 'admin' })
  await atDesk(personId)
  const before = (await wishes()).length
  await commit(async (tx) => {
    const made = await setGrants(tx, by, personId, [{ role: 'agent', campus: null, line: 'it' }])
    return made.outcome === 'done' ? made.events : []
  })
  t.match(await agent(), { state: 'ready' })
  t.same((await wanted(db)).members, [{ queue: 'it', station: 'b1001', paused: false, reason: '' }])
  const since = (await db('commands').orderBy('id')).slice(before).map((row) => `${row.verb} ${row.body.queue}`)
  t.same(since.sort(), ['queue-add it', 'queue-remove equipment', 'queue-remove logistics', 'queue-remove property'])
  const asked = (await wishes()).length
  await commit(async (tx) => {
    const made = await setLines(tx, by, personId, [])
    return made.outcome === 'done' ? made.events : []
  })
  t.ok(
    (await wishes()).slice(asked).every((one) => one.startsWith('queue-remove')),
    'a line taken off the list likewise',
  )
})

t.test('one person, one phone: a second browser is refused until it takes over, then the first is out', async (t) => {
  const { db, house, commit, agent, wishes } = await desk(t)
  const { personId, sessionId } = house.lin
  const [other] = await db('sessions')
    .insert({ token_hash: Buffer.from('other'), person_id: personId, expires_at: new Date(Date.now() + 3_600_000) })
    .returning('id')
  const on = (more: Partial<SignInWish>) =>
    commit(async (tx) => (await signIn(tx, personId, { untilMs: 3_600_000, sessionId, ...more })).events)
  await t.rejects(on({ renew: true }), { code: 'not-signed-in' }, 'a phone that only heals itself signs nobody in')
  await on({})
  await commit((tx) => ringTested(tx, personId, true))
  await t.rejects(on({ sessionId: other.id }), { code: 'phone-elsewhere' })
  await t.rejects(on({ sessionId: other.id, renew: true, takeOver: false }), { code: 'phone-elsewhere' })
  t.match(await agent(), { state: 'ready', session_id: sessionId })
  t.same(await on({ renew: true }), [], 'the one that has it may renew it')

  const before = (await wishes()).length
  await on({ sessionId: other.id, takeOver: true })
  t.match(await agent(), { state: 'not_ready', reason: 'ring_untested', session_id: other.id })
  const said = (await wishes()).slice(before).filter((one) => /credential b/.test(one))
  t.same(
    said,
    ['drop-credential b1001', 'push-credential b1001'],
    'its registration goes before the new password comes',
  )
  await t.rejects(on({ renew: true }), { code: 'phone-elsewhere' }, 'the first does not take it back by itself')
  await t.rejects(
    commit(async (tx) => fromTheirPhone(tx, personId, sessionId).then(() => [])),
    { code: 'phone-elsewhere' },
  )
  await db('sessions').where({ id: sessionId }).update({ revoked_at: new Date() })
  await commit((tx) => sweep(tx))
  t.match(
    await agent(),
    { state: 'not_ready' },
    'the end of the first one’s session is not the end of the second one’s',
  )
  await db('sessions').where({ id: other.id }).update({ revoked_at: new Date() })
  await commit((tx) => sweep(tx))
  t.match(await agent(), { state: 'signed_out' })
})
