/** What was recorded of each call, its state, what is missing of it, and who listened. The only user of recordings/. */
import type { Readable } from 'node:stream'
import { NotInVault, type Recordings, VaultDown } from '../../recordings/index.ts'
import { type Actor, may, type Thing } from '../access/index.ts'
import type { CallEvent } from '../calls/index.ts'
import type { Db, Tx } from '../db/index.ts'
import { notFound, Outage, Refusal } from '../refusal.ts'
import type { ListeningView, RecordingAlarmView, RecordingView } from '../wire/views.ts'
import * as alarmStore from './alarms-store.ts'
import type { ArchiveEvent } from './events.ts'
import { ONE_LISTENING_MS, type Recording, revisionAfter, type VoiceFinding, voicesOf } from './recording.ts'
import * as store from './store.ts'

export type { Recordings } from '../../recordings/index.ts'
export { readAlarms as recordingAlarms } from './alarms-store.ts'
export type { ArchiveEvent } from './events.ts'
export type { ArchiveFigure } from './figures.ts'
export { type Archive, startArchive } from './filing.ts'
export type { ArchiveHealth } from './health.ts'
export { type Clip, clipOf, endPiece, notePiece, openPieces } from './piecing.ts'
export { readRange, type VoiceFinding } from './recording.ts'

type Of<T extends CallEvent['type']> = Extract<CallEvent, { type: T }>

/** A call is answered: from now on there is a recording of it, and the ticket says so. */
export async function noteRecording(tx: Tx, event: Of<'call.answered'>): Promise<ArchiveEvent[]> {
  await store.expect(tx, { callId: event.callId, kind: 'call', state: 'recording', startedAt: event.at })
  return []
}

/** A call is over: what was recorded of it waits to be filed. One nobody talked in has nothing to keep. */
export async function expectRecording(tx: Tx, event: Of<'call.ended'>): Promise<ArchiveEvent[]> {
  const { callId, at, outcome } = event
  const waiting = await store.startFiling(tx, callId)
  if (outcome === 'answered' || outcome === 'voicemail') {
    const kind = outcome === 'voicemail' ? 'voicemail' : 'call'
    const made = await store.expect(tx, { callId, kind, state: 'filing', startedAt: at })
    if (made) waiting.push(made)
  }
  return waiting.map((recordingId) => ({ type: 'recording.filing', recordingId, callId, at }))
}

/** The recordings of these calls as this person may see them. One they may not see is not there. */
export async function recordingsOf(db: Db | Tx, actor: Actor, callIds: string[]): Promise<RecordingView[]> {
  const recordings = await store.readOfCalls(db, callIds)
  const reach = await store.readReach(db, [...new Set(recordings.map(({ callId }) => callId))])
  return recordings.flatMap((recording) => {
    const thing = thingOf(recording, reach)
    return thing && may(actor, 'see', thing) ? [viewOf(recording, may(actor, 'listen', thing))] : []
  })
}

/** One recording as this person may see it. Hidden or not there: 404. */
export async function recordingFor(db: Db | Tx, actor: Actor, recordingId: string): Promise<RecordingView> {
  const { recording, thing } = await reachable(db, actor, 'see', recordingId)
  return viewOf(recording, may(actor, 'listen', thing))
}

/** The waveform: 1,000 heights of the caller's side, then of the other; undefined until it is filed. */
export async function peaksFor(db: Db, actor: Actor, recordingId: string): Promise<Buffer | undefined> {
  await reachable(db, actor, 'listen', recordingId)
  return store.readPeaks(db, recordingId)
}

/** A recording that can be played: its length, and its bytes from wherever they are. */
export type Sound = {
  recordingId: string
  callId: string
  bytes: number
  read: (range?: { from: number; to: number }) => Promise<Readable>
}

/**
 * Opens a recording for one who may hear it: from the vault, or, while that has it not or cannot be reached, from the
 * spool.
 * @throws Refusal recording-not-found (hidden or absent), recording-has-no-sound; Outage vault
 */
export async function soundFor(db: Db, actor: Actor, recordings: Recordings, recordingId: string): Promise<Sound> {
  const { recording } = await reachable(db, actor, 'listen', recordingId)
  const { callId, vaultKey, bytes } = recording
  if (vaultKey !== null && bytes !== null) {
    const read = async (range?: { from: number; to: number }) => {
      try {
        return await recordings.vault.readRange(vaultKey, range)
      } catch (error) {
        if (!(error instanceof VaultDown || error instanceof NotInVault)) throw error
        const spooled = await fromSpool(db, recordings, recording)
        if (spooled?.bytes === bytes) return spooled.read(range)
        throw new Outage('vault', { cause: error })
      }
    }
    return { recordingId, callId, bytes, read }
  }
  const spooled = await fromSpool(db, recordings, recording)
  if (!spooled) throw notFound('sound')
  return { recordingId, callId, bytes: spooled.bytes, read: async (range) => spooled.read(range) }
}

