/** Work that comes again: one timer that never overlaps itself, and rows with a due time, taken once on however many servers. */
import { setMaxListeners } from 'node:events'

type Log = { warn(what: object, words: string): void }

export type Repeated = {
  /** Works so soon, if that is sooner than it would; but never before the work that is on has ended. */
  nudge(inMs?: number): void
  /** No more begins; resolves when what is on has ended. */
  stop(): Promise<void>
}

export type RepeatedParts = {
  /** for the log */
  name: string
  /** from the end of one piece of work to the beginning of the next */
  everyMs: number
  /** A number it answers takes the place of `everyMs` once. `signal` is aborted at stop, for what waits inside. */
  work: (signal: AbortSignal) => Promise<unknown>
  log: Log
  /** false: the first time after `everyMs` */
  atOnce?: boolean
  /** Up to so much later, by chance: servers that began together do not all come to the database at one moment. */
  jitterMs?: number
}

const failed = new Map<string, number>()
/** How often each loop or row threw since the start, by name: `loop_failures_total` in `/metrics`. */
export const failures = (): Record<string, number> => Object.fromEntries(failed)
const count = (name: string) => failed.set(name, (failed.get(name) ?? 0) + 1)

/** Does something again and again: one at a time, whatever it takes; an error is logged and counted, and does not end it. */
export function every({ name, everyMs, work, log, atOnce = true, jitterMs = 0 }: RepeatedParts): Repeated {
  const ending = new AbortController()
  setMaxListeners(0, ending.signal)
  let timer: NodeJS.Timeout | undefined
  let on: Promise<void> | undefined
  /** when it is next, or while it is on: when it was nudged for */
  let nextAt = Number.POSITIVE_INFINITY

  async function turn(): Promise<void> {
    let nextMs = everyMs + Math.random() * jitterMs
    try {
      const said = await work(ending.signal)
      if (typeof said === 'number') nextMs = said
    } catch (error) {
      count(name)
      log.warn({ name, code: (error as { code?: string }).code, err: error }, 'put off: it comes again')
    }
    on = undefined
    wait(Math.min(nextMs, nextAt - performance.now()))
  }
  function wait(ms: number): void {
    if (ending.signal.aborted) return
    clearTimeout(timer)
    nextAt = performance.now() + ms
    if (ms <= 0) begin()
    else timer = setTimeout(begin, ms).unref()
  }
  function begin(): void {
    nextAt = Number.POSITIVE_INFINITY
    on = turn()
  }
  wait(atOnce ? 0 : everyMs)

  return {
    nudge(inMs = 0) {
      const at = performance.now() + inMs
      if (at >= nextAt) return
      if (on) nextAt = at
      else wait(inMs)
    },
    async stop() {
      ending.abort()
      clearTimeout(timer)
      await on
    },
  }
}

export type DueRow = { id: string; dueAt: Date }
export type DueRowsParts<Row extends DueRow> = {
  /** names them in the log and in `due_rows_late_seconds` */
  kind: string
  /** rows that are due now, oldest first, but for these ids; nothing is locked. `now`: the database's clock */
  list: (limit: number, but: readonly string[]) => Promise<{ rows: Row[]; now: Date; nextAt: Date | null }>
  /**
   * Does what is due, in a transaction of its own that takes the row first (`for update skip locked`, still due) and does
   * nothing where another server has it.
   */
  each: (row: Row) => Promise<unknown>
  /** whether this server does it at all */
  isActing: () => boolean
  log: Log
  atOnce?: number
}
export type DueRows = Repeated & { lateSeconds: () => number }

/** Unasked, the rows are looked at this often: a row put by another server is not late by more. */
const LOOK_MS = 1_000
const MANY = 200
/** One that threw is let alone so long, and holds up nobody meanwhile. */
const BAD_MS = 30_000

/** Takes rows when they are due. Killed in the middle, the row's transaction is gone and the row is due again. */
export function dueRows<Row extends DueRow>({
  kind,
  list,
  each,
  isActing,
  log,
  atOnce = 4,
}: DueRowsParts<Row>): DueRows {
  let late = 0
  const bad = new Map<string, number>()

  async function work(signal: AbortSignal): Promise<number | undefined> {
    for (;;) {
      if (!isActing()) {
        late = 0
        return
      }
      for (const [id, until] of bad) if (until < Date.now()) bad.delete(id)
      const { rows, now, nextAt } = await list(MANY, [...bad.keys()])
      late = rows[0] ? Math.max(0, now.getTime() - rows[0].dueAt.getTime()) : 0
      if (rows.length === 0) return Math.min(LOOK_MS, nextAt ? Math.max(nextAt.getTime() - now.getTime(), 5) : LOOK_MS)
      // Two servers that begin at the same end would meet at every row.
      const left = rows.length > atOnce ? shuffled(rows) : rows.toReversed()
      const taking = async () => {
        for (let row = left.pop(); row && !signal.aborted; row = left.pop()) await one(row)
      }
      await Promise.all(Array.from({ length: atOnce }, taking))
      if (signal.aborted) return
    }
  }
  async function one(row: Row): Promise<void> {
    try {
      await each(row)
    } catch (error) {
      bad.set(row.id, Date.now() + BAD_MS)
      count(kind)
      log.warn({ kind, id: row.id, err: error }, 'a row that is due could not be done, and is tried again later')
    }
  }
  return { ...every({ name: kind, everyMs: LOOK_MS, work, log }), lateSeconds: () => late / 1_000 }
}

function shuffled<T>(all: readonly T[]): T[] {
  const some = [...all]
  for (let i = some.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1))
    const one = some[i] as T
    some[i] = some[j] as T
    some[j] = one
  }
  return some
}
