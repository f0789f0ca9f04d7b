/** Any plain WAV, or a tone, as the 8 kHz mono 16-bit WAV that Asterisk plays. */
import { BYTES_PER_SAMPLE, RATE, wavHeader } from '../../../recordings/wav.ts'

/** @throws for a file that is not 16-bit PCM WAV. */
export function asWav8k(source: Buffer | { hertz: number; seconds: number }): Buffer {
  const samples = Buffer.isBuffer(source) ? resampled(source) : sine(source.hertz, source.seconds)
  const sound = Buffer.alloc(samples.length * BYTES_PER_SAMPLE)
  for (const [i, sample] of samples.entries())
    sound.writeInt16LE(Math.max(-32_768, Math.min(32_767, Math.round(sample))), BYTES_PER_SAMPLE * i)
  return Buffer.concat([wavHeader(sound.length, 1), sound])
}

function sine(hertz: number, seconds: number): number[] {
  const step = (2 * Math.PI * hertz) / RATE
  return Array.from({ length: seconds * RATE }, (_, i) => 9_000 * Math.sin(step * i))
}

/** Each new sample is the mean of the old ones it covers: good enough for speech, and free of whistles. */
function resampled(wav: Buffer): number[] {
  const fmt = wav.indexOf('fmt ')
  const data = wav.indexOf('data')
  const [format, bits] = fmt < 0 ? [0, 0] : [wav.readUInt16LE(fmt + 8), wav.readUInt16LE(fmt + 22)]
  if (wav.toString('latin1', 0, 4) !== 'RIFF' || data < 0 || (format !== 1 && format !== 0xfffe) || bits !== 16)
    throw new Error('not a 16-bit PCM WAV file')
  const channels = wav.readUInt16LE(fmt + 10)
  const step = wav.readUInt32LE(fmt + 12) / RATE
  const from = data + 8
  const frames = Math.floor((Math.min(wav.length, from + wav.readUInt32LE(data + 4)) - from) / (2 * channels))
  const old = (frame: number) => wav.readInt16LE(from + 2 * channels * Math.min(frame, frames - 1))
  return Array.from({ length: Math.floor(frames / step) }, (_, i) => {
    const [first, last] = [Math.floor(i * step), Math.max(Math.floor(i * step) + 1, Math.floor((i + 1) * step))]
    let sum = 0
    for (let frame = first; frame < last; frame++) sum += old(frame)
    return sum / (last - first)
  })
}
