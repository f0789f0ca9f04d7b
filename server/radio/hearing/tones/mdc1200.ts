/**
 * MDC-1200: a burst of 1,200 bits a second that says which radio speaks. MSK on 1,200 and 1,800 Hz; the bit is the sign of
 * the 1,500 Hz carrier at the bit's edge, so it is found by a coherent filter over two bits. Neither edge nor phase is known,
 * so all of a few are tried at once until one finds the sync word and a block whose CRC holds.
 *
 *   bits ──▶ sync 0x07092A446F (or its complement), at most 3 wrong ──▶ 112 bits ──▶ 16×7 rows back into order
 *        ──▶ one wrong bit in a stretch mended by the parity bytes ──▶ CRC-16 ──▶ opcode, argument, unit
 */
import { RATE } from './tone.ts'

export type MdcBurst = {
  opcode: number
  argument: number
  /** four hexadecimal digits, as radios are programmed */
  unit: string
}

export const SYNC = [0x07, 0x09, 0x2a, 0x44, 0x6f] as const
const SYNC_HIGH = 0x07
const SYNC_LOW = 0x092a446f
const SYNC_WRONG = 3
const BLOCK_BITS = 112

/** A bit is 20/3 samples; edges are looked for at thirds of a sample. */
const BIT_THIRDS = 20
const THIRDS = 3
/** Every second third: 10 places for the edge, each at most a twentieth of a bit off. */
const PLACES = 10
const PHASES = 4
const REACH = 7
const KEPT = 32

/** The filter around an edge that lies `third` thirds after a sample: half a cosine of two bits on the carrier. */
const FILTERS = Array.from({ length: THIRDS }, (_, third) =>
  Array.from({ length: 2 * REACH + 1 }, (_, i) => {
    const t = i - REACH - third / THIRDS
    const half = (Math.PI * t * THIRDS) / (2 * BIT_THIRDS)
    const weight = Math.abs(half) < Math.PI / 2 ? Math.cos(half) : 0
    const angle = (2 * Math.PI * 1_500 * t) / RATE
    return { re: weight * Math.cos(angle), im: -weight * Math.sin(angle) }
  }),
)
const TURNS = Array.from({ length: PHASES }, (_, i) => {
  const angle = (Math.PI * i) / PHASES
  return { re: Math.cos(angle), im: Math.sin(angle) }
})

/** One guess of where the edge is and which phase the carrier has. */
type Guess = { high: number; low: number; block: number[] | null; inverted: boolean }

/** Hears frame after frame; answers the bursts that ended in it. */
export function makeMdc1200(): (frame: Int16Array) => MdcBurst[] {
  const guesses: Guess[] = Array.from({ length: PLACES * PHASES }, () => ({
    high: 0,
    low: 0,
    block: null,
    inverted: false,
  }))
  const kept = new Float32Array(KEPT)
  let count = 0
  /** the next edge of each place, in thirds of a sample since the beginning */
  const edges = Array.from({ length: PLACES }, (_, place) => REACH * THIRDS + (place * BIT_THIRDS) / PLACES)
  let deafUntil = 0

  function hear(bursts: MdcBurst[]): void {
    // The newest edge whose filter is filled now.
    const whole = count - 1 - REACH
    edges.forEach((edge, place) => {
      const sample = Math.floor(edge / THIRDS)
      if (sample > whole) return
      edges[place] = edge + BIT_THIRDS
      const { re, im } = correlate(sample, edge % THIRDS)
      TURNS.forEach((turn, phase) => {
        const guess = guesses[place * PHASES + phase] as Guess
        const burst = shift(guess, re * turn.re + im * turn.im > 0 ? 1 : 0)
        // All guesses that are near enough hear the same burst.
        if (!burst || count < deafUntil) return
        deafUntil = count + RATE / 20
        bursts.push(burst)
      })
    })
  }

  function correlate(sample: number, third: number): { re: number; im: number } {
    const filter = FILTERS[third] as { re: number; im: number }[]
    let re = 0
    let im = 0
    for (let i = 0; i <= 2 * REACH; i += 1) {
      const value = kept[(sample - REACH + i) % KEPT] as number
      const tap = filter[i] as { re: number; im: number }
      re += value * tap.re
      im += value * tap.im
    }
    return { re, im }
  }

  return (frame) => {
    const bursts: MdcBurst[] = []
    for (const sample of frame) {
      kept[count % KEPT] = sample
      count += 1
      if (count > 2 * REACH) hear(bursts)
    }
    return bursts
  }
}

