/**
 * Is there a carrier? Turns the 20 ms frames of a gateway into "on" and "off". Asterisk's TALK_DETECT cannot do it: it rises
 * at a click of 20 ms, and never falls when the gateway stops sending RTP.
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
  /** sound that lasts this long is a carrier and not a click */
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
/**
 * Nothing active for this long ends the carrier: three frames without RTP, or by loudness more than the pause between
 * two syllables.
 */
const GAP_MS = { rtpPresence: 60, vad: 120 } as const
/**
 * How much later than a frame the end of the carrier may be known: asterisk/radio/presence.ts holds frames back to tell
 * sent silence from none.
 */
const HELD_MS = { rtpPresence: 80, vad: 0 } as const
/** Before a carrier is believed only one lost frame is forgiven: two clicks in a row are no carrier. */
const OPENING_GAP_MS = 45
const FLUTTER = { openings: 3, withinMs: 1_500, gapMs: 260 } as const
/** By loudness: a carrier that is on ends only this far below the level it began at, so that it does not flutter. */
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
