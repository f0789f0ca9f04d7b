/** What is wrong with a recording stands until somebody has seen it; who listened is shown to who may ask. */
import { randomUUID } from 'node:crypto'
import t, { type Test } from 'tap'
import { type Actor, listScope } from '../access/index.ts'
import { callIds } from '../screens/index.ts'
import { aTalk, type TestDesk, testDesk } from '../test/archive-desk.ts'
import { acknowledgeAlarms, alarmsOf, listened, listeningsOf, recordingAlarms } from './index.ts'

t.setTimeout(120_000)

async function lacking(t: Test) {
  const desk = await testDesk(t)
  const callId = await desk.call(aTalk.map((leg) => ({ ...leg, file: false })))
  const archive = desk.archive()
  await archive.reconcile()
  await archive.look()
  await archive.stop()
  const row = await desk.rowOf(callId)
  const who = async (...grants: Actor['grants']): Promise<Actor> => {
    const personId = randomUUID()
    const { organisationId } = desk
    await desk.db('people').insert({ id: personId, organisation_id: organisationId, staff_code: personId, name: '某' })
    return { personId, organisationId, sessionId: 's', name: '某', station: null, grants }
  }
  return { desk, callId, recordingId: row.id as string, who }
}
const inAlarm = (desk: TestDesk, actor: Actor) =>
  callIds(desk.db, desk.organisationId, listScope(actor), { recordingAlarm: true }, { limit: 10 })

t.test('a missing recording is an alarm for days, until its supervisor says that they know', async (t) => {
  const { desk, callId, who } = await lacking(t)
  const supervisor = await who({ role: 'supervisor', campus: 'old', line: 'it' })
  await desk.db('recordings').update({ started_at: desk.db.raw(`now() - interval '3 days'`) })
  t.match(await recordingAlarms(desk.db), [{ kind: 'recording_missing', count: 1, callId }], 'and names the call')
  t.match(await inAlarm(desk, supervisor), [{ id: callId }], 'the list of calls finds it')
  t.match(await alarmsOf(desk.db, supervisor, callId), [{ acknowledgedAt: null, mayAcknowledge: true }])

  const agent = await who({ role: 'agent', campus: 'old', line: 'it' })
  const auditor = await who({ role: 'auditor', campus: null, line: null })
  const other = await who({ role: 'supervisor', campus: 'old', line: 'equipment' })
  const say = (actor: Actor) => desk.db.transaction((tx) => acknowledgeAlarms(tx, actor, callId))
  for (const one of [agent, auditor]) await t.rejects(say(one), { code: 'not-allowed' })
  await t.rejects(say(other), { code: 'call-not-found' })
  t.match(await alarmsOf(desk.db, agent, callId), [{ mayAcknowledge: false }])

  t.match(await say(supervisor), [{ type: 'recording.acknowledged', callId, byId: supervisor.personId }])
  t.same(await recordingAlarms(desk.db), [])
  t.same(await inAlarm(desk, supervisor), [])
  const [known] = await alarmsOf(desk.db, auditor, callId)
  t.match(known, { acknowledgedBy: { id: supervisor.personId }, mayAcknowledge: false }, 'and who knew stays known')
  t.ok(known?.acknowledgedAt)
  await t.rejects(say(supervisor), { code: 'no-recording-alarm' })

  await desk.db('calls').update({ unrecorded_why: 'no_disk' })
  t.match(
    await recordingAlarms(desk.db),
    [{ kind: 'unrecorded', count: 1, callId }],
    'what goes wrong later is told anew',
  )
})

t.test('who listened is told to the supervisor and the auditor, newest first, and to nobody else', async (t) => {
  const { desk, callId, recordingId, who } = await lacking(t)
  const [first, second] = [await who(), await who()]
  for (const { personId } of [first, second])
    await desk.db.transaction((tx) => listened(tx, { recordingId, callId, personId, address: '10.1.2.3' }))
  const heard = [{ person: { id: second.personId } }, { person: { id: first.personId } }]
  for (const grant of [
    { role: 'supervisor', campus: 'old', line: 'it' },
    { role: 'auditor', campus: null, line: null },
  ] as const) {
    const told = await listeningsOf(desk.db, await who(grant), recordingId)
    t.match(told, heard)
    t.notMatch(JSON.stringify(told), '10.1.2.3', 'not from where')
  }
  const agent = await who({ role: 'agent', campus: 'old', line: 'it' })
  await t.rejects(listeningsOf(desk.db, agent, recordingId), { code: 'not-allowed' })
  await t.rejects(listeningsOf(desk.db, await who({ role: 'supervisor', campus: 'new', line: null }), recordingId), {
    code: 'recording-not-found',
  })
})
