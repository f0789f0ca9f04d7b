/**
 * Pieces of a continuous recording: files whose first sample's moment is known, because a recorder that writes silence
 * too began then. Two of them, one for each channel, are laid on one time line. A machine that stood still wrote nothing
 * meanwhile: beside the piece stands when which sample was written (`.times`), so that what follows is at its place.
 */
import { lstat, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Plan } from './lay.ts'
import { BYTES_PER_SAMPLE, layoutOf, RATE } from './wav.ts'

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
  /** where `times` are kept */
  timesPath: string
  times: PieceTime[]
}

/** Sample number `sample` of a piece was heard at `at`, epoch milliseconds. */
export type PieceTime = { at: number; sample: number }

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
  const timesPath = path.replace(/wav$/, 'times')
  return {
    ...piece,
    path,
    timesPath,
    times: timesIn((await readFile(timesPath, 'utf8').catch(unlessAbsent)) ?? ''),
    bytes: stat.size,
    dataAt: sound?.dataAt ?? 0,
    samples: (sound?.dataBytes ?? 0) / 2,
    writtenAt: stat.mtimeMs,
    closed: sound !== undefined && !sound.torn,
  }
}

/** A line for each moment, `<ms> <sample>`; one that is not so, as a kill in mid-line leaves it, says nothing. */
const timesIn = (text: string): PieceTime[] =>
  text.split('\n').flatMap((line) => {
    const [, at, sample] = /^(\d{13}) (\d{1,12})$/.exec(line) ?? []
    return at && sample ? [{ at: Number(at), sample: Number(sample) }] : []
  })

type Run = { first: number; samples: number; at: number }
const msOf = (samples: number): number => (samples / RATE) * 1_000

/**
 * The piece in runs of samples that follow each other, each with the moment of its first. Time that was not written never
 * comes back: a moment that says less was lost by then than an earlier one corrects that one.
 */
function runsOf({ startedAt, samples, times }: PieceFile): Run[] {
  const runs: Run[] = []
  let end = samples
  let most = Infinity
  for (const { at, sample } of times.toSorted((a, b) => b.sample - a.sample)) {
    const lost = Math.max(0, Math.min(most, at - startedAt - msOf(sample)))
    most = lost
    if (sample >= end || sample <= 0) continue
    runs.unshift({ first: sample, samples: end - sample, at: startedAt + msOf(sample) + lost })
    end = sample
  }
  runs.unshift({ first: 0, samples: end, at: startedAt })
  return runs
}

/** When a piece's last sample was heard. */
export function endOf(file: PieceFile): number {
  const last = runsOf(file).at(-1) as Run
  return last.at + msOf(last.samples)
}

/** Each piece where it began, each channel silent where it has none. Nothing is read until the bytes are asked for. */
export function planPieces(files: readonly PieceFile[]): Plan | undefined {
  const sounding = files.filter(({ samples }) => samples > 0)
  if (sounding.length === 0) return
  const startAt = Math.min(...sounding.map(({ startedAt }) => startedAt))
  const laid = sounding.flatMap((file) =>
    runsOf(file).map(({ first, samples, at }) => ({
      path: file.path,
      dataAt: file.dataAt + first * BYTES_PER_SAMPLE,
      samples,
      channel: file.channel,
      offset: Math.round(((at - startAt) * RATE) / 1_000),
    })),
  )
  return { startAt, frames: Math.max(...laid.map(({ offset, samples }) => offset + samples)), laid }
}

function unlessAbsent(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
}
