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
    sockets.handleUpgrade(incoming, socket, head, (phone) => phone.send(`${name} ${incoming.url}`))
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

/** The first message of a WebSocket, or why there is none. */
const socket = (port: number, path: string, protocol?: string): Promise<string> =>
  new Promise((answer) => {
    const options = { rejectUnauthorized: false, headers: { host: 'desk.test', cookie: 'session=secret' } }
    const opened = new WebSocket(`wss://127.0.0.1:${port}${path}`, protocol ? [protocol] : [], options)
    opened.on('message', (message) => {
      answer(String(message))
      opened.terminate()
    })
    opened.on('error', (error) => answer(error.message))
  })

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

  await t.test('who comes without TLS is sent to TLS', async (t) => {
    const reply = await new Promise<IncomingMessage>((answer) => {
      plainRequest(
        { host: '127.0.0.1', port: http, path: '/tickets?x=1', headers: { host: 'desk.test' } },
        answer,
      ).end()
    })
    reply.resume()
    t.match([reply.statusCode, reply.headers.location], [301, 'https://desk.test/tickets?x=1'])
  })
})
