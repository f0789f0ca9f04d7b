/** What becomes of the voices of a call, whatever dies on the way: a real database, a real spool, a real vault. */
import { randomUUID } from 'node:crypto'
import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { VaultDown } from '../../recordings/index.ts'
import { bytesOf, channelsOf, heard, spoolVoice } from '../../recordings/test-support.ts'
import type { Actor } from '../access/index.ts'
import { aTalk, testDesk } from '../test/archive-desk.ts'
import { expectRecording, noteRecording, recordingAlarms, recordingsOf } from './index.ts'

t.setTimeout(120_000)

t.test('an answered call is filed, told, and taken out of the spool', async (t) => {
  const desk = await testDesk(t)
  const callId = await desk.call(aTalk)
  const archive = desk.archive()
  await archive.reconcile()
  await archive.look()

  const row = await desk.rowOf(callId)
  t.match(row, { state: 'filed', talk_ms: 6_000, ms: 6_400, kind: 'call' })
  t.same(desk.types(), ['recording.filing', 'recording.filed'])
  t.equal(await desk.spooled(), 0)
  const [left, right] = channelsOf(await bytesOf(await desk.vault.readRange(row.vault_key))) as [Int16Array, Int16Array]
  t.equal(heard(left, [300, 6_000], [440, 1_000]), 1_000)
  t.equal(heard(right, [300, 6_000], [440, 1_000]), 440)
  t.equal(row.peaks.length, 2_000)

  await archive.look()
  await archive.reconcile()
  t.equal(desk.told.length, 2, 'another look changes nothing')
})

t.test('from the answer on there is a recording, and at the end it waits to be filed', async (t) => {
  const desk = await testDesk(t)
  const callId = await desk.call(aTalk)
  const at = new Date()
  const answered = {
    type: 'call.answered',
    callId,
    at,
    legUniqueid: '1',
    station: 'b1001',
    personId: null,
    waitedMs: 0,
    first: true,
  } as const
  await desk.settings.commit((tx) => noteRecording(tx, answered))
  await desk.settings.commit((tx) => noteRecording(tx, { ...answered, first: false }))
  t.match(await desk.rowOf(callId), { state: 'recording' })

  const ended = {
    type: 'call.ended',
    callId,
    at,
    outcome: 'answered',
    endedBy: 'caller',
    cause: 16,
    waitedMs: 0,
    talkMs: 6_000,
    short: false,
    direction: 'inbound',
  } as const
  await desk.settings.commit((tx) => expectRecording(tx, ended))
  await desk.settings.commit((tx) => expectRecording(tx, ended))
  t.match(await desk.rowOf(callId), { state: 'filing' })
  t.same(desk.types(), ['recording.filing'], 'heard twice, told once')
})

t.test('a call nobody answered leaves no recording, and its waiting is not kept', async (t) => {
  const desk = await testDesk(t)
  await desk.call([{ side: 'caller', hz: 1_000, fromS: 5, seconds: 5, talk: null }], { outcome: 'abandoned', agoS: 30 })
  const old = await desk.call([{ side: 'caller', hz: 1_000, fromS: 5, seconds: 5, talk: null }], {
    outcome: 'abandoned',
    agoS: 300,
  })
  const archive = desk.archive()
  await archive.reconcile()
  await archive.look()
  t.equal(await desk.rowOf(old), undefined)
  t.equal(await desk.spooled(), 1, 'the young one may yet turn out to have been answered')
  t.same(desk.told, [])
})

t.test('a message left is filed as a recording of its own', async (t) => {
  const desk = await testDesk(t)
  const callId = await desk.call([{ side: 'caller', hz: 1_000, fromS: 20, seconds: 20, talk: null }], {
    outcome: 'voicemail',
  })
  await spoolVoice(desk.spool, {
    name: `${callId}_voicemail_1700000000.0.wav`,
    parts: [{ hz: 700, ms: 4_000 }],
    endedAt: Date.now() - 30_000,
  })
  const archive = desk.archive()
  await archive.reconcile()
  await archive.look()
  t.match(await desk.rowOf(callId), { state: 'filed', kind: 'voicemail', ms: 4_000 })
  const { organisation_id: organisationId } = await desk.db('calls').where({ id: callId }).first('organisation_id')
  const agentOf = (line: string) =>
    ({ personId: callId, organisationId, grants: [{ role: 'agent', campus: null, line }] }) as unknown as Actor
  t.match(
    await recordingsOf(desk.db, agentOf('it'), [callId]),
    [{ kind: 'voicemail', mayListen: true }],
    'it is theirs',
  )
  t.same(await recordingsOf(desk.db, agentOf('logistics'), [callId]), [], 'and nobody’s of another line')
})

