import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import t from 'tap'
import { startPostgres } from './postgres.ts'
import { beganAt } from './processes.ts'
import { quiet } from './say.ts'

const varDir = mkdtempSync(join(tmpdir(), 'desk-pg-'))
t.teardown(() => rmSync(varDir, { recursive: true, force: true }))

const ask = async (url: string, sql: string): Promise<Record<string, unknown> | undefined> => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(sql)).rows[0]
  } finally {
    await client.end()
  }
}

t.test('the embedded database keeps what was committed through a kill, and a start after it takes over', async (t) => {
  const first = await startPostgres({ varDir, say: quiet })
  await ask(first.url, "create table kept as select '护士站'::text as ward")
  process.kill(first.pid, 'SIGKILL')

  const second = await startPostgres({ varDir, say: quiet })
  t.not(second.pid, first.pid)
  t.same(await ask(second.url, 'select ward from kept'), { ward: '护士站' })

  const third = await startPostgres({ varDir, say: quiet })
  t.equal(third.pid, second.pid, 'one that still runs is adopted, not started twice')
  await third.stop()
  t.equal(beganAt(second.pid), undefined, 'stopped')
})

t.test('it is fit for Chinese and grants the desk no more than its own', async (t) => {
  const postgres = await startPostgres({ varDir, say: quiet })
  t.teardown(() => postgres.stop())
  t.same(await ask(postgres.url, "select '患者' ~ '^[[:alpha:]]+$' as letters"), { letters: true })
  t.same(await ask(postgres.url, 'select rolsuper, rolcreatedb from pg_roles where rolname = current_user'), {
    rolsuper: false,
    rolcreatedb: true,
  })
  await ask(postgres.url, 'create extension if not exists btree_gist')
  const wrong = postgres.url.replace(/:[^:@]+@/, ':not-the-password@')
  await t.rejects(ask(wrong, 'select 1'), /password authentication failed/)
})
