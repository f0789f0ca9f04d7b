/**
 * A queue of what the radio writes down after it was done, since a press waits for no disk. Each piece is tried again, in
 * order, while PostgreSQL is away; a piece that PostgreSQL refuses is dropped and logged.
 */
import type { ArchiveEvent } from '../../archive/index.ts'
import type { Tx } from '../../db/index.ts'
import type { RadioEvent } from '../events.ts'

export type Work = (tx: Tx) => Promise<(RadioEvent | ArchiveEvent)[]>
type Log = { warn(o: object, m: string): void; error(o: object, m: string): void }
export type Keeper = {
  keep(work: Work): void
  /** pieces not yet written */
  waiting(): number
  /** resolves when all is written, or after `ms` */
  settle(ms: number): Promise<void>
}

/**
 * Several hours of a busy channel. When more waits, the oldest piece but the one being written is dropped, and the log
 * says so.
 */
const MOST_WAITING = 50_000
const AGAIN_MS = 1_000
/** connection lost or server going, PostgreSQL's appendix A: classes 08, 53, 57, 40; and what the socket says */
const IS_AWAY = /^(08|53|57|40)|^E[A-Z]+$/

/** `commit` is the desk's: the work, what follows from it and the journal in one transaction. */
export function makeKeeper({ commit, log }: { commit: (work: Work) => Promise<unknown>; log: Log }): Keeper {
  const waiting: Work[] = []
  let running: Promise<void> | undefined
  let lost = 0

  async function run(): Promise<void> {
    for (let work = waiting[0]; work; work = waiting[0]) {
      try {
        await commit(work)
        waiting.shift()
      } catch (error) {
        const { code = '', name = '' } = (error ?? {}) as { code?: string; name?: string }
        if (IS_AWAY.test(code) || name === 'KnexTimeoutError') {
          log.warn({ code, waiting: waiting.length }, 'the radio is written down later')
          await new Promise((go) => setTimeout(go, AGAIN_MS).unref())
        } else {
          waiting.shift()
          log.error({ code, err: error }, 'a piece of the radio could not be written down')
        }
      }
    }
  }

  return {
    keep(work) {
      if (waiting.length >= MOST_WAITING) {
        waiting.splice(1, 1)
        lost++
        if (lost % 1_000 === 1) log.error({ lost }, 'too much of the radio waits to be written down')
      }
      waiting.push(work)
      running ??= run().finally(() => {
        running = undefined
      })
    },
    waiting: () => waiting.length,
    async settle(ms) {
      const late = new Promise<void>((go) => setTimeout(go, ms).unref())
      while (running) if ((await Promise.race([running, late.then(() => 'late')])) === 'late') return
    },
  }
}
