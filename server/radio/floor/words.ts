/** The words of the floor: what it is told, what it orders, and what it keeps. Times are milliseconds of one clock that never goes back. */
import type { FloorDenial, Muted, OverEnd, OverKind, Revocation, Talker } from '../../wire/radio.ts'

/** Who may take the floor from whom; equal means first come. RADIO.md §3.3. */
export const PRIORITY = {
  emergency: 100,
  emergencyAnnouncement: 90,
  supervisor: 80,
  dispatcher: 60,
  phone: 50,
  relay: 40,
  announcement: 30,
  test: 10,
} as const

/** The lease in Asterisk, from the speaker's last sign of life, and how often it is renewed: RADIO.md §3.1. */
export const LEASE_MS = 2_000
export const RENEW_MS = 700
/** A console whose heartbeat (each 250 ms) is older than this is gone. */
export const SILENT_MS = 1_000
/** Asterisk's answer to a key-up is waited for so long: 3GPP's KPI 1. */
export const GRANT_MS = 300
/** A second press this soon after a refusal means: I know, I want to speak over it. */
export const PRESS_AGAIN_MS = 1_000
/** A telephone caller may speak so long, then must listen. */
export const PHONE_HOLD_MS = 10_000
export const PHONE_LISTEN_MS = 2_000
/** The holder is counted down from here, each second. */
export const COUNTDOWN_MS = 10_000
/** More short bursts than this within the window are no speech: the receiver is muted. */
export const FLAP = { bursts: 8, shorterMs: 500, withinMs: 30_000, quietMs: 5_000, steadyMs: 2_000 } as const
/**
 * In a patch, a carrier that began when an echo may, and is still there when the deaf time is over, is given so long to
 * end: the exchange tells of a carrier's end a tenth of a second late, and later on a busy machine.
 */
export const ECHO_GRACE_MS = 400
/** A stuck receiver is believed again after so long without carrier. */
export const STUCK_QUIET_MS = 2_000

/** Of a port's profile, what the floor needs. */
export type LineTimers = {
  rxHangMs: number
  deafMs: number
  /** from the grant to the talk-permit tone: the radio's own attack, longer with CTCSS */
  txLeadMs: number
  txTailMs: number
  totS: number
  totEmergencyS: number
  totPenaltyS: number
  rxTotS: number
  /** longest way of a sound out of one gateway and back by another; matters in a patch */
  loopMs: number
}

/** One who wants to speak. `id` names this one wish, `source` the finger or machine behind it (a stuck pedal keeps its source). */
export type Asker = {
  id: string
  source: string
  kind: 'console' | 'announcement' | 'phone' | 'test'
  prio: number
  talker: Talker
  /** speaks over a handheld that cannot hear it: half duplex */
  override?: boolean
}

/** A port's transmitter. `order` numbers what was asked of the exchange: an answer to another order is stale. */
export type Key =
  | { is: 'off' }
  | { is: 'asked' | 'passing'; voice: string; from: string | null; order: number; until: number; since: number }
  | { is: 'on'; voice: string; since: number; renewAt: number }
  | { is: 'ending'; order: number; until: number }

export type Line = {
  port: string
  timers: LineTimers
  /** grows with each rebuild of the adapter; 0: never up */
  epoch: number
  up: boolean
  /** numbers orders and overs of this line, for ever */
  seq: number
  key: Key
  carrier: boolean
  /** since when `carrier` is what it is */
  carrierAt: number
  /** own transmission's echo and squelch tail are not believed until then */
  deafUntil: number | null
  /** what began before then may be an echo on its way round a patch; null: nothing may, or it has had its grace */
  echoUntil: number | null
  muted: Muted | null
  /** last ordered state of the RX gate */
  gate: boolean
  /** why the last transmission failed; kept until the next attempt */
  noTx: string | null
  /** ends of recent short receptions */
  bursts: number[]
  rxOver: { over: number; from: number } | null
  txOver: number | null
  /** who the receiver is believed to hear */
  talker: Talker | null
}

type Waiting = { asker: Asker; heldAt: number }

