/** What is in a sound that a gateway kept of the air, and when each of it came. */

import type { RadioClient } from '../../lab/gateways/client.ts'
import { foundIn, loudness, readWav } from '../../lab/sound/measuring.ts'
import { chirpSamples } from './radio-browser.ts'

const RATE = 8_000
const FRAME = 160

/** When the chirp began on the air of a port since then, monotonic ms; undefined: it is not there. */
export async function chirpOnAir(radio: RadioClient, port: string, since: number): Promise<number | undefined> {
  const heard = await radio.ask('heard', { port, since })
  const at = foundIn(await readWav(heard.wav), chirpSamples(), 0.4)
  return at === undefined ? undefined : heard.from.mono + (at * 1_000) / RATE
}

/** A frame of 20 ms for each number: a tone of its own. */
export const NUMBERS = 24
export const toneOf = (number: number): number => 500 + 100 * number

/** Numbers that were not on the air since then: what was cut off at the head, at the tail, or lost between. */
export async function numbersMissing(radio: RadioClient, port: string, since: number): Promise<number[]> {
  const { wav } = await radio.ask('heard', { port, since })
  const samples = await readWav(wav)
  const best = new Float32Array(NUMBERS)
  for (let at = 0; at + FRAME <= samples.length; at += FRAME / 4) {
    const piece = samples.subarray(at, at + FRAME)
    const loud = Array.from({ length: NUMBERS }, (_, number) => loudness(piece, toneOf(number)))
    const top = loud.indexOf(Math.max(...loud))
    best[top] = Math.max(best[top] ?? 0, loud[top] ?? 0)
  }
  // said with a peak of 0.27; half of one frame's loudness is that frame
  return [...best].flatMap((loud, number) => (loud > 0.13 ? [] : [number]))
}