/** Writes down that a person listens. Several pieces fetched within ten minutes are one listening. */
export async function listened(
  tx: Tx,
  {
    recordingId,
    callId,
    personId,
    address,
  }: { recordingId: string; callId: string | null; personId: string; address: string },
): Promise<ArchiveEvent[]> {
  const fresh = await store.writeListening(tx, { recordingId, personId, address, withinMs: ONE_LISTENING_MS })
  return fresh ? [{ type: 'recording.listened', recordingId, callId, personId, at: await store.clock(tx) }] : []
}

/** What is wrong with a call's recording, for whoever may see that there is one. */
export async function alarmsOf(db: Db, actor: Actor, callId: string): Promise<RecordingAlarmView[]> {
  const thing = (await store.readReach(db, [callId])).get(callId)
  if (!thing || !may(actor, 'see', thing)) return []
  const all = await alarmStore.alarmsOfCall(db, callId)
  return all.map(({ kind, at, acknowledgedAt, acknowledgedBy }) => ({
    kind,
    at: at.toISOString(),
    acknowledgedAt: acknowledgedAt?.toISOString() ?? null,
    acknowledgedBy,
    mayAcknowledge: acknowledgedAt === null && may(actor, 'clear', thing),
  }))
}

/** Says that a person knows what is wrong with a call's recording: until then it stands as an alarm. */
export async function acknowledgeAlarms(tx: Tx, actor: Actor, callId: string): Promise<ArchiveEvent[]> {
  const thing = (await store.readReach(tx, [callId])).get(callId)
  if (!thing || !may(actor, 'see', thing)) throw notFound('call')
  if (!may(actor, 'clear', thing)) throw new Refusal('not-allowed')
  if (!(await alarmStore.acknowledge(tx, callId, actor.personId))) throw new Refusal('no-recording-alarm')
  return [{ type: 'recording.acknowledged', callId, byId: actor.personId, at: await store.clock(tx) }]
}

const MOST_LISTENINGS = 100

/** Who listened to a recording: for supervisors of where it was made, and auditors. */
export async function listeningsOf(db: Db, actor: Actor, recordingId: string): Promise<ListeningView[]> {
  const { thing } = await reachable(db, actor, 'see', recordingId)
  if (!may(actor, 'audit', thing)) throw new Refusal('not-allowed')
  const all = await alarmStore.readListenings(db, recordingId, MOST_LISTENINGS)
  return all.map(({ at, person }) => ({ at: at.toISOString(), person }))
}

async function reachable(
  db: Db | Tx,
  actor: Actor,
  verb: 'see' | 'listen',
  recordingId: string,
): Promise<{ recording: Recording; thing: Thing }> {
  const recording = await store.read(db, recordingId)
  const thing = recording && thingOf(recording, await store.readReach(db, [recording.callId]))
  if (!recording || !thing || !may(actor, verb, thing)) throw notFound('recording')
  return { recording, thing }
}

type Reach = Awaited<ReturnType<typeof store.readReach>>

/** What may() is asked: who was on the call, whose ticket it is about, and whether it is a message for the line. */
function thingOf({ callId, kind }: Pick<Recording, 'callId' | 'kind'>, reach: Reach): Thing | undefined {
  const who = reach.get(callId)
  return who && { ...who, isMessage: kind === 'voicemail' }
}

async function fromSpool(db: Db, recordings: Recordings, recording: Recording) {
  const call = (await store.readCalls(db, [recording.callId])).get(recording.callId)
  if (!call?.ended) return
  const files = (await recordings.scan()).files.filter((file) => file.callId === recording.callId)
  const { callId, kind } = recording
  const toFile = { callId, kind, revision: revisionAfter(recording.vaultKey), voices: voicesOf(kind, call, files) }
  return recordings.fromSpool(toFile, files)
}

/** What a console is told of a recording: no key, no path, no channel names. */
function viewOf(recording: Recording, mayListen: boolean): RecordingView {
  return {
    recordingId: recording.recordingId,
    kind: recording.kind,
    callId: recording.callId,
    state: recording.state,
    ms: recording.ms,
    talkMs: recording.talkMs,
    findings: findingsShown(recording.findings),
    startedAt: recording.startedAt.toISOString(),
    filedAt: recording.filedAt?.toISOString() ?? null,
    mayListen,
  }
}

/** What is wrong with a recording, as a screen is told it; what is whole is no finding. `ms`: how much is lost. */
export function findingsShown(findings: readonly VoiceFinding[]): RecordingView['findings'] {
  return findings
    .filter(({ kind }) => kind !== 'kept')
    .map(({ kind, side, talkMs, recordedMs }) => ({
      kind,
      side: side === 'agent' ? 'agent' : 'caller',
      ms: Math.max(0, talkMs - recordedMs),
    }))
}
