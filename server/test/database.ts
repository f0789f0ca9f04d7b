import { createHash, randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import type { Test } from 'tap'
import { type Db, migrate, openDb } from '../db/index.ts'

const migrations = new URL('../../migrations/', import.meta.url)

/** The cluster the tests may make databases in: `npm test` starts one and names it in DATABASE_URL. */
function cluster(): URL {
  const url = process.env.DATABASE_URL
  if (!url) throw new Error('DATABASE_URL names no PostgreSQL: run the tests by `npm test`, which starts one')
  return new URL(url)
}

/** Test files share one machine, and PostgreSQL may be slow to take one more. That it hangs is the runner's to find out. */
const patient = { name: 'desk-test', connectMs: 60_000 }

/** The address of one database of the cluster. */
export function databaseUrl(name: string): string {
  const url = cluster()
  url.pathname = `/${name}`
  return url.href
}

/** A database of this test's own, fully migrated, gone when the test is. */
export async function database(t: Test): Promise<Db & { url: string }> {
  const admin = openDb(databaseUrl('postgres'), { ...patient, max: 1 })
  const name = `desk_${randomBytes(6).toString('hex')}`
  await admin.raw(`create database ${name} template ${await template(admin)}`)
  const db = openDb(databaseUrl(name), { ...patient, max: 8 })
  t.teardown(async () => {
    await db.destroy()
    await drop(admin, name)
    await admin.destroy()
  })
  return Object.assign(db, { url: databaseUrl(name) })
}

/**
 * Drops a database with whoever is still in it. PostgreSQL refuses while its own autovacuum looks at it (42501: that is
 * no process of ours to end); it is gone in a moment.
 */
async function drop(admin: Db, name: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await admin.raw(`drop database if exists ${name} with (force)`)
      return
    } catch (error) {
      if ((error as { code?: string }).code !== '42501' || tries === 100) throw error
      await wait(200)
    }
  }
}

/**
 * The migrated database the others are copied from, named after the migrations
 * so that a changed migration makes a new one. Test files run side by side:
 * whoever comes first makes it, the rest wait on the lock. A copy half made by
 * a killed run carries another name and is never taken for the template.
 */
async function template(admin: Db): Promise<string> {
  const hash = createHash('sha1')
  for (const file of readdirSync(migrations).sort()) hash.update(readFileSync(new URL(file, migrations)))
  const name = `desk_template_${hash.digest('hex').slice(0, 10)}`

  await admin.raw('select pg_advisory_lock(7002)')
  try {
    const { rows } = await admin.raw('select 1 from pg_database where datname = ?', [name])
    if (rows.length === 0) {
      await admin.raw(`drop database if exists ${name}_half with (force)`)
      await admin.raw(`create database ${name}_half`)
      const db = openDb(databaseUrl(`${name}_half`), { ...patient, max: 2 })
      await migrate(db)
      await db.destroy()
      await admin.raw(`alter database ${name}_half rename to ${name}`)
    }
  } finally {
    await admin.raw('select pg_advisory_unlock(7002)')
  }
  return name
}
