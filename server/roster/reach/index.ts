/** Who can really be reached this shift: they say so, are heard, or somebody notes it for them. */
import type { Actor } from '../../access/index.ts'
import { clock, type Tx } from '../../db/index.ts'
import { notFound, Refusal } from '../../refusal.ts'
import type { ReachWay } from '../../wire/roster.ts'
import { REACH_WITHIN_MS } from '../duty.ts'
import type { RosterEvent } from '../events.ts'
import { mustNote, mustSee } from '../rights.ts'
import { holdShift } from '../store.ts'
import * as store from './store.ts'

/** A proof so long before a shift holds for it: people come early. */
const REACH_BEFORE_MS = 60 * 60_000

/**
 * This person was reached by this way just now: their shift that runs, and one that is about to begin, have it proven.
 * Other rooms say so when they hear somebody (an over, an answered call, a page pressed). Nobody on a shift: nothing.
 */
export async function proveReachable(
  tx: Tx,
  { personId, way, byId = null }: { personId: string; way: ReachWay; byId?: string | null },
): Promise<RosterEvent[]> {
  const at = await clock(tx)
  const events: RosterEvent[] = []
  for (const shiftId of await store.shiftsNow(tx, personId, REACH_BEFORE_MS))
    if (await store.insertProof(tx, { shiftId, way, at, byId }))
      events.push({ type: 'roster.reached', shiftId, personId, way, at, byId })
  return events
}

/** Follows agent.signed-in: whoever signs in has the page before them. */
export const hereByPage = (tx: Tx, { personId }: { personId: string }): Promise<RosterEvent[]> =>
  proveReachable(tx, { personId, way: 'page', byId: personId })

/** "I am here", pressed on one's own page. */
export async function sayReachable(tx: Tx, actor: Actor): Promise<RosterEvent[]> {
  mustSee(actor)
  const { personId } = actor
  if ((await store.shiftsNow(tx, personId, REACH_BEFORE_MS)).length === 0) throw new Refusal('not-on-duty')
  return proveReachable(tx, { personId, way: 'page', byId: personId })
}

/** Noted by the desk for somebody who answered the telephone or was heard on the air. */
export async function noteReachable(tx: Tx, actor: Actor, shiftId: string, way: ReachWay): Promise<RosterEvent[]> {
  mustSee(actor)
  const { organisationId, personId: byId } = actor
  const found = await holdShift(tx, organisationId, shiftId)
  if (!found) throw notFound('shift')
  mustNote(actor, found)
  const { personId } = found.shift
  if (personId === null) throw new Refusal('shift-is-vacant')
  if (!(await store.shiftsNow(tx, personId, REACH_BEFORE_MS)).includes(shiftId)) throw new Refusal('not-on-duty')
  return proveReachable(tx, { personId, way, byId })
}

/** Whose quarter of an hour is over: marked, once a shift. */
export async function markUnreached(tx: Tx): Promise<RosterEvent[]> {
  const at = await clock(tx)
  return (await store.markUnreached(tx, REACH_WITHIN_MS)).map((one) => ({ type: 'roster.unreached', ...one, at }))
}
