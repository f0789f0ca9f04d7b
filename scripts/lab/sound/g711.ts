/** G.711 (ITU-T G.711) and loudness, as a gateway's sound card sees them. Frames are 20 ms of 16-bit samples at 8 kHz. */

export const FRAME = 160
export const RATE = 8_000
export type Law = 'ulaw' | 'alaw'

/** Static payload types (RFC 3551 §6). */
export const PAYLOAD: Record<Law, number> = { ulaw: 0, alaw: 8 }

const toLaw: Record<Law, Uint8Array> = { ulaw: new Uint8Array(65_536), alaw: new Uint8Array(65_536) }
const fromLaw: Record<Law, Int16Array> = { ulaw: new Int16Array(256), alaw: new Int16Array(256) }

for (let code = 0; code < 256; code++) {
  const plain = ~code & 0xff
  const size = (((plain & 15) << 3) + 132) << ((plain >> 4) & 7)
  fromLaw.ulaw[code] = (plain & 0x80 ? -1 : 1) * (size - 132)
  const even = code ^ 0x55
  const segment = (even >> 4) & 7
  const mantissa = ((even & 15) << 4) + 8
  fromLaw.alaw[code] = (even & 0x80 ? 1 : -1) * (segment === 0 ? mantissa : (mantissa + 256) << (segment - 1))
}
for (let sample = -32_768; sample < 32_768; sample++) {
  const sign = sample < 0 ? 0x80 : 0
  const size = Math.min(Math.abs(sample), 32_635) + 132
  const exponent = Math.max(0, Math.floor(Math.log2(size)) - 7)
  toLaw.ulaw[sample & 0xffff] = ~(sign | (exponent << 4) | ((size >> (exponent + 3)) & 15)) & 0xff
  const plain = Math.min(sample < 0 ? ~sample : sample, 32_767) >> 4
  const segment = plain < 16 ? 0 : Math.floor(Math.log2(plain)) - 3
  const mantissa = segment < 2 ? plain & 15 : (plain >> (segment - 1)) & 15
  toLaw.alaw[sample & 0xffff] = ((sample < 0 ? 0 : 0x80) | (segment << 4) | mantissa) ^ 0x55
}

export function encode(law: Law, samples: Int16Array): Buffer {
  const table = toLaw[law]
  const bytes = Buffer.allocUnsafe(samples.length)
  // By hand: a hundred phones in one process encode 5,000 packets a second.
  for (let i = 0; i < samples.length; i++) bytes[i] = table[(samples[i] as number) & 0xffff] as number
  return bytes
}

export function decode(law: Law, bytes: Uint8Array): Int16Array {
  const table = fromLaw[law]
  return Int16Array.from(bytes, (code) => table[code] ?? 0)
}

/** Mean loudness in dB below full scale; −100 for silence. */
export function levelDb(samples: Int16Array): number {
  let sum = 0
  for (const sample of samples) sum += sample * sample
  return sum === 0 ? -100 : Math.max(-100, 10 * Math.log10(sum / samples.length / 32_768 ** 2))
}

/** Adds voices as a receiver would: what is too loud is cut. */
export function mix(frames: readonly Int16Array[]): Int16Array {
  if (frames.length === 1 && frames[0]) return frames[0]
  const sum = new Int16Array(FRAME)
  for (let i = 0; i < FRAME; i++) {
    let all = 0
    for (const frame of frames) all += frame[i] ?? 0
    sum[i] = Math.max(-32_768, Math.min(32_767, all))
  }
  return sum
}
