/** What happens to a ticket by the clock alone: a wait is over, the ward said nothing in time. */
import type { Db, Tx } from '../../db/index.ts'
import { type DueRows, dueRows } from '../../every.ts'
import type { TicketEvent } from '../events.ts'
import { asked } from '../saving.ts'
import { holdTicket } from '../store.ts'
import * as store from './store.ts'

type WakingParts = {
  db: Db
  commit: (work: (tx: Tx) => Promise<TicketEvent[]>) => Promise<unknown>
  log: Parameters<typeof dueRows>[0]['log']
}

/** Wakes what waits and settles what nobody spoke against, on whichever server comes first. */
export const startWaking = ({ db, commit, log }: WakingParts): DueRows =>
  dueRows({
    kind: 'ticket',
    list: (limit, but) => store.dueTickets(db, limit, but),
    each: (row) => commit((tx) => wake(tx, row)),
    isActing: () => true,
    log,
  })

/** One ticket whose time has come; nothing where it has moved on meanwhile, or another server has it. */
export async function wake(tx: Tx, { id, dueAt, kind }: store.Due): Promise<TicketEvent[]> {
  if (!(await store.skipHeld(tx, id))) return []
  const ticket = await holdTicket(tx, id)
  if (!ticket) return []
  const isStill = (at: Date | null) => at !== null && at.getTime() === dueAt.getTime()
  if (kind === 'waiting') {
    if (!ticket.waitingFor || !isStill(ticket.waitingUntil)) return []
    const entry = { kind: 'woke-up', body: { waitingFor: ticket.waitingFor } }
    return asked(tx, ticket, { ask: 'resume', byId: null, wokeUp: true }, { entry })
  }
  if (!isStill(ticket.verifyBy)) return []
  const entry = { kind: 'verify', body: { how: 'time' } }
  return asked(tx, ticket, { ask: 'verify', byId: null, how: 'time', openParts: 0 }, { entry })
}
