import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { database } from '../test/database.ts'
import { type Db, migrate } from './index.ts'

const MIGRATIONS = join(import.meta.dirname, '../../migrations')
const config = { directory: MIGRATIONS, loadExtensions: ['.ts'] }

t.test('each migration can be taken back and made again, and the desk stands as before', async (t) => {
  const db = await database(t)
  const before = await shape(db)
  const files = readdirSync(MIGRATIONS).length
  await db.migrate.rollback(config, true)
  t.same(
    (await tables(db)).filter((name) => !name.startsWith('knex_')),
    [],
    'nothing is left behind',
  )
  t.equal((await migrate(db)).length, files)
  t.same(await shape(db), before)
  t.same(await migrate(db), [], 'and done twice is done once')
})

t.test('a lock that a killed migration left behind stops nobody', async (t) => {
  const db = await database(t)
  await db('knex_migrations_lock').update({ is_locked: 1 })
  t.same(await migrate(db), [])
})

t.test('servers that start at once bring the database up to date once', async (t) => {
  const db = await database(t)
  await db.migrate.rollback(config, true)
  const done = await Promise.all([migrate(db), migrate(db), migrate(db)])
  t.equal(done.flat().length, readdirSync(MIGRATIONS).length)
})

async function tables(db: Db): Promise<string[]> {
  const { rows } = await db.raw(`select tablename as name from pg_tables where schemaname = 'public' order by 1`)
  return rows.map((row: { name: string }) => row.name)
}

/** Everything a migration makes, as PostgreSQL says it. */
async function shape(db: Db): Promise<unknown> {
  const { rows } = await db.raw(`
    select table_name as of, column_name || ' ' || data_type || ' ' || is_nullable || ' ' || coalesce(column_default, '') as is
      from information_schema.columns where table_schema = 'public'
    union all select tablename, indexdef from pg_indexes where schemaname = 'public'
    union all select conrelid::regclass::text, conname || ' ' || pg_get_constraintdef(oid)
      from pg_constraint where connamespace = 'public'::regnamespace
    union all select proname, prosrc from pg_proc where pronamespace = 'public'::regnamespace
    order by 1, 2`)
  return rows
}
