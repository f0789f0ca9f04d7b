/** Codes that cross the wire, each once: routes check by them, types derive from them. Labels live in the console's dictionary. */
import { type Static, Type } from 'typebox'
import { CHOSEN_REASONS, LOCALES } from './choices.ts'

export type * from './tickets.ts'

export const Role = Type.Enum(['agent', 'engineer', 'supervisor', 'admin', 'auditor', 'reporter'])
export type Role = Static<typeof Role>
/** Who answers for a system: A first, B in their place. */
export const SystemRole = Type.Enum(['A', 'B'])
export type SystemRole = Static<typeof SystemRole>
export const Locale = Type.Enum(LOCALES)
export type Locale = Static<typeof Locale>

export const AgentState = Type.Enum(['signed_out', 'ready', 'not_ready', 'wrap_up'])
export type AgentState = Static<typeof AgentState>
/** What may be asked for while a call is on. */
export const NextState = Type.Enum(['ready', 'not_ready'])
export type NextState = Static<typeof NextState>
export const NotReadyReason = Type.Enum([...CHOSEN_REASONS, 'phone_lost', 'ring_untested', 'no_answer'])
export type NotReadyReason = Static<typeof NotReadyReason>
/** What a console tells of its own phone. */
export const PhoneHeard = Type.Enum(['registered', 'unregistered'])
export const PhoneState = Type.Enum(['unknown', ...PhoneHeard.enum])
export type PhoneState = Static<typeof PhoneState>

/** A line's switch: by its calendar, or night or day by hand. */
export const Night = Type.Enum(['auto', 'on', 'off'])
export type Night = Static<typeof Night>

export const CallState = Type.Enum(['arrived', 'queued', 'offered', 'talking', 'ended'])
export type CallState = Static<typeof CallState>
export type CallOutcome = 'answered' | 'abandoned' | 'voicemail' | 'callback_asked' | 'refused' | 'failed'
export type Direction = 'inbound' | 'outbound' | 'callback'
export const RecordingState = Type.Enum(['recording', 'filing', 'filed', 'missing', 'short'])
export type RecordingState = Static<typeof RecordingState>

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
