/** The radio's words between server and console. Times are ISO 8601 unless a name says Ms. */
import { type Static, Type } from 'typebox'
import { Code, Count, Id, Nullable, OwnId, strict, Text, Version } from './fields.ts'
import type { PersonRef } from './views.ts'
import type { SystemRole } from './words.ts'

/** What the carrier of a port does now: the states of radio/floor/floor.ts, and `offline` when the gateway is not there. */
export const CarrierState = Type.Enum([
  'offline',
  'idle',
  'rx',
  'rx_hang',
  'pending',
  'tx',
  'revoking',
  'tail',
  'deaf',
  'tot_lock',
  'stuck',
])
export type CarrierState = Static<typeof CarrierState>

/** How we know who speaks, best first. A wrong name is worse than `unknown`. */
export const UnitHow = Type.Enum(['gateway', 'mdc1200', 'five_tone', 'dtmf', 'tagged', 'holder', 'unknown'])
export type UnitHow = Static<typeof UnitHow>

export const OverKind = Type.Enum(['rx', 'tx', 'announcement', 'relay', 'phone', 'test'])
export type OverKind = Static<typeof OverKind>

/** Why an over ended; every over has exactly one. */
export const OverEnd = Type.Enum([
  'released',
  'carrier_off',
  'time_out',
  'revoked',
  'console_lost',
  'control_lost',
  'gateway_lost',
  'server_restart',
  'stuck_receiver',
  'refused',
  'done',
])
export type OverEnd = Static<typeof OverEnd>

/** How an over came under its ticket. */
export const AttachedHow = Type.Enum(['desk', 'unit_job', 'announcement', 'hand', 'emergency'])
export type AttachedHow = Static<typeof AttachedHow>

/** Why a receiver is not believed: it hears something for too long, or in too many short bursts. */
export const Muted = Type.Enum(['stuck', 'flapping'])
export type Muted = Static<typeof Muted>

/** Why the floor refuses a press. */
export const FloorDenial = Type.Enum(['busy', 'tot_lock', 'offline', 'announcing'])
export type FloorDenial = Static<typeof FloorDenial>
/** Why a press is refused, by the floor or before it is asked. */
export const Denial = Type.Enum([...FloorDenial.enum, 'not_joined', 'not_allowed', 'not_acting'])
export type Denial = Static<typeof Denial>
/** Why a transmission is taken from the one who speaks. */
export const Revocation = Type.Enum(['priority', 'time_out', 'console_lost', 'gateway_lost', 'control_lost'])
export type Revocation = Static<typeof Revocation>

/** Who is on the air of a port, and how we know. */
export type Talker = {
  kind: 'unit' | 'agent' | 'announcement' | 'relay' | 'phone' | 'test'
  /** shown as text: a person's name, a unit's alias, the relayed port's talker */
  name: string
  /** handheld's code when a unit speaks */
  unit: string | null
  personId: string | null
  how: UnitHow | null
  /** 0 to 100 */
  confidence: number
}

/** One port as every console shows it. Each replaces the one before. */
export type PortNow = {
  /** the port's code, e.g. `old` */
  port: string
  campus: string
  nameZh: string
  nameEn: string
  enabled: boolean
  carrier: CarrierState
  /** since when `carrier` is what it is */
  since: string
  /** since when the talker speaks */
  talkSince: string | null
  talker: Talker | null
  /** when the transmission (or a receiver) will be cut, while one is on */
  totAt: string | null
  /** the patch this port is part of, and the port that holds its floor */
  patch: { patchId: string; ports: string[]; holds: string | null; phoneCallId: string | null } | null
  gateway: { state: 'up' | 'lost' | 'unknown'; since: string; why: string | null; roundTripMs: number | null }
  control: { state: 'up' | 'lost'; since: string }
  /** RTP packets a second really sent to and heard from the gateway, counted in Asterisk; null: not seen */
  evidence: { sentPps: number | null; heardPps: number | null; at: string } | null
  recording: boolean
  /** a transmission failed; stays until the next attempt */
  noTx: string | null
  /** the flap rule or a stuck receiver has muted this port */
  muted: Muted | null
  timers: { txLeadMs: number; txTailMs: number; totS: number }
}

