/** What happens to a ticket, and to a call that needs none. Codes only: words stand in ticket_entries under `eventId`. */
import type {
  CallReason,
  CallRelation,
  DeclineReason,
  LinkKind,
  Resolution,
  TicketKind,
  TicketSource,
  TicketState,
  VerifiedHow,
  WaitingFor,
} from '../wire/tickets.ts'
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
  causeId: string | null
  /** merged: the ticket its number leads to */
  survivorId: string | null
  waitingFor: WaitingFor | null
  waitingUntil: Date | null
  arrivedAt: Date | null
  reviewedAt: Date | null
  /** nobody said anything until then: it counts as verified */
  verifyBy: Date | null
  verifiedAt: Date | null
  /** how often it came back: returned, sent back, not fixed */
  returned: number
  /** how often it went to another line */
  moved: number
  escalated: boolean
  /** a supervisor asks for an answer by then */
  actBy: Date | null
  stars: number | null
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
  /** `resolution`, `causeId`: of one that is done; `survivorId`: of one that is merged */
  | {
      type: 'ticket.state'
      from: TicketState
      to: TicketState
      resolution?: Resolution
      causeId?: string | null
      survivorId?: string
    }
  | { type: 'ticket.arrived' }
  | { type: 'ticket.waiting'; waitingFor: WaitingFor; until: Date }
  /** `wokeUp`: by itself, when its time had come */
  | { type: 'ticket.resumed'; wokeUp: boolean }
  /** who had it gives it back */
  | { type: 'ticket.returned'; was: Assigned; why: DeclineReason }
  /** who has it passes it on, and keeps it until the other accepts */
  | { type: 'ticket.transferred'; personId: string | null; crewId: string | null }
  | { type: 'ticket.reviewed'; passed: boolean; verifyBy: Date | null }
  | { type: 'ticket.verified'; how: VerifiedHow }
  | { type: 'ticket.not-fixed'; how: VerifiedHow; was: Assigned }
  | { type: 'ticket.rated'; stars: number; was: number | null }
  | { type: 'ticket.complained'; complaintId: string; aboutId: string | null }
  | { type: 'ticket.complaint-answered'; complaintId: string }
  | { type: 'ticket.instructed'; until: Date }
  /** urged three times, or its offers ran out */
  | { type: 'ticket.escalated' }
  | { type: 'ticket.linked'; linkId: string; kind: LinkKind; otherId: string; isFrom: boolean }
  | { type: 'ticket.unlinked'; linkId: string; kind: LinkKind; otherId: string; isFrom: boolean }
)
export type Assigned = { assigneeId: string | null; crewId: string | null }

export type TicketEvent =
  | OfTicket
  | CallbackEvent
  | { type: 'call.explained'; at: Date; byId?: string | null; callId: string; reason: CallReason }
  | { type: 'cause.changed'; at: Date; byId: string; line: string; code: string }
