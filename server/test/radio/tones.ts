/** Tones, bursts, noise and something like speech, made for tests. Samples are 16-bit at 8 kHz, full scale 1. */
import { msk } from '../../../scripts/lab/sound/signalling.ts'
import { RATE } from '../../radio/hearing/tones/tone.ts'

export { mdcBits } from '../../../scripts/lab/sound/signalling.ts'

/** Numbers that look random and are the same each time. */
export function dice(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0
    const mixed = Math.imul(state ^ (state >>> 13), 0x297a2d39)
    return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32
  }
}

export const silence = (ms: number): number[] => new Array((ms * RATE) / 1_000).fill(0)

export const tone = (hz: readonly number[], ms: number, level = 0.25): number[] =>
  Array.from({ length: Math.round((ms * RATE) / 1_000) }, (_, i) =>
    hz.reduce((sum, one) => sum + level * Math.sin((2 * Math.PI * one * i) / RATE), 0),
  )

/** White noise of this root mean square. */
export function noise(count: number, level: number, seed: number): number[] {
  const roll = dice(seed)
  return Array.from(
    { length: count },
    () => level * Math.sqrt(-2 * Math.log(1 - roll())) * Math.cos(2 * Math.PI * roll()),
  )
}

/** Voiced syllables of a wandering pitch with three formants, hisses and pauses: hard on tone decoders, as speech is. */
export function babble(seconds: number, seed: number): number[] {
  const roll = dice(seed)
  const out: number[] = []
  let phase = 0
  while (out.length < seconds * RATE) {
    const length = Math.round((60 + roll() * 250) * 8)
    const kind = roll()
    const [from, to] = [90 + roll() * 200, 90 + roll() * 200]
    const formants = [300 + roll() * 600, 900 + roll() * 1_300, 2_200 + roll() * 1_000]
    const loud = 0.05 + roll() * 0.4
    for (let i = 0; i < length; i += 1) {
      const swell = Math.sin((Math.PI * i) / length)
      if (kind < 0.15) out.push(0)
      else if (kind < 0.3) out.push(loud * 0.4 * swell * (2 * roll() - 1))
      else {
        phase += (from + ((to - from) * i) / length) / RATE
        let sum = 0
        for (let harmonic = 1; harmonic <= 25; harmonic += 1) {
          const hz = harmonic * (from + ((to - from) * i) / length)
          const gain = formants.reduce((all, formant) => all + 1 / (1 + ((hz - formant) / 80) ** 2), 0.02)
          sum += gain * Math.sin(2 * Math.PI * harmonic * phase)
        }
        out.push(loud * swell * sum * 0.4)
      }
    }
  }
  return out
}

export const mixed = (one: readonly number[], other: readonly number[]): number[] =>
  one.map((value, i) => value + (other[i] ?? 0))

/** Cut into frames of 20 ms, clipped as a line would. */
export function frames(sound: readonly number[]): Int16Array[] {
  const list: Int16Array[] = []
  for (let from = 0; from < sound.length; from += 160) {
    const part = sound.slice(from, from + 160)
    list.push(Int16Array.from(part, (value) => Math.max(-32_768, Math.min(32_767, Math.round(value * 32_767)))))
  }
  return list
}

/** MDC-1200 bits as sound; `phase` in turns. */
export const mdc = (bits: readonly number[], level = 0.25, phase = 0): number[] =>
  msk(bits, phase).map((value) => level * value)
