/** What follows what. Read down the page and you have walked a call through the desk. */

import type { AccessEvent } from './access/index.ts'
import type { AgentEvent } from './agents/index.ts'
import * as agents from './agents/index.ts'
import type { ArchiveEvent } from './archive/index.ts'
import * as archive from './archive/index.ts'
import type { CalloutEvent } from './callouts/index.ts'
import * as callouts from './callouts/index.ts'
import type { CallEvent } from './calls/index.ts'
import type { Tx } from './db/index.ts'
import type { DirectoryEvent } from './directory/index.ts'
import * as directory from './directory/index.ts'
import type { DispatchEvent } from './dispatch/index.ts'
import * as dispatch from './dispatch/index.ts'
import type { EquipmentEvent } from './equipment/index.ts'
import type { RadioEvent } from './radio/index.ts'
import * as radio from './radio/index.ts'
import type { RosterEvent } from './roster/index.ts'
import * as roster from './roster/index.ts'
import type { TicketEvent } from './tickets/index.ts'
import * as tickets from './tickets/index.ts'

export type DeskEvent =
  | CallEvent
  | AgentEvent
  | ArchiveEvent
  | TicketEvent
  | DispatchEvent
  | RadioEvent
  | CalloutEvent
  | RosterEvent
  | DirectoryEvent
  | EquipmentEvent
  | AccessEvent

type Follow<E> = (tx: Tx, event: E) => Promise<DeskEvent[]>
type Journey = { [T in DeskEvent['type']]: Follow<Extract<DeskEvent, { type: T }>>[] }

const journey: Journey = {
  'call.arrived': [],
  'call.identified': [tickets.relabel],
  'call.queued': [],
  'call.offered': [],
  'call.offer-ended': [agents.rememberDecline, agents.pauseUnanswered],
  'call.answered': [agents.forgetDeclines, tickets.openForCall, tickets.clearCallbacksOf, archive.noteRecording],
  'call.held': [],
  'call.resumed': [],
  'call.leg-ended': [agents.startWrapUp],
  'call.callback-asked': [],
  'call.voicemail-left': [tickets.openForVoicemail],
  'call.unrecorded': [],
  'call.end-asked': [],
  'call.ended': [agents.forgetDeclines, tickets.settleEndedCall, archive.expectRecording],

  'agent.signed-in': [roster.hereByPage],
  'agent.signed-out': [],
  'agent.ready': [],
  'agent.not-ready': [],
  'agent.next-chosen': [],
  'agent.wrap-up': [],
  'agent.phone': [],
  'agent.ring-tested': [],
  'agent.declined': [],

  'recording.filing': [],
  'recording.filed': [tickets.oweForSilence],
  'recording.missing': [],
  'recording.short': [],
  'recording.listened': [],
  'recording.acknowledged': [],

  'ticket.opened': [dispatch.askLater],
  'ticket.stood': [],
  'ticket.first-taken': [],
  'ticket.changed': [dispatch.askSooner],
  'ticket.call-joined': [],
  'ticket.call-left': [],
  'ticket.noted': [],
  'ticket.urged': [],
  'ticket.assigned': [dispatch.settle],
  'ticket.state': [dispatch.askLater, dispatch.settle],
  'ticket.arrived': [],
  'ticket.waiting': [],
  'ticket.resumed': [],
  'ticket.returned': [],
  'ticket.transferred': [],
  'ticket.reviewed': [],
  'ticket.verified': [],
  'ticket.not-fixed': [],
  'ticket.rated': [],
  'ticket.complained': [],
  'ticket.complaint-answered': [],
  'ticket.instructed': [],
  'ticket.escalated': [dispatch.escalate],
  'ticket.linked': [],
  'ticket.unlinked': [],
  'cause.changed': [],
  'callback.owed': [],
  'callback.taken': [],
  'callback.released': [],
  'callback.cleared': [],
  'call.explained': [],

  'dispatch.offered': [],
  'dispatch.accepted': [tickets.assignForDispatch],
  'dispatch.declined': [],
  'dispatch.lapsed': [],
  'dispatch.withdrawn': [],
  'dispatch.rung': [],
  'dispatch.escalated': [],
  'dispatch.stuck': [],
  'dispatch.rules-changed': [],

  'radio.over-ended': [radio.proveWhoSpoke],
  'radio.over-attached': [],
  'radio.over-named': [radio.proveWhoSpoke],
  'radio.patched': [],
  'radio.parted': [],
  'radio.emergency-raised': [radio.openTicketForEmergency],
  'radio.emergency-acknowledged': [],
  'radio.emergency-cleared': [],
  'radio.callout': [callouts.assignWhoAnswered],
  'radio.port-changed': [],
  'radio.port-commissioned': [],
  'radio.unit-changed': [],
  'radio.units-imported': [],
  'radio.holder-changed': [],
  'radio.shift-changed': [],
  'radio.role-changed': [],
  'roster.pattern-saved': [],
  'roster.pattern-ended': [],
  'roster.laid': [],
  'roster.imported': [],
  'roster.handover-begun': [],
  'roster.handover-acknowledged': [],
  'roster.handover-ended': [],
  'roster.need-changed': [],
  'roster.gap': [],
  'roster.reached': [],
  'roster.unreached': [],
  'roster.swap-changed': [],

  'directory.changed': [directory.tellExchange, agents.followDirectory],
  'directory.imported': [],
  'line.night': [],
  'asset.registered': [],
  'asset.changed': [],
  'asset.state': [],
  'asset.imported': [],
  'company.changed': [],
  'contract.changed': [],
  'grants.changed': [agents.followRights],
  'session.opened': [],
  'session.closed': [agents.leaveUnseated],
}

/** The events, and everything that follows from them, in the order it happened. */
export async function followThrough(tx: Tx, events: DeskEvent[]): Promise<DeskEvent[]> {
  const all: DeskEvent[] = []
  for (const event of events) {
    all.push(event)
    for (const follow of journey[event.type] as Follow<DeskEvent>[]) {
      all.push(...(await followThrough(tx, await follow(tx, event))))
    }
  }
  return all
}