export type EmergencyView = {
  emergencyId: string
  port: string
  unit: string | null
  talker: Talker | null
  ticketId: string | null
  raisedAt: string
  ackedAt: string | null
  ackedBy: PersonRef | null
}

/** The answer to one press of a key. */
export type PttAnswer = {
  /** the number the console gave its press */
  press: number
  port: string
} & (
  | { result: 'granted'; leadMs: number; totAt: string; overlap: boolean }
  | { result: 'denied'; why: Denial; talker: Talker | null }
  | { result: 'revoked'; by: string; why: Revocation }
  | { result: 'failed'; why: string }
  | { result: 'released' }
)

/** Sent on the live socket besides frames; not in the journal. */
export type RadioFromServer =
  | { kind: 'radio'; ports: PortNow[]; emergencies: EmergencyView[] }
  | { kind: 'ptt'; answer: PttAnswer }

/**
 * What a console says about the radio. `press` numbers grow within one socket. `held` is the heartbeat, every 250 ms while
 * any key is down: without it for 1 s the server lets go.
 */
export const RadioFromConsole = Type.Union([
  Type.Object(
    {
      kind: Type.Literal('ptt'),
      press: Count,
      ports: Type.Array(Type.String({ pattern: '^[\\w-]{1,32}$' }), { minItems: 1, maxItems: 16, uniqueItems: true }),
      override: Type.Optional(Type.Boolean()),
      ticketId: Type.Optional(OwnId),
    },
    strict,
  ),
  Type.Object({ kind: Type.Literal('held'), press: Count }, strict),
  Type.Object({ kind: Type.Literal('unptt'), press: Count }, strict),
])
export type RadioFromConsole = Static<typeof RadioFromConsole>

export const OneById = Type.Object({ id: Id }, strict)
export const OneByCode = Type.Object({ code: Code }, strict)

/** Which overs are asked for. */
export const OverQuery = Type.Object(
  {
    port: Type.Optional(Code),
    campus: Type.Optional(Code),
    ticketId: Type.Optional(Id),
    untagged: Type.Optional(Type.Boolean()),
    day: Type.Optional(Type.String({ pattern: '^[1-9]\\d{3}-\\d{2}-\\d{2}$' })),
  },
  strict,
)
export type OverQuery = Static<typeof OverQuery>
/** Null: under no ticket. */
export const AttachOver = Type.Object({ ticketId: Nullable(Id) }, strict)
export const SayWho = Type.Object({ unit: Code }, strict)

export const RaiseEmergency = Type.Object({ port: Code, unit: Type.Optional(Code) }, strict)
export type RaiseEmergency = Static<typeof RaiseEmergency>
export const ClearEmergency = Type.Object({ reason: Text(400, 1) }, strict)
export type ClearEmergency = Static<typeof ClearEmergency>
export type EmergencyAcknowledged = Pick<EmergencyView, 'emergencyId' | 'ackedAt' | 'ackedBy'>

/** Ports that shall be one; or with `callId` the caller the agent talks with, joined to `port`. */
export const NewPatch = Type.Object(
  {
    ports: Type.Optional(Type.Array(Code, { minItems: 2, maxItems: 8 })),
    port: Type.Optional(Code),
    callId: Type.Optional(Id),
  },
  strict,
)

/** One over, as lists and timelines show it. */
export type OverView = {
  overId: string
  port: string
  campus: string
  kind: OverKind
  talker: Talker | null
  from: string
  to: string | null
  ms: number | null
  endedBy: OverEnd | null
  overlap: boolean
  emergency: boolean
  ticketId: string | null
  /** shown short, e.g. "0143" */
  ticketNumber: string | null
  attachedHow: AttachedHow | null
  /** words spoken, for announcements */
  text: string | null
  mayListen: boolean
  /** the sound can be played now */
  playable: boolean
}

