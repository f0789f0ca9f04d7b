/**
 * Is there a carrier? From 20 ms frames as they come from the gateway to "on" and "off". TALK_DETECT is not used: it rises
 * at a click of 20 ms, and never falls when the gateway stops its RTP (RADIO.md §0, finding 5).
 *
 *          active frames for debounceMs                nothing active for the gap
 *   OFF ────────────────────────────────► ON ────────────────────────────────────► OFF
 *    ▲  │ a gap: it was a click             │ three openings within 1.5 s: the gap grows (flutter)
 *    └──┘                                   └─────────────────────────────────────┘
 *
 * `rtpPresence`: a frame is active because it came. `vad`: because it is loud. The floor's own hang comes after this.
 */
export type CorSetup = {
  mode: 'rtpPresence' | 'vad'
  /** sound for so long is a carrier, not a click */
  debounceMs: number
  /** `vad`: quieter than this is no voice, in dB below full scale (negative) */
  vadDb: number
}

export type Cor = {
  on: boolean
  /** since when `on` is what it is; for a carrier: its first frame */
  since: number
  /** the last active frame */
  lastAt: number
  /** what has been heard of a carrier not yet believed */
  opening: { from: number; heardMs: number } | null
  /** recent openings */
  edges: readonly number[]
}

/** What a change means to the floor. */
export type CarrierChange = { on: boolean; since: number }

export const noCarrier = (now: number): Cor => ({ on: false, since: now, lastAt: -Infinity, opening: null, edges: [] })

const FRAME_MS = 20
/** Three frames without sound are an end (RADIO.md §3.3); in speech a syllable's pause is none. */
const GAP_MS = { rtpPresence: 60, vad: 120 } as const
/** Silence that the gateway may have sent comes so late: it is held back until that is known (server/asterisk/radio/presence.ts). */
const HELD_MS = { rtpPresence: 80, vad: 0 } as const
/** While opening only a lost frame is forgiven: two clicks are not a carrier. */
const OPENING_GAP_MS = 45
const FLUTTER = { openings: 3, withinMs: 1_500, gapMs: 260 } as const
/** An open voice gate closes at a level this much lower. */
const HYSTERESIS_DB = 3

/** 20 ms of sound came. `db` is its level (levelOf). */
export function hearFrame(
  before: Cor,
  setup: CorSetup,
  at: number,
  db: number,
): { cor: Cor; changes: CarrierChange[] } {
  const { cor, changes } = ended(before, setup, at, 0)
  const floorDb = cor.on ? setup.vadDb - HYSTERESIS_DB : setup.vadDb
  if (setup.mode === 'vad' && db < floorDb) return { cor, changes }

  const recent = cor.edges.filter((edge) => edge > at - FLUTTER.withinMs)
  if (cor.on) {
    // A gap that was only forgiven because of the flutter keeps the flutter in mind.
    const edges = at - cor.lastAt >= GAP_MS[setup.mode] ? [...recent, at] : cor.edges
    return { cor: { ...cor, lastAt: at, edges }, changes }
  }
  const goesOn = cor.opening !== null && at - cor.lastAt <= OPENING_GAP_MS
  const opening =
    goesOn && cor.opening
      ? { ...cor.opening, heardMs: cor.opening.heardMs + FRAME_MS }
      : { from: at, heardMs: FRAME_MS }
  if (opening.heardMs < setup.debounceMs) return { cor: { ...cor, lastAt: at, opening }, changes }
  const since = opening.from
  return {
    cor: { on: true, since, lastAt: at, opening: null, edges: [...recent, at] },
    changes: [...changes, { on: true, since }],
  }
}

/** Time has passed without a frame. */
export const letPass = (cor: Cor, setup: CorSetup, now: number): { cor: Cor; changes: CarrierChange[] } =>
  ended(cor, setup, now, HELD_MS[setup.mode])

/** The end of a carrier whose last frame is the gap and `moreMs` ago. */
function ended(cor: Cor, setup: CorSetup, now: number, moreMs: number): { cor: Cor; changes: CarrierChange[] } {
  if (!cor.on || now - cor.lastAt < gapMs(cor, setup) + moreMs) return { cor, changes: [] }
  const since = cor.lastAt + FRAME_MS
  return { cor: { ...cor, on: false, since, opening: null }, changes: [{ on: false, since }] }
}

/** When letPass would end the carrier if nothing more came; null: there is none. */
export const corDeadline = (cor: Cor, setup: CorSetup): number | null =>
  cor.on ? cor.lastAt + gapMs(cor, setup) + HELD_MS[setup.mode] : null

const gapMs = ({ edges, lastAt }: Cor, { mode }: CorSetup): number => {
  const recent = edges.filter((edge) => edge > lastAt - FLUTTER.withinMs).length
  return recent >= FLUTTER.openings ? FLUTTER.gapMs : GAP_MS[mode]
}

/** Loudness of some samples in dB below full scale; -Infinity for digital silence. */
export function levelOf(samples: Int16Array): number {
  let sum = 0
  for (const sample of samples) sum += sample * sample
  return 10 * Math.log10(sum / Math.max(1, samples.length) / 32_768 ** 2)
}
