/** A gateway's own account of when it was keyed, and of what else befell it: the witness that tests and drills ask. */
import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs'
import { dirname } from 'node:path'
import { monoMs } from '../sound/rtp.ts'
import type { PttWhy } from './ptt.ts'

export type Instant = { readonly mono: number; readonly wall: number }
/** Times: `mono` by the machine's monotonic clock, `wall` by its calendar, both milliseconds. */
export type LogEntry = { readonly port: string; readonly mono: number; readonly wall: number } & (
  | { readonly type: 'keyed'; readonly n: number; readonly why: PttWhy; readonly firstPacket: Instant | null }
  | {
      readonly type: 'unkeyed'
      readonly n: number
      readonly why: PttWhy
      readonly keyedMs: number
      readonly packets: number
      /** packets missing by their sequence numbers */
      readonly lost: number
      readonly firstPacket: Instant | null
      readonly lastPacket: Instant | null
      /** longer than 40 ms between two packets */
      readonly gaps: readonly { readonly afterMs: number; readonly ms: number }[]
    }
  | { readonly type: 'call'; readonly on: boolean; readonly why: string }
  | { readonly type: 'digit'; readonly digit: string }
  /** a handheld's key: what went to the exchange of it */
  | {
      readonly type: 'over'
      readonly unit: string
      readonly on: boolean
      readonly what: string
      readonly packets: number
      readonly firstPacket: Instant | null
      readonly lastPacket: Instant | null
      /** what of it went in no packet: first and last of its 20 ms pieces, from 0 */
      readonly missed: readonly (readonly [number, number])[]
    }
  | { readonly type: 'power'; readonly on: boolean }
  | { readonly type: 'registered'; readonly status: number }
  /** this process did not run for so long: times in it are late by as much */
  | { readonly type: 'stalled'; readonly ms: number }
)
/** An entry as it is told; the log adds port and time. */
type Told<T> = T extends LogEntry ? Omit<T, 'port' | 'mono' | 'wall'> : never
export type ToldEntry = Told<LogEntry>

const KEPT = 20_000

export class KeyedLog {
  readonly #port: string
  readonly #entries: LogEntry[] = []
  readonly #file: WriteStream
  readonly #hear: (entry: LogEntry) => void

  constructor(port: string, file: string, hear: (entry: LogEntry) => void) {
    mkdirSync(dirname(file), { recursive: true })
    this.#port = port
    this.#hear = hear
    this.#file = createWriteStream(file, { flags: 'a' })
    this.#file.on('error', () => undefined)
  }

  /** Writes an entry of the monotonic time `mono`. */
  tell(entry: ToldEntry, mono = monoMs()): void {
    const whole = { port: this.#port, ...instant(mono), ...entry } as LogEntry
    this.#entries.push(whole)
    if (this.#entries.length > KEPT) this.#entries.splice(0, 1_000)
    this.#file.write(`${JSON.stringify(whole)}\n`)
    this.#hear(whole)
  }

  /** Entries from the monotonic time `mono` on. */
  since(mono: number): LogEntry[] {
    return this.#entries.filter((entry) => entry.mono >= mono)
  }

  close(): void {
    this.#file.end()
  }
}

/** A monotonic time with the calendar's time of the same moment. */
export function instant(mono: number): Instant {
  const wall = Date.now() - (monoMs() - mono)
  return { mono: Math.round(mono * 1_000) / 1_000, wall: Math.round(wall * 1_000) / 1_000 }
}
