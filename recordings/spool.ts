import { lstat, readdir, rename, statfs, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { piecesFolder } from './pieces.ts'
import { readSpoolName, type SpoolName } from './voice.ts'
import { layoutOf, RATE, repairHeader } from './wav.ts'

/** A leg's end and its file's last writing must both be this far back before we call a live file abandoned. */
export const STALE_AFTER_MS = 15_000

/** One voice in the spool. `live`: a recorder may still be writing it. Times are epoch milliseconds. */
export type SpoolFile = SpoolName & {
  path: string
  bytes: number
  writtenAt: number
  live: boolean
}

/**
 * What the spool holds, oldest first. `strangers`: names that are not ours, left alone and counted. `bytes`: of these
 * voices, and of the pieces of continuous recordings (pieces.ts) beside them.
 */
export type SpoolScan = { files: SpoolFile[]; bytes: number; strangers: number }

/** Reads `live/` and `done/` of a spool folder. A folder that is not there yet is empty. */
export async function scanSpool(spool: string): Promise<SpoolScan> {
  const scan: SpoolScan = { files: [], bytes: 0, strangers: 0 }
  // live first: a file renamed between the two looks is then seen in done, and the later sight wins
  const seen = new Map<string, SpoolFile>()
  for (const folder of ['live', 'done'] as const) {
    for (const name of await namesIn(join(spool, folder))) {
      const path = join(spool, folder, name)
      const says = readSpoolName(name)
      const stat = await lstat(path).catch(() => undefined)
      if (!stat) continue
      if (!says || !stat.isFile()) {
        scan.strangers++
        continue
      }
      seen.set(name, { ...says, path, bytes: stat.size, writtenAt: stat.mtimeMs, live: folder === 'live' })
    }
  }
  scan.files = [...seen.values()].sort((a, b) => a.writtenAt - b.writtenAt)
  scan.bytes = scan.files.reduce((sum, file) => sum + file.bytes, 0) + (await bytesOfPieces(spool))
  return scan
}

async function bytesOfPieces(spool: string): Promise<number> {
  const folder = piecesFolder(spool)
  const stats = await Promise.all(
    (await namesIn(folder)).map((name) => lstat(join(folder, name)).catch(() => undefined)),
  )
  return stats.reduce((sum, stat) => sum + (stat?.isFile() ? stat.size : 0), 0)
}

/** A recorder keeps up to two seconds of a voice to itself: a file without sound says nothing before they are over. */
export const HELD_BACK_MS = 3_000

/** What is known of the end of a file's recorder, epoch milliseconds. `strange`: nobody knows its call. */
export type End = { now: number; bootAt?: number; legEndedAt?: number; strange?: boolean }

/**
 * Is nobody writing this live file any more? Yes when Asterisk has started
 * since its leg began (its recorders died with it), or when its leg ended a
 * while ago and nothing came since (its disk was full, its recorder hangs).
 */
export function isStale(
  file: Pick<SpoolFile, 'live' | 'writtenAt' | 'uniqueid'>,
  { now, bootAt, legEndedAt }: End,
): boolean {
  if (!file.live) return false
  if (bootAt !== undefined && begunBefore(file) <= bootAt) return true
  return legEndedAt !== undefined && now - legEndedAt > STALE_AFTER_MS && isQuiet(file, now)
}

/** Asterisk names a channel by the second it began in (`pbx1-1795335439.6`). A name without one: when it was written. */
function begunBefore({ uniqueid, writtenAt }: Pick<SpoolFile, 'uniqueid' | 'writtenAt'>): number {
  const second = /(?:^|-)(\d{9,11})\.\d+$/.exec(uniqueid)?.[1]
  return second === undefined ? writtenAt : 1_000 * Number(second) + 1_000
}

const isQuiet = (file: Pick<SpoolFile, 'writtenAt'>, now: number) => now - file.writtenAt > STALE_AFTER_MS

/**
 * Has its recorder finished a live file? Only one whose leg is over may be asked, or one that is quiet and whose call
 * nobody knows: a call is recorded some milliseconds before the database has it. Asterisk writes an empty header first
 * and the true one when it closes the file; in between is sound on disk that the header does not own up to.
 */
export async function isClosed(file: SpoolFile, { now, legEndedAt, strange }: End): Promise<boolean> {
  if (!file.live || !(legEndedAt !== undefined || (strange && isQuiet(file, now)))) return false
  const layout = await layoutOf(file.path).catch(() => undefined)
  if (layout === undefined || layout.torn) return false
  return layout.dataBytes > 0 || now - Math.max(file.writtenAt, legEndedAt ?? 0) > HELD_BACK_MS
}

/** Closes the header of an abandoned live file and moves it to `done/`. False: somebody else did meanwhile. */
export async function salvage(spool: string, file: SpoolFile): Promise<boolean> {
  try {
    await repairHeader(file.path)
    await rename(file.path, join(spool, 'done', `${file.callId}_${file.side}_${file.uniqueid}.wav`))
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}

/**
 * What a finished spool file holds; undefined when there is no sound in it
 * (a caller who gave up leaves 44 bytes) or it is no WAV of ours.
 */
export async function soundOf(file: SpoolFile) {
  const layout = await layoutOf(file.path).catch(() => undefined)
  if (!layout || layout.rate !== RATE || layout.channels !== 1 || layout.dataBytes === 0) return
  return {
    path: file.path,
    dataAt: layout.dataAt,
    samples: layout.dataBytes / 2,
    writtenAt: file.writtenAt,
    torn: layout.torn,
  }
}

/** Takes files out of the spool. One that is already gone is fine. */
export async function discard(files: readonly { path: string }[]): Promise<void> {
  for (const file of files) {
    await unlink(file.path).catch((error) => {
      if (error.code !== 'ENOENT') throw error
    })
  }
}

/** The share of the spool's disk that is free for us, 0 to 1. */
export async function freeRatio(spool: string): Promise<number> {
  const disk = await statfs(spool)
  return disk.blocks === 0 ? 0 : disk.bavail / disk.blocks
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}
