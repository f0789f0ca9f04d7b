/** What of an over is kept, by when its tone stands in the recording. Times in milliseconds. */
import t from 'tap'
import { type Aired, keptOf } from './radio-kept.ts'
import { overlap } from './stood-still.ts'

const over = (from: number, ms = 600): Aired => ({ from, to: from + ms, ms })
const machine = (...halts: { from: number; to: number }[]) => ({
  stoodStill: (from: number, to = Number.POSITIVE_INFINITY) => overlap(halts, { from, to }),
})
const recording =
  (...sounds: [from: number, to: number][]) =>
  (at: number) =>
    sounds.some(([from, to]) => at >= from && at < to)
const kept = (overs: Aired[], heard: (at: number) => boolean, on = machine()) =>
  keptOf(overs, heard, on).map(({ keptMs }) => keptMs)

t.test('on a machine that ran, sound counts at its place alone', async (t) => {
  t.same(kept([over(10_000)], recording([10_040, 10_700])), [600], 'what the recorder has more of it is not counted')
  t.same(kept([over(10_000)], recording([10_000, 10_400])), [400], 'a hole is a hole')
  t.same(kept([over(10_000)], recording([8_800, 9_400])), [0], 'what is elsewhere is missing here')
  t.same(kept([over(10_000)], recording([11_000, 11_600])), [0])
})

t.test('after a halt, sound may stand as much too early, and not later', async (t) => {
  const halted = machine({ from: 8_000, to: 9_200 })
  t.same(kept([over(10_000)], recording([8_800, 9_400]), halted), [600])
  t.same(kept([over(10_000)], recording([8_300, 8_480]), halted), [0], 'no earlier than by the halt')
  t.same(kept([over(10_000)], recording([11_000, 11_600]), halted), [0])
  t.same(kept([over(20_000)], recording([18_800, 19_400]), halted), [0], 'a halt that is long past moves nothing')
})

t.test('a sound is not kept twice: the over behind a lost one does not stand in for it', async (t) => {
  const halted = machine({ from: 8_000, to: 9_200 })
  const both = [over(10_000), over(11_200)]
  t.same(kept(both, recording([8_900, 9_500], [10_100, 10_700]), halted), [600, 600])
  t.same(kept(both, recording([10_100, 10_700]), halted), [600, 0])
})