export type Phase =
  | { is: 'offline' }
  | { is: 'idle' }
  /** `relay`: since when the other ports send on what this one hears; `cut`: they have done so too long */
  | { is: 'rx'; port: string; since: number; relay: number | null; cut: boolean }
  | { is: 'rx_hang'; port: string; since: number; relay: number | null; cut: boolean; until: number }
  | { is: 'pending'; asker: Asker; from: Asker | null; since: number; heldAt: number; overlap: boolean }
  | { is: 'tx'; asker: Asker; since: number; heldAt: number; overlap: boolean; totAt: number; warnAt: number }
  | { is: 'tail'; since: number; next: Waiting | null }

/** Latched: no talk and no silence ends it, only two people do. */
export type Latch = {
  id: string
  port: string
  unit: string | null
  /** the number that was heard, where the register has no such handheld: never another one's code */
  raw: string | null
  talker: Talker | null
  raisedAt: number
  ackedAt: number | null
  ackedBy: string | null
}

/** One whose transmission was cut by the time-out: refused until let go and the penalty has passed. */
export type Lock = { source: string; id: string; heldAt: number | null; until: number; penaltyMs: number }

export type Floor = {
  now: number
  lines: Readonly<Record<string, Line>>
  phase: Phase
  locks: readonly Lock[]
  latches: readonly Latch[]
  refused: { source: string; at: number } | null
  /** telephone callers who must listen until then */
  listen: Readonly<Record<string, number>>
}

export type NotCleared = 'unknown' | 'not_acknowledged' | 'same_person'

export type DownWhy = 'gateway_lost' | 'control_lost' | 'lapsed' | 'refused' | 'not_wanted'

/** What a floor is told: facts of the exchange, wishes of people, and that time has passed. */
export type Input =
  | { type: 'time' }
  | { type: 'up'; port: string; epoch: number }
  | { type: 'down'; port: string; why: DownWhy }
  | { type: 'control-lost' }
  | { type: 'carrier'; port: string; on: boolean; since: number }
  | { type: 'talker'; port: string; talker: Talker | null }
  | { type: 'request'; asker: Asker }
  | { type: 'held'; id: string }
  | { type: 'release'; id: string; why: 'released' | 'console_lost' | 'done' | 'revoked' }
  | { type: 'answered'; port: string; epoch: number; order: number; ok: boolean; why?: string }
  | { type: 'emergency'; id: string; port: string; unit: string | null; raw: string | null; talker: Talker | null }
  | { type: 'acknowledge'; id: string; by: string }
  | { type: 'clear'; id: string; by: string; reason: string }

export type FloorAnswer =
  | { result: 'granted'; leadMs: number; totAt: number; overlap: boolean; failed: string[] }
  | { result: 'denied'; why: FloorDenial; talker: Talker | null }
  | { result: 'revoked'; why: Revocation; by: string }
  | { result: 'failed'; why: string }
  | { result: 'released' }

/** What a floor orders. `voice` is an asker's id, or `rf:<port>` for what another port hears. */
export type Effect =
  | { do: 'key'; port: string; epoch: number; order: number; voice: string; leaseMs: number }
  | { do: 'pass'; port: string; epoch: number; order: number; from: string; to: string }
  | { do: 'renew'; port: string; epoch: number; leaseMs: number }
  | { do: 'unkey'; port: string; epoch: number; order: number; voice: string; tailMs: number }
  | { do: 'rx-gate'; port: string; epoch: number; open: boolean }
  | { do: 'answer'; id: string; answer: FloorAnswer }
  | { do: 'countdown'; id: string; seconds: number }
  | {
      do: 'open-over'
      port: string
      epoch: number
      over: number
      kind: OverKind
      voice: string | null
      talker: Talker | null
      from: number
      overlap: boolean
      emergency: boolean
    }
  | { do: 'overlap'; port: string; epoch: number; over: number }
  | { do: 'end-over'; port: string; over: number; to: number; endedBy: OverEnd }
  | { do: 'alarm'; port: string; what: Muted; on: boolean }
  | { do: 'raised' | 'acknowledged'; latch: Latch }
  | { do: 'cleared'; latch: Latch; by: string; reason: string }
  | { do: 'not-cleared'; id: string; why: NotCleared }
