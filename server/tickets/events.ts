/** What happens to a ticket, and to a call that needs none. Codes only: words stand in ticket_entries under `eventId`. */
import type { CallReason, CallRelation, Resolution, TicketKind, TicketSource, TicketState } from '../wire/tickets.ts'
import type { CallbackEvent } from './callbacks/callback.ts'

/** What is said of a ticket in codes: events carry it, and a fold of them ends in it. */
export type Standing = {
  id: string
  organisationId: string
  year: number
  number: number
  campusId: string
  campus: string
  lineId: string
  line: string
  kind: TicketKind
  state: TicketState
  reporterId: string | null
  unitId: string | null
  reportedPlaceId: string | null
  confirmedPlaceId: string | null
  reportedCategoryId: string | null
  confirmedCategoryId: string | null
  reportedImpact: number
  reportedUrgency: number
  confirmedImpact: number | null
  confirmedUrgency: number | null
  priority: number
  firstTakerId: string | null
  assigneeId: string | null
  crewId: string | null
  resolution: Resolution | null
  urged: number
  repeat: boolean
  source: TicketSource
  reportedAt: Date
  respondedAt: Date | null
  finishedAt: Date | null
  version: number
}

/** Each code that changed: before and after. */
export type Changes = { [K in keyof Standing]?: [Standing[K], Standing[K]] }

/** `version`: the ticket's, once this has happened. */
export type OfTicket = { at: Date; byId?: string | null; eventId?: string; ticketId: string; version: number } & (
  | { type: 'ticket.opened'; callId: string | null; campus: string; line: string; stands: Standing }
  /** how a ticket stood when events began to carry codes */
  | { type: 'ticket.stood'; stands: Standing }
  /** `fields`: all that were changed, also those whose words the journal does not hold */
  | { type: 'ticket.changed'; fields: string[]; changes: Changes }
  | { type: 'ticket.first-taken'; firstTakerId: string }
  | { type: 'ticket.call-joined'; callId: string; relation: CallRelation }
  | { type: 'ticket.call-left'; callId: string }
  | { type: 'ticket.noted' }
  /** `urged`: how often; rows of before do not say it */
  | { type: 'ticket.urged'; callId: string | null; urged?: [number, number] }
  | { type: 'ticket.assigned'; assigneeId: string | null; crewId: string | null; was: Assigned }
  /** `resolution`: of one that is done */
  | { type: 'ticket.state'; from: TicketState; to: TicketState; resolution?: Resolution }
)
export type Assigned = { assigneeId: string | null; crewId: string | null }

export type TicketEvent =
  | OfTicket
  | CallbackEvent
  | { type: 'call.explained'; at: Date; byId?: string | null; callId: string; reason: CallReason }
