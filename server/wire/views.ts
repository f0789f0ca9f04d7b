/** What a console is shown. Times are ISO 8601 in UTC; durations say their unit. */
import { type Static, type TSchema, Type } from 'typebox'
import { Nullable } from './fields.ts'
import type { TicketLife } from './life.ts'
import { TicketState } from './tickets.ts'
import {
  AgentState,
  type CallOutcome,
  type CallReason,
  type CallRelation,
  CallState,
  type Direction,
  type IdentifiedHow,
  Locale,
  NextState,
  Night,
  PhoneState,
  RecordingState,
  type Resolution,
  Role,
} from './words.ts'

export const Grant = Type.Object({
  role: Role,
  campus: Nullable(Type.String()),
  line: Nullable(Type.String()),
})
export type Grant = Static<typeof Grant>
export const Me = Type.Object({
  personId: Type.String(),
  name: Type.String(),
  login: Type.String(),
  locale: Locale,
  grants: Type.Array(Grant),
  mustChangePassword: Type.Boolean(),
  /** browser station code, for agents */
  station: Nullable(Type.String()),
  /** lines this agent takes */
  lines: Type.Array(Type.String()),
  /** names this browser's session, for telling whose phone is on */
  sessionId: Type.String(),
})
export type Me = Static<typeof Me>

export type Named = { code: string; zh: string; en: string }
export type CampusView = Named & { id: string; seal: 'outlined' | 'solid' }
export type LineView = Named & { id: string; wrapUpSeconds: number; ringSeconds: number }
export type CategoryView = {
  id: string
  code: string
  line: string
  parentId: string | null
  zh: string
  en: string
  needsIp: boolean
  retired: boolean
}
/** Things that change rarely: read once at sign-in. */
export type Catalogue = {
  campuses: CampusView[]
  lines: LineView[]
  categories: CategoryView[]
  /** priorities[impact-1][urgency-1] -> 1..4 */
  priorities: number[][]
  timeZone: string
}

export const PlaceRef = Type.Object({
  id: Type.String(),
  campus: Type.String(),
  zh: Type.String(),
  en: Nullable(Type.String()),
  noTransmit: Type.Boolean(),
})
export type PlaceRef = Static<typeof PlaceRef>
export const UnitRef = Type.Object({
  id: Type.String(),
  zh: Type.String(),
  en: Nullable(Type.String()),
})
export type UnitRef = Static<typeof UnitRef>
export const PersonRef = Type.Object({
  id: Type.String(),
  name: Type.String(),
  title: Nullable(Type.String()),
})
export type PersonRef = Static<typeof PersonRef>

/** A line's night switch: who left it so and since when; null while nobody ever turned it. */
export const LineNightView = Type.Object({
  line: Type.String(),
  night: Night,
  since: Nullable(Type.String()),
  by: Nullable(PersonRef),
  mayTurn: Type.Boolean(),
})
export type LineNightView = Static<typeof LineNightView>

/**
 * One change of a directory row: what of it (field names), by whom, when; values are nowhere kept. `grants` and `queues`
 * are a person's rights and the lines they take.
 */
export type RowChange = {
  seq: number
  at: string
  by: PersonRef | null
  what: 'row' | 'grants' | 'queues'
  verb: 'created' | 'changed' | 'retired'
  fields: string[]
  imported: boolean
}

/** A call as any console that may see the call sees it. `ani` and names only for those who may. */
export type CallCard = {
  callId: string
  direction: Direction
  state: CallState
  outcome: CallOutcome | null
  campus: string | null
  line: string | null
  ani: string
  aniName: string
  /** the other number the exchange named in this call; empty when there is none */
  otherAni: string
  otherAniName: string
  dialled: string
  diverted: string
  place: PlaceRef | null
  unit: UnitRef | null
  person: PersonRef | null
  identified: { how: IdentifiedHow; confidence: number }
  arrivedAt: string
  queuedAt: string | null
  answeredAt: string | null
  endedAt: string | null
  waitedMs: number | null
  talkMs: number | null
  /** who is rung or talks now */
  station: string | null
  agent: PersonRef | null
  legUniqueid: string | null
  firstTakerId: string | null
  ticketId: string | null
  ticketNumber: string | null
  callbackId: string | null
  reason: CallReason | null
  recovered: boolean
  unrecorded: string | null
  recording: RecordingView | null
}

