/** Hears telephone keys in a gateway's sound, for one that is keyed by them: 40 ms of the same pair is a key. */
import { loudness } from '../sound/measuring.ts'
import { COLUMNS, KEYS, ROWS } from '../sound/signalling.ts'

export class DigitEar {
  #last = ''
  #frames = 0

  /** Takes 20 ms; gives a key once, when it is sure of it. */
  hear(samples: Int16Array): string | undefined {
    const key = keyIn(samples)
    this.#frames = key === this.#last ? this.#frames + 1 : 1
    this.#last = key
    return key && this.#frames === 2 ? key : undefined
  }
}

function keyIn(samples: Int16Array): string {
  const sound = Float32Array.from(samples, (sample) => sample / 32_768)
  const power = sound.reduce((sum, one) => sum + one * one, 0) / sound.length
  const strongest = (among: number[]) =>
    among
      .map((hertz, i) => ({ i, power: loudness(sound, hertz) ** 2 / 2 }))
      .reduce((best, one) => (one.power > best.power ? one : best))
  const [row, column] = [strongest(ROWS), strongest(COLUMNS)]
  // Both tones together are nearly all there is, and neither is ten times the other.
  const pure = power > 1e-5 && row.power + column.power > 0.7 * power
  const even = row.power < 10 * column.power && column.power < 10 * row.power
  return pure && even ? (KEYS[row.i]?.[column.i] ?? '') : ''
}
