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
  const rows = events.map(({ type, at, ...body }) => ({ type, at, body }))
  // One statement, since all others wait meanwhile: the lock is taken before the first number is.
  const { rows: told } = await tx
    .raw(
      `with held as materialized (select pg_advisory_xact_lock(?)),
     written as (insert into journal (type, at, body)
       select e.type, e.at, e.body from held,
              rows from (jsonb_to_recordset(?::jsonb) as (type text, at timestamptz, body jsonb)) with ordinality as e(type, at, body, n)
       order by e.n returning seq)
     select array_agg(seq order by seq) as seqs, pg_notify('journal', max(seq)::text) from written`,
      [JOURNAL_LOCK, JSON.stringify(rows)],
    )
    .options({ name: 'append' })
  const seqs = told[0].seqs as string[]
  return events.map((event, i) => ({ ...event, seq: Number(seqs[i]) }))
}

/** The journal after `after`, oldest first, at most `limit` rows. */
export async function readJournal(db: Knex, after: number, limit = 500): Promise<JournalRow[]> {
  const { rows } = await db
    .raw('select seq, type, at, body from journal where seq > ? order by seq limit ?', [after, limit])
    .options({ name: 'read-journal' })
  return rows.map((row: JournalRow) => ({ seq: Number(row.seq), type: row.type, at: row.at, body: row.body }))
}

/** The last number given out; 0 for an empty journal. */
export async function journalHead(db: Knex): Promise<number> {
  const row = await db('journal').max('seq as seq').first()
  return Number(row?.seq ?? 0)
}