/** The pop: only the agent being rung (or talking) gets it. */
export type PopCard = {
  call: CallCard
  /** the offer this pop is for */
  legUniqueid: string
  offeredAt: string
  ringSeconds: number
  /** several places or people fit: the agent chooses, best first */
  candidates: {
    place: PlaceRef | null
    unit: UnitRef | null
    person: PersonRef | null
    how: IdentifiedHow
    confidence: number
  }[]
  openTickets: TicketRow[]
  lastCalls: {
    callId: string
    direction: CallCard['direction']
    at: string
    line: string | null
    outcome: CallOutcome | null
    ticketNumber: string | null
    what: string
  }[]
  /** calls of this number in the last 24 h, this one included; 3 or more raises the flag */
  callsIn24h: number
  whyMe: 'in_turn' | 'only_one_ready' | 'same_agent_again' | 'callback'
}

export const AgentView = Type.Object({
  person: PersonRef,
  station: Type.String(),
  state: AgentState,
  reason: Nullable(Type.String()),
  since: Type.String(),
  nextState: Nullable(NextState),
  nextReason: Nullable(Type.String()),
  wrapUpUntil: Nullable(Type.String()),
  wrapUpCallId: Nullable(Type.String()),
  phone: PhoneState,
  phoneSince: Nullable(Type.String()),
  phoneWhy: Nullable(Type.String()),
  ringTestedAt: Nullable(Type.String()),
  /** call this agent is rung for or talks on */
  callId: Nullable(Type.String()),
  callState: Nullable(CallState),
  lines: Type.Array(Type.String()),
  /** the session whose browser has the phone; null: nobody's, or not known */
  phoneSession: Nullable(Type.String()),
})
export type AgentView = Static<typeof AgentView>

const Finding = Type.Object({
  kind: Type.String(),
  side: Type.Optional(Type.Enum(['caller', 'agent'])),
  ms: Type.Optional(Type.Number()),
  text: Type.Optional(Type.String()),
})
export const RecordingView = Type.Object({
  recordingId: Type.String(),
  kind: Type.Enum(['call', 'voicemail', 'radio']),
  callId: Nullable(Type.String()),
  state: RecordingState,
  ms: Nullable(Type.Number()),
  talkMs: Nullable(Type.Number()),
  findings: Type.Array(Finding),
  startedAt: Type.String(),
  filedAt: Nullable(Type.String()),
  mayListen: Type.Boolean(),
})
export type RecordingView = Static<typeof RecordingView>

/** What is wrong with a call's recording, until somebody says that they know. */
export type RecordingAlarmView = {
  kind: 'recording_missing' | 'recording_short' | 'unrecorded'
  at: string
  acknowledgedAt: string | null
  acknowledgedBy: PersonRef | null
  mayAcknowledge: boolean
}
export const ListeningView = Type.Object({
  at: Type.String(),
  person: PersonRef,
})
export type ListeningView = Static<typeof ListeningView>

export const TicketRow = Type.Object({
  ticketId: Type.String(),
  /** shown short: the number within the year, e.g. "0143" */
  number: Type.String(),
  year: Type.Number(),
  campus: Type.String(),
  line: Type.String(),
  kind: Type.Enum(['incident', 'service_request', 'voicemail']),
  state: TicketState,
  priority: Type.Number(),
  urged: Type.Number(),
  repeat: Type.Boolean(),
  what: Type.String(),
  place: Nullable(PlaceRef),
  placeText: Type.String(),
  unit: Nullable(UnitRef),
  reporter: Nullable(PersonRef),
  reporterName: Type.String(),
  contactNumber: Type.String(),
  categoryId: Nullable(Type.String()),
  assignee: Nullable(PersonRef),
  firstTaker: Nullable(PersonRef),
  reportedAt: Type.String(),
  finishedAt: Nullable(Type.String()),
  version: Type.Number(),
})
export type TicketRow = Static<typeof TicketRow>

export type TimelineItem = {
  at: string
  /** journal type or ticket entry kind */
  kind: string
  by: PersonRef | null
  callId?: string
  recordingId?: string
  body: Record<string, unknown>
}

export type TicketPage = TicketRow & {
  notes: string
  confirmedPlace: PlaceRef | null
  confirmedCategoryId: string | null
  reportedImpact: number
  reportedUrgency: number
  confirmedImpact: number | null
  confirmedUrgency: number | null
  ipAddress: string | null
  resolution: Resolution | null
  faultCause: string | null
  respondedAt: string | null
  calls: (CallCard & { relation: CallRelation; recordings: RecordingView[] })[]
  timeline: TimelineItem[]
  /** null: not fetched */
  life: TicketLife | null
}

