import { startOf, type VoiceFile } from './lay.ts'
import { lengthOf, type Side, type Voice, within } from './voice.ts'
import { RATE } from './wav.ts'

/** Talk time and recorded time may differ by this much: ring-off, first frame and last frame are never on the same tick. */
export const TOLERANCE_MS = 1_000

/** A voice of nothing but zeros for so long is a recorder gone deaf, not a quiet person. */
export const DEAF_AFTER_MS = 3_000

/**
 * What is wrong with one voice of a recording.
 * - missing: no sound kept of a leg that talked
 * - short: more than a second of its talk was not kept
 * - long: more than a second longer than its leg lived (a clock stepped, or two legs in one file)
 * - deaf: the file is as long as it should be and holds only zeros
 * - torn: Asterisk died while writing; what is there is kept
 */
export type Finding = {
  kind: 'missing' | 'short' | 'long' | 'deaf' | 'torn'
  side: Side
  uniqueid: string
  talkMs: number
  recordedMs: number
}

/** A voice with the file that holds it; `loudest`, its greatest sample once read. */
export type Kept = { voice: Voice; file?: VoiceFile & { torn: boolean }; loudest?: number }

/** Holds each voice's file against its talk time. An empty list: nothing is missing. */
export function check(voices: Kept[]): Finding[] {
  return voices.flatMap(({ voice, file, loudest }) => {
    const talkMs = Math.round(lengthOf(voice.talk))
    const recordedMs = file ? recordedOf(voice, file) : 0
    const found = (kind: Finding['kind']): Finding => ({
      kind,
      side: voice.side,
      uniqueid: voice.uniqueid,
      talkMs,
      recordedMs,
    })
    if (!file?.samples) return talkMs > TOLERANCE_MS ? [found('missing')] : []

    const findings: Finding[] = []
    const lengthMs = (file.samples / RATE) * 1_000
    if (talkMs - recordedMs > TOLERANCE_MS) findings.push(found('short'))
    if (voice.endedAt !== undefined && lengthMs - (voice.endedAt - voice.startedAt) > TOLERANCE_MS) {
      findings.push(found('long'))
    }
    if (loudest === 0 && talkMs >= DEAF_AFTER_MS) findings.push(found('deaf'))
    if (file.torn) findings.push(found('torn'))
    return findings
  })
}

/** How much of a voice's talk its file covers, in milliseconds. */
function recordedOf(voice: Voice, file: VoiceFile): number {
  const from = startOf(voice, file)
  return Math.round(lengthOf(within(voice.talk, { from, to: from + (file.samples / RATE) * 1_000 })))
}

/** Findings that say sound was lost; the rest are worth knowing. */
export const isGap = (finding: Finding): boolean =>
  finding.kind === 'missing' || finding.kind === 'short' || finding.kind === 'deaf'
