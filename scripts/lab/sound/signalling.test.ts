import t from 'tap'
import { makeDtmf } from '../../../server/radio/hearing/tones/dtmf.ts'
import { makeFiveTone } from '../../../server/radio/hearing/tones/five-tone.ts'
import { makeMdc1200 } from '../../../server/radio/hearing/tones/mdc1200.ts'
import { DigitEar } from '../gateways/digit-ear.ts'
import { emergencySlots, identSlots, type Slot, slots } from '../gateways/handheld.ts'
import { type GatewayProfile, PROFILE_DEFAULTS } from '../gateways/profile.ts'
import { decode, encode, type Law, levelDb } from './g711.ts'
import { dtmf, fiveTone, mdc1200, silence } from './signalling.ts'

/** What the desk hears of it, after the telephone's eight bits. */
const overTheWire = (sound: readonly Slot[], law: Law = 'ulaw') =>
  [...slots(silence(200)), ...sound, ...slots(silence(300))].map((slot) =>
    slot instanceof Int16Array ? decode(law, encode(law, slot)) : new Int16Array(160),
  )
const profile = (but: Partial<GatewayProfile>): GatewayProfile => ({ ...PROFILE_DEFAULTS, ...but })

t.test("the desk's own ear knows what handhelds send", async (t) => {
  const digits = overTheWire(slots(dtmf('0123456789*#ABCD')))
    .map(makeDtmf())
    .join('')
  t.equal(digits, '0123456789*#ABCD')
  for (const scheme of ['zvei1', 'ccir'] as const)
    t.same(overTheWire(slots(fiveTone(scheme, '21007'))).flatMap(makeFiveTone(scheme).hear), ['21007'], scheme)
  for (const law of ['ulaw', 'alaw'] as const)
    t.match(
      overTheWire(slots(mdc1200(0x01, 0x80, 0x1007)), law).flatMap(makeMdc1200()),
      [{ opcode: 1, argument: 0x80, unit: '1007' }],
      law,
    )
})

t.test('handheld 07 says who it is, and that it is in danger, by the scheme of its channel', async (t) => {
  const said = (sound: Slot[]) => overTheWire(sound).map(makeDtmf()).join('')
  t.equal(said(identSlots(profile({ ident: 'dtmf' }), '07')), '1007')
  t.equal(said(emergencySlots(profile({ ident: 'dtmf' }), '07')), '7007')
  const burst = (sound: Slot[]) => overTheWire(sound).flatMap(makeMdc1200())
  t.match(burst(identSlots(profile({ ident: 'mdc1200' }), '12')), [{ opcode: 1, unit: '1012' }])
  t.match(burst(emergencySlots(profile({ ident: 'mdc1200' }), '12')), [{ opcode: 0, argument: 0x80, unit: '1012' }])
  t.same(identSlots(profile({ ident: 'none' }), '07'), [])
})

t.test('a gateway that is keyed by digits hears them in the sound, each once', async (t) => {
  const ear = new DigitEar()
  t.equal(
    overTheWire(slots(dtmf('*1*0')))
      .map((frame) => ear.hear(frame) ?? '')
      .join(''),
    '*1*0',
  )
})

t.test('both laws of G.711 give back what they were given, within their steps', async (t) => {
  for (const law of ['ulaw', 'alaw'] as const) {
    const samples = Int16Array.from({ length: 160 }, (_, i) => Math.round(20_000 * Math.sin(i / 3)) >> (i % 9))
    for (const [i, back] of decode(law, encode(law, samples)).entries()) {
      const said = samples[i] ?? 0
      if (Math.abs(back - said) > Math.max(24, Math.abs(said) / 16)) t.fail(`${law}: ${said} came back as ${back}`)
    }
  }
  t.equal(encode('ulaw', new Int16Array(1))[0], 0xff, 'silence, as every telephone says it')
  t.equal(encode('alaw', new Int16Array(1))[0], 0xd5)
  t.equal(Math.round(levelDb(new Int16Array(160).fill(32_767))), 0)
})
