/** Who is heard, proven by content: one pure tone for each speaker, found again by Goertzel's filter. */
import { readFile } from 'node:fs/promises'

/** Loudness of one frequency in 8 kHz samples (-1…1): 1 is a full-scale sine. */
export function loudness(samples: Float32Array, hertz: number, rate = 8_000): number {
  const turn = 2 * Math.cos((2 * Math.PI * hertz) / rate)
  let last = 0
  let before = 0
  for (const sample of samples) {
    const now = sample + turn * last - before
    before = last
    last = now
  }
  const power = last * last + before * before - turn * last * before
  return Math.sqrt(Math.max(0, power)) / (samples.length / 2)
}

/** Which of these tones are present, loudest first. */
export function tonesIn(samples: Float32Array, among: number[], over = 0.03): number[] {
  if (samples.length < 400) return []
  return among
    .map((hertz) => ({ hertz, loud: loudness(samples, hertz) }))
    .filter(({ loud }) => loud > over)
    .sort((a, b) => b.loud - a.loud)
    .map(({ hertz }) => hertz)
}

/** Samples of a 16-bit mono WAV; a header that a killed Asterisk left at zero counts as "to the end of the file". */
export async function readWav(file: string): Promise<Float32Array> {
  const bytes = await readFile(file)
  const at = bytes.indexOf('data') + 8
  const told = bytes.readUInt32LE(at - 4)
  const end = told === 0 ? bytes.length : Math.min(bytes.length, at + told)
  const samples = new Float32Array((end - at) >> 1)
  for (let i = 0; i < samples.length; i++) samples[i] = bytes.readInt16LE(at + 2 * i) / 32_768
  return samples
}

/** Seconds of a file in which a tone is heard, counted in quarters of a second. */
export async function secondsOf(file: string, hertz: number): Promise<number> {
  const samples = await readWav(file)
  let quarters = 0
  for (let at = 0; at + 2_000 <= samples.length; at += 2_000)
    if (tonesIn(samples.subarray(at, at + 2_000), [hertz]).length) quarters++
  return quarters / 4
}
