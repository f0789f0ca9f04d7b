/**
 * Pieces of a continuous recording: files whose first sample's moment is known, because a recorder that writes silence
 * too began then. Two of them, one for each channel, are laid on one time line.
 */
import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Plan } from './lay.ts'
import { layoutOf, RATE } from './wav.ts'

/** Left is channel 0, right channel 1. `name`: the file's, without its ending. Times are epoch milliseconds. */
export type Piece = { name: string; channel: 0 | 1; startedAt: number }

/** A piece as it lies in the spool now. `closed`: its recorder has finished it; until then it may grow. */
export type PieceFile = Piece & {
  path: string
  bytes: number
  dataAt: number
  samples: number
  writtenAt: number
  closed: boolean
}

/** No name leads out of the folder, or to anything but a recording. */
const NAME = /^[a-z0-9][a-z0-9_-]{0,200}$/i

/** Where pieces lie in the spool: where ARI's recordings are written. */
export const piecesFolder = (spool: string): string => join(spool, 'recording')

/** The names of all that lie there. */
export async function listPieces(spool: string): Promise<string[]> {
  const names = (await readdir(piecesFolder(spool)).catch(unlessAbsent)) ?? []
  return names.filter((name) => name.endsWith('.wav')).map((name) => name.slice(0, -4))
}

/** Those of these pieces that are there. One that Asterisk has only begun has no samples yet. */
export async function findPieces(spool: string, pieces: readonly Piece[]): Promise<PieceFile[]> {
  const found = await Promise.all(pieces.map((piece) => findOne(spool, piece)))
  return found.filter((file) => file !== undefined)
}

async function findOne(spool: string, piece: Piece): Promise<PieceFile | undefined> {
  if (!NAME.test(piece.name)) return
  const path = join(piecesFolder(spool), `${piece.name}.wav`)
  const stat = await lstat(path).catch(unlessAbsent)
  if (!stat?.isFile()) return
  const layout = await layoutOf(path).catch(unlessAbsent)
  const sound = layout?.rate === RATE && layout.channels === 1 ? layout : undefined
  return {
    ...piece,
    path,
    bytes: stat.size,
    dataAt: sound?.dataAt ?? 0,
    samples: (sound?.dataBytes ?? 0) / 2,
    writtenAt: stat.mtimeMs,
    closed: sound !== undefined && !sound.torn,
  }
}

/** When a piece's last sample was heard. */
export const endOf = ({ startedAt, samples }: PieceFile): number => startedAt + (samples / RATE) * 1_000

/** Each piece where it began, each channel silent where it has none. Nothing is read until the bytes are asked for. */
export function planPieces(files: readonly PieceFile[]): Plan | undefined {
  const sounding = files.filter(({ samples }) => samples > 0)
  if (sounding.length === 0) return
  const startAt = Math.min(...sounding.map(({ startedAt }) => startedAt))
  const laid = sounding.map(({ path, dataAt, samples, channel, startedAt }) => ({
    path,
    dataAt,
    samples,
    channel,
    offset: Math.round(((startedAt - startAt) * RATE) / 1_000),
  }))
  return { startAt, frames: Math.max(...laid.map(({ offset, samples }) => offset + samples)), laid }
}

function unlessAbsent(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
}