t.test('a message in which nobody says a word is told as silent, and one with a word is not', async (t) => {
  const desk = await testDesk(t)
  const archive = desk.archive()
  const filed = async (parts: { hz: number; ms: number; loud?: number }[]) => {
    const callId = await desk.call([{ side: 'caller', hz: 1_000, fromS: 20, seconds: 20, talk: null }], {
      outcome: 'voicemail',
    })
    const name = `${callId}_voicemail_1700000000.0.wav`
    await spoolVoice(desk.spool, { name, parts, endedAt: Date.now() - 30_000 })
    await archive.reconcile()
    await archive.look()
    return desk.told.findLast((event) => event.type === 'recording.filed' && event.callId === callId)
  }
  t.match(await filed([{ hz: 0, ms: 4_000 }]), { silent: true })
  const spoken = await filed([
    { hz: 0, ms: 4_000 },
    { hz: 700, ms: 300 },
  ])
  t.ok(spoken)
  t.notOk(spoken && 'silent' in spoken)
})

t.test('a side nobody recorded is called short, with the side that is missing', async (t) => {
  const desk = await testDesk(t)
  const callId = await desk.call([aTalk[0] as never, { ...(aTalk[1] as never as object), file: false } as never])
  const archive = desk.archive()
  await archive.reconcile()
  await archive.look()
  t.match(await desk.rowOf(callId), { state: 'short' })
  t.match(desk.told.at(-1), { type: 'recording.short', why: 'missing:agent', talkMs: 6_000 })
  t.match(await recordingAlarms(desk.db), [{ kind: 'recording_short', count: 1, callId }])
  t.equal(await desk.spooled(), 1, 'the side that is there waits for the other')

  await t.test('and when it turns up after all, the recording is filed again, whole', async (t) => {
    const end = Date.now() - 30_000
    await spoolVoice(desk.spool, {
      name: `${callId}_agent_1700000001.1.wav`,
      parts: [{ hz: 440, ms: 6_000 }],
      endedAt: end,
    })
    const before = (await desk.rowOf(callId)).vault_key
    await archive.look()
    const row = await desk.rowOf(callId)
    t.match(row, { state: 'filed' })
    t.not(row.vault_key, before)
    t.equal(await desk.vault.head(before), undefined, 'the half one is gone')
    t.equal(await desk.spooled(), 0)
    t.same(await recordingAlarms(desk.db), [])
  })
})

t.test('a call with no sound at all is missing, and says why', async (t) => {
  const desk = await testDesk(t)
  const callId = await desk.call(aTalk.map((leg) => ({ ...leg, file: false })))
  await desk.db('calls').where({ id: callId }).update({ unrecorded_why: 'no-file' })
  const archive = desk.archive()
  await archive.reconcile()
  await archive.look()
  t.match(await desk.rowOf(callId), { state: 'missing', vault_key: null })
  t.match(desk.told.at(-1), { type: 'recording.missing', why: 'missing:caller missing:agent unrecorded:no-file' })
  t.match(
    new Set((await recordingAlarms(desk.db)).map(({ kind }) => kind)),
    new Set(['recording_missing', 'unrecorded']),
  )
})

t.test('a call that has just ended waits for a voice still on its way', async (t) => {
  const desk = await testDesk(t)
  const callId = await desk.call([aTalk[0] as never, { ...(aTalk[1] as never as object), file: false } as never], {
    agoS: 0.3,
  })
  const archive = desk.archive()
  await archive.reconcile()
  await archive.look()
  t.match(await desk.rowOf(callId), { state: 'filing' })
  await spoolVoice(desk.spool, {
    name: `${callId}_agent_1700000001.1.wav`,
    parts: [{ hz: 440, ms: 6_000 }],
    endedAt: Date.now() - 300,
  })
  await archive.look()
  t.match(await desk.rowOf(callId), { state: 'filed' })
})

