import fc from 'fast-check'
import t, { type Test } from 'tap'
import { type CallEvent, type CallFact, hear, legsOf, liveCalls } from '../calls/index.ts'
import type { Db } from '../db/index.ts'
import { database } from './database.ts'
import { hospital } from './hospital.ts'
import { lateFacts, liveFacts } from './tape.ts'

// Each tape is heard dozens of times, each time through the database.
t.setTimeout(180_000)

async function desk(t: Test) {
  const db = await database(t)
  await hospital(db)
  const events: CallEvent[] = []
  const listen = async (facts: CallFact[]) => {
    for (const fact of facts) events.push(...(await db.transaction((tx) => hear(tx, fact))))
  }
  return { db, events, listen }
}

const types = (events: CallEvent[]) => events.map((event) => event.type)

/** What must be the same however it was heard: everything but ids of rows, versions and the times of our own clock. */
async function whatMatters(db: Db) {
  const calls = await db('calls').orderBy('id')
  const legs = await db('call_legs').orderBy(['call_id', 'uniqueid'])
  const offers = await db('offers').orderBy(['call_id', 'leg_uniqueid'])
  const talks = await db('leg_talks as t')
    .join('call_legs as l', 'l.id', 't.leg_id')
    .orderBy(['l.uniqueid', 't.from_at'])
    .select('l.uniqueid', 't.from_at', 't.to_at')
  const without = (rows: Record<string, unknown>[]) => rows.map(({ id: _, version: __, ...row }) => row)
  return { calls: without(calls), legs: without(legs), offers: without(offers), talks }
}

t.test('a ward that is answered becomes one call, told once although heard twice', async (t) => {
  const { db, events, listen } = await desk(t)
  await listen([...liveFacts('answered'), ...liveFacts('answered')])
  t.same(types(events), [
    'call.arrived',
    'call.identified',
    'call.queued',
    'call.offered',
    'call.offer-ended',
    'call.answered',
    'call.ended',
    'call.leg-ended',
  ])
  t.match(await db('calls'), [
    { state: 'ended', outcome: 'answered', ended_by: 'caller', ani: '62041', recovered: false },
  ])
  t.ok((await db('calls').first()).place_id, 'and the ward is known')
  t.same(await liveCalls(db), [])
})

t.test('a channel that begins another call has ended the one before, and both are kept', async (t) => {
  const { db, events, listen } = await desk(t)
  const [arrival] = liveFacts('answered').filter((fact) => fact.type === 'caller-arrived')
  if (!arrival) throw new Error('the tape has no arrival')
  const later = { ...arrival, callId: '00000000-0000-4000-8000-0000000000aa', at: new Date(+arrival.at + 60_000) }
  await listen([arrival, later, later])
  t.match(await db('calls').orderBy('arrived_at').select('id', 'state', 'ended_by', 'ended_at'), [
    { id: arrival.callId, state: 'ended', ended_by: 'system', ended_at: later.at },
    { id: later.callId, state: 'arrived', ended_at: null },
  ])
  t.same(
    events.flatMap((event) => (event.type === 'call.ended' ? [event.callId] : [])),
    [arrival.callId],
  )
  await listen([{ ...later, type: 'call-over', at: new Date(+later.at + 5_000), cause: 16, by: 'caller' }])
  t.same(await liveCalls(db), [])
})

t.test('an agent who hangs up first ended the call', async (t) => {
  const { db, listen } = await desk(t)
  await listen(liveFacts('agent-hangs-up'))
  t.match(await db('calls').first(), { outcome: 'answered', ended_by: 'agent' })
})

t.test('a ward that gives up while it rings has abandoned; the ring attempt was cancelled, not missed', async (t) => {
  const { db, events, listen } = await desk(t)
  await listen(liveFacts('abandoned'))
  t.match(await db('calls').first(), { outcome: 'abandoned', ended_by: 'caller', answered_at: null })
  t.match(await db('offers'), [{ outcome: 'cancelled' }])
  t.equal(events.at(-1)?.type, 'call.ended')
})

