import type { FileHandle } from 'node:fs/promises'
import { type Side, type Stretch, type Voice, within } from './voice.ts'
import { BYTES_PER_SAMPLE, HEADER_BYTES, openPlain, RATE, wavHeader } from './wav.ts'

const FRAME_BYTES = 2 * BYTES_PER_SAMPLE
const CHUNK_FRAMES = 8_192

/**
 * A WAV file counts its bytes in 32 bits, so no recording is longer (37 hours). Talk that lasted longer is a clock that was
 * set in mid-call, or a call that stood for days: its files say how long there was something to hear.
 */
export const LONGEST_MS = Math.floor((2 ** 32 - 1 - HEADER_BYTES) / FRAME_BYTES / RATE) * 1_000

/** Before the first and after the last word heard: bridge times and file times differ by a few frames. */
const MARGIN_MS = 200

/** A voice as it lies in the spool. `writtenAt`: when the recorder last wrote, epoch milliseconds. */
export type VoiceFile = { path: string; dataAt: number; samples: number; writtenAt: number }

/** One voice's place on the time line, in samples from its start (negative: it began before). */
export type Laid = { path: string; dataAt: number; samples: number; channel: 0 | 1; offset: number }

/** A stereo file as it will be: caller left, everyone else right. Nothing is read until its bytes are asked for. */
export type Plan = { startAt: number; frames: number; laid: Laid[] }

/** Silence a recorder may drop in all: it writes none while no packet comes, and falls behind at each turn (0.3 to 0.5 s seen). */
const DROPPED_MS = 1_500

/**
 * When the file's first sample was heard, epoch milliseconds. A recorder runs to the end of its leg, so counting back
 * from its last writing gives the latest moment it can have begun; what silence it dropped, it began sooner. Its first
 * frame came when the leg began (the caller's) or was answered, so the last such moment before that one is taken. A
 * time of writing that the leg's own life contradicts (the file was copied) is not believed.
 */
export function startOf(voice: Pick<Voice, 'startedAt' | 'endedAt' | 'talk'>, file: VoiceFile): number {
  const { startedAt, endedAt, talk } = voice
  const lengthMs = (file.samples / RATE) * 1_000
  const believed = endedAt === undefined || file.writtenAt <= endedAt + 3_000
  const latest = (believed ? file.writtenAt : endedAt) - lengthMs
  if (latest < startedAt) return latest < startedAt - 1_000 ? startedAt : latest
  const moments = [startedAt, ...talk.map(({ from }) => from)]
  const began = moments.filter((at) => at <= latest + 100 && latest - at <= DROPPED_MS)
  return began.length > 0 ? Math.max(...began) : latest
}

/**
 * Voices whose talk cannot be have talked for as long as their file, or, without one, for as long as all the files: a side
 * nobody recorded is still missed.
 */
export function believed<T extends { voice: Voice; file?: VoiceFile }>(voices: T[]): T[] {
  if (voices.every(({ voice }) => voice.talk.every(({ from, to }) => to - from <= LONGEST_MS))) return voices
  const all = spanOf(
    voices.flatMap(({ file }) => (file ? [writtenIn(file)] : [])),
    0,
  )
  return voices.map((one) => {
    const talk = within(one.voice.talk, one.file ? writtenIn(one.file) : all)
    return { ...one, voice: { ...one.voice, talk } }
  })
}

/**
 * Lays voices on one time line. It runs from the first moment two could hear
 * each other to the last; without any such time, as far as the files reach.
 * What a voice does not cover stays silent, so every length is true.
 */
export function planLay(voices: { voice: Voice; file: VoiceFile }[]): Plan {
  const placed = voices.map(({ voice, file }) => ({ side: voice.side, file, startAt: startOf(voice, file) }))
  const talk = voices.flatMap(({ voice }) => voice.talk)
  const span = talk.length ? spanOf(talk, MARGIN_MS) : spanOf(placed.map(reachOf), 0)
  if (span.to - span.from > LONGEST_MS) return planByWriting(voices)
  return planOf(span, placed)
}

/** As the files themselves say when they were written, and no longer than a file can be. */
function planByWriting(voices: { voice: Voice; file: VoiceFile }[]): Plan {
  const placed = voices.map(({ voice, file }) => ({ side: voice.side, file, startAt: writtenIn(file).from }))
  const { from, to } = spanOf(placed.map(reachOf), 0)
  return planOf({ from, to: Math.min(to, from + LONGEST_MS) }, placed)
}

