/** What time alone brings: shifts laid out further ahead, gaps found and closed, and who did not say they are here. */
import type { Tx } from '../db/index.ts'
import { every, type Repeated, type RepeatedParts } from '../every.ts'
import { watchGaps } from './cover/index.ts'
import type { RosterEvent } from './events.ts'
import type { Commit } from './leading.ts'
import { layAhead } from './patterns/index.ts'
import { markUnreached } from './reach/index.ts'

/** How late a gap or somebody who is not reached may be told. More often costs a statement per need. */
const LOOK_EVERY_MS = 15_000

/** One look: everything that is due now. */
export const look = async (tx: Tx): Promise<RosterEvent[]> => [
  ...(await layAhead(tx)),
  ...(await watchGaps(tx)),
  ...(await markUnreached(tx)),
]

type Parts = { commit: Commit; acting: () => boolean; log: RepeatedParts['log'] }

/** Looks every quarter of a minute while this server acts. */
export const watchRoster = ({ commit, acting, log }: Parts): Repeated =>
  every({
    name: 'roster',
    everyMs: LOOK_EVERY_MS,
    log,
    work: async () => {
      if (acting()) await commit(look)
    },
  })
