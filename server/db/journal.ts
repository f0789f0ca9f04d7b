import type { Knex } from 'knex'
import pg from 'pg'

/** An event with its place in the journal. Consoles count these to know they missed none. */
export type Numbered<E> = E & { seq: number }

/** A journal row as read back: `body` holds the event's ids and codes. */
export type JournalRow = { seq: number; type: string; at: Date; body: Record<string, unknown> }

type Event = { type: string; at: Date }

/**
 * Writes events to the journal, in order.
 *
 * Sequence numbers are handed out before commit, so without its lock a reader could see 12 before 11 and
 * believe nothing was missing. The lock is taken last, just before commit, so only commits take turns.
 * The notice carries the last seq and nothing else: it wakes other servers, which read the journal themselves.
 */
export async function append<E extends Event>(tx: Knex.Transaction, events: E[]): Promise<Numbered<E>[]> {
  if (events.length === 0) return []
  const { rows } = await tx.raw('select journal_append(?::jsonb) as seqs', [asRows(events)])
  return numbered(events, rows[0].seqs)
}

/**
 * Writes events and commits, in one message: nobody else's commit waits for a trip between the two. When this resolves
 * all of the transaction is durable, whatever becomes of the connection then; nothing may be done in it any more.
 */
export async function appendAndCommit<E extends Event>(tx: Knex.Transaction, events: E[]): Promise<Numbered<E>[]> {
  if (events.length === 0) return []
  // Several statements in one message take no bound values (PostgreSQL 18, 54.2.2.1), and knex reads each question mark
  // as one. The empty transaction begun here is the one that knex ends.
  const words = pg.escapeLiteral(asRows(events).replaceAll('?', '\\u003f'))
  const [appended] = await tx.raw(`select journal_append(${words}) as seqs; commit; begin`)
  return numbered(events, appended.rows[0].seqs)
}

const asRows = (events: Event[]) => JSON.stringify(events.map(({ type, at, ...body }) => ({ type, at, body })))
const numbered = <E>(events: E[], seqs: string[]): Numbered<E>[] =>
  events.map((event, i) => ({ ...event, seq: Number(seqs[i]) }))

/** The journal after `after`, oldest first, at most `limit` rows. */
export async function readJournal(db: Knex, after: number, limit = 500): Promise<JournalRow[]> {
  const { rows } = await db
    .raw('select seq, type, at, body from journal where seq > ? order by seq limit ?', [after, limit])
    .options({ name: 'read-journal' })
  return rows.map((row: JournalRow) => ({ seq: Number(row.seq), type: row.type, at: row.at, body: row.body }))
}

/** When the newest row's event happened; undefined for an empty journal. */
export async function newestEventAt(db: Knex): Promise<Date | undefined> {
  return (await db('journal').orderBy('seq', 'desc').first('at'))?.at
}

/** The last number given out; 0 for an empty journal. */
export async function journalHead(db: Knex): Promise<number> {
  const row = await db('journal').max('seq as seq').first()
  return Number(row?.seq ?? 0)
}
