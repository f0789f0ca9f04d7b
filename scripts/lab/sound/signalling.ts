/** What handhelds send besides voice, as 16-bit samples at 8 kHz: DTMF, 5-tone, MDC-1200. Pure; for tests and the simulator. */
import { crc, SYNC } from '../../../server/radio/hearing/tones/mdc1200.ts'
import { RATE } from './g711.ts'

/** The keys of a telephone, and the tones of their rows and columns (ITU-T Q.23). */
export const KEYS = ['123A', '456B', '789C', '*0#D']
export const ROWS = [697, 770, 852, 941]
export const COLUMNS = [1209, 1336, 1477, 1633]

export const silence = (ms: number): Int16Array => new Int16Array(Math.round((ms * RATE) / 1_000))

/** Several tones at once, each with the same peak; the ends are rounded over 2 ms so that they do not click. */
function chord(hertz: readonly number[], ms: number, peak: number): Int16Array {
  const length = Math.round((ms * RATE) / 1_000)
  return Int16Array.from({ length }, (_, i) => {
    const edge = Math.min(1, (Math.min(i, length - 1 - i) + 1) / 16)
    return Math.round(edge * hertz.reduce((sum, one) => sum + peak * Math.sin((2 * Math.PI * one * i) / RATE), 0))
  })
}

export function joined(parts: readonly Int16Array[]): Int16Array {
  const all = new Int16Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

/** Keys of a telephone (ITU-T Q.23). @throws for a character that is no key. */
export function dtmf(digits: string, onMs = 80, offMs = 60, peak = 7_000): Int16Array {
  return joined(
    [...digits.toUpperCase()].flatMap((digit) => {
      const row = KEYS.findIndex((keys) => keys.includes(digit))
      const hertz = [ROWS[row], COLUMNS[KEYS[row]?.indexOf(digit) ?? -1]]
      if (hertz[0] === undefined || hertz[1] === undefined) throw new Error(`no such key: ${digit}`)
      return [chord([hertz[0], hertz[1]], onMs, peak), silence(offMs)]
    }),
  )
}

export type FiveTone = 'zvei1' | 'ccir'
/** Hertz of 0 to 9 and A to E; E repeats the tone before it. */
const FIVE_TONE: Record<FiveTone, { ms: number; hertz: readonly number[] }> = {
  zvei1: {
    ms: 70,
    hertz: [2400, 1060, 1160, 1270, 1400, 1530, 1670, 1830, 2000, 2200, 2800, 810, 970, 885, 2600],
  },
  ccir: {
    ms: 100,
    hertz: [1981, 1124, 1197, 1275, 1358, 1446, 1540, 1640, 1747, 1860, 2400, 930, 2247, 991, 2110],
  },
}

/** A selective call; of two equal digits the second is sent as the repeat tone. @throws for what is no digit of the scheme. */
export function fiveTone(scheme: FiveTone, digits: string, peak = 9_000): Int16Array {
  const { ms, hertz } = FIVE_TONE[scheme]
  let before = ''
  return joined(
    [...digits.toUpperCase()].map((digit) => {
      const sent = digit === before ? 'E' : digit
      before = sent
      const tone = hertz[Number.parseInt(sent, 16)]
      if (tone === undefined) throw new Error(`no such tone: ${digit}`)
      return chord([tone], ms, peak)
    }),
  )
}

/** MDC-1200 operations (op, argument). */
export const PTT_ID = { op: 0x01, arg: 0x80 }
export const EMERGENCY = { op: 0x00, arg: 0x80 }

/** One MDC-1200 packet as a handheld sends it. */
export const mdc1200 = (op: number, arg: number, unit: number, peak = 9_000): Int16Array =>
  Int16Array.from(msk(mdcBits(op, arg, unit)), (value) => Math.round(peak * value))

/**
 * The bits of one MDC-1200 packet: 7 bytes of preamble, the 40-bit sync word, then operation, argument, unit and check sum
 * (CRC-16 of X.25, both bytes low first) with a convolutional code of rate 1/2 behind them, the 112 bits interleaved 16 × 7.
 */
export function mdcBits(op: number, arg: number, unit: number): number[] {
  const data = [op & 0xff, arg & 0xff, (unit >> 8) & 0xff, unit & 0xff]
  const check = crc(data)
  const plain = [...data, check & 0xff, check >> 8, 0].flatMap((byte) => range(8).map((bit) => (byte >> bit) & 1))
  // The code's taps: this bit, and those two, five and six before it.
  const parity = plain.map((bit, i) => bit ^ (plain[i - 2] ?? 0) ^ (plain[i - 5] ?? 0) ^ (plain[i - 6] ?? 0))
  const sent: number[] = new Array(112).fill(0)
  for (const [i, bit] of [...plain, ...parity].entries()) sent[(i % 7) * 16 + Math.floor(i / 7)] = bit
  const leader = [0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, ...SYNC]
  return [...leader.flatMap((byte) => range(8).map((bit) => (byte >> (7 - bit)) & 1)), ...sent]
}

/**
 * Bits as sound, -1…1: 1200 bit/s, a bit unlike the one before is 1½ turns of 1800 Hz, a like one a turn of 1200 Hz, phase
 * unbroken. `phase` is that of the first sample, in turns.
 */
export function msk(bits: readonly number[], phase = 0): number[] {
  // Whole and half turns by the bit, not by the sample: 6⅔ samples a bit would let the phase wander off.
  const turnsOf = (at: number) => (bits[at] !== (bits[at - 1] ?? 0) ? 1.5 : 1)
  let edge = phase
  let last = 0
  return Array.from({ length: Math.ceil((bits.length * RATE) / 1_200) }, (_, i) => {
    const bit = (i * 1_200) / RATE
    const at = Math.floor(bit)
    if (at > last) edge += turnsOf(last)
    last = at
    return Math.sin(2 * Math.PI * (edge + turnsOf(at) * (bit - at)))
  })
}

const range = (length: number): number[] => Array.from({ length }, (_, i) => i)
