import t from 'tap'
import { makeCommit } from '../desk.ts'
import type { DeskEvent } from '../journey.ts'
import { database } from '../test/database.ts'
import { hospital } from '../test/hospital.ts'
import { visit } from '../test/visit.ts'
import { aboutCall } from '../tickets/index.ts'
import { endCall, hear } from './index.ts'

t.test('a supervisor has every channel of a standing call hung up, and it is written who it was', async (t) => {
  const db = await database(t)
  const house = await hospital(db)
  const told: DeskEvent[] = []
  const commit = makeCommit(db, (events) => told.push(...events))
  const call = visit()
  for (const fact of [call.arrives(), call.queues(), call.rings('b1001'), ...call.answers('b1001')])
    await commit((tx) => hear(tx, fact))
  const lead = { ...house.lin, grants: [{ role: 'supervisor' as const, campus: 'new', line: 'it' }] }
  const elsewhere = { ...house.lin, grants: [{ role: 'supervisor' as const, campus: 'old', line: null }] }
  const wishes = async () => (await db('commands').where({ verb: 'hang-up' }).orderBy('id')).map(({ body }) => body)

  await t.rejects(
    commit((tx) => endCall(tx, house.lin, call.callId, aboutCall)),
    { code: 'not-allowed' },
  )
  await t.rejects(
    commit((tx) => endCall(tx, elsewhere, call.callId, aboutCall)),
    { code: 'call-not-found' },
  )
  t.same(await wishes(), [])

  await commit((tx) => endCall(tx, lead, call.callId, aboutCall))
  t.same(await wishes(), [
    { uniqueid: `desk-${Date.parse('2026-03-02T01:00:00Z') / 1000}.1`, cause: 16 },
    { uniqueid: 'b1001.3', cause: 16 },
  ])
  t.match(told.at(-1), { type: 'call.end-asked', callId: call.callId, byId: lead.personId })
  t.equal((await db('calls').first()).state, 'talking', 'over it is when the exchange says so')

  for (const fact of [...call.endsTalk('b1001', 60), call.isOver(60, 'agent')]) await commit((tx) => hear(tx, fact))
  await t.rejects(
    commit((tx) => endCall(tx, lead, call.callId, aboutCall)),
    { code: 'call-is-over' },
  )
})