t.test('a ward that hangs up during the notice is a call all the same, and a short one', async (t) => {
  const { events, listen } = await desk(t)
  await listen(liveFacts('hung-up-in-notice'))
  t.match(events.at(-1), { type: 'call.ended', outcome: 'abandoned', short: true, endedBy: 'caller' })
})

t.test('an agent who declines is written down as having declined, and the next one answers', async (t) => {
  const { db, listen } = await desk(t)
  await listen(liveFacts('declined'))
  const offers = await db('offers').orderBy('at')
  t.match(offers[0], { station: 'd8121', outcome: 'declined' })
  t.match(offers.at(-1), { outcome: 'answered' })
  t.match(await db('calls').first(), { outcome: 'answered' })
})

t.test('an agent whose phone dies is a lost leg of the same call, with both talks kept apart', async (t) => {
  const { db, listen } = await desk(t)
  await listen(liveFacts('leg-lost'))
  const [call] = await db('calls')
  t.equal((await db('calls')).length, 1)
  const legs = (await legsOf(db, call.id)).filter((leg) => leg.side === 'agent' && leg.answeredAt)
  t.equal(legs.length, 2)
  t.match(legs[0], { station: 'd8121', lost: true })
  t.match(legs[1], { lost: false })
  t.ok(legs.every((leg) => leg.talks.length > 0))
})

t.test('a ward that presses 1 is owed a callback', async (t) => {
  const { events, listen } = await desk(t)
  await listen(liveFacts('callback-asked'))
  t.ok(types(events).includes('call.callback-asked'))
  t.match(events.at(-1), { type: 'call.ended', outcome: 'callback_asked' })
})

t.test('calling a ward back is a call of ours: the desk phone is the agent, the ward the other side', async (t) => {
  const { db, events, listen } = await desk(t)
  await listen(liveFacts('calling-back'))
  const call = await db('calls').first()
  t.match(call, { direction: 'callback', outcome: 'answered', ended_by: 'agent', dialled: '62041' })
  t.match((await legsOf(db, call.id)).map((leg) => leg.side).toSorted(), ['agent', 'caller'])
  t.notOk(types(events).includes('call.offered'), 'ringing our own phone is no offer')
})

const TAPES = [
  'answered',
  'agent-hangs-up',
  'abandoned',
  'hung-up-in-notice',
  'declined',
  'leg-lost',
  'callback-asked',
  'calling-back',
]

for (const name of TAPES) {
  t.test(`what the record says afterwards of the call "${name}" is what was heard live`, async (t) => {
    const heard = await desk(t)
    await heard.listen(liveFacts(name))
    const read = await desk(t)
    await read.listen(lateFacts(name))
    const told = async (db: Db) => {
      const { calls, legs, offers } = await whatMatters(db)
      return {
        calls: calls.map(({ id, outcome, ended_by, direction, ani, dialled, state }) => ({
          id,
          outcome,
          ended_by,
          direction,
          ani,
          dialled,
          state,
        })),
        legs: legs.map(({ uniqueid, side, station, lost }) => ({ uniqueid, side, station, lost })),
        offers: offers.map(({ station, outcome }) => ({ station, outcome })),
      }
    }
    t.same(await told(read.db), await told(heard.db))
    t.equal((await read.db('calls').first()).recovered, true, 'and it is marked as recovered')

    // Told once more by the record after having been heard live: no news, and not recovered.
    const before = heard.events.length
    const { version } = await heard.db('calls').first('version')
    await heard.listen(lateFacts(name))
    t.same(types(heard.events.slice(before)), [])
    t.match(await heard.db('calls').first(), { recovered: false, version }, 'nor is it written again')
  })
}

t.test('heard in any order, and twice, the rows end the same', { timeout: 120_000 }, async (t) => {
  const { db, listen } = await desk(t)
  const clear = () => db.raw('truncate calls, call_legs, leg_talks, offers cascade')
  for (const name of TAPES) {
    const facts = liveFacts(name)
    await clear()
    await listen(facts)
    const expected = await whatMatters(db)
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray([...facts, ...facts], { minLength: facts.length }), async (some) => {
        await clear()
        await listen([...some, ...facts.filter((fact) => !some.includes(fact))])
        t.same(await whatMatters(db), expected, { bail: true, name })
      }),
      { numRuns: 3 },
    )
  }
})
