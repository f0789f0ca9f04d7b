/** Halts of an exchange as its beat tells them, and where they are laid in a piece whose file only tells their sum. */
import { mkdtemp, readFile, rm, truncate, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { makeBeat } from './beat.ts'
import { makeTimes } from './times.ts'

const NOON = Date.parse('2026-11-21T04:00:00Z')
/** What Asterisk hands to the disk at a time. */
const BLOCK_MS = 2_048

/** A beat that stood still at these times (of the exchange's own time, ms), read late where `lateAt` says so. */
function beaten(halts: Record<number, number>, ms: number, lateAt = (at: number) => at) {
  const beat = makeBeat()
  let lost = 0
  for (let own = 0; own < ms; own += 20) {
    lost += halts[own] ?? 0
    beat.packet((65_500 + own / 20) % 65_536, lateAt(NOON + own + lost))
  }
  return beat
}

t.test('a halt of the exchange is told, one of its reader is not', async (t) => {
  // the reader stood still from 1.0 to 1.7 s and read all at once after it
  const late = (at: number) => (at >= NOON + 1_000 && at < NOON + 1_700 ? NOON + 1_700 : at)
  const beat = beaten({ 500: 120, 2000: 400 }, 4_000, late)
  t.same(beat.halts(NOON, NOON + 10_000), [
    { until: NOON + 620, ms: 120 },
    { until: NOON + 2_520, ms: 400 },
  ])
  t.same(beat.halts(NOON + 620, NOON + 2_519), [])
})

t.test('another stream, and what is long past, are not mixed up with this one', async (t) => {
  const beat = beaten({ 500: 120 }, 1_000)
  for (let i = 0; i < 100; i++) beat.packet(20_000 + i, NOON + 5_000 + 20 * i)
  t.same(beat.halts(NOON, NOON + 10_000), [])
  t.same(beaten({ 500: 120 }, 60_000).halts(NOON, NOON + 100_000), [])
})

t.test('what was lost within a block is laid where the beat says it was lost', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'desk-times-'))
  t.teardown(() => rm(folder, { recursive: true }))
  const path = join(folder, 'p.wav')
  const times = makeTimes(folder, beaten({ 300: 200, 1000: 600, 2600: 100 }, 6_000))
  const written = async (blocks: number, at: number) => {
    await writeFile(path, '', { flag: 'a' })
    await truncate(path, 44 + blocks * BLOCK_MS * 16)
    await utimes(path, at / 1000, at / 1000)
    await times.look('p', NOON)
  }
  // Of the 800 ms of the first block the recorder itself lost 880, in the second it lost nothing that the beat did.
  await written(1, NOON + BLOCK_MS + 880)
  await written(2, NOON + 2 * BLOCK_MS + 880)
  const lines = (await readFile(join(folder, 'p.times'), 'utf8')).trim().split('\n')
  t.same(lines, [
    `${NOON + 500} ${300 * 8}`,
    `${NOON + 1_800} ${1_000 * 8}`,
    `${NOON + BLOCK_MS + 880} ${BLOCK_MS * 8}`,
  ])
})
