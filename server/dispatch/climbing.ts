/** Climbs the rungs when they are due, on whichever server is there first. */
import type { Db, Tx } from '../db/index.ts'
import { type DueRows, dueRows } from '../every.ts'
import type { DispatchEvent } from './events.ts'
import { climb } from './running.ts'
import { dueRungs } from './store.ts'

export type LadderParts = {
  db: Db
  commit: (work: (tx: Tx) => Promise<DispatchEvent[]>) => Promise<unknown>
  log: Parameters<typeof dueRows>[0]['log']
}

export const startLadder = ({ db, commit, log }: LadderParts): DueRows =>
  dueRows({
    kind: 'rung',
    list: (limit, but) => dueRungs(db, limit, but),
    each: ({ id, ticketId }) => commit((tx) => climb(tx, ticketId, id)),
    isActing: () => true,
    log,
  })
