/** Holds recordings against calls: finds what nobody told us of, and talk heard of only after its recording was filed. */
import { lengthOf, type Stretch, TOLERANCE_MS } from '../../recordings/index.ts'
import type { ArchiveFigures } from './figures.ts'
import { eventOf, laterGaps, type Recording, talkMsOf, voicesOf } from './recording.ts'
import type { ArchiveSettings } from './settings.ts'
import * as store from './store.ts'

/** One comparison of the last month's calls and the last hour's recordings. */
export async function reconcile(settings: ArchiveSettings, figures: ArchiveFigures): Promise<void> {
  for (const callId of await store.unexpected(settings.db, 200)) await expectLate(settings, callId)
  for (const recording of await store.outgrown(settings.db, TOLERANCE_MS)) await recount(settings, figures, recording)
}

/** An answered call with no recording expected of it: told late, or by a server that was away. */
async function expectLate({ commit }: ArchiveSettings, callId: string): Promise<void> {
  await commit(async (tx) => {
    const call = (await store.readCalls(tx, [callId])).get(callId)
    if (!call) return []
    const kind = call.outcome === 'voicemail' ? 'voicemail' : 'call'
    const recordingId = await store.expect(tx, { callId, kind, state: 'filing', startedAt: call.endedAt })
    return recordingId ? [{ type: 'recording.filing', recordingId, callId, at: await store.clock(tx) }] : []
  })
}

/** A recording whose call has more talk now than was counted when it was filed. */
async function recount(
  { db, commit, log }: ArchiveSettings,
  figures: ArchiveFigures,
  recording: Recording,
): Promise<void> {
  const { callId, recordingId } = recording
  const call = (await store.readCalls(db, [callId])).get(callId)
  if (!call) return
  const talks = voicesOf('call', call, []).map(({ uniqueid, side, talk }) => ({
    uniqueid,
    side,
    talkMs: talkLength(talk),
  }))
  const gaps = laterGaps(recording.findings, talks, TOLERANCE_MS)
  const others = recording.findings.filter(
    (old) => !gaps.some((gap) => gap.uniqueid === old.uniqueid && gap.side === old.side),
  )
  const talkMs = talkMsOf(call)
  if (gaps.length === 0 && talkMs === recording.talkMs) return
  const after: Recording = {
    ...recording,
    findings: [...others, ...gaps],
    talkMs,
    ...(gaps.length > 0 && { state: 'short' }),
  }
  await commit(async (tx) => {
    if (!(await store.shorten(tx, recording, after)) || gaps.length === 0) return []
    return [eventOf(after, call.unrecordedWhy, await store.clock(tx))]
  })
  if (gaps.length > 0) log.error({ recordingId, callId }, 'a recording is shorter than the talk heard of since')
  for (const gap of gaps) figures.gap(gap.kind)
}

const talkLength = (talk: Stretch[]): number => Math.round(lengthOf(talk))
