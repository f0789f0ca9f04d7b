/**
 * The words of the floor: what it is told, what it orders, and what it keeps. Times are milliseconds of one clock that
 * never goes back.
 */
import type { FloorDenial, Muted, OverEnd, OverKind, Revocation, Talker } from '../../wire/radio.ts'

/** A higher one takes the floor from a lower one; between equals, whoever came first keeps it. */
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

/**
 * Asterisk unkeys by itself when a transmission was not renewed for this long, counted from the speaker's last sign of life.
 * Shorter: a slow moment of the server cuts people off. Longer: a dead server leaves a transmitter on.
 */
export const LEASE_MS = 2_000
/** Leases are renewed this often, so that two renewals may be lost before one lapses. */
export const RENEW_MS = 700
/** A console whose last heartbeat (they come each 250 ms) is older than this is taken for dead, and its key let go. */
export const SILENT_MS = 1_000
/** A key-up that Asterisk has not confirmed within this has failed (3GPP TS 22.179, KPI 1: access within 300 ms). */
export const GRANT_MS = 300
/** A second press within this after a refusal means: I know, and I want to speak over it. */
export const PRESS_AGAIN_MS = 1_000
/** A caller on the telephone may speak for this long at a time: a line that hums would hold the port for ever. */
export const PHONE_HOLD_MS = 10_000
/** After that he must listen for this long, so that a handheld can get in. */
export const PHONE_LISTEN_MS = 2_000
/** In the last seconds before a transmission is cut, its holder is told each second how many are left. */
export const COUNTDOWN_MS = 10_000
/**
 * More bursts than `bursts`, each shorter than `shorterMs`, within `withinMs` are noise and no speech: the receiver is
 * muted until it was quiet for `quietMs` or has heard one thing for `steadyMs`.
 */
export const FLAP = { bursts: 8, shorterMs: 500, withinMs: 30_000, quietMs: 5_000, steadyMs: 2_000 } as const
/**
 * In a patch a carrier that began while an echo was possible, and is still there when the deaf time is over, gets this long
 * to end before it is believed: Asterisk tells of a carrier's end a tenth of a second late, and later on a busy machine.
 */
export const ECHO_GRACE_MS = 400
/** A receiver that was stuck is believed again after this long without a carrier. */
export const STUCK_QUIET_MS = 2_000

/** What the floor needs of a port's profile. */
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
  /** in a patch: how long a sound takes at most out of one gateway and back in by another */
  loopMs: number
}

/** Somebody who wants to speak. `id` names this one wish; `source` the finger or machine behind it, the same at each press. */
export type Asker = {
  id: string
  source: string
  kind: 'console' | 'announcement' | 'phone' | 'test'
  prio: number
  talker: Talker
  /** speaks over a handheld, which cannot hear it meanwhile: its radio either sends or receives */
  override?: boolean
}

/** A port's transmitter. `order` is the number of what was ordered of Asterisk: an answer to another number is too late. */
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
  /** until then a carrier is taken for our own transmission's echo or squelch tail */
  deafUntil: number | null
  /** in a patch: a carrier that began before then may be an echo; null: none can be, or it had its time to end */
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
  /** `relay`: since when the patch's other ports send on what this one hears; `cut`: they did so too long and stopped */
  | { is: 'rx'; port: string; since: number; relay: number | null; cut: boolean }
  | { is: 'rx_hang'; port: string; since: number; relay: number | null; cut: boolean; until: number }
  | { is: 'pending'; asker: Asker; from: Asker | null; since: number; heldAt: number; overlap: boolean }
  | { is: 'tx'; asker: Asker; since: number; heldAt: number; overlap: boolean; totAt: number; warnAt: number }
  | { is: 'tail'; since: number; next: Waiting | null }

/** An emergency: neither talk nor silence ends it, only two people do, one by acknowledging and another by clearing it. */
export type Latch = {
  id: string
  port: string
  unit: string | null
  /** the number that was heard when no known handheld has it; `unit` is null then */
  raw: string | null
  talker: Talker | null
  raisedAt: number
  ackedAt: number | null
  ackedBy: string | null
}

/** Somebody cut off by the time limit: refused until they have let go and the penalty has passed. */
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

/** What a floor is told: facts of Asterisk, wishes of people, and that time has passed. */
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
