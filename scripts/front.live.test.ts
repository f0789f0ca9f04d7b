import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { request } from 'node:https'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { WebSocket } from 'ws'
import { startLab } from './lab/index.ts'
import { anyFreePort, isFree } from './parts/ports.ts'
import { endProcess } from './parts/processes.ts'
import { walkOf } from './test/gate.ts'

const [https, http] = [await anyFreePort(), await anyFreePort()]
const origin = `https://127.0.0.1:${https}`
const lab = await startLab({ env: { DESK_URL: origin, DESK_TRUST_PROXY: '127.0.0.1' } })
t.teardown(() => lab.stop())

const script = fileURLToPath(new URL('front.sh', import.meta.url))
const front = spawn('sh', [script, '127.0.0.1'], {
  stdio: 'ignore',
  env: {
    ...process.env,
    DESK_VAR: lab.varDir,
    DESK_URL: origin,
    DESK_PORT: String(lab.ports.deskPort),
    PBX_HTTP_PORT: String(lab.ports.httpPort),
    NGINX_HTTPS: `127.0.0.1:${https}`,
    NGINX_HTTP: `127.0.0.1:${http}`,
  },
})
t.teardown(() => front.pid && endProcess(front.pid))
for (const until = Date.now() + 15_000; await isFree(https, '127.0.0.1', 'tcp'); await pause(50))
  if (front.exitCode !== null || Date.now() > until) throw new Error('nginx did not come up in front of the desk')

type Reply = { status: number; headers: Record<string, unknown>; body: string }
const ask = (method: string, path: string, body?: unknown, cookie = ''): Promise<Reply> =>
  new Promise((answer, fail) => {
    const headers = { origin, cookie, ...(body ? { 'content-type': 'application/json' } : {}) }
    const asked = request(`${origin}${path}`, { method, headers, rejectUnauthorized: false }, async (reply) => {
      const text = Buffer.concat(await reply.toArray()).toString()
      answer({ status: reply.statusCode ?? 0, headers: reply.headers, body: text })
    })
    asked.on('error', fail)
    asked.end(body ? JSON.stringify(body) : undefined)
  })

t.test('a second PC signs in by HTTPS, and its phone reaches Asterisk and nothing behind it', async (t) => {
  t.ok(existsSync(join(lab.varDir, 'front/desk.crt')))
  t.equal((await ask('GET', '/healthz')).status, 200)

  const { name, password } = lab.file().accounts.agent?.[0] ?? { name: '', password: '' }
  const session = await ask('POST', '/api/session', { name, password })
  t.match(session.status, /20[01]/, session.body)
  const cookie = String(session.headers['set-cookie'])
  t.match(cookie, /Secure/, 'the session never travels without TLS')
  t.match(cookie, /HttpOnly/)

  const open = (path: string, protocols: string[]) =>
    new Promise<string>((answer) => {
      const headers = { origin, cookie: cookie.split(';')[0] ?? '' }
      const socket = new WebSocket(`wss://127.0.0.1:${https}${path}`, protocols, { rejectUnauthorized: false, headers })
      socket.on('open', () => {
        answer(`open ${socket.protocol}`.trim())
        socket.terminate()
      })
      socket.on('error', (error) => answer(error.message))
    })
  t.equal(await open('/sip', ['sip']), 'open sip', 'the phone')
  t.match(await open('/live', []), 'open', 'the live socket')

  const secret = `?api_key=desk:${lab.secrets.ari}`
  for (const path of [
    `/ari/asterisk/info${secret}`,
    `/sip/../ari/asterisk/info${secret}`,
    `/sip/ari/channels${secret}`,
  ]) {
    const reply = await ask('GET', path)
    t.notMatch(
      reply.body,
      /"build"|"system"|"channels"/,
      `${path.split('?')[0]}: ARI stays hidden even from who knows its secret`,
    )
    t.notMatch(String(reply.headers.server ?? ''), /Asterisk/)
  }
})

type Wire = { wire: string; state: string; why: string | null }
/** The wires as this machine is told them: by the server's own port, never through the front. */
const wire = async (name: string): Promise<Wire | undefined> => {
  const reply = await fetch(`${lab.url}/status`)
  return ((await reply.json()) as { wires: Wire[] }).wires.find((one) => one.wire === name)
}
const until = async (what: string, holds: () => Promise<boolean>, ms: number) => {
  for (const end = Date.now() + ms; !(await holds()); await pause(250))
    if (Date.now() > end) throw new Error(`not seen within ${ms} ms: ${what}`)
}

/** A socket to the real Asterisk through the front, from an address of its own; undefined: refused. */
const taken: WebSocket[] = []
t.teardown(() => {
  for (const one of taken) one.terminate()
})
const take = (from: string, page = origin): Promise<WebSocket | undefined> =>
  new Promise((answer) => {
    const options = { rejectUnauthorized: false, localAddress: from, headers: { origin: page } }
    const socket = new WebSocket(`wss://127.0.0.1:${https}/sip`, ['sip'], options)
    socket.on('open', () => {
      taken.push(socket)
      answer(socket)
    })
    socket.on('error', () => answer(undefined))
  })
const takeMany = async (from: string, count: number) =>
  (await Promise.all(Array.from({ length: count }, () => take(from)))).filter((one) => one !== undefined).length

const walk = walkOf(t)
walk(
  'one PC that opens all the sockets it can shuts no other phone out, and /status tells when phones are',
  async (t) => {
    await until('phones get in', async () => (await wire('phones'))?.state === 'well', 20_000)
    t.equal(await take('127.0.0.40', 'https://evil.example'), undefined, 'a page that is not ours opens none')

    const got = await takeMany('127.0.0.40', 520)
    t.ok(got > 0 && got <= 60, `one address held ${got} sockets of the 500 that Asterisk has`)
    const other = await take('127.0.0.41')
    t.ok(other, 'a phone of another PC gets in')
    t.match(await wire('ari'), { state: 'well' }, 'and the server is served')
    t.equal(
      (await fetch(`http://127.0.0.1:${lab.ports.httpPort}/ari/asterisk/ping?api_key=desk:${lab.secrets.ari}`)).status,
      200,
    )

    for (let pc = 50; pc < 60; pc++) await takeMany(`127.0.0.${pc}`, 60)
    t.equal(await take('127.0.0.41'), undefined, 'all that the front lets in are taken')
    await until(
      '/status says that phones cannot get in',
      async () => (await wire('phones'))?.state === 'broken',
      15_000,
    )
    t.match((await wire('phones'))?.why, /^front: refused with 503/)
    t.match(await wire('ari'), { state: 'well' }, 'and the server is served still')

    const open = () => taken.filter((one) => one.readyState === WebSocket.OPEN).length
    await until('sockets that never registered are ended', async () => open() === 0, 45_000)
    await until('phones get in again', async () => (await wire('phones'))?.state === 'well', 20_000)
  },
)