t.test('with the vault down recordings wait in the spool, and go in oldest first when it is back', async (t) => {
  let down = true
  const order: string[] = []
  const desk = await testDesk(t, (vault) => ({
    ...vault,
    put: async (key, body, promised) => {
      if (down) throw new VaultDown('put', Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }))
      order.push(key)
      return vault.put(key, body, promised)
    },
  }))
  const calls: string[] = []
  for (const agoS of [90, 70, 50, 30]) calls.push(await desk.call(aTalk, { agoS }))
  const archive = desk.archive()
  await archive.reconcile()
  await archive.look()
  t.match(archive.health().vault, { up: false, why: 'ECONNREFUSED' })
  t.equal(await desk.spooled(), 8)
  t.same(await desk.db('recordings').distinct('state').pluck('state'), ['filing'], 'not lost, and not called so')

  down = false
  const until = Date.now() + 15_000
  while ((await desk.db('recordings').where({ state: 'filed' })).length < 4 && Date.now() < until) {
    await archive.look()
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  t.match(archive.health().vault, { up: true, why: null })
  t.equal(await desk.spooled(), 0)
  t.equal(order.length, 4)
  const came = order.map((key) => calls.findIndex((callId) => key.includes(callId)))
  t.same(came.slice(0, 3).sort(), [0, 1, 2], 'three at once, the oldest three')
  t.equal(came[3], 3)
})

t.test('killed between commit and unlink, the next look lets the spool go', async (t) => {
  const desk = await testDesk(t)
  const callId = await desk.call(aTalk)
  const killed = { ...desk.recordings, release: () => Promise.reject(new VaultDown('head', new Error('killed'))) }
  const archive = desk.archive({ recordings: killed })
  await archive.reconcile()
  await archive.look()
  t.match(await desk.rowOf(callId), { state: 'filed' })
  t.equal(await desk.spooled(), 2)
  await archive.stop()

  await desk.archive().look()
  t.equal(await desk.spooled(), 0)
  t.equal(desk.types().filter((type) => type === 'recording.filed').length, 1)
})

t.test('a spool is never let go on the word of a vault that has lost the recording', async (t) => {
  const desk = await testDesk(t)
  const callId = await desk.call(aTalk)
  const kept = { ...desk.recordings, release: async () => true }
  const archive = desk.archive({ recordings: kept })
  await archive.reconcile()
  await archive.look()
  await desk.vault.delete((await desk.rowOf(callId)).vault_key)
  await archive.stop()
  await desk.archive().look()
  t.equal(await desk.spooled(), 2)
})

t.test('two servers at the same spool file each recording once', async (t) => {
  const desk = await testDesk(t)
  for (let i = 0; i < 6; i++) await desk.call(aTalk, { agoS: 30 + i })
  const [one, two] = [desk.archive(), desk.archive()]
  await Promise.all([one.reconcile(), two.reconcile()])
  for (let i = 0; i < 3; i++) await Promise.all([one.look(), two.look()])
  t.same(desk.types().filter((type) => type === 'recording.filed').length, 6)
  t.same(desk.types().filter((type) => type === 'recording.filing').length, 6)
  t.equal(await desk.spooled(), 0)
})

t.test('voices a killed Asterisk left open are closed, kept, and filed with what is there', async (t) => {
  const desk = await testDesk(t)
  const callId = await desk.call(aTalk, { folder: 'live', torn: true })
  await desk.db('pbxs').update({ booted_at: new Date(Date.now() - 20_000) })
  const archive = desk.archive()
  await archive.reconcile()
  await archive.look()
  const row = await desk.rowOf(callId)
  t.match(row, { state: 'filed', ms: 6_400 })
  t.equal(await desk.spooled(), 0)
})

