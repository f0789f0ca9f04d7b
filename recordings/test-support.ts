/** For tests and drills of what is heard: tones in, tones found again. Not used by the desk itself. */
import { mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loudness } from '../scripts/lab/sound/measuring.ts'
import { RATE, readLayout, wavHeader } from './wav.ts'

/** One stretch of a test voice: a tone of so many Hz, or silence (0), for so many milliseconds. */
export type Tone = { hz: number; ms: number }

/** Samples of the tones one after another, at a third of full scale. */
export function tones(parts: Tone[]): Int16Array {
  return Int16Array.from(
    parts.flatMap(({ hz, ms }) =>
      Array.from({ length: Math.round((ms * RATE) / 1_000) }, (_, i) =>
        hz ? Math.round(10_000 * Math.sin((2 * Math.PI * hz * i) / RATE)) : 0,
      ),
    ),
  )
}

/** A mono WAV file of the tones; `torn` as kill -9 leaves it: header never closed. */
export function wavOf(parts: Tone[], { torn = false } = {}): Buffer {
  const samples = tones(parts)
  const header = wavHeader(samples.byteLength, 1)
  if (torn) {
    header.writeUInt32LE(0, 4)
    header.writeUInt32LE(0, 40)
  }
  return Buffer.concat([header, Buffer.from(samples.buffer)])
}

/** Channels of a 16-bit WAV file. */
export function channelsOf(wav: Buffer): Int16Array[] {
  const layout = readLayout(wav.subarray(0, 4096), wav.length)
  if (!layout) throw new Error('not a WAV file')
  const frames = layout.dataBytes / 2 / layout.channels
  return Array.from({ length: layout.channels }, (_, channel) =>
    Int16Array.from({ length: frames }, (_, i) => wav.readInt16LE(layout.dataAt + 2 * (i * layout.channels + channel))),
  )
}

/** How strong a tone is in a window of samples, 0 to about 1. */
export const strength = (samples: Int16Array, hz: number): number =>
  samples.length
    ? loudness(
        Float32Array.from(samples, (sample) => sample / 32_768),
        hz,
      )
    : 0

/**
 * Which of the tones is heard between two moments of a channel, milliseconds from its start; 0 when none. Asked in tenths
 * of a second: over a whole call a tone that a lost packet put out of step would cancel itself.
 */
export function heard(channel: Int16Array, [fromMs, toMs]: [number, number], among: number[]): number {
  const window = channel.subarray(Math.round((fromMs * RATE) / 1_000), Math.round((toMs * RATE) / 1_000))
  const count = Math.max(1, Math.floor(window.length / (RATE / 10)))
  const length = Math.floor(window.length / count)
  const parts = Array.from({ length: count }, (_, n) => window.subarray(n * length, (n + 1) * length))
  const powerOf = (hz: number) => parts.reduce((sum, part) => sum + strength(part, hz), 0) / parts.length
  const best = among.map((hz) => ({ hz, power: powerOf(hz) })).sort((a, b) => b.power - a.power)[0]
  return best && best.power > 0.02 ? best.hz : 0
}

/** Puts a voice into a spool as Asterisk would have, last written at `endedAt` (epoch milliseconds). */
export async function spoolVoice(
  spool: string,
  {
    name,
    parts,
    endedAt,
    folder = 'done',
    torn = false,
  }: { name: string; parts: Tone[]; endedAt: number; folder?: 'live' | 'done'; torn?: boolean },
): Promise<string> {
  await mkdir(join(spool, 'live'), { recursive: true })
  await mkdir(join(spool, 'done'), { recursive: true })
  const path = join(spool, folder, name)
  await writeFile(path, wavOf(parts, { torn }))
  await utimes(path, endedAt / 1_000, endedAt / 1_000)
  return path
}

/** A folder of the test's own, gone when the test is. */
export async function scratch(t: { teardown: (work: () => unknown) => unknown }): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'desk-rec-'))
  t.teardown(() => rm(dir, { recursive: true, force: true }))
  return dir
}

/** Everything a stream brings. */
export async function bytesOf(stream: AsyncIterable<unknown>): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of stream) pieces.push(piece as Buffer)
  return Buffer.concat(pieces)
}

/** A file's bytes. */
export const fileBytes = (path: string): Promise<Buffer> => readFile(path)
