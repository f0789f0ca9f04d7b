/** Speech as samples: read from WAV files, brought to the 8 kHz of the air, put together, written. Pure. */

export const RATE = 8_000

/** @throws when the bytes are no 16-bit PCM WAV. Several channels become one. */
export function readWav(wav: Buffer): { rate: number; samples: Float32Array } {
  const fmt = wav.indexOf('fmt ')
  const data = wav.indexOf('data')
  const isPcm = fmt > 0 && [1, 0xfffe].includes(wav.readUInt16LE(fmt + 8)) && wav.readUInt16LE(fmt + 22) === 16
  if (wav.toString('latin1', 0, 4) !== 'RIFF' || data < 0 || !isPcm) throw new Error('not a 16-bit PCM WAV file')
  const channels = wav.readUInt16LE(fmt + 10)
  const from = data + 8
  // A program that wrote to a pipe did not know the length.
  const bytes = Math.min(wav.length - from, wav.readUInt32LE(data + 4) || wav.length)
  const samples = Float32Array.from({ length: Math.floor(bytes / (2 * channels)) }, (_, frame) => {
    let sum = 0
    for (let channel = 0; channel < channels; channel++) sum += wav.readInt16LE(from + 2 * (frame * channels + channel))
    return sum / channels
  })
  return { rate: wav.readUInt32LE(fmt + 12), samples }
}

const HALF_TAPS = 24
const PASS_HZ = 3_600

/** To 8 kHz by a windowed sinc, so that s and sh stay apart and nothing folds back as a whistle. */
export function toAir({ rate, samples }: { rate: number; samples: Float32Array }): Float32Array {
  if (rate === RATE) return samples
  const step = rate / RATE
  const cut = Math.min(PASS_HZ, rate / 2.2) / rate
  const reach = Math.ceil(HALF_TAPS * Math.max(1, step))
  return Float32Array.from({ length: Math.floor(samples.length / step) }, (_, i) => {
    const middle = i * step
    let sum = 0
    let weight = 0
    for (let at = Math.ceil(middle - reach); at <= middle + reach; at++) {
      const x = at - middle
      const sinc = x === 0 ? 2 * cut : Math.sin(2 * Math.PI * cut * x) / (Math.PI * x)
      const tap = sinc * (0.5 + 0.5 * Math.cos((Math.PI * x) / reach))
      weight += tap
      sum += tap * (samples[at] ?? 0)
    }
    return sum / weight
  })
}

export const silence = (ms: number): Float32Array => new Float32Array(Math.round((ms * RATE) / 1_000))

/** As loud as speech on the air should be, whoever recorded it; silence stays silence. */
export function levelled(samples: Float32Array): Float32Array {
  let peak = 0
  for (const sample of samples) peak = Math.max(peak, Math.abs(sample))
  if (peak < 200) return samples
  return samples.map((sample) => (sample * 20_000) / peak)
}

export function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

/** 16-bit mono at 8 kHz, as Asterisk plays it. */
export function airWav(samples: Float32Array): Buffer {
  const wav = Buffer.alloc(44 + samples.length * 2)
  wav.write('RIFF', 0)
  wav.writeUInt32LE(36 + samples.length * 2, 4)
  wav.write('WAVEfmt ', 8)
  wav.writeUInt32LE(16, 16)
  wav.writeUInt16LE(1, 20)
  wav.writeUInt16LE(1, 22)
  wav.writeUInt32LE(RATE, 24)
  wav.writeUInt32LE(RATE * 2, 28)
  wav.writeUInt16LE(2, 32)
  wav.writeUInt16LE(16, 34)
  wav.write('data', 36)
  wav.writeUInt32LE(samples.length * 2, 40)
  for (const [i, sample] of samples.entries())
    wav.writeInt16LE(Math.max(-32_768, Math.min(32_767, Math.round(sample))), 44 + 2 * i)
  return wav
}
