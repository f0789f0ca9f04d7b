import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { believed, bytesOf, laidBytes, planLay, startOf, type VoiceFile } from './lay.ts'
import { channelsOf, heard, bytesOf as read, scratch, type Tone, wavOf } from './test-support.ts'
import { lengthOf, type Stretch, type Voice } from './voice.ts'
import { wavHeader } from './wav.ts'

const noon = Date.parse('2026-11-21T04:00:00Z')
const WARD = 1_000
const FIRST = 440
const SECOND = 700
const all = [WARD, FIRST, SECOND]

async function voice(dir: string, name: string, side: Voice['side'], from: number, parts: Tone[], talk: Stretch[]) {
  const lengthMs = parts.reduce((sum, part) => sum + part.ms, 0)
  const path = join(dir, name)
  await writeFile(path, wavOf(parts))
  const file: VoiceFile = { path, dataAt: 44, samples: lengthMs * 8, writtenAt: from + lengthMs }
  return { voice: { uniqueid: name, side, startedAt: from, endedAt: from + lengthMs, talk } as Voice, file }
}

t.test('the caller is left, and agents who take turns are right, each when they spoke', async (t) => {
  const dir = await scratch(t)
  // waits 4 s, talks 3 s to the first agent, whose phone dies; 2 s alone; talks 3 s to the second
  const talks = [
    { from: noon + 4_000, to: noon + 7_000 },
    { from: noon + 9_000, to: noon + 12_000 },
  ] as const
  const plan = planLay([
    await voice(dir, 'ward', 'caller', noon, [{ hz: WARD, ms: 12_000 }], [...talks]),
    await voice(dir, 'first', 'agent', noon + 4_000, [{ hz: FIRST, ms: 3_000 }], [talks[0]]),
    await voice(dir, 'second', 'agent', noon + 9_000, [{ hz: SECOND, ms: 3_000 }], [talks[1]]),
  ])
  const wav = await read(laidBytes(plan))
  t.equal(wav.length, bytesOf(plan))
  const [left, right] = channelsOf(wav) as [Int16Array, Int16Array]
  t.equal(left.length, 8 * 8_400, 'from the first word to the last, and a margin of 200 ms at each end')
  for (const at of [300, 3_500, 5_500, 7_000]) t.equal(heard(left, [at, at + 1_000], all), WARD)
  t.equal(heard(right, [300, 3_100], all), FIRST)
  t.equal(heard(right, [3_300, 5_100], all), 0, 'nobody was on the line')
  t.equal(heard(right, [5_300, 8_100], all), SECOND)
})

t.test('two on the right at once are both heard, and never louder than a file can hold', async (t) => {
  const dir = await scratch(t)
  const talk = [{ from: noon, to: noon + 2_000 }]
  const loud = await Promise.all(
    ['a', 'b', 'c', 'd'].map((name, i) =>
      voice(dir, name, 'agent', noon, [{ hz: [FIRST, SECOND][i % 2] as number, ms: 2_000 }], talk),
    ),
  )
  const [, right] = channelsOf(await read(laidBytes(planLay(loud)))) as [Int16Array, Int16Array]
  t.ok(Math.max(...right) <= 32_767)
  t.equal(heard(right, [200, 2_000], [FIRST, 1_500]), FIRST)
  t.equal(heard(right, [200, 2_000], [SECOND, 1_500]), SECOND)
})

t.test('what was on hold is silence already, and stays where it was', async (t) => {
  const dir = await scratch(t)
  const talk = [{ from: noon, to: noon + 6_000 }]
  const parts = [
    { hz: FIRST, ms: 2_000 },
    { hz: 0, ms: 2_000 },
    { hz: FIRST, ms: 2_000 },
  ]
  const [, right] = channelsOf(await read(laidBytes(planLay([await voice(dir, 'a', 'agent', noon, parts, talk)])))) as [
    Int16Array,
    Int16Array,
  ]
  t.same(
    [heard(right, [300, 2_100], all), heard(right, [2_300, 4_100], all), heard(right, [4_300, 6_000], all)],
    [FIRST, 0, FIRST],
  )
})

t.test('any piece of the file is the same as that piece of the whole', async (t) => {
  const dir = await scratch(t)
  const talk = [{ from: noon, to: noon + 3_000 }]
  const plan = planLay([
    await voice(dir, 'ward', 'caller', noon - 500, [{ hz: WARD, ms: 3_300 }], talk),
    await voice(dir, 'a', 'agent', noon + 100, [{ hz: FIRST, ms: 2_500 }], talk),
  ])
  const whole = await read(laidBytes(plan))
  await fc.assert(
    fc.asyncProperty(fc.nat(whole.length), fc.nat(whole.length), async (a, b) => {
      const [from, to] = [Math.min(a, b), Math.max(a, b)]
      return (await read(laidBytes(plan, { from, to }))).equals(whole.subarray(from, to))
    }),
    { numRuns: 60 },
  )
  t.pass()
})

