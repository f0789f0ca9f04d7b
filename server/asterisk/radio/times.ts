/**
 * When which sample of a piece was written. A machine that stands still writes nothing meanwhile (Asterisk's mixers have a
 * beat and take no missed one up again), so without this every second of the file after it would be too early. Kept beside
 * the piece, as `<name>.times`: a line `<epoch ms> <sample>` wherever more time had been lost than before.
 *
 * How much was lost the file tells, each time that Asterisk hands 2,048 ms of it to the disk. Where within these it was lost
 * the beat of another of its threads tells (beat.ts); what that does not know of was lost at their end.
 */
import { appendFile, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { BEAT_KEPT_MS, type Beat, type Halt } from './beat.ts'

const WAV_HEAD = 44
const BYTES_PER_MS = 16
const SAMPLES_PER_MS = 8
/** Less is the beat's own unevenness and the file clock's. */
const WORTH_MS = 60

/** The loss of pieces being written, as last seen. */
export type Times = {
  /** Looks at a piece's file: its time of writing is the moment its last sample was heard, whenever this looks. */
  look(name: string, startedAt: number): Promise<void>
  forget(name: string): void
}

type Seen = { size: number; at: number; lostMs: number }

export function makeTimes(folder: string, beat: Pick<Beat, 'halts'>): Times {
  const seen = new Map<string, Seen>()
  return {
    async look(name, startedAt) {
      const { size, mtimeMs } = (await stat(join(folder, `${name}.wav`)).catch(() => undefined)) ?? { size: 0 }
      const before = seen.get(name) ?? { size: 0, at: startedAt, lostMs: 0 }
      if (size <= WAV_HEAD || mtimeMs === undefined || size === before.size) return
      const at = Math.round(mtimeMs)
      const lostMs = at - startedAt - (size - WAV_HEAD) / BYTES_PER_MS
      const isWorth = lostMs - before.lostMs >= WORTH_MS
      seen.set(name, { size, at, lostMs: isWorth ? lostMs : before.lostMs })
      if (!isWorth) return
      const sample = Math.floor(((size - WAV_HEAD) / BYTES_PER_MS) * SAMPLES_PER_MS)
      const halts = at - before.at < BEAT_KEPT_MS ? beat.halts(before.at, at) : []
      const lines = [...linesOf(halts, { startedAt, before, lostMs, sample }), `${at} ${sample}\n`]
      await appendFile(join(folder, `${name}.times`), lines.join(''), { mode: 0o600 })
    },
    forget: (name) => void seen.delete(name),
  }
}

type Stretch = { startedAt: number; before: Seen; lostMs: number; sample: number }

/** A line for each halt within what was written since the last look. Two threads do not lose quite the same: the file is right. */
function linesOf(halts: readonly Halt[], { startedAt, before, lostMs, sample }: Stretch): string[] {
  const all = halts.reduce((sum, { ms }) => sum + ms, 0)
  const share = Math.min(1, (lostMs - before.lostMs) / all)
  let lost = before.lostMs
  return halts.flatMap(({ until, ms }) => {
    lost += ms * share
    const first = Math.floor((until - startedAt - lost) * SAMPLES_PER_MS)
    return first > 0 && first < sample ? [`${Math.round(until)} ${first}\n`] : []
  })
}

/** How much of a piece's time was not written, by what was seen of it; ms. */
export async function lostIn(folder: string, name: string, startedAt: number): Promise<number> {
  const text = await readFile(join(folder, `${name}.times`), 'utf8').catch(() => '')
  const last = /(\d{13}) (\d{1,12})\n$/.exec(text)
  return last ? Math.max(0, Number(last[1]) - startedAt - Number(last[2]) / SAMPLES_PER_MS) : 0
}
