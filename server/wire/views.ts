/** What a console is shown. Times are ISO 8601 in UTC; durations say their unit. Types only. */
import type {
  AgentState,
  CallOutcome,
  CallReason,
  CallRelation,
  CallState,
  Direction,
  IdentifiedHow,
  Locale,
  NextState,
  Night,
  PhoneState,
  RecordingState,
  Resolution,
  Role,
  TicketState,
} from './words.ts'

export type Grant = { role: Role; campus: string | null; line: string | null }
export type Me = {
  personId: string
  name: string
  login: string
  locale: Locale
  grants: Grant[]
  mustChangePassword: boolean
  /** browser station code, for agents */
  station: string | null
  /** lines this agent takes */
  lines: string[]
  /** names this browser's session, for telling whose phone is on */
  sessionId: string
}

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

export type PlaceRef = { id: string; campus: string; zh: string; en: string | null; noTransmit: boolean }
export type UnitRef = { id: string; zh: string; en: string | null }
export type PersonRef = { id: string; name: string; title: string | null }

/** A line's night switch: who left it so and since when; null while nobody ever turned it. */
export type LineNightView = { line: string; night: Night; since: string | null; by: PersonRef | null; mayTurn: boolean }

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

export type AgentView = {
  person: PersonRef
  station: string
  state: AgentState
  reason: string | null
  since: string
  nextState: NextState | null
  nextReason: string | null
  wrapUpUntil: string | null
  wrapUpCallId: string | null
  phone: PhoneState
  phoneSince: string | null
  phoneWhy: string | null
  ringTestedAt: string | null
  /** call this agent is rung for or talks on */
  callId: string | null
  callState: CallState | null
  lines: string[]
  /** the session whose browser has the phone; null: nobody's, or not known */
  phoneSession: string | null
}

export type RecordingView = {
  recordingId: string
  kind: 'call' | 'voicemail' | 'radio'
  callId: string | null
  state: RecordingState
  ms: number | null
  talkMs: number | null
  findings: { kind: string; side?: 'caller' | 'agent'; ms?: number; text?: string }[]
  startedAt: string
  filedAt: string | null
  mayListen: boolean
}

/** What is wrong with a call's recording, until somebody says that they know. */
export type RecordingAlarmView = {
  kind: 'recording_missing' | 'recording_short' | 'unrecorded'
  at: string
  acknowledgedAt: string | null
  acknowledgedBy: PersonRef | null
  mayAcknowledge: boolean
}
export type ListeningView = { at: string; person: PersonRef }

export type TicketRow = {
  ticketId: string
  /** shown short: the number within the year, e.g. "0143" */
  number: string
  year: number
  campus: string
  line: string
  kind: 'incident' | 'service_request' | 'voicemail'
  state: TicketState
  priority: number
  urged: number
  repeat: boolean
  what: string
  place: PlaceRef | null
  placeText: string
  unit: UnitRef | null
  reporter: PersonRef | null
  reporterName: string
  contactNumber: string
  categoryId: string | null
  assignee: PersonRef | null
  firstTaker: PersonRef | null
  reportedAt: string
  finishedAt: string | null
  version: number
}

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
}

export type CallbackRow = {
  callbackId: string
  callId: string
  campus: string | null
  line: string | null
  number: string
  place: PlaceRef | null
  owedAt: string
  why: 'abandoned' | 'asked' | 'voicemail'
  takenBy: PersonRef | null
  leaseUntil: string | null
  tries: number
  clearedAt: string | null
  clearedHow: string | null
}

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

export type List<T> = { items: T[]; next: string | null }
export type ApiError = { code: string; message: string; details?: Record<string, unknown> }
