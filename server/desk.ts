import { appendAndCommit, type Db, type Numbered, type Tx } from './db/index.ts'
import { type DeskEvent, followThrough } from './journey.ts'

/** Does the work, follows it through, writes the journal; resolves with the numbered events once they are durable. */
export type Commit = (work: (tx: Tx) => Promise<DeskEvent[]>) => Promise<Numbered<DeskEvent>[]>

/**
 * Every change to the desk goes through here: do the work, follow it through,
 * write the journal, commit, and only then tell the consoles. A console never
 * hears of something that was rolled back.
 */
export function makeCommit(db: Db, publish: (events: Numbered<DeskEvent>[]) => void): Commit {
  return async function commit(work) {
    for (let tries = 1; ; tries++) {
      let told: Numbered<DeskEvent>[] = []
      try {
        await db.transaction(async (tx) => {
          told = await appendAndCommit(tx, await followThrough(tx, await work(tx)))
        })
        if (told.length > 0) publish(told)
        return told
      } catch (error) {
        if (told.length > 0) {
          // It was durable before the connection was lost.
          publish(told)
          return told
        }
        // Two commits that waited for each other: PostgreSQL ended this one, nothing of it stayed, so it is done again.
        if (tries === MOST_TRIES || !IN_EACH_OTHERS_WAY.has((error as { code?: string }).code ?? '')) throw error
      }
    }
  }
}

const MOST_TRIES = 4
/** deadlock_detected and serialization_failure: PostgreSQL's appendix A, class 40. */
const IN_EACH_OTHERS_WAY = new Set(['40P01', '40001'])