export const CallbackRow = Type.Object({
  callbackId: Type.String(),
  callId: Type.String(),
  campus: Nullable(Type.String()),
  line: Nullable(Type.String()),
  number: Type.String(),
  place: Nullable(PlaceRef),
  owedAt: Type.String(),
  why: Type.Enum(['abandoned', 'asked', 'voicemail']),
  takenBy: Nullable(PersonRef),
  leaseUntil: Nullable(Type.String()),
  tries: Type.Number(),
  clearedAt: Nullable(Type.String()),
  clearedHow: Nullable(Type.String()),
})
export type CallbackRow = Static<typeof CallbackRow>

/** One line at one campus, now. `null` figures while blind. */
export type QueueNow = {
  campus: string
  line: string
  waiting: number
  /** arrival of the one who waits longest */
  longestSince: string | null
  agentsReady: number
  agentsSignedIn: number
  answeredToday: number
  abandonedToday: number
  shortAbandonsToday: number
  /** (answered in T + abandoned in T) / (answered + abandoned), T = 20 s, short abandons left out; null when no call yet */
  serviceLevel: number | null
}

export type WireName = 'ami' | 'ari' | 'sip' | 'postgres' | 'vault' | 'spool' | 'cel' | 'phones'
export type WireHealth = {
  wire: WireName
  state: 'well' | 'slow' | 'broken'
  since: string
  lastHeardAt: string | null
  why: string | null
}
export type Health = { serverTime: string; acting: boolean; wires: WireHealth[]; alarms: Alarm[] }
export type Alarm = {
  kind:
    | 'recording_missing'
    | 'recording_short'
    | 'unrecorded'
    | 'spool_full'
    | 'call_without_ticket'
    /** its channels have stood for an hour or more without a packet of sound */
    | 'call_silent'
    /** radio ports that are up and not recorded; `count` of them */
    | 'radio_unrecorded'
    /** places in the running dialplan that would cut a caller off; `count` of them */
    | 'dialplan_dead_end'
    /** packets reach their gateways though nobody speaks: a transmitter may be on */
    | 'radio_sends_in_idle'
    /** what is said on them is addressed to another than their gateway */
    | 'radio_sends_elsewhere'
    /** another machine registered in the gateway's name */
    | 'radio_gateway_moved'
    /** their receivers are stuck or flapping, and are not heard */
    | 'radio_not_believed'
    /** a call-out that nobody answered, until a supervisor takes over or somebody goes after all; `ticketId` says whose */
    | 'callout_given_up'
    /** calls from trunks that SIP refused lately: a codec or a number that the desk does not have; `count` of them */
    | 'calls_refused'
    /** one address tries password after password of SIP phones; `count` lately */
    | 'sip_guessing'
  callId: string | null
  ticketId?: string
  since: string
  count: number
  /** the radio ports it is about */
  ports?: { zh: string; en: string }[]
  /** what it is about, in words */
  details?: { zh: string; en: string }[]
}

/** Everything a console needs to start; then `/live?after=<seq>`. */
export type DeskSnapshot = {
  seq: number
  serverTime: string
  me: Me
  catalogue: Catalogue
  agents: AgentView[]
  /** live calls this person may see */
  calls: CallCard[]
  /** the pop this agent should have on screen now */
  pop: PopCard | null
  queues: QueueNow[]
  callbacks: CallbackRow[]
  myTickets: TicketRow[]
  /** what no agent took, and this person may: messages, calls answered on a desk phone, the handset, a mobile */
  unclaimed: TicketRow[]
  myLastCalls: CallCard[]
  health: Health
}

export type SipCredential = {
  /** e.g. ws://127.0.0.1:8088/ws */
  wsUrl: string
  /** sip:b1001@desk */
  uri: string
  username: string
  password: string
  station: string
  /** the account that calls radio ports (`radio-<port>`), with the same password */
  radio: { station: string; username: string }
  until: string
}

export const List = <T extends TSchema>(of: T) => Type.Object({ items: Type.Array(of), next: Nullable(Type.String()) })
export type List<T> = { items: T[]; next: string | null }
export type ApiError = { code: string; message: string; details?: Record<string, unknown> }
