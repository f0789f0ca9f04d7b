import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, request as plainRequest, type Server } from 'node:http'
import { request } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { WebSocket, WebSocketServer } from 'ws'
import { anyFreePort, isFree } from '../../scripts/parts/ports.ts'
import { endProcess } from '../../scripts/parts/processes.ts'

// Both tests that wait for nginx to end silent sockets wait together.
t.jobs = 2

/** The limits of desk.conf.template: sockets of one address, and of all. */
const [PER_ADDRESS, IN_ALL] = [60, 400]
/** Longer than a socket may be silent. */
const SILENT_MS = 45_000
/** The name by which the pretend Asterisk knows a phone that registered. */
const REGISTERED = 'registered phone'
/** The address people type. */
const ORIGIN = 'https://desk.test'

/** What stands behind the proxy: tells who was asked what, and takes WebSockets on one path. */
async function behind(t: Test, name: string, socketPath: string): Promise<{ at: string; asked: IncomingMessage[] }> {
  const asked: IncomingMessage[] = []
  const server: Server = createServer((incoming, reply) => {
    asked.push(incoming)
    reply.end(`${name} ${incoming.url}`)
  })
  const sockets = new WebSocketServer({ noServer: true })
  server.on('upgrade', (incoming, socket, head) => {
    asked.push(incoming)
    if (incoming.url !== socketPath) return socket.destroy()
    sockets.handleUpgrade(incoming, socket, head, (phone) => {
      phone.send(`${name} ${incoming.url}`)
      // As Asterisk asks a registered phone each five seconds whether it is there.
      const asking = setInterval(() => incoming.headers['user-agent'] === REGISTERED && phone.send('OPTIONS'), 5_000)
      phone.on('close', () => clearInterval(asking))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    for (const phone of sockets.clients) phone.terminate()
    server.closeAllConnections()
    server.close()
  })
  return { at: `127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
}

/** A real nginx, put in front by the same script a hospital uses, with a certificate of its own making. */
async function front(t: Test, desk: string, pbx: string): Promise<{ https: number; http: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'desk-front-'))
  const [https, http] = [await anyFreePort(), await anyFreePort()]
  const env = {
    ...process.env,
    DESK_VAR: folder,
    NGINX_DESK: desk,
    NGINX_PBX: pbx,
    NGINX_HTTP: `127.0.0.1:${http}`,
    NGINX_HTTPS: `127.0.0.1:${https}`,
    DESK_URL: `${ORIGIN}/`,
  }
  const script = fileURLToPath(new URL('../../scripts/front.sh', import.meta.url))
  const child = spawn('sh', [script, 'desk.test'], { stdio: ['ignore', 'ignore', 'pipe'], env })
  let said = ''
  child.stderr.on('data', (text) => {
    said += text
  })
  t.teardown(async () => {
    if (child.pid) await endProcess(child.pid)
    rmSync(folder, { recursive: true, force: true })
  })
  for (const until = Date.now() + 10_000; await isFree(https, '127.0.0.1', 'tcp'); await pause(50))
    if (child.exitCode !== null || Date.now() > until) throw new Error(`nginx did not start: ${said}`)
  return { https, http }
}

const get = (port: number, path: string, headers: Record<string, string> = {}): Promise<string> =>
  new Promise((answer, fail) => {
    const options = {
      host: '127.0.0.1',
      port,
      path,
      headers: { host: 'desk.test', ...headers },
      rejectUnauthorized: false,
    }
    request(options, async (reply) => answer(Buffer.concat(await reply.toArray()).toString()))
      .on('error', fail)
      .end()
  })

type Asking = { path?: string; protocol?: string; from?: string; origin?: string | undefined; host?: string }

/** A WebSocket that stays open, and the first it heard, or why there is none. */
function phone(port: number, asking: Asking = {}): { ended: Promise<number>; heard: Promise<string>; end(): void } {
  const { path = '/sip', protocol = 'sip', from = '127.0.0.1', host = 'desk.test' } = asking
  const origin = 'origin' in asking ? asking.origin : ORIGIN
  const headers = { host, cookie: 'session=secret', ...(origin ? { origin } : {}) }
  const options = { rejectUnauthorized: false, headers, localAddress: from }
  const opened = new WebSocket(`wss://127.0.0.1:${port}${path}`, protocol ? [protocol] : [], options)
  const heard = new Promise<string>((answer) => {
    opened.on('message', (message) => answer(String(message)))
    opened.on('error', (error) => answer(error.message))
  })
  const ended = new Promise<number>((answer) => opened.on('close', () => answer(Date.now())))
  return { heard, ended, end: () => opened.terminate() }
}

async function socket(port: number, path: string, protocol?: string): Promise<string> {
  const one = phone(port, { path, protocol: protocol ?? '' })
  const heard = await one.heard
  one.end()
  return heard
}

t.test('one origin: the phone reaches Asterisk by /sip, and everything else is the desk', async (t) => {
  const desk = await behind(t, 'desk', '/live?after=7')
  const pbx = await behind(t, 'pbx', '/ws')
  const { https, http } = await front(t, desk.at, pbx.at)

  await t.test('a phone registers through /sip, and its cookie stays outside', async (t) => {
    t.equal(await socket(https, '/sip', 'sip'), 'pbx /ws')
    t.equal(pbx.asked[0]?.headers['sec-websocket-protocol'], 'sip')
    t.equal(pbx.asked[0]?.headers.cookie, undefined)
  })

  await t.test('no spelling of any other path of Asterisk leads to Asterisk', async (t) => {
    const before = pbx.asked.length
    const paths = [
      '/ari/channels',
      '/ws',
      '/sip/',
      '/sip/../ari/asterisk/info',
      '/sip%2f..%2fari',
      '//sip/ari',
      '/httpstatus',
      '/static/',
    ]
    for (const path of [...paths, '/SIP', '/sip;/ari', '/amanager', '/mxml'])
      t.match(await get(https, path), /^desk /, path)
    t.equal(pbx.asked.length, before)
  })

  await t.test('the console hears the live socket through the same door', async (t) => {
    t.equal(await socket(https, '/live?after=7'), 'desk /live?after=7')
  })

  await t.test('the desk is told the true address, whatever the browser claims', async (t) => {
    await get(https, '/api/session', {
      'x-forwarded-for': '10.9.9.9',
      forwarded: 'for=10.9.9.9',
      'x-forwarded-proto': 'http',
    })
    const seen = desk.asked.at(-1)?.headers
    t.match(seen, { 'x-forwarded-for': '127.0.0.1', 'x-forwarded-proto': 'https', host: 'desk.test' })
    t.notOk(seen?.forwarded)
  })

  await t.test('who comes without TLS is sent to TLS, at the address of the desk whatever was asked', async (t) => {
    for (const host of ['desk.test', 'evil.example', 'desk.test.evil.example:8080']) {
      const reply = await new Promise<IncomingMessage>((answer) => {
        plainRequest({ host: '127.0.0.1', port: http, path: '/tickets?x=1', headers: { host } }, answer).end()
      })
      reply.resume()
      t.match([reply.statusCode, reply.headers.location], [301, 'https://desk.test/tickets?x=1'], host)
    }
  })

  await t.test('the figures and the wires of the desk are not told to the network', async (t) => {
    const before = desk.asked.length
    for (const path of [
      '/metrics',
      '/status',
      '//status',
      '/%73tatus',
      '/x/../metrics',
      '/x/%2e%2e/status',
      '/status?x',
    ])
      t.notMatch(await get(https, path), /^desk /, path)
    t.equal(desk.asked.length, before)
    t.match(await get(https, '/healthz'), /^desk /, 'that it lives is no secret')
  })
})

t.test('no page but the desk’s own opens a phone', async (t) => {
  const desk = await behind(t, 'desk', '/live')
  const pbx = await behind(t, 'pbx', '/ws')
  const { https } = await front(t, desk.at, pbx.at)
  const answer = async (asking: Asking) => {
    const one = phone(https, asking)
    const heard = await one.heard
    one.end()
    return heard
  }
  const strangers = ['https://evil.example', 'http://desk.test', 'https://desk.test.evil.example', 'null', undefined]
  for (const origin of strangers) t.match(await answer({ origin }), /403/, String(origin))
  t.match(await answer({ origin: 'https://evil.example', host: 'evil.example' }), /403/, 'a name that was pointed here')
  t.match(await answer({ origin: `https://127.0.0.9:${https}`, host: `127.0.0.1:${https}` }), /403/)
  t.equal(pbx.asked.length, 0)
  t.equal(await answer({}), 'pbx /ws')
  t.equal(
    await answer({ origin: `https://127.0.0.1:${https}`, host: `127.0.0.1:${https}` }),
    'pbx /ws',
    'by its number',
  )
})

t.test('no PC shuts the other phones out, however many sockets it opens', { buffered: true }, async (t) => {
  const desk = await behind(t, 'desk', '/live')
  const pbx = await behind(t, 'pbx', '/ws')
  const { https } = await front(t, desk.at, pbx.at)
  const open: ReturnType<typeof phone>[] = []
  t.teardown(() => {
    for (const one of open) one.end()
  })
  const take = async (from: string, count: number) => {
    const asked = Array.from({ length: count }, () => phone(https, { from }))
    open.push(...asked)
    const heard = await Promise.all(asked.map((one) => one.heard))
    return heard.filter((words) => words === 'pbx /ws').length
  }
  t.equal(await take('127.0.0.20', 100), PER_ADDRESS, 'a ward of PCs behind one address, and no more')
  t.equal(await take('127.0.0.21', 1), 1, 'another PC gets in')

  let all = PER_ADDRESS + 1
  for (let pc = 30; pc < 38; pc++) all += await take(`127.0.0.${pc}`, PER_ADDRESS)
  t.equal(all, IN_ALL, 'all together leave room in Asterisk for the server (sessionlimit in http.conf)')

  const registered = new WebSocket(`wss://127.0.0.1:${https}/sip`, ['sip'], {
    rejectUnauthorized: false,
    localAddress: '127.0.0.22',
    headers: { host: 'desk.test', origin: ORIGIN, 'user-agent': REGISTERED },
  })
  const refused = await Promise.race([once(registered, 'error'), once(registered, 'open').then(() => 'open')])
  t.match(String(refused), /503/)

  const ended = Promise.all(open.map((one) => one.ended)).then(() => 'ended')
  t.equal(await Promise.race([ended, pause(SILENT_MS)]), 'ended', 'who says nothing loses its sockets within seconds')
  t.equal(await take('127.0.0.22', 1), 1, 'and there is room again')
})

t.test(
  'a phone that is registered keeps its socket, and one that says nothing does not',
  { buffered: true },
  async (t) => {
    const desk = await behind(t, 'desk', '/live')
    const pbx = await behind(t, 'pbx', '/ws')
    const { https } = await front(t, desk.at, pbx.at)
    const registered = new WebSocket(`wss://127.0.0.1:${https}/sip`, ['sip'], {
      rejectUnauthorized: false,
      headers: { host: 'desk.test', origin: ORIGIN, 'user-agent': REGISTERED },
    })
    const silent = phone(https)
    await silent.heard
    t.type(await Promise.race([silent.ended, pause(SILENT_MS)]), 'number', 'it ended')
    t.equal(registered.readyState, WebSocket.OPEN)
    registered.terminate()
  },
)
