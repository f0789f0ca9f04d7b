import t from 'tap'
import { frames, mdc, mdcBits, silence, tone } from '../../test/radio/tones.ts'
import { DEFAULT_PROFILE, type GatewayProfile } from '../ports/profile.ts'
import { makeEar } from './ear.ts'

type But = Partial<GatewayProfile>
/** Each 20 ms with when it came. */
type Told = [at: number, frame: Int16Array]

/** 20 ms after 20 ms, with so many frames of zeros filled in before some. */
const filled = (sound: number[], holes: Record<number, number>): Told[] =>
  frames(sound)
    .flatMap((frame, i) => [...Array.from({ length: holes[i] ?? 0 }, () => new Int16Array(160)), frame])
    .map((frame, i) => [i * 20, frame])

/** What is understood of it: codes (`!`: in danger) and digits, until nothing came for seconds. */
function understood(told: Told[], but: But): string[] {
  const ear = makeEar({ ...DEFAULT_PROFILE, ...but }, 0)
  const heard = told.flatMap(([at, frame]) => [...ear.pass(at), ...ear.frame(at, frame)])
  return [...heard, ...ear.pass((told.at(-1)?.[0] ?? 0) + 5_000)].flatMap((one) =>
    one.type === 'code' ? [`${one.raw}${one.emergency ? '!' : ''}`] : one.type === 'digits' ? [one.digits] : [],
  )
}

const LOW = [697, 770, 852, 941]
const HIGH = [1209, 1336, 1477, 1633]
const keys = (digits: string) =>
  [...digits].flatMap((digit) => {
    const at = '123A456B789C*0#D'.indexOf(digit)
    return [...tone([LOW[at >> 2] ?? 0, HIGH[at & 3] ?? 0], 80, 0.2), ...silence(60)]
  })
const ZVEI = [2400, 1060, 1160, 1270, 1400, 1530, 1670, 1830, 2000, 2200, 2800, 810, 970, 886, 2600]
const call = (names: string) =>
  [...names].flatMap((name) => tone([ZVEI['0123456789ABCDE'.indexOf(name)] ?? 0], 70, 0.3))

t.test('a burst is understood wherever the exchange filled in silence', async (t) => {
  const talks = [...mdc(mdcBits(1, 0x80, 0x1007)), ...tone([500], 200, 0.2)]
  const cries = [...mdc(mdcBits(0, 0x80, 0x1007)), ...silence(100)]
  for (let hole = 0; hole < 8; hole++) {
    t.same(understood(filled(talks, { [hole]: 1 }), { idScheme: 'mdc1200' }), ['1007'], `talking, late before ${hole}`)
    t.same(
      understood(filled(cries, { [hole]: 1, [hole + 3]: 20 }), { idScheme: 'mdc1200' }),
      ['1007!'],
      `in danger, late before ${hole} and for long before ${hole + 3}`,
    )
  }
})

t.test('five tones are one call wherever the exchange filled in silence, and end with it', async (t) => {
  t.same(understood(filled([...silence(40), ...call('210E2'), ...silence(600)], {}), { idScheme: '5tone' }), ['21002'])
  for (let hole = 1; hole < 17; hole++)
    for (const long of [1, 4, 20])
      t.same(
        understood(filled([...silence(40), ...call('210E2'), ...silence(600)], { [hole + 2]: long }), {
          idScheme: '5tone',
        }),
        ['21002'],
        `${long} frames before frame ${hole}`,
      )
  t.same(understood(filled([...call('9E0E2'), ...silence(600)], {}), { idScheme: '5tone' }), ['99002!'], 'in danger')
  t.same(understood(filled([...call('210E2'), ...silence(600)], {}), { idScheme: '5tone', fiveToneEmergency: '21' }), [
    '21002!',
  ])
  t.same(
    understood(filled([...call('210'), ...silence(1_200), ...call('E2'), ...silence(600)], {}), { idScheme: '5tone' }),
    [],
    'two parts of two calls are none',
  )
})

t.test('touch tones are the same digits wherever the exchange filled in silence', async (t) => {
  for (const digits of ['1002', '7002', '1122'])
    for (let hole = 1; hole < 28; hole++)
      for (const long of [1, 2, 10])
        t.same(
          understood(filled([...silence(40), ...keys(digits), ...silence(200)], { [hole + 2]: long }), {
            idScheme: 'dtmf',
          }),
          [digits],
          `${digits}, ${long} frames before frame ${hole}`,
        )
})
