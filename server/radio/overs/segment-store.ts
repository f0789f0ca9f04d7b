/** Which recordings are a port's, and which of them an over lies in. */
import type { Db, Tx } from '../../db/index.ts'
import type { OverKind } from '../../wire/radio.ts'
import { OURS } from '../ports/store.ts'

/** Both sides of a recording begin together; pieces that begin further apart than this belong to different recordings. */
const TOGETHER_MS = 10_000

/** What the gateway sent is kept left, what it was sent right. */
export const channelOfSide = (side: 'rx' | 'tx'): 0 | 1 => (side === 'rx' ? 0 : 1)
export const channelOfKind = (kind: OverKind): 0 | 1 => (kind === 'rx' ? 0 : 1)

/** The port's id, locked for this transaction, so that its pieces are noted one after the other. */
export async function lockPort(tx: Tx, port: string): Promise<string | undefined> {
  return (await tx('radio_ports').where({ code: port }).whereRaw(`organisation_id = ${OURS}`).forUpdate().first('id'))
    ?.id
}

/** Recordings of this port begun at about this time, nearest first. */
export async function segmentsBegunAt(tx: Tx, portId: string, at: Date): Promise<string[]> {
  return tx('radio_segments')
    .where({ port_id: portId })
    .whereBetween('from_at', [new Date(at.getTime() - TOGETHER_MS), new Date(at.getTime() + TOGETHER_MS)])
    .orderByRaw('abs(extract(epoch from from_at - ?::timestamptz))', [at])
    .pluck('recording_id')
}

/** Recordings of this port of which some piece is still being written, as far as we know. */
export async function openSegments(tx: Tx, portId: string): Promise<string[]> {
  return tx('radio_segments as s')
    .join('recordings as r', 'r.id', 's.recording_id')
    .where({ 's.port_id': portId, 'r.state': 'recording' })
    .pluck('s.recording_id')
}

export async function insertSegment(tx: Tx, portId: string, recordingId: string, from: Date): Promise<void> {
  await tx('radio_segments').insert({ port_id: portId, recording_id: recordingId, from_at: from })
}

/** The recordings in which the sound of this stretch of an over's port may lie. */
export async function segmentsOfOver(db: Db, overId: string, from: Date, to: Date): Promise<string[]> {
  return db('radio_segments as s')
    .join('radio_overs as o', 'o.port_id', 's.port_id')
    .join('recording_pieces as p', 'p.recording_id', 's.recording_id')
    .where('o.id', overId)
    .where('s.from_at', '>', new Date(from.getTime() - LONGEST_PIECE_MS))
    .where('s.from_at', '<', to)
    .where('p.from_at', '<', to)
    .where((q) => q.whereNull('p.to_at').orWhere('p.to_at', '>', from))
    .distinct('s.recording_id')
    .pluck('s.recording_id')
}

/** Pieces are cut each hour by the server; one grows longer only while no server runs. */
const LONGEST_PIECE_MS = 7 * 24 * 60 * 60_000
