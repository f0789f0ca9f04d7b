/** The words of tickets and callbacks, each once: routes check by them, types are derived from them. */
import { type Static, Type } from 'typebox'

export const TicketState = Type.Enum(['unassigned', 'in_progress', 'done', 'withdrawn', 'unresolved'])
export type TicketState = Static<typeof TicketState>

export const TicketKind = Type.Enum(['incident', 'service_request', 'voicemail'])
export type TicketKind = Static<typeof TicketKind>
/** what a person may make of it; a message is one from the beginning */
export const ChosenKind = Type.Enum(['incident', 'service_request'])

export const TicketSource = Type.Enum(['call', 'voicemail', 'desk', 'web', 'radio'])
export type TicketSource = Static<typeof TicketSource>

export const Resolution = Type.Enum(['phone', 'remote', 'on_site'])
export type Resolution = Static<typeof Resolution>

/** `callback`, `outbound`: a call we made about it, owed or not */
export const CallRelation = Type.Enum(['opened', 'same_fault', 'urge', 'callback', 'outbound', 'also'])
export type CallRelation = Static<typeof CallRelation>
/** what a person may say of a call and a ticket there already is */
export const JoinRelation = Type.Enum(['same_fault', 'urge', 'callback', 'also'])

export const CallReason = Type.Enum([
  'wrong_number',
  'test_call',
  'caller_silent',
  'asked_only',
  'internal',
  'hung_up_in_notice',
  'outbound',
  'technical',
])
export type CallReason = Static<typeof CallReason>
/** what a person may give as the reason; the others are the desk's own */
export const SaidReason = Type.Enum([
  'wrong_number',
  'test_call',
  'caller_silent',
  'asked_only',
  'internal',
  'technical',
])

export const OwedWhy = Type.Enum(['abandoned', 'asked', 'voicemail'])
export type OwedWhy = Static<typeof OwedWhy>

export const ClearedHow = Type.Enum([
  'called_back',
  'caller_got_through',
  'place_got_through',
  'ticket_exists',
  'unreachable',
  'by_hand',
])
export type ClearedHow = Static<typeof ClearedHow>
export const ClearedByHand = Type.Enum(['unreachable', 'by_hand', 'ticket_exists'])
export type ClearedByHand = Static<typeof ClearedByHand>
