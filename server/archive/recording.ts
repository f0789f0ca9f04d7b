/**
 * What was recorded of a call, and what ought to have been.
 *
 *   recording ──call over──▶ filing ──in the vault, all there──▶ filed
 *                              │  ▲
 *                              │  └── a late voice came ──┐
 *                              ├──in the vault, some lost──▶ short
 *                              └──no sound at all─────────▶ missing
 *
 * With the vault down it stays in filing: not lost, not yet safe.
 */
import {
  type FileResult,
  type Finding,
  LONGEST_MS,
  lengthOf,
  type SpoolFile,
  type Voice,
} from '../../recordings/index.ts'
import type { RecordingState } from '../wire/words.ts'
import type { ArchiveEvent } from './events.ts'

/** How long after a call's end its voices may still be on their way to the spool's `done/` before we say one is missing. */
export const GRACE_MS = 20_000

/** Voices of a recording that lost some sound stay in the spool so long, in case the rest turns up. */
export const KEEP_INCOMPLETE_MS = 60 * 60_000

/** A spool file of a call nobody talked in (it only waited) goes after this, when no late news made it an answered call. */
export const KEEP_UNANSWERED_MS = 2 * 60_000

/** A spool file whose call the desk has never heard of is told as a gap after this. It is never thrown away. */
export const ORPHAN_AFTER_MS = 60_000

/** A WAV file of so many bytes has a header and no sound. */
const EMPTY_BYTES = 44

/** Fetching pieces of one recording within this long is one listening, as a player seeks about. */
export const ONE_LISTENING_MS = 10 * 60_000

/** What one voice's check said; `kept` when nothing was wrong with it. */
export type VoiceFinding = Omit<Finding, 'kind'> & { kind: Finding['kind'] | 'kept' }

export type Recording = {
  recordingId: string
  callId: string
  kind: 'call' | 'voicemail'
  state: RecordingState
  vaultKey: string | null
  sha256: string | null
  bytes: number | null
  ms: number | null
  talkMs: number | null
  findings: VoiceFinding[]
  startedAt: Date
  filedAt: Date | null
  version: number
}

/** A leg as the calls room knows it. A talk without an end goes on, or its end was never heard. */
export type Leg = {
  uniqueid: string
  side: 'caller' | 'agent'
  startedAt: Date
  endedAt: Date | null
  talk: { from: Date; to: Date | null }[]
}

/** A call whose recording is due, with its legs. */
export type CallToFile = {
  callId: string
  ended: boolean
  outcome: string | null
  endedAt: Date
  unrecordedWhy: string | null
  legs: Leg[]
}

/**
 * The voices a recording ought to have: each leg's, and whatever else of this call lies in the spool. Sound of a leg
 * we never heard of is kept all the same.
 */
export function voicesOf(kind: Recording['kind'], call: CallToFile, files: SpoolFile[]): Voice[] {
  const mine = files.filter((file) => (kind === 'voicemail') === (file.side === 'voicemail'))
  const legs = kind === 'voicemail' ? [] : call.legs
  const known: Voice[] = legs.map((leg) => ({
    uniqueid: leg.uniqueid,
    side: leg.side,
    startedAt: leg.startedAt.getTime(),
    endedAt: (leg.endedAt ?? call.endedAt).getTime(),
    talk: leg.talk
      .map(({ from, to }) => ({ from: from.getTime(), to: (to ?? leg.endedAt ?? call.endedAt).getTime() }))
      .filter(({ from, to }) => to > from),
  }))
  const strangers = mine.filter((file) => !known.some((v) => v.uniqueid === file.uniqueid && v.side === file.side))
  return [...known, ...strangers.map(({ uniqueid, side }) => ({ uniqueid, side, startedAt: 0, talk: [] }))]
}

/** Is it time to file? Once every voice that talked lies finished in the spool, or has had its time to get there. */
export function isRipe(voices: Voice[], files: SpoolFile[], { endedAt, now }: { endedAt: Date; now: Date }): boolean {
  if (now.getTime() - endedAt.getTime() >= GRACE_MS) return true
  if (files.some((file) => file.live)) return false
  const talked = voices.filter((voice) => voice.talk.length > 0)
  return (
    files.length > 0 &&
    talked.every((voice) => files.some((file) => file.uniqueid === voice.uniqueid && file.side === voice.side))
  )
}

/** What a voice's check leaves in the row: every voice has a line, so that a later look can count again. */
export function findingsOf(voices: Voice[], files: SpoolFile[], found: Finding[]): VoiceFinding[] {
  const whole = voices.filter(
    (voice) =>
      files.some((file) => file.uniqueid === voice.uniqueid && file.side === voice.side) &&
      !found.some((finding) => finding.uniqueid === voice.uniqueid && finding.side === voice.side),
  )
  const kept = whole.map(({ uniqueid, side, talk }): VoiceFinding => {
    const talkMs = talk.reduce((sum, { from, to }) => sum + to - from, 0)
    return { kind: 'kept', side, uniqueid, talkMs, recordedMs: talkMs }
  })
  return [...found, ...kept]
}

/** What becomes of a recording once it was filed, or once nothing was there to file. */
export function outcomeOf(result: FileResult, gap: boolean): 'filed' | 'short' | 'missing' {
  if (!result.filed) return 'missing'
  return gap ? 'short' : 'filed'
}

