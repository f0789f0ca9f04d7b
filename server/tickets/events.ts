import type { CallReason, CallRelation, TicketState } from '../wire/words.ts'

/** What happens to a ticket, to a callback owed, and to a call that needs neither. */
export type { CallReason, CallRelation, TicketState } from '../wire/words.ts'

export type ClearedHow =
  | 'called_back'
  | 'caller_got_through'
  | 'place_got_through'
  | 'ticket_exists'
  | 'unreachable'
  | 'by_hand'

export type TicketEvent = { at: Date; byId?: string | null } & (
  | { type: 'ticket.opened'; ticketId: string; callId: string | null; campus: string; line: string; version: number }
  | { type: 'ticket.changed'; ticketId: string; fields: string[]; version: number }
  | { type: 'ticket.call-joined'; ticketId: string; callId: string; relation: CallRelation; version: number }
  | { type: 'ticket.call-left'; ticketId: string; callId: string; version: number }
  | { type: 'ticket.noted'; ticketId: string; entryId: string; version: number }
  | { type: 'ticket.urged'; ticketId: string; callId: string | null; version: number }
  | { type: 'ticket.assigned'; ticketId: string; assigneeId: string | null; crewId: string | null; version: number }
  | { type: 'ticket.state'; ticketId: string; from: TicketState; to: TicketState; version: number }
  | { type: 'callback.owed'; callbackId: string; callId: string; why: 'abandoned' | 'asked' | 'voicemail' }
  | { type: 'callback.taken'; callbackId: string; leaseUntil: Date }
  | { type: 'callback.released'; callbackId: string }
  | { type: 'callback.cleared'; callbackId: string; how: ClearedHow; clearedCallId: string | null }
  | { type: 'call.explained'; callId: string; reason: CallReason }
  /** a supervisor has it hung up */
  | { type: 'call.end-asked'; callId: string }
)
