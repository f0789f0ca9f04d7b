/** What follows from the radio in tickets. */

import type { Tx } from '../db/index.ts'
import { proveReachable, type RosterEvent } from '../roster/index.ts'
import { openForRadio, type TicketEvent } from '../tickets/index.ts'
import { readEmergencies, type ShownEmergency, setTicket } from './emergencies/store.ts'
import type { RadioEvent } from './events.ts'
import * as overs from './overs/store.ts'

type Raised = Extract<RadioEvent, { type: 'radio.emergency-raised' }>

/** Follows radio.emergency-raised: a ticket of the highest priority, with the over that raised it. */
export async function openTicketForEmergency(tx: Tx, event: Raised): Promise<(TicketEvent | RadioEvent)[]> {
  const organisationId = await overs.organisationOf(tx)
  const [emergency] = await readEmergencies(tx, organisationId, [event.emergencyId])
  if (!emergency || emergency.ticketId) return []
  const { events, ticketId } = await openForRadio(tx, {
    organisationId,
    campus: emergency.campus,
    at: event.at,
    what: `对讲紧急呼叫 · ${whoCalls(emergency)}(${event.port})`,
  })
  await setTicket(tx, event.emergencyId, ticketId)
  const over = await overs.overOfEmergency(tx, event.emergencyId)
  if (!over || !(await overs.attach(tx, over, ticketId, 'emergency'))) return events
  return [...events, { type: 'radio.over-attached', overId: over, ticketId, at: event.at }]
}

/**
 * Follows radio.over-ended and radio.over-named: whoever was heard can be reached by radio this shift. Only who was known by
 * what their handheld sent, or by somebody who knows the voice: that a handheld is in somebody's hand proves nothing of them.
 */
export async function proveWhoSpoke(tx: Tx, { overId }: { overId: string }): Promise<RosterEvent[]> {
  const personId = await overs.provenSpeaker(tx, overId)
  return personId ? proveReachable(tx, { personId, way: 'radio' }) : []
}

function whoCalls({ unit, raw, talker }: ShownEmergency): string {
  if (raw !== null) return `未登记的号码 ${raw}`
  if (unit === null) return '未识别'
  const name = talker?.name ?? unit
  // a handheld that nobody holds goes by its own name, which is its number
  return name.startsWith(unit) ? name : `${name} · ${unit} 号机`
}
