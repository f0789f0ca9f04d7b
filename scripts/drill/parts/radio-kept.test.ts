/** What of an over is kept, by when its tone stands in the recording. Times in milliseconds. */
import t from 'tap'
import { overlap } from '../../lab/stood-still.ts'
import { type Aired, keptOf } from './radio-kept.ts'

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

t.test('sound may be away from its place by what the machine stood still around it', async (t) => {
  const halted = machine({ from: 9_750, to: 10_100 })
  t.same(kept([over(10_000)], recording([9_400, 10_000]), halted), [600])
  t.same(kept([over(10_000)], recording([8_700, 9_300]), halted), [0], 'and no further')
  t.same(kept([over(20_000)], recording([19_400, 19_600]), halted), [0], 'a halt that is long past moves nothing')
})

t.test('a sound is not kept twice: the over behind a lost one does not stand in for it', async (t) => {
  const both = [over(10_000), over(11_000)]
  t.same(kept(both, recording([10_000, 10_600], [11_000, 11_600])), [600, 600])
  t.same(kept(both, recording([10_720, 10_880])), [160, 0])
})
