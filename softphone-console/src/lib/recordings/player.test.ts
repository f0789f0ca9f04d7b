import t from 'tap'
import { lane, nextSpeed, peaksOf, press } from './player.ts'

const at = { seconds: 3, length: 60, speed: 1 }

t.test('arrows move five seconds and never past an end', async (t) => {
  t.same(press('ArrowRight', at), { do: 'seek', to: 8 })
  t.same(press('ArrowLeft', at), { do: 'seek', to: 0 })
  t.same(press('ArrowRight', { ...at, seconds: 58 }), { do: 'seek', to: 60 })
})

t.test('comma slows, full stop hurries, space plays or pauses, other keys are left alone', async (t) => {
  t.same(press('Period', at), { do: 'speed', to: 1.25 })
  t.same(press('Comma', at), { do: 'speed', to: 0.75 })
  t.equal(nextSpeed(2, 1), 2)
  t.same(press('Space', at), { do: 'toggle' })
  t.equal(press('KeyA', at), null)
})

t.test('a lane draws silence as a thin line and speech as a tall one', async (t) => {
  t.equal(lane([0, 1], 6, 18, 16), 'M1.5 17.5V18.5M4.5 2V34')
  t.equal(lane([], 600, 18, 16), '')
})

t.test('long recordings keep their loudest moments when drawn small', async (t) => {
  const peaks = Array.from({ length: 1000 }, (_, i) => (i === 500 ? 1 : 0))
  t.match(lane(peaks, 30, 18, 16), 'V34')
})

t.test('the left voice is the caller, the right everyone else', async (t) => {
  t.same(peaksOf({ left: [255, 0], right: [0, 51] }), { caller: [1, 0], agent: [0, 0.2] })
})
