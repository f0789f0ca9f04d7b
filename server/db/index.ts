import knex, { type Knex } from 'knex'

export {
  append,
  appendAndCommit,
  type JournalRow,
  journalHead,
  type Numbered,
  newestEventAt,
  readJournal,
} from './journal.ts'
export { migrate } from './migrate.ts'
export { watchPulse } from './pulse.ts'
export { type Settled, settled, type Wish, wish } from './wishes.ts'
export { every, like } from './words.ts'

/** The database. Read from it freely; to write, ask for a transaction. */
export type Db = Knex
/** An open transaction. Holding one is the right to write. */
export type Tx = Knex.Transaction

type Raw = { query(sql: string, then: (error: Error | null) => void): void }

/**
 * Opens the pool. A statement that runs over 15 s is a mistake of ours and is ended; a lost server is
 * noticed by the next statement, and the pool dials again by itself. Whoever asks waits `connectMs` for a
 * connection to be made, and two seconds more for one of a full pool.
 *
 * `plansOnce`: for what is asked by key and at once, all day long. A prepared statement keeps its first plan, and does not
 * pay for a new one each time because a list of one might have been a list of ten (PostgreSQL, plan_cache_mode).
 */
export function openDb(
  url: string,
  {
    max = 12,
    name = 'desk',
    plansOnce = false,
    connectMs = 3_000,
  }: { max?: number; name?: string; plansOnce?: boolean; connectMs?: number } = {},
): Db {
  return knex({
    client: 'pg',
    // Bound values are names and numbers of people: they have no place in an error's words.
    compileSqlOnError: false,
    connection: {
      connectionString: url,
      application_name: name,
      statement_timeout: 15_000,
      idle_in_transaction_session_timeout: 20_000,
      connectionTimeoutMillis: connectMs,
      keepAlive: true,
    },
    pool: {
      min: 0,
      max,
      acquireTimeoutMillis: connectMs + 2_000,
      idleTimeoutMillis: plansOnce ? 600_000 : 30_000,
      ...(plansOnce && {
        afterCreate: (connection: Raw, done: (error?: Error) => void) =>
          connection.query('set plan_cache_mode = force_generic_plan', (error) => done(error ?? undefined)),
      }),
    },
  })
}

/** PostgreSQL's clock: the time of what people do. */
export async function clock(tx: Tx): Promise<Date> {
  const { rows } = await tx.raw('select clock_timestamp() as at')
  return rows[0].at
}

/**
 * A statement asked all day long is planned once per connection and not each time (PostgreSQL, PREPARE). The name
 * belongs to one text for ever: only for statements whose text never varies.
 */
export const prepared = (name: string) => ({ name })
