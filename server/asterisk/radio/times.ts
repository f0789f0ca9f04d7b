/**
 * When which sample of a piece was written. A machine that stands still writes nothing meanwhile (Asterisk's mixers have a
 * beat and take no missed one up again), so without this every second of the file after it would be too early. Kept beside
 * the piece, as `<name>.times`: a line `<epoch ms> <sample>` wherever more time had been lost than before.
 */
import { appendFile, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'

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

export function makeTimes(folder: string): Times {
  const seen = new Map<string, { size: number; lostMs: number }>()
  return {
    async look(name, startedAt) {
      const { size, mtimeMs } = (await stat(join(folder, `${name}.wav`)).catch(() => undefined)) ?? { size: 0 }
      const before = seen.get(name) ?? { size: 0, lostMs: 0 }
      if (size <= WAV_HEAD || mtimeMs === undefined || size === before.size) return
      const at = Math.round(mtimeMs)
      const lostMs = at - startedAt - (size - WAV_HEAD) / BYTES_PER_MS
      const isWorth = lostMs - before.lostMs >= WORTH_MS
      seen.set(name, { size, lostMs: isWorth ? lostMs : before.lostMs })
      const sample = Math.floor(((size - WAV_HEAD) / BYTES_PER_MS) * SAMPLES_PER_MS)
      if (isWorth) await appendFile(join(folder, `${name}.times`), `${at} ${sample}\n`, { mode: 0o600 })
    },
    forget: (name) => void seen.delete(name),
  }
}

/** How much of a piece's time was not written, by what was seen of it; ms. */
export async function lostIn(folder: string, name: string, startedAt: number): Promise<number> {
  const text = await readFile(join(folder, `${name}.times`), 'utf8').catch(() => '')
  const last = /(\d{13}) (\d{1,12})\n$/.exec(text)
  return last ? Math.max(0, Number(last[1]) - startedAt - Number(last[2]) / SAMPLES_PER_MS) : 0
}