t.test('talk that CEL tells only after filing makes the recording short, and an alarm', async (t) => {
  const desk = await testDesk(t)
  const callId = await desk.call(aTalk)
  const archive = desk.archive()
  await archive.reconcile()
  await archive.look()
  const leg = await desk.db('call_legs').where({ call_id: callId, side: 'agent' }).first()
  await desk
    .db('leg_talks')
    .insert({ leg_id: leg.id, from_at: new Date(Date.now() - 29_000), to_at: new Date(Date.now() - 25_000) })
  await archive.reconcile()
  t.match(await desk.rowOf(callId), { state: 'short', talk_ms: 10_000 })
  await archive.reconcile()
  t.equal(desk.types().filter((type) => type === 'recording.short').length, 1, 'told once')
})

t.test('sound of a call the desk never heard of stays, and is told', async (t) => {
  const desk = await testDesk(t)
  await spoolVoice(desk.spool, {
    name: `${randomUUID()}_caller_1.1.wav`,
    parts: [{ hz: 440, ms: 1_000 }],
    endedAt: Date.now() - 120_000,
  })
  const archive = desk.archive()
  await archive.look()
  t.equal(archive.health().spool.orphans, 1)
  const figure = (name: string) =>
    archive
      .figures()
      .find((one) => one.name === name)
      ?.value()
  t.match(figure('reconcile_gap_total'), { orphan: 1, missing: 0 })
  t.equal(figure('spool_orphans'), 1)
  t.equal(figure('reconcile_last_success_timestamp'), undefined)
  await archive.look()
  t.match(figure('reconcile_gap_total'), { orphan: 1 }, 'counted once')
  await archive.reconcile()
  t.type(figure('reconcile_last_success_timestamp'), 'number')
  t.equal(await desk.spooled(), 1)
})

t.test('with the spool gone for a moment nothing is called missing that is not', async (t) => {
  const desk = await testDesk(t)
  const callId = await desk.call(aTalk, { agoS: 2 })
  await rename(desk.spool, join(desk.dir, 'away'))
  const archive = desk.archive()
  await archive.reconcile()
  await archive.look()
  t.equal(archive.health().spool.up, false)
  t.match(await desk.rowOf(callId), { state: 'filing' })
  await rm(desk.spool, { recursive: true, force: true })
  await rename(join(desk.dir, 'away'), desk.spool)
  await archive.look()
  t.match(await desk.rowOf(callId), { state: 'filed' })
  t.equal(archive.health().spool.up, true)
})

t.test('what is said of the vault is true even while nothing is filed', async (t) => {
  let down = true
  const desk = await testDesk(t, (vault) => ({
    ...vault,
    head: (key) => (down ? Promise.reject(new VaultDown('head', { code: 'ETIMEDOUT' })) : vault.head(key)),
  }))
  const archive = desk.archive()
  await archive.reconcile()
  t.match(archive.health().vault, { up: false, why: 'ETIMEDOUT', lastHeardAt: null })
  down = false
  const until = Date.now() + 10_000
  while (!archive.health().vault.up && Date.now() < until) {
    await archive.reconcile()
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  t.match(archive.health().vault, { up: true, why: null })
  t.type(archive.health().vault.lastHeardAt, Date)
})

t.test('a call whose clock was set in mid-call is filed all the same', async (t) => {
  const desk = await testDesk(t)
  const woken = await desk.call(aTalk)
  const back = await desk.call(aTalk)
  const legs = desk.db('call_legs').where({ call_id: woken }).select('id')
  await desk
    .db('leg_talks')
    .whereIn('leg_id', legs)
    .update({ from_at: new Date(60_000) })
  await desk
    .db('call_legs')
    .where({ call_id: woken })
    .update({ started_at: new Date(60_000) })
  await desk
    .db('calls')
    .where({ id: woken })
    .update({ arrived_at: new Date(60_000) })
  const of = desk.db('call_legs').where({ call_id: back }).select('id')
  await desk
    .db('leg_talks')
    .whereIn('leg_id', of)
    .update({ to_at: new Date(0) })
  await desk
    .db('call_legs')
    .where({ call_id: back })
    .update({ ended_at: new Date(0) })
  const archive = desk.archive()
  await archive.reconcile()
  await archive.look()
  t.match(await desk.rowOf(woken), { state: 'filed', ms: Number, talk_ms: null })
  t.match(await desk.rowOf(back), { state: 'filed', talk_ms: 0 })
})
