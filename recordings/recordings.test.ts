/** From the spool to the vault, whole: what a call leaves behind and what is kept of it. */
import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import t, { type Test } from 'tap'
import { BUCKETS, folderVault, hasGap, makeRecordings, type ToFile, type Vault, VaultDown, VaultLies } from './index.ts'
import { bytesOf, channelsOf, heard, scratch, spoolVoice } from './test-support.ts'

const noon = Date.parse('2026-11-21T04:00:00Z')
const CALL = '0b8f2c1e-1111-4222-8333-444455556666'
const talk = [{ from: noon + 1_000, to: noon + 5_000 }]
const call: ToFile = {
  callId: CALL,
  kind: 'call',
  revision: 1,
  voices: [
    { uniqueid: '1.1', side: 'caller', startedAt: noon, endedAt: noon + 5_000, talk },
    { uniqueid: '1.2', side: 'agent', startedAt: noon + 1_000, endedAt: noon + 5_000, talk },
  ],
}

async function desk(t: Test, change: (vault: Vault) => Vault = (vault) => vault) {
  const dir = await scratch(t)
  const spool = join(dir, 'spool')
  await spoolVoice(spool, { name: `${CALL}_caller_1.1.wav`, parts: [{ hz: 1_000, ms: 5_000 }], endedAt: noon + 5_000 })
  await spoolVoice(spool, { name: `${CALL}_agent_1.2.wav`, parts: [{ hz: 440, ms: 4_000 }], endedAt: noon + 5_000 })
  const vault = change(folderVault(join(dir, 'vault')))
  const recordings = makeRecordings({ vault, spool })
  return { spool, vault, recordings, files: async () => (await recordings.scan()).files }
}

t.test('a call is filed as one stereo recording, and the spool waits for the commit', async (t) => {
  const { recordings, vault, files, spool } = await desk(t)
  const filed = await recordings.file(call, await files())
  t.ok(filed.filed)
  if (!filed.filed) return
  t.match(filed, { key: `call/2026/11/21/${CALL}-1.wav`, ms: 4_400, findings: [], bytes: 44 + 4 * 8 * 4_400 })
  const kept = await bytesOf(await vault.readRange(filed.key))
  t.equal(createHash('sha256').update(kept).digest('hex'), filed.sha256)
  const [left, right] = channelsOf(kept) as [Int16Array, Int16Array]
  t.equal(heard(left, [300, 4_000], [440, 1_000]), 1_000)
  t.equal(heard(right, [300, 4_000], [440, 1_000]), 440)

  t.equal((await files()).length, 2)
  t.equal(await recordings.release(filed, await files()), true)
  t.same(await readdir(join(spool, 'done')), [])
})

t.test('the waveform has a thousand steps for each side', async (t) => {
  const { recordings, files } = await desk(t)
  const filed = await recordings.file(call, await files())
  if (!filed.filed) return t.fail('not filed')
  t.equal(filed.peaks.length, 2 * BUCKETS)
  t.ok((filed.peaks[500] as number) > 70)
  t.ok((filed.peaks[BUCKETS + 500] as number) > 70)
  t.equal(filed.peaks[BUCKETS + 10], 0, 'the agent was not there yet')
})

t.test('killed before the commit, filing again gives the same recording', async (t) => {
  const { recordings, vault, files } = await desk(t)
  const first = await recordings.file(call, await files())
  t.same(await recordings.file(call, await files()), first)
  const keys = []
  for await (const { key } of vault.list('')) keys.push(key)
  t.equal(keys.length, 1)
})

t.test('with the vault down nothing is lost, and it can be played from the spool', async (t) => {
  const { recordings, files } = await desk(t, (vault) => ({
    ...vault,
    put: () => Promise.reject(new VaultDown('put', new Error('ECONNREFUSED'))),
  }))
  await t.rejects(recordings.file(call, await files()), VaultDown)
  t.equal((await files()).length, 2)
  const playable = await recordings.fromSpool(call, await files())
  const whole = await bytesOf(playable?.read() ?? Readable.from([]))
  t.equal(whole.length, playable?.bytes)
  const piece = await bytesOf(playable?.read({ from: 100, to: 299 }) ?? Readable.from([]))
  t.ok(piece.equals(whole.subarray(100, 300)))
})

