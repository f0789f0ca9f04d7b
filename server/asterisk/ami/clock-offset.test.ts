import t from 'tap'
import { ClockOffset } from './clock-offset.ts'

const noon = Date.parse('2026-06-01T12:00:00Z')

t.test('on one machine the clocks agree, however late single events come', async (t) => {
  const clock = new ClockOffset()
  t.equal(clock.ms, 0, 'nothing is known')
  for (const late of [900, 40, 3, 4_000]) clock.saw(noon, noon + late)
  t.equal(clock.ms, 0)
  clock.saw(Number.NaN, noon)
  t.equal(clock.ms, 0)
})

t.test('an exchange whose clock is ahead or behind is told by the quickest of its events', async (t) => {
  const ahead = new ClockOffset()
  for (const late of [500, 2, 80]) ahead.saw(noon + 5_000, noon + late)
  t.equal(ahead.ms, -4_998)
  const behind = new ClockOffset()
  for (const late of [500, 2, 80]) behind.saw(noon - 5_000, noon + late)
  t.equal(behind.ms, 5_002)
})

t.test('a clock that was put right is believed after two minutes', async (t) => {
  const clock = new ClockOffset()
  for (let s = 0; s < 10; s++) clock.saw(noon + s * 1_000 + 5_000, noon + s * 1_000)
  t.equal(clock.ms, -5_000)
  for (let s = 70; s < 200; s++) clock.saw(noon + s * 1_000, noon + s * 1_000 + 3)
  t.equal(clock.ms, 0)
})
