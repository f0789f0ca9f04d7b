/** Continuous recordings and their pieces, as rows. */
import type { Db, Tx } from '../db/index.ts'
import type { RecordingState } from '../wire/words.ts'
import type { KnownPiece } from './pieces.ts'

// biome-ignore lint/suspicious/noExplicitAny: a row as pg gives it
const fromRow = (row: any): KnownPiece => ({
  name: row.name,
  recordingId: row.recording_id,
  channel: row.channel,
  startedAt: row.from_at.getTime(),
  endedAt: row.to_at?.getTime() ?? null,
})

export async function readPiece(tx: Tx, name: string): Promise<KnownPiece | undefined> {
  const row = await tx('recording_pieces').where({ name }).first()
  return row && fromRow(row)
}

/** All pieces of these recordings. */
export async function readPieces(db: Db | Tx, recordingIds: string[]): Promise<KnownPiece[]> {
  if (recordingIds.length === 0) return []
  const rows = await db('recording_pieces').whereIn('recording_id', recordingIds).orderBy('from_at')
  return rows.map(fromRow)
}

/** The recordings whose pieces these files are. */
export async function recordingsOfPieces(db: Db, names: string[]): Promise<string[]> {
  if (names.length === 0) return []
  return db('recording_pieces').whereIn('name', names).distinct('recording_id').pluck('recording_id')
}

export async function insertContinuous(tx: Tx, startedAt: Date): Promise<string> {
  const [row] = await tx('recordings')
    .insert({ kind: 'radio', state: 'recording', started_at: startedAt })
    .returning('id')
  return row.id
}

/** The state of a recording, held until the transaction ends. */
export async function lockState(tx: Tx, recordingId: string): Promise<RecordingState | undefined> {
  return (await tx('recordings').where({ id: recordingId }).forUpdate().first('state'))?.state
}

/** Whoever was about to file the recording without this piece begins again. */
export async function insertPiece(tx: Tx, piece: Omit<KnownPiece, 'endedAt'>): Promise<void> {
  await tx('recording_pieces').insert({
    name: piece.name,
    recording_id: piece.recordingId,
    channel: piece.channel,
    from_at: new Date(piece.startedAt),
  })
  await tx('recordings')
    .where({ id: piece.recordingId })
    .update({
      state: 'recording',
      started_at: tx.raw('least(started_at, ?)', [new Date(piece.startedAt)]),
      next_try_at: null,
      version: tx.raw('version + 1'),
    })
}

export async function setEnded(tx: Tx, name: string, endedAt: Date): Promise<void> {
  await tx('recording_pieces').where({ name }).update({ to_at: endedAt })
}

/** No piece of it is written any more: it waits to be filed. False: it did already, or one is. */
export async function startFiling(tx: Tx, recordingId: string): Promise<boolean> {
  const changed = await tx('recordings')
    .where({ id: recordingId, state: 'recording' })
    .whereNotExists(tx('recording_pieces').whereRaw('recording_id = recordings.id').whereNull('to_at'))
    .update({ state: 'filing', next_try_at: null, version: tx.raw('version + 1') })
  return changed === 1
}
