import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import t from 'tap'
import type { DeskFile } from './parts/desk-file.ts'
import { anyFreePort } from './parts/ports.ts'
import { beganAt, endProcess } from './parts/processes.ts'

const varDir = mkdtempSync(join(tmpdir(), 'desk-start-'))
// As a folder of a checkout is: open, until the desk closes it.
chmodSync(varDir, 0o755)
const start = fileURLToPath(new URL('start.mjs', import.meta.url))
const deskJson = join(varDir, 'desk.json')
const deskFile = (): DeskFile => JSON.parse(readFileSync(deskJson, 'utf8'))
const env = {
  ...process.env,
  DATABASE_URL: '',
  DESK_VAR: varDir,
  PBX_SIP_PORT: String(await anyFreePort('127.0.0.1', 'udp')),
  PBX_HTTP_PORT: String(await anyFreePort()),
  PBX_AMI_PORT: String(await anyFreePort()),
}

/** Runs `npm start`'s own script; `said` grows with what it prints. */
function npmStart(more: Record<string, string> = {}, args: string[] = []): { child: ChildProcess; said: () => string } {
  const child = spawn(process.execPath, [start, ...args], {
    env: { ...env, ...more },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (part) => {
      text += part
    })
  t.teardown(() => child.pid && endProcess(child.pid))
  return { child, said: () => text }
}

/** Waits until it has come up, or fails with all it said. */
async function ready({ child, said }: ReturnType<typeof npmStart>): Promise<DeskFile> {
  for (const until = Date.now() + 120_000; !said().includes('Dutydesk is ready'); await pause(100))
    if (child.exitCode !== null || Date.now() > until) throw new Error(`npm start did not come up:\n${said()}`)
  return deskFile()
}

t.teardown(async () => {
  if (existsSync(deskJson)) for (const pid of Object.values(deskFile().pids)) await endProcess(pid)
  rmSync(varDir, { recursive: true, force: true })
})

t.test(
  'npm start brings a whole desk up, keeps it up, survives its own death, and leaves nothing behind',
  async (t) => {
    const holder = createServer()
    holder.listen(0, '127.0.0.1')
    await once(holder, 'listening')
    t.teardown(() => holder.close())
    const busy = String((holder.address() as { port: number }).port)

    const first = npmStart({ DESK_PORT: busy })
    const desk = await ready(first)
    const said = first.said()

    await t.test('a busy port is named and another taken', async (t) => {
      t.match(said, `port ${busy} is busy`)
      t.notMatch(desk.url, `:${busy}`)
      t.equal((await fetch(`${desk.url}/ready`)).status, 200)
    })

    await t.test('desk.json tells outside tools what they need, and only its owner may read it', async (t) => {
      t.equal(statSync(deskJson).mode & 0o777, 0o600)
      t.match(desk, {
        trunks: {
          old: { to: `127.0.0.1:${env.PBX_SIP_PORT}`, from: '127.0.0.11' },
          new: { to: `127.0.0.1:${env.PBX_SIP_PORT}`, from: '127.0.0.12' },
        },
        lines: { 'old/it': '8002', 'new/property': '8104' },
        radio: [],
      })
      t.equal(Object.keys(desk.lines).length, 8)
      for (const role of ['agent', 'engineer', 'supervisor', 'admin', 'auditor', 'reporter'])
        t.ok(desk.accounts[role]?.[0]?.password, role)
      for (const part of ['starter', 'server', 'pbx', 'campus', 'postgres']) t.ok(beganAt(desk.pids[part] ?? 0), part)
      for (const path of ['spool', 'secrets', 'serverLog']) t.ok(existsSync(desk.paths[path] ?? ''), path)
    })

    await t.test('a second start on the same folder is refused in words', async (t) => {
      const second = npmStart()
      const [code] = await once(second.child, 'close')
      t.equal(code, 1)
      t.match(second.said(), `A desk already runs on ${varDir} (process ${desk.pids.starter})`)
    })

    await t.test('a ward can ring it', async (t) => {
      const script = fileURLToPath(new URL('run.mjs', import.meta.url))
      const words = ['call', '--campus', 'old', '--line', 'it', '--from', '61007', '--for', '3s']
      const call = spawn(process.execPath, [script, ...words], { env, stdio: 'ignore' })
      const [code] = await once(call, 'close')
      t.equal(code, 0, 'answered and ended')
    })

    await t.test(
      'no log tells who called or what a row held, and no other user of the machine reads a file',
      async (t) => {
        const [number, name, patient] = ['61987', '王秘密', '患者丙丁']
        const script = fileURLToPath(new URL('run.mjs', import.meta.url))
        const words = ['call', '--campus', 'new', '--line', 'it', '--from', number, '--name', name, '--for', '3s']
        const call = spawn(process.execPath, [script, ...words], { env, stdio: 'ignore' })
        await once(call, 'close')
        const { postgres } = JSON.parse(readFileSync(join(varDir, 'secrets.json'), 'utf8'))
        const port = readFileSync(join(varDir, 'pg/port'), 'utf8')
        const client = new pg.Client({ connectionString: `postgres://desk:${postgres}@127.0.0.1:${port}/desk` })
        await client.connect()
        await client.query('create temp table refused (name text primary key)')
        await client.query('insert into refused values ($1)', [patient])
        await t.rejects(client.query('insert into refused values ($1)', [patient]), { code: '23505' })
        await t.rejects(client.query(`select '${patient}'::uuid`), { code: '22P02' })
        await client.end()

        // The record itself holds them: the database, and Asterisk's own record of calls from which a gap is filled.
        const record = /^pg\/data\/|^pbx\/log\/cel-custom\/|^campus\//
        const telling: string[] = []
        const open: string[] = []
        const look = (folder: string, isReached: boolean) => {
          for (const entry of readdirSync(folder, { withFileTypes: true })) {
            const path = join(folder, entry.name)
            const short = relative(varDir, path)
            if (/^(asterisk|tools)$/.test(short) || entry.isSymbolicLink()) continue
            const { mode } = statSync(path)
            if (entry.isDirectory()) look(path, isReached && (mode & 0o011) !== 0)
            if (!entry.isFile()) continue
            if (isReached && (mode & 0o044) !== 0) open.push(short)
            if (record.test(short)) continue
            const bytes = readFileSync(path)
            for (const word of [number, name, patient]) if (bytes.includes(word)) telling.push(`${short}: ${word}`)
          }
        }
        look(varDir, true)
        t.same(telling, [])
        t.same(open, [])
        t.equal(statSync(varDir).mode & 0o066, 0, 'nobody else may list the folder')
        t.equal((await fetch(`${desk.url}/ready`)).status, 200, 'and everything still runs')
      },
    )

    await t.test('a server that dies is started again, while Asterisk goes on', async (t) => {
      process.kill(desk.pids.server ?? 0, 'SIGKILL')
      for (const until = Date.now() + 30_000; deskFile().pids.server === desk.pids.server; await pause(100))
        if (Date.now() > until) throw new Error(first.said())
      t.ok(beganAt(deskFile().pids.server ?? 0))
      t.equal(deskFile().pids.pbx, desk.pids.pbx)
    })

    await t.test('a start after a kill takes over what still runs', async (t) => {
      process.kill(desk.pids.starter ?? 0, 'SIGKILL')
      await once(first.child, 'close')
      const again = npmStart()
      const after = await ready(again)
      t.equal(after.pids.pbx, desk.pids.pbx, 'the PBX, with whoever talks on it')
      t.equal(after.pids.postgres, desk.pids.postgres, 'the database')
      t.not(after.pids.server, desk.pids.server)
      t.same(after.accounts, desk.accounts, 'the accounts are still those')

      again.child.kill('SIGINT')
      const [code] = await once(again.child, 'close')
      t.equal(code, 0)
      for (const [part, pid] of Object.entries(after.pids)) t.notOk(beganAt(pid), `${part} is gone`)
      t.notOk(existsSync(deskJson))
    })
  },
)

t.test('a wrong setting is refused before anything is started', async (t) => {
  const wrong = npmStart({ DESK_PROT: '8081', VAULT: 'tape' })
  const [code] = await once(wrong.child, 'close')
  t.equal(code, 1)
  t.match(wrong.said(), /DESK_PROT: .*\n.*VAULT: /)
  t.notMatch(wrong.said(), /PostgreSQL/)
})

t.test('a site file that cannot be is refused by its field, before anything is started', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'desk-site-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(join(folder, 'site.json'), JSON.stringify({ sip: { host: 'desk.local' } }))
  const wrong = npmStart({ DESK_VAR: folder })
  const [code] = await once(wrong.child, 'close')
  t.equal(code, 1)
  t.match(wrong.said(), /sip\.host: must not be "desk\.local"/)
  t.match(wrong.said(), /trunks: must be a list/)
  t.notMatch(wrong.said(), /PostgreSQL/)
})
