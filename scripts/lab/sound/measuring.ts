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

/** How loud a stretch of samples is on the whole: 0 is silence, 0.7 a full-scale sine. */
export const volume = (samples: Float32Array): number =>
  Math.sqrt(samples.reduce((sum, one) => sum + one * one, 0) / samples.length)

/**
 * The sample at which a piece of sound begins inside another, found by its wave form; undefined when it is not there.
 * A codec in between changes little: over `alike` (1 is the very same) it counts as found.
 */
export function foundIn(heard: Float32Array, piece: Float32Array, alike = 0.8): number | undefined {
  const own = volume(piece) * Math.sqrt(piece.length)
  let best = { at: 0, alike: 0 }
  for (let at = 0; at + piece.length <= heard.length; at++) {
    let both = 0
    let theirs = 0
    for (let i = 0; i < piece.length; i++) {
      const one = heard[at + i] as number
      both += one * (piece[i] as number)
      theirs += one * one
    }
    const now = both / (own * Math.sqrt(theirs) || 1)
    if (now > best.alike) best = { at, alike: now }
  }
  return best.alike > alike ? best.at : undefined
}
