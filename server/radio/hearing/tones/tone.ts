/** What the decoders share. Samples are 16-bit at 8 kHz. */

export const RATE = 8_000

/**
 * How much of a window's energy one frequency carries, 0 to 1 (a pure tone: 1). Goertzel's recurrence; `from` and
 * `size` in samples.
 */
export function share(samples: Float32Array, from: number, size: number, hz: number, energy: number): number {
  const turn = 2 * Math.cos((2 * Math.PI * hz) / RATE)
  let last = 0
  let before = 0
  for (let i = from; i < from + size; i += 1) {
    const now = (samples[i] as number) + turn * last - before
    before = last
    last = now
  }
  const power = last * last + before * before - turn * last * before
  return energy > 0 ? (2 * power) / (size * energy) : 0
}

export function energyOf(samples: Float32Array, from: number, size: number): number {
  let sum = 0
  for (let i = from; i < from + size; i += 1) sum += (samples[i] as number) ** 2
  return sum
}

/** Nothing quieter than this is looked at: about 55 dB below full scale. */
export const isAudible = (energy: number, size: number): boolean => energy / size > 58 ** 2

/** Cuts a stream of frames of any length into overlapping windows. Keeps only what the next window needs. */
export function windows(size: number, hop: number): (frame: Int16Array, look: (window: Float32Array) => void) => void {
  const kept = new Float32Array(size)
  let filled = 0
  return (frame, look) => {
    for (const sample of frame) {
      kept[filled++] = sample
      if (filled < size) continue
      look(kept)
      kept.copyWithin(0, hop)
      filled = size - hop
    }
  }
}
