import t from 'tap'
import { babble, dice, frames, mdc, mdcBits, mixed, noise, silence, tone } from '../../../test/radio/tones.ts'
import { makeDtmf } from './dtmf.ts'
import { makeFiveTone } from './five-tone.ts'
import { crc, makeMdc1200 } from './mdc1200.ts'

const LOW = [697, 770, 852, 941]
const HIGH = [1209, 1336, 1477, 1633]
const dtmf = (digits: string, ms = 80, gapMs = 60, level = 0.2) =>
  [...digits].flatMap((digit) => {
    const at = '123A456B789C*0#D'.indexOf(digit)
    return [...tone([LOW[at >> 2] ?? 0, HIGH[at & 3] ?? 0], ms, level), ...silence(gapMs)]
  })
const ZVEI = [2400, 1060, 1160, 1270, 1400, 1530, 1670, 1830, 2000, 2200, 2800, 810, 970, 886, 2600]
const CCIR = [1981, 1124, 1197, 1275, 1358, 1446, 1540, 1640, 1747, 1860, 2400, 930, 2247, 991, 2110]
const fiveTone = (tones: number[], call: string, ms: number, off = 1) =>
  [...call].flatMap((name) => tone([(tones['0123456789ABCDE'.indexOf(name)] ?? 0) * off], ms, 0.3))
const around = (sound: number[]) => [...silence(300), ...sound, ...silence(300)]

const digitsOf = (sound: number[]) => frames(sound).map(makeDtmf()).join('')
const callsOf = (sound: number[], scheme: 'zvei1' | 'ccir') => frames(sound).flatMap(makeFiveTone(scheme).hear)
const burstsOf = (sound: number[]) =>
  frames(sound)
    .flatMap(makeMdc1200())
    .map(({ opcode, argument, unit }) => `${opcode} ${argument} ${unit}`)
/** Noise this many decibels below a sound of the given root mean square. */
const under = (sound: number[], rms: number, db: number, seed: number) =>
  mixed(sound, noise(sound.length, rms / 10 ** (db / 20), seed))

t.test('every touch tone is heard once, fast or slow, twisted or in noise', async (t) => {
  const all = '123A456B789C*0#D'
  t.equal(digitsOf(around(dtmf(all))), all)
  t.equal(digitsOf(around(dtmf(all, 60, 40))), all)
  t.equal(digitsOf(around(dtmf(all, 400, 200))), all, 'a long one is still one')
  t.equal(digitsOf(around(dtmf('1177', 80, 60))), '1177', 'and the same one twice is two')
  t.equal(digitsOf(under(around(dtmf(all)), 0.2, 10, 3)), all, '10 dB above the noise')
  const weakHigh = [...tone([697], 80, 0.3)].map((value, i) => value + (tone([1336], 80, 0.12)[i] ?? 0))
  t.equal(digitsOf(around(weakHigh)), '2', 'the upper tone 8 dB weaker')
})

t.test('a tone of 30 ms or one tone alone is no digit', async (t) => {
  t.equal(digitsOf(around(dtmf('123', 30))), '')
  t.equal(digitsOf(around(tone([697], 500))), '')
})

t.test(
  'five-tone calls are heard in both schemes, with repeats, a long first tone and tones a little off',
  async (t) => {
    t.same(callsOf(around(fiveTone(ZVEI, '12345', 70)), 'zvei1'), ['12345'])
    t.same(callsOf(around(fiveTone(CCIR, '90817', 100)), 'ccir'), ['90817'])
    t.same(callsOf(around(fiveTone(ZVEI, '1E2E3', 70)), 'zvei1'), ['11223'])
    t.same(callsOf(around(fiveTone(ZVEI, '12345', 70, 1.004)), 'zvei1'), ['12345'])
    t.same(callsOf(around([...fiveTone(ZVEI, '1', 700), ...fiveTone(ZVEI, '2345', 70)]), 'zvei1'), ['12345'])
    t.same(callsOf(under(around(fiveTone(ZVEI, '67890', 70)), 0.2, 12, 5), 'zvei1'), ['67890'], '12 dB above the noise')
    t.same(callsOf(under(around(fiveTone(CCIR, '67890', 100)), 0.2, 12, 5), 'ccir'), ['67890'])
  },
)

t.test('four tones, six tones and a call with a gap are no call', async (t) => {
  t.same(callsOf(around(fiveTone(ZVEI, '1234', 70)), 'zvei1'), [])
  t.same(callsOf(around(fiveTone(ZVEI, '123456', 70)), 'zvei1'), [])
  t.same(callsOf(around([...fiveTone(ZVEI, '123', 70), ...silence(100), ...fiveTone(ZVEI, '45', 70)]), 'zvei1'), [])
  t.same(callsOf(around(fiveTone(ZVEI, '12345', 200)), 'zvei1'), [])
})

t.test('an MDC-1200 burst tells its radio, whatever the phase and where the bits fall', async (t) => {
  t.equal(crc([0x01, 0x80, 0x12, 0x34]), 0x3e2e, 'the sum radios in the field compute')
  for (let turn = 0; turn < 16; turn += 1) {
    const burst = mdc(mdcBits(1, 0x80, 0x1207 + turn), 0.25, turn / 16)
    const unit = (0x1207 + turn).toString(16).toUpperCase().padStart(4, '0')
    t.same(burstsOf([...silence(100), ...new Array(turn).fill(0), ...burst, ...silence(100)]), [`1 128 ${unit}`])
  }
  const upsideDown = mdc(mdcBits(0, 0x80, 0xabcd)).map((value) => -value)
  t.same(burstsOf(around(upsideDown)), ['0 128 ABCD'])
})

t.test('MDC-1200 is heard in noise, and through a radio’s emphasis', async (t) => {
  let heard = 0
  for (let i = 0; i < 40; i += 1) {
    const burst = around(mdc(mdcBits(1, 0, 0x2000 + i), 0.25, i / 40))
    if (burstsOf(under(burst, 0.177, 10, i + 1))[0] === `1 0 ${(0x2000 + i).toString(16).toUpperCase()}`) heard += 1
  }
  t.ok(heard >= 38, `${heard} of 40 at 10 dB`)
  const emphasised = around(mdc(mdcBits(1, 0, 0x0107))).map((value, i, all) => value - 0.9 * (all[i - 1] ?? 0))
  t.same(burstsOf(emphasised), ['1 0 0107'])
})

t.test('a burst with a wrong bit in it is mended, one with many is not believed', async (t) => {
  const bits = mdcBits(1, 0x80, 0x0707)
  const broken = (count: number) =>
    bits.map((bit, i) =>
      i >= 120 && (i - 120) % Math.floor(80 / count) === 0 && (i - 120) / Math.floor(80 / count) < count
        ? 1 - bit
        : bit,
    )
  t.same(burstsOf(around(mdc(broken(1)))), ['1 128 0707'])
  t.same(burstsOf(around(mdc(broken(20)))), [])
})

t.test('in speech and in noise nobody is named, ever', async (t) => {
  const roll = dice(11)
  let named = 0
  for (let piece = 0; piece < 6; piece += 1) {
    const talk = babble(12, 100 + piece)
    const loud = roll() * 0.5
    const sounds = [
      talk,
      noise(12 * 8_000, 0.02 + loud, 200 + piece),
      mixed(talk, noise(talk.length, 0.03, 300 + piece)),
    ]
    for (const sound of sounds) {
      named += digitsOf(sound).length
      named += callsOf(sound, 'zvei1').length + callsOf(sound, 'ccir').length + burstsOf(sound).length
    }
  }
  t.equal(named, 0, 'in three and a half minutes')
})
