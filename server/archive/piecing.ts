/**
 * Continuous recordings, written by the exchange a file per channel and piece: what is told of a piece as it begins and
 * ends, and the sound of any moment, from the vault or from the spool. Whose they are, and who may hear them, is for the
 * room that records.
 */
import {
  type ClipSource,
  heardUntil,
  NotInVault,
  type Piece,
  type Recordings,
  VaultDown,
} from '../../recordings/index.ts'
import type { Db, Tx } from '../db/index.ts'
import { notFound, Outage, Refusal } from '../refusal.ts'
import type { ArchiveEvent } from './events.ts'
import type { Continuous, KnownPiece } from './pieces.ts'
import * as pieces from './pieces-store.ts'
import * as store from './store.ts'

/** Asterisk writes whole blocks of 32 kB: what was just said is on the disk this much later. */
const ON_DISK_AFTER_MS = 2_600
const LOOK_AGAIN_MS = 100

/**
 * A piece began, or was found. It joins the first of the recordings `beside` that has no such channel and is not filed
 * yet, or begins one of its own. Told again, nothing changes. `begun`: the recording is new.
 */
export async function notePiece(
  tx: Tx,
  piece: Piece,
  beside: readonly string[],
): Promise<{ recordingId: string; begun: boolean }> {
  const known = await pieces.readPiece(tx, piece.name)
  if (known) return { recordingId: known.recordingId, begun: false }
  for (const recordingId of beside) {
    const state = await pieces.lockState(tx, recordingId)
    const others = await pieces.readPieces(tx, [recordingId])
    if ((state !== 'recording' && state !== 'filing') || others.some(({ channel }) => channel === piece.channel))
      continue
    await pieces.insertPiece(tx, { ...piece, recordingId })
    return { recordingId, begun: false }
  }
  const recordingId = await pieces.insertContinuous(tx, new Date(piece.startedAt))
  await pieces.insertPiece(tx, { ...piece, recordingId })
  return { recordingId, begun: true }
}

/** Pieces of these recordings that nobody has said the end of. */
export async function openPieces(tx: Tx, recordingIds: string[]): Promise<KnownPiece[]> {
  return (await pieces.readPieces(tx, recordingIds)).filter(({ endedAt }) => endedAt === null)
}

/**
 * A piece has ended. `measured`: by the length of its file, which is better than what was said before. When it was the
 * recording's last, the recording waits to be filed.
 */
export async function endPiece(tx: Tx, name: string, endedAt: number, measured: boolean): Promise<ArchiveEvent[]> {
  const piece = await pieces.readPiece(tx, name)
  if (!piece || (piece.endedAt !== null && !measured)) return []
  const { recordingId } = piece
  const state = await pieces.lockState(tx, recordingId)
  if (state !== 'recording' && state !== 'filing') return []
  await pieces.setEnded(tx, name, new Date(endedAt))
  const waits = await pieces.startFiling(tx, recordingId)
  return waits ? [{ type: 'recording.filing', recordingId, callId: null, at: await store.clock(tx) }] : []
}

/** A stretch of sound that can be played: its length, its bytes, and the recordings it is taken from. */
export type Clip = {
  recordingIds: string[]
  bytes: number
  ms: number
  /** bytes [from, to], both ends included */
  read: (range?: { from: number; to: number }) => Promise<Buffer>
}

/**
 * The sound of `window` (epoch milliseconds), of which [from, to] of `wanted` is what somebody said on `channel`. What is
 * not on the disk yet is waited for, a little.
 * @throws Refusal sound-not-yet (425), sound-not-found; Outage vault, also when read
 */
export async function clipOf(
  db: Db,
  recordings: Recordings,
  recordingIds: string[],
  wanted: { from: number; to: number; channel: 0 | 1; window: { from: number; to: number } },
): Promise<Clip> {
  const { channel, window } = wanted
  const core = { from: wanted.from, to: Math.max(wanted.to, wanted.from + 1) }
  for (const giveUpAt = Date.now() + ON_DISK_AFTER_MS; ; ) {
    const { sources, growing } = await sourcesOf(db, recordings, recordingIds)
    const until = heardUntil(sources, channel, { from: core.from, to: window.to })
    const isWhole = until !== undefined && until >= window.to - 1
    const mayCome = growing.has(channel) && Date.now() < giveUpAt
    if (isWhole || !mayCome) {
      if (until === undefined) throw growing.has(channel) ? new Refusal('sound-not-yet') : notFound('sound')
      const used = sources.filter(({ spans }) => spans.some(({ from, to }) => from < window.to && to > window.from))
      const { bytes, ms, read } = recordings.clip({ from: window.from, to: Math.max(until, core.to) }, used)
      return {
        recordingIds: used.map((source) => source.recordingId),
        bytes,
        ms,
        read: (range) => orOutage(read(range)),
      }
    }
    await new Promise((go) => setTimeout(go, LOOK_AGAIN_MS))
  }
}

type Source = ClipSource & { recordingId: string }

/** Where each of these recordings can be heard now, and which channels are still being written. */
async function sourcesOf(
  db: Db,
  recordings: Recordings,
  recordingIds: string[],
): Promise<{ sources: Source[]; growing: Set<0 | 1> }> {
  const [rows, known] = await Promise.all([store.readContinuous(db, recordingIds), pieces.readPieces(db, recordingIds)])
  const growing = new Set<0 | 1>()
  const sources: Source[] = []
  for (const row of rows) {
    const mine = known.filter(({ recordingId }) => recordingId === row.recordingId)
    const files = await recordings.findPieces(mine)
    for (const { channel, closed } of files) if (!closed) growing.add(channel)
    const spooled = recordings.sourceOfPieces(files)
    const source = inVault(recordings, row, mine, spooled) ?? spooled
    if (source) sources.push({ ...source, recordingId: row.recordingId })
  }
  return { sources, growing }
}

function inVault(recordings: Recordings, row: Continuous, mine: KnownPiece[], spooled: ClipSource | undefined) {
  const { vaultKey, bytes, ms, startedAt } = row
  if (vaultKey === null || bytes === null || ms === null) return
  const startAt = startedAt.getTime()
  const spans = mine.map(({ channel, startedAt: from, endedAt }) => ({ channel, from, to: endedAt ?? startAt + ms }))
  const source = recordings.sourceInVault(vaultKey, { startAt, frames: (bytes - 44) / 4, spans })
  const read: ClipSource['read'] = async (from, to) => {
    try {
      return await source.read(from, to)
    } catch (error) {
      // its files may not have been let go of yet
      if (!spooled || spooled.frames !== source.frames) throw error
      return spooled.read(from, to)
    }
  }
  return { ...source, read }
}

async function orOutage(read: Promise<Buffer>): Promise<Buffer> {
  try {
    return await read
  } catch (error) {
    if (error instanceof VaultDown || error instanceof NotInVault) throw new Outage('vault', { cause: error })
    throw error
  }
}
