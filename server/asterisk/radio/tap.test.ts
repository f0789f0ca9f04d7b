import t from 'tap'
import { makeSendClock } from './tap.ts'

t.test('frames read all at once were not said all at once', async (t) => {
  const sentAt = makeSendClock()
  const begin = 1_000_000
  const first = 2 ** 32 - 800
  const times = Array.from({ length: 150 }, (_, i) => {
    const said = begin + 20 * i
    // from the 50th to the 100th this process stood still
    const read = i >= 50 && i < 100 ? begin + 2_000 : said
    return sentAt((first + 160 * i) >>> 0, read + (i % 3)) - said
  })
  t.ok(
    times.every((off) => off >= 0 && off <= 60),
    `told up to ${Math.max(...times)} ms later than they were said`,
  )
})

t.test('an exchange that stood still, or a clock that was set, is followed', async (t) => {
  const sentAt = makeSendClock()
  for (let i = 0; i < 10; i++) sentAt(160 * i, 5_000 + 20 * i)
  // A short halt is not in its stamps: what follows is late by as much, and that is learnt.
  let off = 0
  for (let i = 10; i < 110; i++) off = 5_070 + 20 * i - sentAt(160 * i, 5_070 + 20 * i)
  t.ok(off >= 0 && off < 5, `${off} ms`)
  t.equal(sentAt(160 * 110, 90_000_000), 90_000_000)
})
