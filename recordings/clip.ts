/**
 * A stretch of time cut out of continuous recordings, as a stereo file of its own. Nothing is copied: what is asked of the
 * clip is read where it lies. Recordings that follow each other overlap a little; in the overlap the later one is heard.
 */
import { type Stretch, within } from './voice.ts'
import { BYTES_PER_SAMPLE, HEADER_BYTES, RATE, wavHeader } from './wav.ts'

const FRAME_BYTES = 2 * BYTES_PER_SAMPLE

/** A stereo recording that covers some of the time. `spans`: where each channel holds sound, epoch milliseconds. */
export type ClipSource = {
  /** the moment of its first frame, epoch milliseconds */
  startAt: number
  frames: number
  spans: { channel: 0 | 1; from: number; to: number }[]
  /** stereo frames [from, to), 16 bit */
  read: (from: number, to: number) => Promise<Buffer>
}

/** A clip is laid in memory as it is sent; nobody needs longer ones. */
const LONGEST_CLIP_MS = 10 * 60_000

/** The clip of `window`: silent where no source has sound. `read`: bytes [from, to] of it, both ends included. */
export function makeClip({ from, to }: Stretch, sources: readonly ClipSource[]) {
  const frames = Math.max(0, Math.round(((Math.min(to, from + LONGEST_CLIP_MS) - from) * RATE) / 1_000))
  const bytes = HEADER_BYTES + frames * FRAME_BYTES
  const inOrder = [...sources].sort((a, b) => a.startAt - b.startAt)

  async function read(range: { from: number; to: number } = { from: 0, to: bytes - 1 }): Promise<Buffer> {
    const first = Math.max(0, Math.floor((range.from - HEADER_BYTES) / FRAME_BYTES))
    const end = Math.min(frames, Math.max(first, Math.ceil((range.to + 1 - HEADER_BYTES) / FRAME_BYTES)))
    const mix = Buffer.alloc((end - first) * FRAME_BYTES)
    for (const source of inOrder) await lay(source, mix, first)
    const header = wavHeader(frames * FRAME_BYTES, 2)
    const whole = Buffer.concat([header, mix])
    // what is read stands right behind the header, not `first` frames after it
    const skipped = first * FRAME_BYTES
    return whole.subarray(range.from - skipped, range.to + 1 - skipped)
  }

  async function lay(source: ClipSource, mix: Buffer, first: number): Promise<void> {
    const shift = Math.round(((source.startAt - from) * RATE) / 1_000)
    const count = mix.length / FRAME_BYTES
    // as frames of the clip's piece
    const bounds = (span: Stretch) => {
      const at = (ms: number) => Math.round(((ms - from) * RATE) / 1_000) - first
      const least = Math.max(0, shift - first)
      const most = Math.min(count, shift + source.frames - first)
      return { from: Math.max(least, at(span.from)), to: Math.min(most, at(span.to)) }
    }
    const parts = source.spans.map((span) => ({ channel: span.channel, ...bounds(span) })).filter((p) => p.to > p.from)
    if (parts.length === 0) return
    const [least, most] = [Math.min(...parts.map((p) => p.from)), Math.max(...parts.map((p) => p.to))]
    const sound = await source.read(least + first - shift, most + first - shift)
    for (const { channel, from, to } of parts)
      for (let frame = from; frame < to; frame++) {
        const there = (frame - least) * FRAME_BYTES + channel * BYTES_PER_SAMPLE
        if (there + BYTES_PER_SAMPLE > sound.length) break
        mix.writeInt16LE(sound.readInt16LE(there), frame * FRAME_BYTES + channel * BYTES_PER_SAMPLE)
      }
  }

  return { bytes, ms: Math.round((frames / RATE) * 1_000), read }
}

/** How much of `window` sounds on this channel, of whatever source, to its last moment; undefined: nothing of it. */
export function heardUntil(sources: readonly ClipSource[], channel: 0 | 1, window: Stretch): number | undefined {
  const spans = sources.flatMap((source) => source.spans.filter((span) => span.channel === channel))
  const ends = within(spans, window).map(({ to }) => to)
  return ends.length > 0 ? Math.max(...ends) : undefined
}
