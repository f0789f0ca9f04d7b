import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { freeRatio, isClosed, isStale, salvage, scanSpool, soundOf } from './spool.ts'
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

const live = (uniqueid: string, writtenAt = noon) => ({ live: true, writtenAt, uniqueid })

t.test('a live file is let be while its leg may still be writing', async (t) => {
  const file = live('1.1')
  const soon = noon + 60_000
  t.notOk(isStale(file, { now: soon }), 'its leg is not known to have ended')
  t.notOk(isStale(file, { now: soon, bootAt: noon - 1_000 }), 'Asterisk has not been started since')
  t.notOk(isStale(file, { now: noon + 10_000, legEndedAt: noon }), 'its recorder may be at it')
  t.notOk(isStale({ ...file, live: false }, { now: soon, bootAt: soon }), 'it is done already')
})

t.test('a live file is salvaged once its Asterisk or its leg is over', async (t) => {
  t.ok(isStale(live('1.1'), { now: noon + 1_000, bootAt: noon + 500 }))
  t.ok(isStale(live('1.1'), { now: noon + 60_000, legEndedAt: noon + 1_000 }))
})

t.test('a leg belongs to the life of Asterisk it began in, whenever its file was last written', async (t) => {
  const bootAt = noon + 2_000
  const began = (second: number) => live(`pbx1-${noon / 1_000 + second}.7`)
  t.ok(isStale(began(-600), { now: noon + 9_000, bootAt }), 'it talked for ten minutes and died with Asterisk')
  t.ok(isStale(began(1), { now: noon + 9_000, bootAt }))
  t.notOk(isStale(began(2), { now: noon + 9_000, bootAt }), 'perhaps of this second, perhaps of this life')
  const silent = { ...began(3), writtenAt: noon }
  t.notOk(isStale(silent, { now: noon + 9_000, bootAt }), 'a clock of the disk says nothing')
})

t.test('a voice just begun is not a finished one', async (t) => {
  const spool = await scratch(t)
  const at = (name: string, parts: typeof second) =>
    spoolVoice(spool, { name: `${CALL}_${name}.wav`, parts, endedAt: noon, folder: 'live' })
  await at('caller_1700.1', [])
  await at('agent_1700.2', second)
  const { files } = await scanSpool(spool)
  const closed = async (end: Parameters<typeof isClosed>[1]) => {
    const which = []
    for (const file of files) if (await isClosed(file, end)) which.push(file.side)
    return which.sort()
  }
  t.same(await closed({ now: noon + 60_000 }), [], 'legs that go on')
  t.same(await closed({ now: noon + 5, strange: true }), [], 'a call that the database does not have yet')
  t.same(await closed({ now: noon + 20_000, strange: true }), ['agent', 'caller'], 'and never had')
  t.same(await closed({ now: noon + 5, legEndedAt: noon }), ['agent'], 'two seconds may be with the recorder still')
  t.same(await closed({ now: noon + 4_000, legEndedAt: noon }), ['agent', 'caller'])
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