export type RadioUnitView = {
  unitId: string
  /** as painted on the handheld, e.g. "07" */
  code: string
  alias: string
  campus: string
  /** what its radio sends, by scheme; null when it sends none */
  ids: { gateway: string | null; mdc1200: string | null; fiveTone: string | null; dtmf: string | null }
  holder: PersonRef | null
  holdsSince: string | null
  lastSpokeAt: string | null
  crew: string | null
  retired: boolean
  version: number
}

/** Null: nobody. */
export const HeldBy = Type.Object({ personId: Nullable(Id) }, strict)

/** What a handheld's radio sends: digits, or hexadecimal for MDC-1200. */
export const RadioId = Type.String({ pattern: '^[0-9A-Fa-f*#]{1,16}$' })
const HANDHELD = {
  alias: Type.Optional(Nullable(Text(40))),
  gateway: Type.Optional(Nullable(RadioId)),
  mdc1200: Type.Optional(Nullable(RadioId)),
  fiveTone: Type.Optional(Nullable(RadioId)),
  dtmf: Type.Optional(Nullable(RadioId)),
  crew: Type.Optional(Nullable(Code)),
}
export const NewHandheld = Type.Object({ code: Code, campus: Code, ...HANDHELD }, strict)
export type NewHandheld = Static<typeof NewHandheld>
export const HandheldChange = Type.Object(
  { version: Version, campus: Type.Optional(Code), retired: Type.Optional(Type.Boolean()), ...HANDHELD },
  strict,
)
export type HandheldChange = Static<typeof HandheldChange>
export const HandheldSheet = Type.Object({ csv: Type.String(), dryRun: Type.Boolean() }, strict)
export type HandheldSheet = Static<typeof HandheldSheet>

export type CalloutStep = {
  at: string
  step:
    | 'said'
    | 'waiting'
    | 'acknowledged'
    | 'no_answer'
    | 'again'
    | 'escalated'
    | 'given_up'
    | 'taken_over'
    | 'refused'
    | 'cancelled'
  to: 'A' | 'B' | 'crew' | 'supervisor' | null
  unit: string | null
  personId: string | null
  how: 'dtmf' | 'click' | 'voice' | null
}
export type CalloutView = {
  calloutId: string
  ticketId: string
  port: string
  state: 'saying' | 'waiting' | 'acknowledged' | 'given_up' | 'cancelled'
  text: string
  /** what the engineer keys to say yes */
  ackCode: string
  steps: CalloutStep[]
  waitUntil: string | null
}

/** A gateway's profile, field by field: docs/radio.md; defaults and ranges come with the list of ports. */
export type ProfileValue = string | number | boolean
export type ProfileField = { field: string; default: ProfileValue } & (
  | { kind: 'choice'; of: ProfileValue[]; refused?: ProfileValue[] }
  /** `vadDefault`: its default where loudness tells that somebody speaks */
  | { kind: 'range'; min: number; max: number; vadDefault?: number }
  | { kind: 'digits'; most: number }
)
/** A field that cannot be; each code has a sentence at the console. */
export type ProfileFault = { field: string; code: ProfileFaultCode; min?: number; max?: number }
export const ProfileFaultCode = Type.Enum([
  'profile-field-unknown',
  'profile-constant-refused',
  'profile-not-one-of',
  'profile-out-of-range',
  'profile-digits-needed',
  'profile-presence-needs-suppression',
  'profile-ani-must-differ',
])
export type ProfileFaultCode = Static<typeof ProfileFaultCode>

