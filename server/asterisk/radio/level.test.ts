/** How loud a caller comes out on the air, whatever his telephone. */
import t from 'tap'
import { makeLevel, volumeOf } from './level.ts'

const frame = (peak: number) => Int16Array.from({ length: 160 }, (_, i) => Math.round(peak * Math.sin(i * 0.66)))
const db = (peak: number) => 20 * Math.log10(peak / Math.SQRT2 / 32_768)

t.test('a whisper and a shout come out alike, at once', async (t) => {
  for (const peak of [450, 3_000, 30_000]) {
    const level = makeLevel()
    let gain = 0
    for (let n = 0; n < 50; n++) gain = level(frame(peak)) ?? gain
    t.ok(Math.abs(db(peak) + gain + 18) <= 3, `${peak}: ${(db(peak) + gain).toFixed(1)} dB`)
    t.equal(makeLevel()(frame(peak)), gain === 0 ? undefined : gain, 'from his first syllable on')
  }
})

t.test('a pause raises nothing, and who begins to shout is turned down within a tenth of a second', async (t) => {
  const level = makeLevel()
  let gain = 0
  for (let n = 0; n < 50; n++) gain = level(frame(1_000)) ?? gain
  const before = gain
  for (let n = 0; n < 200; n++) gain = level(frame(20)) ?? gain
  t.equal(gain, before, 'the hiss of a line is not brought up')
  for (let n = 0; n < 10; n++) gain = level(frame(30_000)) ?? gain
  t.ok(db(30_000) + gain < -12, `${(db(30_000) + gain).toFixed(1)} dB`)
})

t.test('a gain is written as func_volume takes it', async (t) => {
  t.same([20, 6, 0, -6].map(volumeOf), ['10.00', '2.00', '1.00', '-2.00'])
})
