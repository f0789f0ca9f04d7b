import t from 'tap'
import { isDown, learnt, type PedalReport } from './pedal.ts'

const reports = (...all: [at: number, ...bytes: number[]][]): PedalReport[] =>
  all.map(([at, ...bytes]) => ({ reportId: 0, bytes, at }))

t.test('a foot pedal that speaks only when it changes is learnt from one press', async (t) => {
  // three pedals in one, the middle one is bit 1
  const button = learnt(reports([0, 0x02, 0x00], [900, 0x00, 0x00]))
  t.same(button, { reportId: 0, mask: [0x02, 0x00], down: [0x02, 0x00] })
  if (!button) return
  t.equal(isDown(button, { reportId: 0, bytes: [0x02, 0x00] }), true)
  t.equal(isDown(button, { reportId: 0, bytes: [0x06, 0x00] }), true, 'another pedal besides changes nothing')
  t.equal(isDown(button, { reportId: 0, bytes: [0x04, 0x00] }), false)
  t.equal(isDown(button, { reportId: 3, bytes: [0x02, 0x00] }), undefined, 'another report says nothing of it')
})

t.test('a headset that repeats itself, at rest too, is learnt from what it is at last', async (t) => {
  const button = learnt(
    reports([0, 0x01, 0x80], [500, 0x01, 0xa0], [700, 0x01, 0xa0], [1_100, 0x01, 0x80], [1_300, 0x01, 0x80]),
  )
  t.same(button, { reportId: 0, mask: [0x00, 0x20], down: [0x00, 0x20] })
})

t.test('a button that is down when its bit falls is learnt as well', async (t) => {
  const button = learnt(reports([0, 0xff], [100, 0xfe], [900, 0xff]))
  t.same(button, { reportId: 0, mask: [0x01], down: [0x00] })
  t.equal(button && isDown(button, { reportId: 0, bytes: [0xff] }), false)
  t.equal(button && isDown(button, { reportId: 0, bytes: [0xfe] }), true)
})

t.test('what does not say when it is let go cannot hold a transmitter', async (t) => {
  t.equal(learnt(reports([0, 0x20], [40, 0x00])), null, 'a pulse')
  t.equal(learnt(reports([0, 0x20])), null, 'a press without an end')
  t.equal(learnt([]), null)
  t.equal(learnt(reports([0, 0x00, 0x00], [900, 0xff, 0x7f])), null, 'an axis is no button')
})
