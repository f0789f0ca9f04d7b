/** The one door to recordings: what lies in the spool becomes one stereo file in the vault. Keeps no rows, knows no server. */
import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { check, type Finding, isGap, type Kept } from './check.ts'
import { type ClipSource, makeClip } from './clip.ts'
import { believed, bytesOf, laidBytes, msOf, type Plan, planLay, type VoiceFile } from './lay.ts'
import { peaksOf } from './peaks.ts'
import { endOf, findPieces, listPieces, type Piece, type PieceFile, planPieces } from './pieces.ts'
import {
  discard,
  type End,
  freeRatio,
  isClosed,
  isStale,
  type SpoolFile,
  salvage,
  scanSpool,
  soundOf,
} from './spool.ts'
import { type Vault, verify } from './vault/vault.ts'
import type { Voice } from './voice.ts'
import { BYTES_PER_SAMPLE, HEADER_BYTES } from './wav.ts'

export { type Finding, isGap, TOLERANCE_MS } from './check.ts'
export { type ClipSource, heardUntil } from './clip.ts'
export { LONGEST_MS } from './lay.ts'
export { BUCKETS } from './peaks.ts'
export type { Piece, PieceFile } from './pieces.ts'
export { HELD_BACK_MS, type SpoolFile, type SpoolScan } from './spool.ts'
export { folderVault } from './vault/folder.ts'
export { type MinioSettings, minioVault } from './vault/minio.ts'
export { NotInVault, type Vault, VaultDown, VaultLies, type VaultTraits } from './vault/vault.ts'
export { lengthOf, type Side, type Stretch, type Voice } from './voice.ts'

const FRAME_BYTES = 2 * BYTES_PER_SAMPLE

/** A call (or a message left) whose voices are to be filed. `revision` grows when a late voice makes a new file of it. */
export type ToFile = { callId: string; kind: 'call' | 'voicemail'; revision: number; voices: Voice[] }

/** How a recording was filed. `peaks`: 1,000 bytes of left, then of right. Times: epoch milliseconds. */
export type Filed = {
  key: string
  sha256: string
  bytes: number
  ms: number
  startedAt: number
  peaks: Buffer
  findings: Finding[]
}

/** What became of `file`: in the vault and read back, or nothing with sound in it was there. */
export type FileResult = ({ filed: true } & Filed) | { filed: false; findings: Finding[] }

/** A stereo file that can be played from the spool while the vault has it not. */
export type Playable = { bytes: number; ms: number; read: (range?: { from: number; to: number }) => Readable }

/** The recordings of one PBX's spool and one vault. Every verb may be repeated after a kill at any point. */
export type Recordings = ReturnType<typeof makeRecordings>

