/** Who could take a call now: the strip's figure, and the pop's reason why it rings here. */
import t, { type Test } from 'tap'
import { ask, hearStation, ringTested, signIn } from '../agents/index.ts'
import { type CallFact, hear } from '../calls/index.ts'
import { makeCommit } from '../desk.ts'
import { database } from '../test/database.ts'
import { hospital } from '../test/hospital.ts'
import { visit } from '../test/visit.ts'
import { popFor, queuesNow } from './index.ts'

async function desk(t: Test) {
  const db = await database(t)
  const house = await hospital(db)
  const commit = makeCommit(db, () => {})
  const tell = async (...facts: (CallFact | CallFact[])[]) => {
    for (const fact of facts.flat()) await commit((tx) => hear(tx, fact))
  }
  for (const [who, station] of [
    [house.lin, 'b1001'],
    [house.wei, 'b1002'],
  ] as const) {
    await commit(async (tx) => (await signIn(tx, who.personId, { untilMs: 3_600_000 })).events)
    await commit((tx) => ringTested(tx, who.personId, true))
    await commit((tx) => hearStation(tx, { station, registered: true, why: null }))
  }
  const ready = async () =>
    (await queuesNow(db, house.organisationId)).find(({ line, campus }) => line === 'it' && campus === 'new')
      ?.agentsReady
  let minute = 0
  /** A call that rings at lin now, and why the screen says it does. */
  const why = async () => {
    const call = visit({ begins: new Date(Date.now() - 60_000 + minute++ * 1_000) })
    await tell(call.arrives(), call.queues(), call.rings('b1001'))
    const rings = await ready()
    const pop = await popFor(db, call.callId, 'b1001.3', house.lin.personId)
    await tell(call.stops('b1001', 'cancelled', 4), call.isOver(4))
    return { why: pop?.whyMe, rings }
  }
  return { db, house, commit, tell, ready, why }
}

t.test('who talks, is rung, or has no phone is not counted as ready', async (t) => {
  const { db, house, commit, tell, ready, why } = await desk(t)
  t.equal(await ready(), 2)
  t.same(await why(), { why: 'in_turn', rings: 1 }, 'the queue goes round: it is this agent’s turn')

  const call = visit({ from: '62042', begins: new Date(Date.now() - 30_000) })
  await tell(call.arrives(), call.queues(), call.rings('b1002'), call.answers('b1002'))
  t.equal(await ready(), 1)
  t.same(await why(), { why: 'only_one_ready', rings: 0 }, 'the other is talking')
  await tell(call.endsTalk('b1002', 20), call.isOver(20, 'agent'))
  await commit((tx) => ask(tx, house.wei.personId, { ask: 'end-wrap-up' })).catch(() => undefined)
  t.equal(await ready(), 2)

  await commit((tx) => hearStation(tx, { station: 'b1002', registered: false, why: 'unreachable' }))
  t.equal(await ready(), 1, 'a phone that is gone rings nowhere')
  t.match(await why(), { why: 'only_one_ready' })
  await commit((tx) => hearStation(tx, { station: 'b1002', registered: true, why: null }))

  await db('queue_members').where({ person_id: house.wei.personId, line_id: house.lines.it }).delete()
  t.equal(await ready(), 1)
  t.match(await why(), { why: 'only_one_ready' }, 'the other takes no calls of this line')
})