/** Why a recording is missing or short, as codes for the journal: `missing:agent`, `short:caller`, or what the dialplan said. */
export function whyOf(findings: VoiceFinding[], unrecordedWhy: string | null): string {
  const lost = findings.filter(({ kind }) => kind === 'missing' || kind === 'short' || kind === 'deaf')
  const codes = [...new Set(lost.map(({ kind, side }) => `${kind}:${side}`))]
  if (unrecordedWhy) codes.push(`unrecorded:${unrecordedWhy.replace(/[^a-z0-9_-]/gi, '').slice(0, 40)}`)
  return codes.join(' ') || 'no-sound'
}

/**
 * Heights of a waveform's 255 that are no voice: the noise of a line, -38 dB and less. Lower, and a hum is a message that
 * somebody must listen to; higher, and a whisper is none.
 */
const QUIET_HEIGHT = 3

/** Nobody said a word in it. `peaks`: see recordings/peaks.ts. */
export const isSilent = (peaks: Uint8Array): boolean => peaks.every((height) => height <= QUIET_HEIGHT)

/** The event a settled recording tells. */
export function eventOf(
  recording: Omit<Recording, 'callId' | 'kind'> & { callId: string | null },
  unrecordedWhy: string | null,
  at: Date,
): ArchiveEvent {
  const { recordingId, callId, ms, bytes, talkMs, findings } = recording
  const why = whyOf(findings, unrecordedWhy)
  if (recording.state === 'missing') return { type: 'recording.missing', recordingId, callId, at, why }
  if (recording.state === 'short') {
    return { type: 'recording.short', recordingId, callId, at, why, ms: ms ?? 0, talkMs: talkMs ?? 0 }
  }
  return { type: 'recording.filed', recordingId, callId, at, ms: ms ?? 0, bytes: bytes ?? 0 }
}

/**
 * Voices that turned up after a recording was settled without them: worth filing again. Only for one that lost sound,
 * whose other voices are still in the spool.
 */
export function lateVoices(recording: Pick<Recording, 'state' | 'findings'>, files: SpoolFile[]): SpoolFile[] {
  if (recording.state !== 'missing' && recording.state !== 'short') return []
  return files.filter(
    (file) =>
      !file.live &&
      file.bytes > EMPTY_BYTES &&
      !recording.findings.some((f) => f.kind !== 'missing' && f.uniqueid === file.uniqueid && f.side === file.side),
  )
}

/** Talk heard of after filing (CEL told it late) that the recording does not cover: the recording is short after all. */
export function laterGaps(
  findings: VoiceFinding[],
  legs: { uniqueid: string; side: Voice['side']; talkMs: number }[],
  toleranceMs: number,
): VoiceFinding[] {
  return legs.flatMap(({ uniqueid, side, talkMs }) => {
    const before = findings.find((finding) => finding.uniqueid === uniqueid && finding.side === side)
    const recordedMs = before?.recordedMs ?? 0
    if (talkMs - recordedMs <= toleranceMs) return []
    if (before && before.kind !== 'kept' && before.talkMs >= talkMs) return []
    return [{ kind: before ? 'short' : 'missing', side, uniqueid, talkMs, recordedMs } as VoiceFinding]
  })
}

/**
 * Talk time of a call: its agents' talk, counted once where two overlap, in milliseconds. Null where it cannot be: the clock
 * was set in mid-call, and the column holds no such number.
 */
export function talkMsOf({ legs, endedAt }: Pick<CallToFile, 'legs' | 'endedAt'>): number | null {
  const talks = legs.flatMap((leg) =>
    leg.side === 'agent' ? leg.talk.map((talk) => ({ ...talk, end: leg.endedAt })) : [],
  )
  const ms = Math.round(
    lengthOf(talks.map(({ from, to, end }) => ({ from: from.getTime(), to: (to ?? end ?? endedAt).getTime() }))),
  )
  return ms <= LONGEST_MS ? ms : null
}

/** Must the voices of a recording that lost sound stay in the spool a while longer? */
export function isIncompleteKept({ state, filedAt }: Pick<Recording, 'state' | 'filedAt'>, now: number): boolean {
  return state === 'short' && filedAt !== null && now - filedAt.getTime() < KEEP_INCOMPLETE_MS
}

/** The next revision of a recording's object in the vault. */
export function revisionAfter(vaultKey: string | null): number {
  const found = /-(\d+)\.wav$/.exec(vaultKey ?? '')
  return found ? Number(found[1]) + 1 : 1
}

/** How long to leave a vault alone that failed so many times in a row: 1 s doubling to 30 s, spread by `chance` (0 to 1). */
export function backOffMs(failures: number, chance: number): number {
  return Math.round(Math.min(30_000, 500 * 2 ** Math.min(failures, 10)) * (0.5 + chance / 2))
}

/** A request's byte range. `none`: send the whole; `unsatisfiable`: 416. */
export type ByteRange = { from: number; to: number } | 'none' | 'unsatisfiable'

/** Reads a Range header against a length (RFC 9110 §14.2). Several ranges, or another unit: the whole is sent, as §14.2 allows. */
export function readRange(header: string | undefined, bytes: number): ByteRange {
  const found = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? '')
  if (!found || (found[1] === '' && found[2] === '')) return 'none'
  const [first, last] = [found[1] as string, found[2] as string]
  if (first === '') {
    const suffix = Math.min(Number(last), bytes)
    return suffix === 0 ? 'unsatisfiable' : { from: bytes - suffix, to: bytes - 1 }
  }
  const from = Number(first)
  if (last !== '' && Number(last) < from) return 'none'
  if (from >= bytes) return 'unsatisfiable'
  return { from, to: last === '' ? bytes - 1 : Math.min(Number(last), bytes - 1) }
}
