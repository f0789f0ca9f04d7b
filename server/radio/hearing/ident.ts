/**
 * Who speaks on a handheld, and how we know. Best first: the gateway says so · a code decoded from the
 * sound · an agent's tag · whoever is on duty with a handheld of this port · unknown. A name found by a better way is never
 * replaced by a worse one; a wrong name is worse than none.
 */
import type { Talker, UnitHow } from '../../wire/radio.ts'

/** A handheld of the register, as its port's listeners know it. */
export type KnownHandheld = { code: string; alias: string; holderId: string | null }

/** Something that points at a handheld. `raw`: what was heard, kept even when the register does not know it. */
export type Clue = { how: Exclude<UnitHow, 'unknown'>; raw: string | null; unit: KnownHandheld | null }

export type Identity = { talker: Talker; raw: string | null }

/** Per cent. A burst with a checksum is surer than bare tones; that only one handheld is held says only who it may be. */
const CONFIDENCE: Record<UnitHow, number> = {
  gateway: 99,
  mdc1200: 97,
  five_tone: 85,
  dtmf: 85,
  tagged: 90,
  holder: 40,
  unknown: 0,
}
const RANK: Record<UnitHow, number> = {
  gateway: 5,
  mdc1200: 4,
  five_tone: 4,
  dtmf: 4,
  tagged: 3,
  holder: 2,
  unknown: 0,
}
/** Two handhelds were heard in one over: the last one is shown, with this confidence at most. */
const CONFUSED = 50

export const UNKNOWN: Identity = {
  talker: { kind: 'unit', name: '', unit: null, personId: null, how: 'unknown', confidence: 0 },
  raw: null,
}

/** A speaker of our own side: who it is, we know. */
export const speaker = (
  kind: Exclude<Talker['kind'], 'unit'>,
  name: string,
  personId: string | null = null,
): Talker => ({
  ...{ kind, name, personId },
  unit: null,
  how: null,
  confidence: 100,
})

/** Whoever sent a number that the register does not know, perhaps only a part of one. */
export const unregistered = (raw: string): Talker => ({ ...UNKNOWN.talker, name: raw })

/** What is known of an over's talker after one more clue; the same object when the clue says nothing new. */
export function identify(before: Identity, clue: Clue): Identity {
  const had = before.talker.how ?? 'unknown'
  const isNamed = before.talker.unit !== null
  if (clue.unit === null && (clue.raw === null || isNamed)) return before
  // A code the register does not know may still be named by hand; by the duty list never.
  const mayTag = clue.how === 'tagged' && !isNamed
  if (RANK[clue.how] < RANK[had] && !mayTag) return before

  const unit = clue.unit?.code ?? null
  const isAnother =
    isNamed && RANK[had] === RANK[clue.how] && unit !== before.talker.unit && had !== 'tagged' && had !== 'holder'
  return {
    talker: {
      kind: 'unit',
      name: clue.unit ? clue.unit.alias || clue.unit.code : (clue.raw ?? ''),
      unit,
      personId: clue.unit?.holderId ?? null,
      how: clue.how,
      confidence: isAnother ? Math.min(CONFUSED, CONFIDENCE[clue.how]) : CONFIDENCE[clue.how],
    },
    raw: clue.raw ?? before.raw,
  }
}

/** A shorter number is only a part of one. */
const LEAST_ID = 2

/** A DTMF call: its first digit says what it is, the rest who. By default `1…` begins to speak and `7…` calls for help. */
export function readAni(
  digits: string,
  first: { ptt: string; emergency: string },
): { kind: 'ptt' | 'emergency'; id: string } | null {
  const id = digits.slice(1)
  if (id.length < LEAST_ID) return null
  if (digits.startsWith(first.emergency)) return { kind: 'emergency', id }
  return digits.startsWith(first.ptt) ? { kind: 'ptt', id } : null
}

/**
 * A call for help behind digits of another handheld: one that was spoken over leaves the beginning of its code, and the next
 * one's follows without a pause. Answers the number of a handheld of the register, or null.
 */
export function callForHelpBehind(digits: string, emergency: string, isKnown: (id: string) => boolean): string | null {
  for (let at = digits.indexOf(emergency, 1); at > 0; at = digits.indexOf(emergency, at + 1)) {
    const id = digits.slice(at + emergency.length)
    if (id.length >= LEAST_ID && isKnown(id)) return id
  }
  return null
}