const Profile = Type.Record(Type.String({ maxLength: 40 }), Type.Unknown())
const PortName = Text(80, 1)
export const NewPort = Type.Object(
  { port: Code, campus: Code, nameZh: PortName, nameEn: PortName, profile: Type.Optional(Profile) },
  strict,
)
export type NewPort = Static<typeof NewPort>
export const PortChange = Type.Object(
  {
    version: Version,
    nameZh: Type.Optional(PortName),
    nameEn: Type.Optional(PortName),
    sort: Type.Optional(Type.Integer({ minimum: 0, maximum: 9_999 })),
    profile: Type.Optional(Profile),
    enabled: Type.Optional(Type.Boolean()),
  },
  strict,
)
export type PortChange = Static<typeof PortChange>

/** A port as administrators keep it. */
export type PortView = {
  portId: string
  port: string
  campus: string
  nameZh: string
  nameEn: string
  endpoint: string
  enabled: boolean
  commissionedAt: string | null
  profile: Record<string, ProfileValue>
  version: number
  /** as this server sees it now; null: it does not hold the radio */
  now: Pick<PortNow, 'carrier' | 'gateway' | 'control' | 'evidence' | 'recording'> | null
}

/** Why a port was not commissioned; the last two are what the witness saw. */
export const CommissioningFault = Type.Enum([
  'gateway_lost',
  'sends_in_idle',
  'not_counted',
  'not_keyed',
  'not_unkeyed',
  'too_late',
  'interrupted',
  'keyed_in_idle',
  'stayed_keyed',
])
export type CommissioningFault = Static<typeof CommissioningFault>

/** What a commissioning run saw, in packets that Asterisk really sent to the gateway. */
export type CommissioningReport = {
  idle: { seconds: number; samples: number; packets: number; passed: boolean } | null
  /** packets a second while the test tone was sent */
  keyedPps: number | null
  lapse: { ms: number; packetsAfter: number; passed: boolean } | null
  why: CommissioningFault | null
  /** what somebody beside the gateway told of its lamp, afterwards */
  witness?: CommissioningWitness
}
/** A transmitter that is on without packets, or stays on after the last one: Asterisk cannot see either. */
export const CommissioningWitness = Type.Object(
  {
    /** on the air while nobody spoke */
    keyedInIdle: Type.Boolean(),
    /** still on the air 3 s after the test tone broke off */
    stayedKeyed: Type.Boolean(),
  },
  strict,
)
export type CommissioningWitness = Static<typeof CommissioningWitness>
export type CommissioningProgress = { phase: 'idle' | 'keyed' | 'lapse'; seconds: number; ofSeconds: number }
export type CommissioningView = {
  /** null: none runs now */
  progress: CommissioningProgress | null
  last: {
    commissioningId: string
    beganAt: string
    endedAt: string | null
    by: PersonRef | null
    passed: boolean | null
    report: Partial<CommissioningReport>
  } | null
}

/** One person on duty, with the handhelds they hold then. */
export type ShiftView = {
  shiftId: string
  person: PersonRef
  crew: string | null
  crewZh: string | null
  crewEn: string | null
  /** null: every campus */
  campus: string | null
  from: string
  to: string
  units: string[]
  /** who handed this shift over */
  takenFrom: PersonRef | null
}
/** Who holds or is to hold a handheld. */
export type PlanView = { planId: string; unit: string; person: PersonRef; from: string; to: string | null }
/** Who answers for a system: A first, B in their place. */
export type SystemRoleView = {
  system: string
  zh: string
  en: string | null
  role: SystemRole
  person: PersonRef | null
  units: string[]
  onDuty: boolean
}
export type DutyView = {
  at: string
  shifts: ShiftView[]
  /** begin within 36 hours */
  coming: ShiftView[]
  roles: SystemRoleView[]
  holders: PlanView[]
  crews: { code: string; zh: string; en: string }[]
  /** campuses whose shifts this person leads; `leadsAll`: also those of every campus at once */
  leads: string[]
  leadsAll: boolean
}
