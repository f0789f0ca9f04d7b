/** Rows as the reading queries give them. */

import type { Asker } from '../access/index.ts'
import type { VoiceFinding } from '../archive/index.ts'
import type { PersonRef, PlaceRef, UnitRef } from '../wire/views.ts'
import type { AgentState, CallState, Direction, NextState, PhoneState } from '../wire/words.ts'

export type CallShown = {
  id: string
  organisation_id: string
  direction: Direction
  state: CallState
  outcome: string | null
  campus: string | null
  line: string | null
  ani: string
  ani_name: string
  other_ani: string
  other_ani_name: string
  dialled: string
  diverted: string
  place_id: string | null
  unit_id: string | null
  person_id: string | null
  identified_how: string | null
  confidence: number | null
  first_taker_id: string | null
  arrived_at: Date
  queued_at: Date | null
  answered_at: Date | null
  ended_at: Date | null
  waited_ms: number | null
  talk_ms: number | null
  recovered: boolean
  unrecorded_why: string | null
  campus_id: string | null
  /** of whoever is rung or talks now, else who talked last */
  station: string | null
  agent_id: string | null
  leg_uniqueid: string | null
  place: PlaceRef | null
  unit: UnitRef | null
  person: PersonRef | null
  /** the one at the station */
  agent: PersonRef | null
  /** everybody who was rung or talked */
  agent_ids: string[]
  /** everybody whose leg was answered */
  talked_ids: string[]
  /** whoever works on the tickets it is about, or is offered them */
  assignee_ids: string[]
  /** of the call's own ticket and callback: what may() is asked */
  ticket: {
    campus: string
    line: string
    assigneeId: string | null
    firstTakerId: string | null
    reporterId: string | null
    offeredIds: string[]
  } | null
  callback: { campus: string | null; line: string | null } | null
  ticket_what: string | null
  ticket_id: string | null
  ticket_number: number | null
  callback_id: string | null
  reason: string | null
  recording: RecordingShown | null
}

export type RecordingShown = {
  id: string
  call_id: string | null
  kind: 'call' | 'voicemail' | 'radio'
  state: 'recording' | 'filing' | 'filed' | 'missing' | 'short'
  ms: number | null
  talk_ms: number | null
  findings: VoiceFinding[]
  started_at: string
  filed_at: string | null
}

export type OfferShown = {
  at: Date
  ring_seconds: number | null
  direction: string
  lost_before: boolean
  others_ready: number
  calls_in_24h: number
  last_call_ids: string[]
  open_ticket_ids: string[]
  /** of whoever it is shown to; null: nobody of this id */
  reader: Pick<Asker, 'organisationId' | 'grants'> | null
}

export type AgentShown = {
  person_id: string
  name: string
  title: string | null
  station: string
  state: AgentState
  reason: string | null
  since: Date
  next_state: NextState | null
  next_reason: string | null
  wrap_up_until: Date | null
  wrap_up_call_id: string | null
  phone: PhoneState
  phone_since: Date | null
  phone_why: string | null
  ring_tested_at: Date | null
  call_id: string | null
  call_state: 'offered' | 'talking' | null
  lines: string[]
  phone_session: string | null
}

export type QueueShown = {
  campus: string
  line: string
  waiting: number
  longest_since: Date | null
  agents_ready: number
  agents_signed_in: number
  answered: number
  abandoned: number
  short_abandons: number
  answered_in_time: number
  abandoned_in_time: number
}
