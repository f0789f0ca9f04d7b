/** A supervisor ends a call that stands though nobody speaks: a line that was never hung up, a channel nobody holds. */

import { type Actor, may } from '../access/index.ts'
import { legsOf, readCall } from '../calls/index.ts'
import { clock, type Tx, wish } from '../db/index.ts'
import { notFound, Refusal } from '../refusal.ts'
import { aboutCall } from './desk-door.ts'
import type { TicketEvent } from './events.ts'

/** Q.850: normal clearing. */
const CLEARED = 16

/** Asks the exchange to hang up every channel of the call; its end comes back as each call's does. */
export async function endCall(tx: Tx, actor: Actor, callId: string): Promise<TicketEvent[]> {
  const call = await readCall(tx, callId)
  const about = await aboutCall(tx, callId)
  if (!call || !about || !may(actor, 'see', about)) throw notFound('call')
  if (!may(actor, 'end', about)) throw new Refusal('not-allowed')
  if (call.state === 'ended') throw new Refusal('call-is-over')
  const legs = (await legsOf(tx, callId)).filter((leg) => leg.endedAt === null)
  const channels = new Set([call.root, ...legs.map(({ uniqueid }) => uniqueid)])
  for (const uniqueid of channels) await wish(tx, call.pbx, { verb: 'hang-up', uniqueid, cause: CLEARED })
  return [{ type: 'call.end-asked', callId, at: await clock(tx), byId: actor.personId }]
}