t.test('a vault that keeps other bytes than it was given is never believed', async (t) => {
  const { recordings, files } = await desk(t, (vault) => ({
    ...vault,
    readRange: async () => Readable.from([Buffer.from('something else')]),
  }))
  await t.rejects(recordings.file(call, await files()), VaultLies)
  t.equal((await files()).length, 2)
})

t.test('a spool file goes only while the vault still holds the recording', async (t) => {
  const { recordings, vault, files } = await desk(t)
  const filed = await recordings.file(call, await files())
  if (!filed.filed) return t.fail('not filed')
  await vault.delete(filed.key)
  t.equal(await recordings.release(filed, await files()), false)
  t.equal((await files()).length, 2)
})

t.test('a side that was not recorded is found, and the other is kept', async (t) => {
  const { recordings, files } = await desk(t)
  const caller = (await files()).filter((file) => file.side === 'caller')
  const filed = await recordings.file(call, caller)
  t.ok(filed.filed)
  t.match(filed.findings, [{ kind: 'missing', side: 'agent', uniqueid: '1.2', talkMs: 4_000 }])
  t.ok(hasGap(filed.findings))
})

t.test('nothing recorded at all is said, not filed', async (t) => {
  const { recordings } = await desk(t)
  const result = await recordings.file(call, [])
  t.equal(result.filed, false)
  t.same(
    result.findings.map(({ kind, side }) => [kind, side]),
    [
      ['missing', 'caller'],
      ['missing', 'agent'],
    ],
  )
})

t.test('a live file is not filed until nobody writes it', async (t) => {
  const { recordings, spool, files } = await desk(t)
  await spoolVoice(spool, {
    name: `${CALL}_agent_1.3.wav`,
    parts: [{ hz: 700, ms: 1_000 }],
    endedAt: noon,
    folder: 'live',
    torn: true,
  })
  t.same(await recordings.rescue(await files(), () => ({ now: noon + 1_000 })), [])
  const saved = await recordings.rescue(await files(), () => ({ now: noon + 1_000, bootAt: noon + 500 }))
  t.same(
    saved.map(({ uniqueid }) => uniqueid),
    ['1.3'],
  )
  t.same(
    (await files()).filter(({ live }) => live),
    [],
  )
})

t.test('a voice is finished once its leg is over and its recorder has closed it', async (t) => {
  const { recordings, spool, files } = await desk(t)
  const voice = { parts: [{ hz: 700, ms: 1_000 }], endedAt: noon, folder: 'live' as const }
  await spoolVoice(spool, { ...voice, name: `${CALL}_agent_1.3.wav` })
  await spoolVoice(spool, { ...voice, name: `${CALL}_agent_1.4.wav`, torn: true })
  const left = async () => (await files()).filter(({ live }) => live).map(({ uniqueid }) => uniqueid)
  await recordings.rescue(await files(), () => ({ now: noon + 100 }))
  t.same(await left(), ['1.3', '1.4'], 'a leg that goes on may be recorded on')
  const said = await recordings.rescue(await files(), () => ({ now: noon + 100, legEndedAt: noon }))
  t.same(await left(), ['1.4'])
  t.same(said, [], 'nothing had to be repaired')
})

t.test('bare headers of callers who gave up are swept', async (t) => {
  const { recordings, spool, files } = await desk(t)
  await spoolVoice(spool, { name: `${CALL}_agent_1.9.wav`, parts: [], endedAt: noon })
  t.equal(await recordings.dropEmpty(await files()), 1)
  t.equal((await files()).length, 2)
})
