import t from 'tap'
import { makeEar } from './ear.ts'
import { DEFAULT_PROFILE, type GatewayProfile } from './profile.ts'
import { frames, mdc, mdcBits, silence, tone } from './tones/made.ts'

/** What is understood of a sound in which the tap has put 20 ms of zeros before each of these frames. */
function codes(sound: number[], holes: number[], but: Partial<GatewayProfile>): string[] {
  const ear = makeEar({ ...DEFAULT_PROFILE, ...but }, 0)
  const heard = frames(sound).flatMap((frame, i) => (holes.includes(i) ? [new Int16Array(160), frame] : [frame]))
  return heard.flatMap((frame, i) =>
    ear.frame(i * 20, frame).flatMap((one) => (one.type === 'code' ? [`${one.raw}${one.emergency ? '!' : ''}`] : [])),
  )
}

t.test('a burst is understood wherever the tap was late and filled in silence', async (t) => {
  const talks = [...mdc(mdcBits(1, 0x80, 0x1007)), ...tone([500], 200, 0.2)]
  const cries = [...mdc(mdcBits(0, 0x80, 0x1007)), ...silence(100)]
  for (let hole = 0; hole < 8; hole++) {
    t.same(codes(talks, [hole], { idScheme: 'mdc1200' }), ['1007'], `talking, late before frame ${hole}`)
    t.same(codes(cries, [hole, hole + 3], { idScheme: 'mdc1200' }), ['1007!'], `in danger, late twice from ${hole}`)
  }
})