const wrongBits = (bits: number): number => {
  let count = 0
  for (let left = bits >>> 0; left !== 0; left = (left & (left - 1)) >>> 0) count += 1
  return count
}

/** Takes one more bit; a burst when a block is complete and true. */
function shift(guess: Guess, bit: number): MdcBurst | undefined {
  guess.high = ((guess.high << 1) | (guess.low >>> 31)) & 0xff
  guess.low = ((guess.low << 1) | bit) >>> 0
  const wrong = wrongBits(guess.high ^ SYNC_HIGH) + wrongBits(guess.low ^ SYNC_LOW)
  if (wrong <= SYNC_WRONG || wrong >= 40 - SYNC_WRONG) {
    guess.block = []
    guess.inverted = wrong > SYNC_WRONG
    return undefined
  }
  if (!guess.block) return undefined
  guess.block.push(guess.inverted ? 1 - bit : bit)
  if (guess.block.length < BLOCK_BITS) return undefined
  const bytes = mend(unpack(guess.block))
  guess.block = null
  return read(bytes)
}

/** Sent by columns of a 16×7 table, lowest bit of a byte first. */
function unpack(bits: readonly number[]): number[] {
  const bytes = new Array<number>(14).fill(0)
  for (let i = 0; i < BLOCK_BITS; i += 1) {
    const bit = bits[(i % 7) * 16 + Math.floor(i / 7)] as number
    bytes[i >> 3] = (bytes[i >> 3] as number) | (bit << (i & 7))
  }
  return bytes
}

/** The parity of data bits 0, 2, 5 and 6 back. */
const parity = (bits: readonly number[], at: number): number =>
  (at_(bits, at) ^ at_(bits, at - 2) ^ at_(bits, at - 5) ^ at_(bits, at - 6)) & 1
const at_ = (bits: readonly number[], at: number): number => bits[at] ?? 0

/** A data bit is wrong when three or four of the parities it stands in are. */
function mend(bytes: readonly number[]): number[] {
  const bits = bytes.flatMap((byte) => Array.from({ length: 8 }, (_, i) => (byte >> i) & 1))
  const data = bits.slice(0, 56)
  for (let i = 0; i < 56; i += 1) {
    const broken = [0, 2, 5, 6].filter((back) => i + back < 56 && parity(data, i + back) !== bits[56 + i + back])
    if (broken.length >= 3) data[i] = 1 - (data[i] as number)
  }
  return Array.from({ length: 7 }, (_, byte) =>
    data.slice(byte * 8, byte * 8 + 8).reduce((sum, bit, i) => sum | (bit << i), 0),
  )
}

function read(bytes: readonly number[]): MdcBurst | undefined {
  const [opcode = 0, argument = 0, high = 0, low = 0, crcLow = 0, crcHigh = 0, pad] = bytes
  if (pad !== 0 || crc([opcode, argument, high, low]) !== (crcLow | (crcHigh << 8))) return undefined
  const unit = ((high << 8) | low).toString(16).toUpperCase().padStart(4, '0')
  return { opcode, argument, unit }
}

/** CRC-16 of CCITT, reflected and complemented. */
export function crc(bytes: readonly number[]): number {
  let sum = 0
  for (const byte of bytes) {
    sum ^= byte
    for (let i = 0; i < 8; i += 1) sum = sum & 1 ? (sum >> 1) ^ 0x8408 : sum >> 1
  }
  return sum ^ 0xffff
}

export type MdcMeaning = 'ptt' | 'emergency' | 'other'
/** What a burst says, of what a desk needs: who begins or ends to speak, and who is in danger. */
export const meaningOf = ({ opcode }: MdcBurst): MdcMeaning =>
  opcode === 0x01 ? 'ptt' : opcode === 0x00 ? 'emergency' : 'other'
