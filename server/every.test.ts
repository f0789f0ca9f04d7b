import { setTimeout as wait } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { type Db, openDb } from './db/index.ts'
import { type DueRow, dueRows, every, failures } from './every.ts'
import { database } from './test/database.ts'

const warned: object[] = []
const log = { warn: (what: object) => void warned.push(what) }
const until = async (isSo: () => boolean | Promise<boolean>) => {
  for (let i = 0; i < 400 && !(await isSo()); i++) await wait(25)
}

t.test('one at a time, again and again, and an error ends nothing', async (t) => {
  let on = 0
  let most = 0
  let turns = 0
  const loop = every({
    name: 'one at a time',
    everyMs: 1,
    log,
    async work() {
      on++
      most = Math.max(most, on)
      await wait(5)
      on--
      turns++
      if (turns === 2) throw new Error('once')
    },
  })
  for (let i = 0; i < 50; i++) {
    loop.nudge()
    await wait(1)
  }
  await until(() => turns > 3)
  await loop.stop()
  t.equal(most, 1)
  t.ok(turns > 3)
  t.equal(failures()['one at a time'], 1, 'and is counted')
  const stopped = turns
  loop.nudge()
  await wait(20)
  t.equal(turns, stopped, 'stopped is stopped, also for whoever nudges')
})

t.test('stop waits for what is on, which may hear of it', async (t) => {
  let ended = false
  const loop = every({
    name: 'x',
    everyMs: 1,
    log,
    async work(signal) {
      await new Promise((done) => signal.addEventListener('abort', done))
      await wait(30)
      ended = true
    },
  })
  await wait(10)
  await loop.stop()
  t.ok(ended)
})

t.test('the first may wait, and work may say when it is next', async (t) => {
  const at: number[] = []
  const began = performance.now()
  const work = async () => {
    at.push(performance.now() - began)
    return 10
  }
  const loop = every({ name: 'x', everyMs: 200, log, work, atOnce: false })
  await until(() => at.length > 2)
  await loop.stop()
  t.ok((at[0] ?? 0) >= 190, `first after ${at[0]}`)
  t.ok((at[2] ?? 1e9) - (at[0] ?? 0) < 190, 'then after 10 ms each')
})

t.test('a nudge brings the next forward and never puts it off, also one that comes while the work is on', async (t) => {
  const at: number[] = []
  const began = performance.now()
  const work = async () => {
    at.push(performance.now() - began)
    await wait(30)
  }
  const loop = every({ name: 'x', everyMs: 60_000, log, work })
  loop.nudge(100)
  loop.nudge(50_000)
  await until(() => at.length > 1)
  await until(() => performance.now() - began > (at[1] ?? 0) + 60)
  t.ok((at[1] ?? 0) >= 90 && (at[1] ?? 0) < 10_000, `second after ${at[1]}`)
  loop.nudge(40)
  loop.nudge()
  await until(() => at.length > 2)
  await loop.stop()
  t.equal(at.length, 3, 'two nudges are one turn')
})

t.test('jitter is later, never sooner', async (t) => {
  const at: number[] = []
  const work = async () => void at.push(performance.now())
  const loop = every({ name: 'x', everyMs: 20, jitterMs: 40, log, work })
  await until(() => at.length > 5)
  await loop.stop()
  t.ok(at.slice(1).every((one, i) => one - (at[i] ?? 0) >= 19))
})

/** A table of due rows; each taker is a server with a pool of its own. */
async function due(t: Test, n: number) {
  const db = await database(t)
  await db.raw(
    `create table due (id uuid primary key default uuidv7(), due_at timestamptz not null default now(), done int not null default 0)`,
  )
  await db.raw("insert into due (due_at) select now() - interval '2 seconds' from generate_series(1, ?)", [n])
  const server = (then: (row: DueRow, db: Db) => Promise<void> = async () => {}) => {
    const mine = openDb(db.url, { max: 4, name: 'due' })
    const rows = dueRows<DueRow>({
      kind: 'due',
      log,
      isActing: () => true,
      async list(limit, but) {
        const { rows } = await mine.raw(
          `select id, due_at as "dueAt", now() as now from due where done = 0 and due_at <= now() and id <> all(?) order by due_at limit ?`,
          [[...but], limit],
        )
        return { rows, now: rows[0]?.now ?? new Date(), nextAt: null }
      },
      each: (row) =>
        mine.transaction(async (tx) => {
          const one = await tx('due').where({ id: row.id, done: 0 }).forUpdate().skipLocked().first()
          if (!one) return
          await then(row, mine)
          await tx('due').where({ id: row.id }).increment('done')
        }),
    })
    t.teardown(async () => {
      await rows.stop()
      await mine.destroy()
    })
    return rows
  }
  const left = async () => Number((await db('due').where({ done: 0 }).count('* as n').first())?.n)
  return { db, server, left }
}

t.test('two servers take each row once', async (t) => {
  const { db, server, left } = await due(t, 500)
  server()
  server()
  await until(async () => (await left()) === 0)
  t.equal(await left(), 0)
  t.same((await db('due').max('done as most').first())?.most, 1)
})

t.test('a row that throws holds up nobody, is tried again later, and how late the oldest is can be read', async (t) => {
  const { db, server, left } = await due(t, 20)
  const bad = (await db('due').orderBy('id').first('id')).id
  let tries = 0
  const rows = server(async (row) => {
    if (row.id !== bad) return
    tries++
    throw new Error('this one')
  })
  await until(async () => (await left()) === 1)
  t.equal(await left(), 1)
  t.equal(tries, 1, 'not at once again')
  t.equal(failures().due, 1)
  t.ok(warned.some((what) => 'id' in what && what.id === bad))
  t.ok(rows.lateSeconds() >= 0)
})

t.test('a server that is gone in the middle leaves the row due', async (t) => {
  const { server, left } = await due(t, 1)
  const dying = server(async (_row, mine) => {
    await mine.raw(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'due' and state like 'idle in transaction%'",
    )
    await wait(50)
  })
  await until(() => warned.length > 0)
  await dying.stop()
  t.equal(await left(), 1)
  server()
  await until(async () => (await left()) === 0)
  t.equal(await left(), 0)
})

t.test('lateness is of the oldest row that is due, by the database’s clock', async (t) => {
  const { server } = await due(t, 1)
  let late = 0
  const rows = server(async () => {
    late = rows.lateSeconds()
  })
  await until(() => late > 0)
  t.ok(late >= 2 && late < 10, String(late))
})
