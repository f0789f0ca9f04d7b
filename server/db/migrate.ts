import { fileURLToPath } from 'node:url'
import type { Knex } from 'knex'

const directory = fileURLToPath(new URL('../../migrations', import.meta.url))
const MIGRATION_LOCK = 7_003

/**
 * Brings the database up to date. Several servers may start at once: an advisory lock lets one work and the
 * rest wait. It dies with its connection, so a killed migration leaves no lock behind; knex's own lock row,
 * which does survive a kill, is cleared once ours is held.
 */
export async function migrate(db: Knex): Promise<string[]> {
  const config = { directory, loadExtensions: ['.ts'] }
  // A connection of its own: the lock belongs to the session, not to the migrations' transactions.
  const session = await db.client.acquireConnection()
  try {
    await db.raw('select pg_advisory_lock(?)', [MIGRATION_LOCK]).connection(session)
    await db.migrate.forceFreeMigrationsLock(config)
    const [, done] = (await db.migrate.latest(config)) as [number, string[]]
    return done
  } finally {
    await db.raw('select pg_advisory_unlock(?)', [MIGRATION_LOCK]).connection(session)
    await db.client.releaseConnection(session)
  }
}
