/**
 * A continuous recording, a piece at a time: it is written as one file per channel, is over when its last file is, and is
 * then filed like a call's. Pure.
 */
import { HELD_BACK_MS, type Piece, type PieceFile } from '../../recordings/index.ts'
import type { Recording, VoiceFinding } from './recording.ts'

/** A recording of no call. */
export type Continuous = Omit<Recording, 'callId' | 'kind'>

/** A piece as the desk knows it. `endedAt`: epoch milliseconds; null while it is written. */
export type KnownPiece = Piece & { recordingId: string; endedAt: number | null }

/** A file that its recorder never closed is taken as it is when nothing came for so long after its end. */
export const PIECE_GRACE_MS = 15_000

/**
 * Is it time to file? Once every file is closed, or has had its time to be. An empty one looks closed from its birth on:
 * its recorder may still have the first two seconds to itself.
 */
export function arePiecesRipe(pieces: readonly KnownPiece[], files: readonly PieceFile[], now: number): boolean {
  return pieces.every(({ name, endedAt }) => {
    if (endedAt === null) return false
    const file = files.find((one) => one.name === name)
    const quietMs = now - Math.max(endedAt, file?.writtenAt ?? 0)
    if (file?.closed && (file.samples > 0 || quietMs > HELD_BACK_MS)) return true
    return quietMs > PIECE_GRACE_MS
  })
}

/** What each piece left: its sound, or nothing of a time in which the recorder ran. */
export function pieceFindings(pieces: readonly KnownPiece[], files: readonly PieceFile[]): VoiceFinding[] {
  return pieces.map(({ name, channel, startedAt, endedAt }) => {
    const file = files.find((one) => one.name === name)
    const recordedMs = Math.round((file?.samples ?? 0) / 8)
    const talkMs = Math.max(0, (endedAt ?? startedAt) - startedAt)
    const kind = recordedMs === 0 && talkMs > 0 ? 'missing' : file && !file.closed ? 'torn' : 'kept'
    return { kind, side: channel === 0 ? 'caller' : 'agent', uniqueid: name, talkMs, recordedMs }
  })
}

/** Files that were not there when the recording was filed without them. */
export function latePieces({ findings }: Pick<Continuous, 'findings'>, files: readonly PieceFile[]): PieceFile[] {
  const missed = new Set(findings.flatMap(({ kind, uniqueid }) => (kind === 'missing' ? [uniqueid] : [])))
  return files.filter(({ name, samples }) => samples > 0 && missed.has(name))
}
