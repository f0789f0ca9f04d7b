import type { Knex } from 'knex'

/** An event with its place in the journal. Consoles count these to know they missed none. */
export type Numbered<E> = E & { seq: number }

/** A journal row as read back: `body` holds the event's ids and codes. */
export type JournalRow = { seq: number; type: string; at: Date; body: Record<string, unknown> }

const JOURNAL_LOCK = 7_001

/**
 * Writes events to the journal, in order.
 *
 * Sequence numbers are handed out before commit, so without the lock a reader could see 12 before 11 and
 * believe nothing was missing. The lock is taken last, just before commit, so only commits take turns.
 * The notice carries the last seq and nothing else: it wakes other servers, which read the journal themselves.
 */
export async function append<E extends { type: string; at: Date }>(
  tx: Knex.Transaction,
  events: E[],
): Promise<Numbered<E>[]> {
  if (events.length === 0) return []
  await tx.raw('select pg_advisory_xact_lock(?)', [JOURNAL_LOCK])
  const rows = await tx('journal')
    .insert(events.map(({ type, at, ...body }) => ({ type, at, body: JSON.stringify(body) })))
    .returning('seq')
  const last = Number(rows[rows.length - 1].seq)
  await tx.raw(`select pg_notify('journal', ?)`, [String(last)])
  return events.map((event, i) => ({ ...event, seq: Number(rows[i].seq) }))
}

/** The journal after `after`, oldest first, at most `limit` rows. */
export async function readJournal(db: Knex, after: number, limit = 500): Promise<JournalRow[]> {
  const rows = await db('journal').where('seq', '>', after).orderBy('seq').limit(limit)
  return rows.map((row) => ({ seq: Number(row.seq), type: row.type, at: row.at, body: row.body }))
}

/** The last number given out; 0 for an empty journal. */
export async function journalHead(db: Knex): Promise<number> {
  const row = await db('journal').max('seq as seq').first()
  return Number(row?.seq ?? 0)
}