function planOf(span: Stretch, placed: { side: Side; file: VoiceFile; startAt: number }[]): Plan {
  return {
    startAt: span.from,
    frames: Math.max(0, Math.round(((span.to - span.from) * RATE) / 1_000)),
    laid: placed.map(({ side, file, startAt }) => ({
      path: file.path,
      dataAt: file.dataAt,
      samples: file.samples,
      channel: channelOf(side),
      offset: Math.round(((startAt - span.from) * RATE) / 1_000),
    })),
  }
}

/** Caller left, everyone else right; a message left by a caller is a caller's voice. */
export const channelOf = (side: Side): 0 | 1 => (side === 'agent' ? 1 : 0)

/** Length in bytes of the file a plan makes, header included. */
export const bytesOf = (plan: Plan): number => HEADER_BYTES + plan.frames * FRAME_BYTES

/** Length in milliseconds. */
export const msOf = (plan: Plan): number => Math.round((plan.frames / RATE) * 1_000)

/**
 * The bytes [from, to) of the file a plan makes, piece by piece, in constant
 * memory. `loudest`, when given, learns each voice's greatest sample.
 */
export async function* laidBytes(
  plan: Plan,
  { from = 0, to = bytesOf(plan), loudest }: { from?: number; to?: number; loudest?: number[] } = {},
): AsyncGenerator<Buffer> {
  const header = wavHeader(plan.frames * FRAME_BYTES, 2)
  if (from < HEADER_BYTES) yield header.subarray(from, Math.min(to, HEADER_BYTES))
  const open = new Map<string, FileHandle>()
  try {
    for (const { path } of plan.laid) if (!open.has(path)) open.set(path, await openPlain(path))
    const scratch = new Int16Array(CHUNK_FRAMES)
    const last = Math.min(plan.frames, Math.ceil((to - HEADER_BYTES) / FRAME_BYTES))
    let frame = Math.max(0, Math.floor((from - HEADER_BYTES) / FRAME_BYTES))
    while (frame < last) {
      const frames = Math.min(CHUNK_FRAMES, last - frame)
      const mix = new Int32Array(frames * 2)
      for (const [i, laid] of plan.laid.entries()) {
        const peak = await add(mix, open.get(laid.path) as FileHandle, laid, frame, frames, scratch)
        if (loudest) loudest[i] = Math.max(loudest[i] ?? 0, peak)
      }
      const starts = HEADER_BYTES + frame * FRAME_BYTES
      const out = clamped(mix)
      yield out.subarray(Math.max(0, from - starts), Math.min(out.length, to - starts))
      frame += frames
    }
  } finally {
    await Promise.all([...open.values()].map((file) => file.close()))
  }
}

/** Adds what one voice has of these frames to the mix; gives back its greatest sample there. */
async function add(mix: Int32Array, file: FileHandle, laid: Laid, frame: number, frames: number, scratch: Int16Array) {
  const first = Math.max(0, frame - laid.offset)
  const end = Math.min(laid.samples, frame + frames - laid.offset)
  if (end <= first) return 0
  const bytes = (end - first) * BYTES_PER_SAMPLE
  // Typed arrays read in the machine's byte order: little-endian, as WAV is, on every machine Node runs on here
  const { bytesRead } = await file.read(scratch, {
    offset: 0,
    length: bytes,
    position: laid.dataAt + first * BYTES_PER_SAMPLE,
  })
  let where = (first + laid.offset - frame) * 2 + laid.channel
  let peak = 0
  for (let i = 0; i < bytesRead >> 1; i++, where += 2) {
    const sample = scratch[i] as number
    mix[where] = (mix[where] as number) + sample
    if (sample > peak) peak = sample
    else if (-sample > peak) peak = -sample
  }
  return peak
}

function clamped(mix: Int32Array): Buffer {
  const out = new Int16Array(mix.length)
  for (let i = 0; i < mix.length; i++) {
    const sample = mix[i] as number
    out[i] = sample > 32_767 ? 32_767 : Math.max(sample, -32_768)
  }
  return Buffer.from(out.buffer)
}

function spanOf(stretches: Stretch[], marginMs: number): Stretch {
  if (!stretches.length) return { from: 0, to: 0 }
  const from = Math.min(...stretches.map((s) => s.from)) - marginMs
  return { from, to: Math.max(...stretches.map((s) => s.to)) + marginMs }
}

/** When a file's sound was written, as it says itself. */
function writtenIn({ samples, writtenAt }: VoiceFile): Stretch {
  return { from: writtenAt - (samples / RATE) * 1_000, to: writtenAt }
}

function reachOf({ file, startAt }: { file: VoiceFile; startAt: number }): Stretch {
  return { from: startAt, to: startAt + (file.samples / RATE) * 1_000 }
}
