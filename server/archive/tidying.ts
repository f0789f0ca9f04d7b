/** Takes out of the spool what need not be there any more, and nothing else. */
import type { SpoolFile } from '../../recordings/index.ts'
import { latePieces } from './pieces.ts'
import * as pieces from './pieces-store.ts'
import { isIncompleteKept, KEEP_UNANSWERED_MS, lateVoices, ORPHAN_AFTER_MS, type Recording } from './recording.ts'
import type { ArchiveSettings } from './settings.ts'
import * as store from './store.ts'

type Release = (filed: { key: string; sha256: string; bytes: number }, files: { path: string }[]) => Promise<void>
type Call = NonNullable<ReturnType<Awaited<ReturnType<typeof store.readCalls>>['get']>>

/**
 * Goes through the finished voices of the spool by call: releases what is filed (a kill came between commit and
 * unlink), files again what a late voice makes whole, drops what only waited. Gives back how many belong to no call
 * the desk knows, or came after their recording was whole: those stay, and are told.
 */
export async function letGo(settings: ArchiveSettings, files: SpoolFile[], release: Release): Promise<number> {
  const { db } = settings
  const byCall = Map.groupBy(
    files.filter((file) => !file.live),
    ({ callId }) => callId,
  )
  const calls = await store.readCalls(db, [...byCall.keys()])
  const rows = Map.groupBy(await store.readOfCalls(db, [...byCall.keys()]), ({ callId }) => callId)
  const now = Date.now()
  let orphans = 0
  for (const [callId, mine] of byCall) {
    const call = calls.get(callId)
    if (!call) orphans += mine.filter(({ writtenAt }) => now - writtenAt > ORPHAN_AFTER_MS).length
    if (!call?.ended) continue
    const recordings = rows.get(callId) ?? []
    for (const recording of recordings) {
      const own = mine.filter((file) => (recording.kind === 'voicemail') === (file.side === 'voicemail'))
      orphans += await letGoOf(settings, recording, own, release)
    }
    await dropUnneeded(settings, call, mine, recordings)
  }
  return orphans
}

async function letGoOf(
  settings: ArchiveSettings,
  recording: Recording,
  files: SpoolFile[],
  release: Release,
): Promise<number> {
  const { vaultKey: key, sha256, bytes, state, callId, recordingId, findings } = recording
  if (state === 'filing' || state === 'recording') return 0
  if (lateVoices(recording, files).length > 0) {
    settings.log.info({ callId, recordingId }, 'a voice came late; the recording is filed again')
    await settings.commit(async (tx) => {
      if (!(await store.reopen(tx, recording))) return []
      return [{ type: 'recording.filing', recordingId, callId, at: await store.clock(tx) }]
    })
    return 0
  }
  if (isIncompleteKept(recording, Date.now())) return 0
  const known = files.filter((file) => findings.some((f) => f.uniqueid === file.uniqueid && f.side === file.side))
  if (key && sha256 && bytes && known.length > 0) await release({ key, sha256, bytes }, known)
  return files.length - known.length
}

/**
 * The same for pieces of continuous recordings: those filed are released (a kill came between), one that was thought lost
 * and turned up is filed after all. Files the desk has not heard of yet are left alone.
 */
export async function letGoPieces(settings: ArchiveSettings, release: Release): Promise<void> {
  const { db, recordings, commit, log } = settings
  const ids = await pieces.recordingsOfPieces(db, await recordings.listPieces())
  const settled = (await store.readContinuous(db, ids)).filter(
    ({ state }) => state !== 'recording' && state !== 'filing',
  )
  const known = await pieces.readPieces(
    db,
    settled.map(({ recordingId }) => recordingId),
  )
  for (const recording of settled) {
    const { recordingId, vaultKey: key, sha256, bytes } = recording
    const files = await recordings.findPieces(known.filter((piece) => piece.recordingId === recordingId))
    if (latePieces(recording, files).length > 0) {
      log.info({ recordingId }, 'a piece came late; the recording is filed again')
      await commit(async (tx) => {
        if (!(await store.reopen(tx, recording))) return []
        return [{ type: 'recording.filing', recordingId, callId: null, at: await store.clock(tx) }]
      })
    } else if (key && sha256 && bytes && !isIncompleteKept(recording, Date.now())) {
      await release({ key, sha256, bytes }, files)
    }
  }
}

/** Nobody talked: the voice of one who only waited is not kept. Nor are bare headers of phones that only rang. */
async function dropUnneeded(
  { recordings }: ArchiveSettings,
  call: Call,
  files: SpoolFile[],
  kept: Recording[],
): Promise<void> {
  if (Date.now() - call.endedAt.getTime() < KEEP_UNANSWERED_MS) return
  const talked = call.legs.some(({ talk }) => talk.length > 0) || kept.some(({ kind }) => kind === 'call')
  if (!talked && call.outcome !== 'answered')
    await recordings.discard(files.filter((file) => file.side !== 'voicemail'))
  await recordings.dropEmpty(files)
}
