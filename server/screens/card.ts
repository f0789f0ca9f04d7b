/** Rows into what a console is shown; pure. */
import { findingsShown } from '../archive/index.ts'
import { serviceLevel } from '../stats/index.ts'
import type { AgentView, CallCard, QueueNow, RecordingView } from '../wire/views.ts'
import type { CallOutcome, CallReason, IdentifiedHow } from '../wire/words.ts'
import type { AgentShown, CallShown, QueueShown, RecordingShown } from './shown.ts'

const iso = (at: Date | null): string | null => at?.toISOString() ?? null
const short = (number: number | null): string | null => (number === null ? null : String(number).padStart(4, '0'))

export function callCard(row: CallShown): CallCard {
  return {
    callId: row.id,
    direction: row.direction,
    state: row.state,
    outcome: row.outcome as CallOutcome | null,
    campus: row.campus,
    line: row.line,
    ani: row.ani,
    aniName: row.ani_name,
    otherAni: row.other_ani,
    otherAniName: row.other_ani_name,
    dialled: row.dialled,
    diverted: row.diverted,
    place: row.place,
    unit: row.unit,
    person: row.person,
    identified: { how: (row.identified_how ?? 'unknown') as IdentifiedHow, confidence: row.confidence ?? 0 },
    arrivedAt: row.arrived_at.toISOString(),
    queuedAt: iso(row.queued_at),
    answeredAt: iso(row.answered_at),
    endedAt: iso(row.ended_at),
    waitedMs: row.waited_ms,
    talkMs: row.talk_ms,
    station: row.station,
    agent: row.agent,
    legUniqueid: row.leg_uniqueid,
    firstTakerId: row.first_taker_id,
    ticketId: row.ticket_id,
    ticketNumber: short(row.ticket_number),
    callbackId: row.callback_id,
    reason: row.reason as CallReason | null,
    recovered: row.recovered,
    unrecorded: row.unrecorded_why,
    recording: row.recording && recordingView(row.recording, false),
  }
}

/** `mayListen` belongs to one person; what goes to many says false, and the player asks for itself. */
export function recordingView(row: RecordingShown, mayListen: boolean): RecordingView {
  return {
    recordingId: row.id,
    kind: row.kind,
    callId: row.call_id,
    state: row.state,
    ms: row.ms,
    talkMs: row.talk_ms,
    findings: findingsShown(row.findings),
    startedAt: new Date(row.started_at).toISOString(),
    filedAt: row.filed_at && new Date(row.filed_at).toISOString(),
    mayListen,
  }
}

export function agentView(row: AgentShown): AgentView {
  return {
    person: { id: row.person_id, name: row.name, title: row.title },
    station: row.station,
    state: row.state,
    reason: row.reason,
    since: row.since.toISOString(),
    nextState: row.next_state,
    nextReason: row.next_reason,
    wrapUpUntil: iso(row.wrap_up_until),
    wrapUpCallId: row.wrap_up_call_id,
    phone: row.phone,
    phoneSince: iso(row.phone_since),
    phoneWhy: row.phone_why,
    ringTestedAt: iso(row.ring_tested_at),
    callId: row.call_id,
    callState: row.call_state,
    lines: row.lines,
    phoneSession: row.phone_session,
  }
}

export function queueNow(row: QueueShown): QueueNow {
  return {
    campus: row.campus,
    line: row.line,
    waiting: row.waiting,
    longestSince: iso(row.longest_since),
    agentsReady: row.agents_ready,
    agentsSignedIn: row.agents_signed_in,
    answeredToday: row.answered,
    abandonedToday: row.abandoned,
    shortAbandonsToday: row.short_abandons,
    serviceLevel: serviceLevel({
      answered: row.answered,
      abandoned: row.abandoned,
      answeredInTime: row.answered_in_time,
      abandonedInTime: row.abandoned_in_time,
    }),
  }
}
