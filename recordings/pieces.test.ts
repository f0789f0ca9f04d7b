import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { bytesOf, laidBytes } from './lay.ts'
import { endOf, findPieces, planPieces } from './pieces.ts'
import { channelsOf, heard, scratch, wavOf } from './test-support.ts'

const noon = Date.parse('2026-11-21T04:00:00Z')
const NAME = 'radio-old-tx-19a'

t.test('what is said after the machine stood still is at its place in the recording', async (t) => {
  const spool = await scratch(t)
  await mkdir(join(spool, 'recording'))
  const parts = [
    { hz: 440, ms: 2_000 },
    { hz: 0, ms: 1_000 },
    { hz: 1_000, ms: 2_000 },
  ]
  await writeFile(join(spool, 'recording', `${NAME}.wav`), wavOf(parts))
  const piece = { name: NAME, channel: 1 as const, startedAt: noon }
  const [plain] = await findPieces(spool, [piece])
  t.equal(plain && endOf(plain), noon + 5_000)

  // two stalls, of 1 s and of 0.5 s; one moment was written late and says too much; the last line was torn
  const times = [`${noon + 3_400} 16000`, `${noon + 4_000} 24000`, `${noon + 6_000} 36000`, `${noon + 6_000}`]
  await writeFile(join(spool, 'recording', `${NAME}.times`), times.join('\n'))
  const [file] = await findPieces(spool, [piece])
  t.equal(file && endOf(file), noon + 6_500)
  const plan = planPieces(file ? [file] : [])
  if (!plan) throw new Error('no plan')
  const bytes: Buffer[] = []
  for await (const part of laidBytes(plan)) bytes.push(part)
  const whole = Buffer.concat(bytes)
  t.equal(whole.length, bytesOf(plan))
  const [, right] = channelsOf(whole) as [Int16Array, Int16Array]
  t.equal(heard(right, [0, 2_000], [440, 1_000]), 440)
  t.equal(heard(right, [2_050, 3_950], [440, 1_000]), 0, 'nothing was written then')
  t.equal(heard(right, [4_050, 5_450], [440, 1_000]), 1_000)
  t.equal(heard(right, [6_050, 6_450], [440, 1_000]), 1_000)
})
