/** Which ticket an over is filed under by itself. */

import { askerOf, may } from '../../access/index.ts'
import type { Tx } from '../../db/index.ts'
import { jobOf, readTickets, thing } from '../../tickets/index.ts'
import type { AttachedHow } from '../../wire/radio.ts'
import type { Over } from './over.ts'

type Filed = { ticketId: string; how: AttachedHow }

/**
 * The ticket that was open at the keying desk, if whoever keyed may change it; else the job of whoever holds the handheld;
 * else none, and the over waits to be filed by hand. A console can name any id: it may be another line's ticket, or none.
 */
export async function filedUnder(tx: Tx, over: Over, holderId: string | null): Promise<Filed | undefined> {
  const { ticketId, talker, kind } = over
  if (ticketId === null) {
    const job = holderId && kind === 'rx' ? await jobOf(tx, holderId) : undefined
    return job === undefined ? undefined : { ticketId: job, how: 'unit_job' }
  }
  if (kind === 'announcement') return { ticketId, how: 'announcement' }
  const asker = talker?.kind === 'agent' && talker.personId ? await askerOf(tx, talker.personId) : undefined
  const [ticket] = await readTickets(tx, [ticketId])
  return asker && ticket && may(asker, 'change', thing(ticket)) ? { ticketId, how: 'desk' } : undefined
}
