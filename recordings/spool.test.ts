import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { freeRatio, isStale, salvage, scanSpool, soundOf } from './spool.ts'
import { fileBytes, scratch, spoolVoice, wavOf } from './test-support.ts'
import { readSpoolName } from './voice.ts'

const noon = Date.parse('2026-11-21T04:00:00Z')
const CALL = '0b8f2c1e-1111-4222-8333-444455556666'
const second = [{ hz: 440, ms: 1_000 }]

t.test('the spool is read oldest first, and names that are not ours are left alone', async (t) => {
  const spool = await scratch(t)
  await spoolVoice(spool, { name: `${CALL}_agent_1700.2.wav`, parts: second, endedAt: noon + 5_000 })
  await spoolVoice(spool, { name: `${CALL}_caller_1700.1.wav`, parts: second, endedAt: noon })
  await spoolVoice(spool, { name: `${CALL}_caller_cb-9.wav`, parts: second, endedAt: noon + 9_000, folder: 'live' })
  await writeFile(join(spool, 'done', '$(reboot).wav'), 'x')
  await symlink('/etc/passwd', join(spool, 'done', `${CALL}_agent_1700.3.wav`))
  await mkdir(join(spool, 'done', `${CALL}_agent_1700.4.wav`))
  await mkdir(join(spool, 'recording'))
  await writeFile(join(spool, 'recording', 'radio-old-rx-19a0-1.wav'), Buffer.alloc(7_044))
  const { files, strangers, bytes } = await scanSpool(spool)
  t.same(
    files.map(({ side, uniqueid, live }) => [side, uniqueid, live]),
    [
      ['caller', '1700.1', false],
      ['agent', '1700.2', false],
      ['caller', 'cb-9', true],
    ],
  )
  t.equal(strangers, 3)
  t.equal(bytes, 3 * 16_044 + 7_044, 'what the radio is recording too')
})

t.test('a spool that is not there yet is empty', async (t) => {
  t.same(await scanSpool(join(await scratch(t), 'nowhere')), { files: [], bytes: 0, strangers: 0 })
})

t.test('a live file is let be while its leg may still be writing', async (t) => {
  const file = { live: true, writtenAt: noon }
  const soon = noon + 60_000
  t.notOk(isStale(file, { now: soon }), 'its leg is not known to have ended')
  t.notOk(isStale(file, { now: soon, bootAt: noon - 1_000 }), 'Asterisk has not been started since')
  t.notOk(isStale(file, { now: noon + 10_000, legEndedAt: noon }), 'its recorder may be at it')
  t.notOk(isStale({ live: false, writtenAt: noon }, { now: soon, bootAt: soon }), 'it is done already')
})

t.test('a live file is salvaged once its Asterisk or its leg is over', async (t) => {
  t.ok(isStale({ live: true, writtenAt: noon }, { now: noon + 1_000, bootAt: noon + 500 }))
  t.ok(isStale({ live: true, writtenAt: noon }, { now: noon + 60_000, legEndedAt: noon + 1_000 }))
})

t.test('a salvaged voice lies in done with its header closed', async (t) => {
  const spool = await scratch(t)
  const name = `${CALL}_caller_1700.1.wav`
  await spoolVoice(spool, { name, parts: second, endedAt: noon, folder: 'live', torn: true })
  const [file] = (await scanSpool(spool)).files
  t.ok(file)
  if (!file) return
  t.equal(await salvage(spool, file), true)
  t.equal(await salvage(spool, file), false, 'another server was first')
  t.same(await readdir(join(spool, 'live')), [])
  t.ok((await fileBytes(join(spool, 'done', name))).equals(wavOf(second)))
  const [after] = (await scanSpool(spool)).files
  t.match(after, { live: false, writtenAt: noon })
  t.match(after && (await soundOf(after)), { samples: 8_000, torn: false })
})

t.test('a file with no sound in it, or of another kind, holds no voice', async (t) => {
  const spool = await scratch(t)
  await spoolVoice(spool, { name: `${CALL}_caller_1.wav`, parts: [], endedAt: noon })
  await writeFile(join(spool, 'done', `${CALL}_caller_2.wav`), 'not sound')
  for (const file of (await scanSpool(spool)).files) t.equal(await soundOf(file), undefined)
})

t.test('free space is a share', async (t) => {
  const ratio = await freeRatio(await scratch(t))
  t.ok(ratio > 0 && ratio <= 1)
})

t.test('whatever is in a name, only our own form is read, and it never leads out of the spool', async (t) => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.constantFrom('caller', 'agent', 'root'), (junk, side) => {
      const read = readSpoolName(`${CALL}_${side}_${junk}.wav`)
      return !read || (side !== 'root' && /^[A-Za-z0-9.-]+$/.test(read.uniqueid))
    }),
  )
  t.equal(readSpoolName(`${CALL}_caller_../../x.wav`), undefined)
  t.equal(readSpoolName(`${CALL}_caller_1.wav\n`), undefined)
  t.match(readSpoolName(`${CALL}_agent_1763700000.12.wav`), { callId: CALL, side: 'agent', uniqueid: '1763700000.12' })
})