t.test('a message left has no talk time: it is as long as it is', async (t) => {
  const dir = await scratch(t)
  const plan = planLay([await voice(dir, 'm', 'voicemail', noon, [{ hz: WARD, ms: 5_000 }], [])])
  t.equal(plan.frames, 40_000)
  const [left, right] = channelsOf(await read(laidBytes(plan))) as [Int16Array, Int16Array]
  t.equal(heard(left, [0, 5_000], all), WARD)
  t.equal(heard(right, [0, 5_000], all), 0)
})

const fileOf = (seconds: number, endedS: number) => ({
  path: '',
  dataAt: 44,
  samples: seconds * 8_000,
  writtenAt: noon + endedS * 1_000,
})

t.test('a recorder runs to the end of its leg, so its file is placed by its end', async (t) => {
  t.equal(startOf({ startedAt: noon, endedAt: noon + 10_050, talk: [] }, fileOf(5, 10)), noon + 5_000)
  t.equal(startOf({ startedAt: noon, talk: [] }, fileOf(5, 10)), noon + 5_000, 'its leg goes on')
})

t.test('a recorder that dropped some silence began when its leg was answered', async (t) => {
  const agent = { startedAt: noon, endedAt: noon + 10_000, talk: [{ from: noon + 3_000, to: noon + 10_000 }] }
  t.equal(startOf(agent, fileOf(7, 10)), noon + 3_000)
  t.equal(startOf(agent, fileOf(6.5, 10)), noon + 3_000, 'half a second dropped')
  t.equal(startOf(agent, fileOf(4, 10)), noon + 6_000, 'three seconds are more than it drops: it began late')
  const caller = { ...agent, talk: [{ from: noon + 4_000, to: noon + 10_000 }] }
  t.equal(startOf(caller, fileOf(9.7, 10)), noon, "the caller's began with the leg")
})

t.test('a time of writing that cannot be is not believed', async (t) => {
  const leg = { startedAt: noon, endedAt: noon + 10_000, talk: [] }
  t.equal(startOf(leg, fileOf(5, 3_600)), noon + 5_000, 'an hour later: copied')
  t.equal(startOf({ ...leg, endedAt: noon + 5_000 }, fileOf(5, 1)), noon, 'before its leg began: a clock stepped')
})

t.test('talk that overlaps is counted once', async (t) => {
  t.equal(
    lengthOf([
      { from: 0, to: 10 },
      { from: 5, to: 15 },
      { from: 20, to: 21 },
      { from: 1, to: 2 },
    ]),
    16,
  )
  t.equal(lengthOf([]), 0)
})

t.test(
  'a call of impossible times is laid as its files were written, and is no longer than a file can be',
  async (t) => {
    const boot = 60_000
    const leg = (side: Voice['side'], startedAt: number, endedAt: number, talk: Stretch[]) => ({
      voice: { uniqueid: side, side, startedAt, endedAt, talk } as Voice,
      file: fileOf(5, 10),
    })
    const now = noon + 10_000
    const woken = [{ from: boot, to: now }]
    const plan = planLay(believed([leg('caller', boot, now, woken), leg('agent', boot, now, woken)]))
    t.match(plan, { frames: 8 * 5_400, startAt: noon + 4_800 }, 'a machine that learnt the time in mid-call')
    const ghosts = [leg('caller', boot, boot, []), leg('agent', noon, now, [])]
    t.equal(planLay(believed(ghosts)).frames, 8 * 5_000, 'a leg that ended in 1970')
    const missed = believed([leg('caller', boot, now, woken), { voice: leg('agent', boot, now, woken).voice }])
    t.match(missed[1]?.voice.talk, [{ from: noon + 5_000, to: now }], 'a side without a file is still missed')
  },
)

t.test('whatever is said of a call, a file can be made of it', (t) => {
  const at = fc.oneof(fc.constantFrom(0, 1, noon, noon + 5_000, 4e12), fc.integer({ min: noon - 1e9, max: noon + 1e9 }))
  const talk = fc.array(
    fc.record({ from: at, to: at }).filter(({ from, to }) => to > from),
    { maxLength: 3 },
  )
  const voices = fc.array(
    fc.record({
      voice: fc.record({
        uniqueid: fc.constant('1'),
        side: fc.constantFrom<Voice['side']>('caller', 'agent'),
        startedAt: at,
        endedAt: at,
        talk,
      }),
      file: fc.record({
        path: fc.constant(''),
        dataAt: fc.constant(44),
        samples: fc.integer({ min: 1, max: 8_000 * 200_000 }),
        writtenAt: fc.integer({ min: noon - 1e9, max: noon + 1e9 }),
      }),
    }),
    { minLength: 1, maxLength: 4 },
  )
  fc.assert(
    fc.property(voices, (all) => {
      const plan = planLay(believed(all))
      wavHeader(bytesOf(plan) - 44, 2)
      return plan.frames >= 0 && !Number.isNaN(new Date(plan.startAt).getTime())
    }),
  )
  t.pass()
  t.end()
})
