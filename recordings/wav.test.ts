import { stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { fileBytes, scratch, wavOf } from './test-support.ts'
import { layoutOf, readLayout, repairHeader, wavHeader } from './wav.ts'

const second = [{ hz: 440, ms: 1_000 }]

t.test('a header Asterisk closed is believed', async (t) => {
  t.same(readLayout(wavOf(second), 16_044), {
    channels: 1,
    rate: 8_000,
    bits: 16,
    dataAt: 44,
    dataBytes: 16_000,
    torn: false,
  })
})

t.test('after kill -9 the header says nothing, and the file itself says how long it is', async (t) => {
  const path = join(await scratch(t), 'a.wav')
  await writeFile(path, wavOf(second, { torn: true }))
  t.match(await layoutOf(path), { dataBytes: 16_000, torn: true })
})

t.test('a repaired file is one Asterisk might have closed itself, last written when it was', async (t) => {
  const path = join(await scratch(t), 'a.wav')
  await writeFile(path, wavOf(second, { torn: true }))
  const { mtimeMs } = await stat(path)
  t.equal(await repairHeader(path), true)
  t.ok((await fileBytes(path)).equals(wavOf(second)))
  t.equal(Math.round((await stat(path)).mtimeMs), Math.round(mtimeMs))
  t.equal(await repairHeader(path), false, 'nothing more to do')
})

t.test('a sample cut in half by the kill is left out', async (t) => {
  const path = join(await scratch(t), 'a.wav')
  await writeFile(path, wavOf(second, { torn: true }).subarray(0, 44 + 9_999))
  t.match(await layoutOf(path), { dataBytes: 9_998, torn: true })
})

t.test('a caller who gave up leaves a bare header: no sound, nothing torn', async (t) => {
  t.match(readLayout(wavHeader(0, 1), 44), { dataBytes: 0, torn: false })
})

t.test('a link in the spool is never followed', async (t) => {
  const dir = await scratch(t)
  await writeFile(join(dir, 'secret'), wavOf(second))
  await symlink(join(dir, 'secret'), join(dir, 'a.wav'))
  await t.rejects(layoutOf(join(dir, 'a.wav')), { code: 'ELOOP' })
})

t.test('no bytes whatever make the reader fail or promise more than the file holds', async (t) => {
  const start = fc.constantFrom(Buffer.alloc(0), Buffer.from('RIFF\0\0\0\0WAVE'), wavHeader(100, 1).subarray(0, 36))
  fc.assert(
    fc.property(start, fc.uint8Array({ maxLength: 300 }), fc.nat(1_000), (opening, rest, more) => {
      const head = Buffer.concat([opening, rest])
      const layout = readLayout(head, head.length + more)
      return !layout || layout.dataAt + layout.dataBytes <= head.length + more
    }),
  )
  t.pass()
})
