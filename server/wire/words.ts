/** Codes that cross the wire. Labels for them live in the console's dictionary. */
export type {
  CallReason,
  CallRelation,
  ClearedHow,
  OwedWhy,
  Resolution,
  TicketKind,
  TicketSource,
  TicketState,
} from './tickets.ts'

export type Role = 'agent' | 'engineer' | 'supervisor' | 'admin' | 'auditor' | 'reporter'
export type Locale = 'zh-CN' | 'en'
export type AgentState = 'signed_out' | 'ready' | 'not_ready' | 'wrap_up'
export type NotReadyReason =
  | 'break'
  | 'meal'
  | 'meeting'
  | 'training'
  | 'paperwork'
  | 'phone_lost'
  | 'ring_untested'
  | 'no_answer'
export type PhoneState = 'unknown' | 'registered' | 'unregistered'
/** A line's switch: by its calendar, or night or day by hand. */
export type Night = 'auto' | 'on' | 'off'
export type CallState = 'arrived' | 'queued' | 'offered' | 'talking' | 'ended'
export type CallOutcome = 'answered' | 'abandoned' | 'voicemail' | 'callback_asked' | 'refused' | 'failed'
export type RecordingState = 'recording' | 'filing' | 'filed' | 'missing' | 'short'
/** How sure and why a caller was matched to a place or a person. */
export type IdentifiedHow =
  | 'ward_number'
  | 'mobile_of_person'
  | 'number_twice'
  | 'shared_trunk'
  | 'keyed_by_agent'
  | 'attached_by_agent'
  | 'unknown'
  | 'withheld'
