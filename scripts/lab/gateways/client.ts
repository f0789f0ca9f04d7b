/** The gateway simulator's control socket, for tests, drills, benches and `npm run radio`. */
import { EventEmitter, once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import type { LogEntry } from './keyed-log.ts'
import type { Wish, Wishes } from './words.ts'

type Ask<W extends Wish> = Wishes[W]['ask']
type EntryOf<T extends LogEntry['type']> = Extract<LogEntry, { type: T }>

/** Emits `entry` for each log entry once `watch()` was called. */
export class RadioClient extends EventEmitter<{ entry: [LogEntry] }> {
  #socket: Socket
  #waiting = new Map<number, { done: (answer: unknown) => void; fail: (error: Error) => void }>()
  #id = 0

  private constructor(socket: Socket) {
    super()
    this.setMaxListeners(0)
    this.#socket = socket
    socket.on('error', () => undefined)
    socket.on('close', () => {
      for (const { fail } of this.#waiting.values()) fail(new Error('the gateway simulator has gone'))
      this.#waiting.clear()
    })
    createInterface({ input: socket }).on('line', (line) => {
      const told = JSON.parse(line) as { id?: number; answer?: unknown; error?: string; entry?: LogEntry }
      if (told.entry) return void this.emit('entry', told.entry)
      const waiting = this.#waiting.get(told.id ?? -1)
      this.#waiting.delete(told.id ?? -1)
      if (told.error === undefined) waiting?.done(told.answer)
      else waiting?.fail(new Error(told.error))
    })
  }

  /** @throws when nobody listens at `path` (`socketIn(varDir)`). */
  static async open(path: string): Promise<RadioClient> {
    const socket = connect(path)
    await once(socket, 'connect')
    return new RadioClient(socket)
  }

  /** Asks one thing (words.ts) and settles with its answer. `speak` without `forMs` settles only after a `stop`. */
  ask<W extends Wish>(wish: W, what: Ask<W>): Promise<Wishes[W]['answer']> {
    const id = ++this.#id
    return new Promise((done, fail) => {
      this.#waiting.set(id, { done: (answer) => done(answer as Wishes[W]['answer']), fail })
      this.#socket.write(`${JSON.stringify({ ...what, id, do: wish })}\n`)
    })
  }

  /**
   * The first entry of `type` on `port` that `is` so, from the monotonic time `since` on: one that was, or one that
   * comes within `ms`. @throws saying what it waited for.
   */
  async until<T extends LogEntry['type']>(
    port: string,
    type: T,
    {
      since = 0,
      ms = 10_000,
      is = () => true,
    }: { since?: number; ms?: number; is?: (entry: EntryOf<T>) => boolean } = {},
  ): Promise<EntryOf<T>> {
    const fits = (entry: LogEntry): entry is EntryOf<T> =>
      entry.port === port && entry.type === type && entry.mono >= since && is(entry as EntryOf<T>)
    const coming = new Promise<EntryOf<T>>((done, fail) => {
      const stop = () => {
        clearTimeout(timer)
        this.off('entry', hear)
      }
      const hear = (entry: LogEntry) => {
        if (!fits(entry)) return
        stop()
        done(entry)
      }
      const timer = setTimeout(() => {
        stop()
        fail(new Error(`the gateway ${port} told no "${type}" within ${ms} ms`))
      }, ms)
      this.on('entry', hear)
      this.ask('watch', {})
        .then(() => this.ask('log', { port, since }))
        .then((held) => held.filter(fits).slice(0, 1).forEach(hear))
        .catch((error: Error) => {
          stop()
          fail(error)
        })
    })
    return coming
  }

  close(): void {
    this.#socket.destroy()
  }
}
