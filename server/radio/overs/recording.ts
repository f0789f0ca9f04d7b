/**
 * The continuous recording of each port: the pieces that Asterisk tells of become recordings that the archive files. An over
 * has no file of its own: it is a stretch of them, with a little before and after.
 */
import {
  type ArchiveEvent,
  type Clip,
  clipOf,
  endPiece,
  notePiece,
  openPieces,
  type Recordings,
} from '../../archive/index.ts'
import type { Db, Tx } from '../../db/index.ts'
import { Refusal } from '../../refusal.ts'
import type { OverView } from '../../wire/radio.ts'
import type { MediaFact } from '../engine/media.ts'
import * as segments from './segment-store.ts'

/** Played before and after an over, so that neither a late key nor an early squelch costs a syllable. */
const PRE_ROLL_MS = 500
const POST_MS = 300

type RecordingFact = Extract<MediaFact, { type: 'recording' | 'segment' }>

/**
 * Writes down what Asterisk says of a piece. A fact may come twice, in another order after a restart, or for a piece whose
 * beginning was never told. `at`: when it was heard, epoch milliseconds.
 */
export async function keepPiece(tx: Tx, fact: RecordingFact, at: number): Promise<ArchiveEvent[]> {
  const { port, side, segment: name, startedAt } = fact
  const portId = await segments.lockPort(tx, port)
  if (!portId) return []
  const channel = segments.channelOfSide(side)
  const began = new Date(startedAt)
  const beside = await segments.segmentsBegunAt(tx, portId, began)
  const open = await openPieces(tx, await segments.openSegments(tx, portId))
  const { recordingId, begun } = await notePiece(tx, { name, channel, startedAt }, beside)
  if (begun) await segments.insertSegment(tx, portId, recordingId, began)
  if (fact.type === 'segment') return endPiece(tx, name, fact.endedAt, true)
  if (!fact.on) return endPiece(tx, name, Math.max(at, startedAt), false)
  // A side has one recorder: a piece begun earlier has ended, even if nobody said so.
  const events: ArchiveEvent[] = []
  for (const old of open)
    if (old.channel === channel && old.name !== name && old.startedAt < startedAt)
      events.push(...(await endPiece(tx, old.name, startedAt, false)))
  return events
}

/**
 * The sound of an over, received left and transmitted right.
 * @throws Refusal sound-not-yet (it goes on, or is not on the disk yet), sound-not-found; Outage vault
 */
export async function clipOfOver(
  db: Db,
  recordings: Recordings,
  over: Pick<OverView, 'overId' | 'kind' | 'from' | 'to'>,
): Promise<Clip> {
  if (over.to === null) throw new Refusal('sound-not-yet')
  const [from, to] = [Date.parse(over.from), Date.parse(over.to)]
  const window = { from: from - PRE_ROLL_MS, to: to + POST_MS }
  const ids = await segments.segmentsOfOver(db, over.overId, new Date(window.from), new Date(window.to))
  return clipOf(db, recordings, ids, { from, to, channel: segments.channelOfKind(over.kind), window })
}