/** Opens the door: a spool folder on the PBX's host and a vault. */
export function makeRecordings({ vault, spool }: { vault: Vault; spool: string }) {
  return {
    vault,

    /** What lies in the spool. */
    scan: () => scanSpool(spool),

    /** The share of the spool's disk that is free, 0 to 1. */
    freeRatio: () => freeRatio(spool),

    /**
     * Moves live files nobody writes any more to `done/`: those their recorder has closed, and those it has left, whose
     * headers are closed here. `over` says what is known of a file's end. Gives back those that were left.
     */
    async rescue(files: SpoolFile[], over: (file: SpoolFile) => End): Promise<SpoolFile[]> {
      const saved: SpoolFile[] = []
      for (const file of files) {
        const end = over(file)
        if (await isClosed(file, end)) await salvage(spool, file)
        else if (isStale(file, end) && (await salvage(spool, file))) saved.push(file)
      }
      return saved
    },

    /**
     * Checks each voice, lays them on one time line, puts the file in the vault and reads it back. The spool is left
     * as it is: `release` it once what this says is committed.
     * @throws VaultDown, VaultLies: nothing is lost, try later
     */
    async file(call: ToFile, files: SpoolFile[]): Promise<FileResult> {
      const { kept, plan } = await gather(call, files)
      if (!plan) return { filed: false, findings: check(kept) }

      const { filed, loudest } = await keep(vault, call.kind, call.callId, call.revision, plan)
      for (const [i, voice] of kept.filter(({ file }) => file).entries()) voice.loudest = loudest[i] ?? 0
      return { ...filed, findings: check(kept) }
    },

    /** Names of the pieces of continuous recordings that lie in the spool, finished or not. */
    listPieces: () => listPieces(spool),

    /** Those of these pieces that lie in the spool. */
    findPieces: (pieces: readonly Piece[]) => findPieces(spool, pieces),

    /**
     * Lays pieces of a continuous recording on one time line, puts the file in the vault and reads it back, as `file` does
     * a call's voices. The spool is left as it is.
     * @throws VaultDown, VaultLies: nothing is lost, try later
     */
    async filePieces(id: string, revision: number, files: readonly PieceFile[]): Promise<FileResult> {
      const plan = planPieces(files)
      if (!plan) return { filed: false, findings: [] }
      const { filed } = await keep(vault, 'radio', id, revision, plan)
      return { ...filed, findings: [] }
    },

    /** What can be heard of a continuous recording from the spool alone; undefined: nothing yet. */
    sourceOfPieces(files: readonly PieceFile[]): ClipSource | undefined {
      const plan = planPieces(files)
      if (!plan) return
      return {
        startAt: plan.startAt,
        frames: plan.frames,
        spans: files.map((file) => ({ channel: file.channel, from: file.startedAt, to: endOf(file) })),
        read: (from, to) =>
          gathered(laidBytes(plan, { from: HEADER_BYTES + from * FRAME_BYTES, to: HEADER_BYTES + to * FRAME_BYTES })),
      }
    },

    /** What can be heard of one in the vault. @throws when read: VaultDown, NotInVault */
    sourceInVault(key: string, about: Omit<ClipSource, 'read'>): ClipSource {
      return {
        ...about,
        read: async (from, to) =>
          gathered(
            await vault.readRange(key, {
              from: HEADER_BYTES + from * FRAME_BYTES,
              to: HEADER_BYTES + to * FRAME_BYTES - 1,
            }),
          ),
      }
    },

    clip: makeClip,

    /** Takes a filed call's voices out of the spool. Only after the commit that says where the recording is. */
    async release(
      filed: { key: string; sha256: string; bytes: number },
      files: readonly { path: string; timesPath?: string }[],
    ): Promise<boolean> {
      const stored = await vault.head(filed.key)
      if (stored?.bytes !== filed.bytes) return false
      if (stored.sha256 !== undefined && stored.sha256 !== filed.sha256) return false
      await discard(files.flatMap(({ path, timesPath }) => [...(timesPath ? [{ path: timesPath }] : []), { path }]))
      return true
    },

    /** Takes voices out of the spool that are not to be kept: of one who only waited. */
    discard,

    /** Takes files with nothing in them out of the spool: a caller who gave up leaves a bare header. Says how many. */
    async dropEmpty(files: SpoolFile[]): Promise<number> {
      const empty = files.filter((file) => !file.live && file.bytes <= HEADER_BYTES)
      await discard(empty)
      return empty.length
    },

    /** The recording as it can be played from the spool alone; undefined when no sound of it is there. */
    async fromSpool(call: ToFile, files: SpoolFile[]): Promise<Playable | undefined> {
      const { plan } = await gather(call, files)
      if (!plan) return
      return {
        bytes: bytesOf(plan),
        ms: msOf(plan),
        read: (range) =>
          Readable.from(laidBytes(plan, range && { from: range.from, to: range.to + 1 }), { objectMode: false }),
      }
    },
  }
}

/** Finds each voice's file and lays out the time line; no plan when there is nothing to hear. */
async function gather(call: ToFile, files: SpoolFile[]): Promise<{ kept: Kept[]; plan?: Plan }> {
  const found: Kept[] = []
  for (const voice of call.voices) {
    const file = files.find((file) => !file.live && file.uniqueid === voice.uniqueid && file.side === voice.side)
    const sound = file && (await soundOf(file))
    found.push({ voice, ...(sound && { file: sound }) })
  }
  const kept = believed(found)
  const sounding = kept.filter((one): one is Kept & { file: VoiceFile & { torn: boolean } } => one.file !== undefined)
  if (!sounding.length) return { kept }
  const plan = planLay(sounding)
  return plan.frames > 0 ? { kept, plan } : { kept }
}

/** Puts what is laid into the vault and reads it back; says also how loud each voice was. */
async function keep(vault: Vault, kind: ToFile['kind'] | 'radio', id: string, revision: number, plan: Plan) {
  const { sha256, peaks, loudest } = await readThrough(plan)
  const promised = { bytes: bytesOf(plan), sha256 }
  const key = keyOf(kind, id, revision, plan.startAt)
  await vault.put(key, () => Readable.from(laidBytes(plan), { objectMode: false }), promised)
  await verify(vault, key, promised)
  return { filed: { filed: true as const, key, ...promised, ms: msOf(plan), startedAt: plan.startAt, peaks }, loudest }
}

/** One pass over what will be put: its hash, its waveform, and whether each voice has anything in it. */
async function readThrough(plan: Plan): Promise<{ sha256: string; peaks: Buffer; loudest: number[] }> {
  const hash = createHash('sha256')
  const waveform = peaksOf(plan.frames)
  const loudest: number[] = []
  let header = true
  for await (const piece of laidBytes(plan, { loudest })) {
    hash.update(piece)
    if (!header) waveform.hear(piece)
    header = false
  }
  return { sha256: hash.digest('hex'), peaks: waveform.peaks(), loudest }
}

/** Where a recording lies: by day (UTC), the call's own id or its own, and its revision. Never anything a caller said. */
function keyOf(kind: ToFile['kind'] | 'radio', id: string, revision: number, startedAt: number): string {
  const day = new Date(startedAt).toISOString().slice(0, 10).replaceAll('-', '/')
  return `${kind}/${day}/${id}-${revision}.wav`
}

async function gathered(bytes: AsyncIterable<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of bytes) parts.push(part)
  return Buffer.concat(parts)
}

/** Sound was lost: the recording is short. */
export const hasGap = (findings: Finding[]): boolean => findings.some(isGap)
