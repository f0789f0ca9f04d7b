import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import websocket from '@fastify/websocket'
import Fastify from 'fastify'
import type { WebSocket } from 'ws'
import { contentPolicy } from '../../../server/web/policy.ts'
import type { Frame, FromServer } from '../../../server/wire/frames.ts'
import type { AgentView, DeskSnapshot } from '../../../server/wire/views.ts'
import { afternoon, page, people, ticket } from './fixtures.ts'

const BUILD = join(import.meta.dirname, '..', '..', 'build')

/** What was asked of the pretend server, so that a test can say so. */
export type Asked = { method: string; path: string; body: unknown }

/**
 * The server as a console sees it, for looking at screens and for what the console alone must do: it holds one desk, says
 * frames when told, and can go away and come back. The real server is proved by the live tests.
 */
export async function pretendServer(port = 0) {
  let desk: DeskSnapshot = afternoon()
  let signedIn = true
  let away = false
  const asked: Asked[] = []
  const sockets = new Set<WebSocket>()
  const app = Fastify()
  const policy = Object.entries(contentPolicy(BUILD, '/sip', false))
    .map(([name, from]) => [name, ...from.map((one: unknown) => (typeof one === 'string' ? one : 'ws:'))].join(' '))
    .join('; ')
  await app.register(websocket)
  // the real one's policy: an inline script or style must fail here too
  app.addHook('onSend', async (_request, reply) => {
    reply.header('content-security-policy', policy)
  })
  app.addHook('onRequest', async (request, reply) => {
    if (away) reply.raw.destroy()
    if (request.url.startsWith('/api/') && !signedIn && request.url !== '/api/session') {
      await reply.code(401).send({ code: 'signed-out', message: 'signed-out' })
    }
  })
  app.addHook('preHandler', async (request) => {
    if (request.method !== 'GET') asked.push({ method: request.method, path: request.url, body: request.body })
  })
  await app.register(fastifyStatic, { root: BUILD, wildcard: false })
  app.setNotFoundHandler((request, reply) => {
    if (request.url.startsWith('/api/')) return reply.code(404).send({ code: 'not-found', message: 'not-found' })
    return reply.type('text/html').send(readFileSync(join(BUILD, 'index.html')))
  })

  const mine = () => desk.agents.find((one) => one.person.id === desk.me.personId) as AgentView
  function setMine(but: Partial<AgentView>): AgentView {
    const next = { ...mine(), since: new Date().toISOString(), ...but }
    desk = { ...desk, agents: desk.agents.map((one) => (one.person.id === next.person.id ? next : one)) }
    say({ type: 'agent.changed', subject: 'agent', agent: next })
    return next
  }

  app.get('/api/session', async (_request, reply) =>
    signedIn ? desk.me : reply.code(401).send({ code: 'signed-out', message: 'signed-out' }),
  )
  app.post('/api/session', async (request, reply) => {
    if ((request.body as { password?: string }).password !== 'correct horse') {
      return reply.code(401).send({ code: 'wrong-name-or-password', message: 'wrong-name-or-password' })
    }
    signedIn = true
    return desk.me
  })
  app.delete('/api/session', async (_request, reply) => {
    signedIn = false
    return reply.code(204).send()
  })
  app.get('/api/desk', async () => ({ ...desk, serverTime: new Date().toISOString() }))
  app.post('/api/agent/sign-in', async () => ({
    credential: {
      wsUrl: 'ws://127.0.0.1:1/ws',
      uri: 'sip:b1001@desk',
      username: 'b1001',
      password: 'pretend',
      station: 'b1001',
      until: new Date(Date.now() + 3_600_000).toISOString(),
    },
    agent: setMine({ state: 'not_ready', reason: 'ring_untested', ringTestedAt: null }),
  }))
  app.post('/api/agent/sign-out', async () => setMine({ state: 'signed_out', reason: null }))
  app.post('/api/agent/ready', async () => setMine({ state: 'ready', reason: null }))
  app.post('/api/agent/not-ready', async (request) =>
    setMine({ state: 'not_ready', reason: (request.body as { reason: string }).reason }),
  )
  app.post('/api/agent/next', async () => setMine({}))
  app.post('/api/agent/wrap-up', async (request) =>
    (request.body as { do: string }).do === 'end'
      ? setMine({ state: 'ready', wrapUpUntil: null, wrapUpCallId: null })
      : setMine({ wrapUpUntil: new Date(Date.now() + 30_000).toISOString() }),
  )
  app.post('/api/agent/phone', async (request) => setMine(request.body as Partial<AgentView>))
  app.post('/api/agent/ring-test', async () => setMine({ ringTestedAt: new Date().toISOString() }))
  app.post('/api/calls/:id/painted', async (_request, reply) => reply.code(204).send())
  app.post('/api/calls/:id/join', async (request) =>
    ticket((request.body as { ticketId: string }).ticketId.slice(2), '标签打印机卡纸，发药停住', {
      assignee: people.sun,
      version: 2,
    }),
  )
  app.post('/api/calls/:id/ticket', async () => ticket('0147', ''))
  app.post('/api/calls/:id/identify', async () => desk.calls[0])
  app.get('/api/calls/:id', async (request, reply) => {
    const found = desk.calls.find((one) => one.callId === (request.params as { id: string }).id)
    return found ? { ...found, recordings: [], legs: [], offers: [] } : reply.code(404).send({ code: 'call-not-found' })
  })
  app.post('/api/calls/:id/end', async (request) =>
    desk.calls.find((one) => one.callId === (request.params as { id: string }).id),
  )
  app.post('/api/calls/dial', async () => ({ callId: 'dialled-1' }))
  app.post('/api/callbacks/:id/take', async (request) => ({
    ...desk.callbacks.find((row) => row.callbackId === (request.params as { id: string }).id),
    takenBy: people.lin,
  }))
  app.get('/api/tickets/:id', async (request) => {
    const id = (request.params as { id: string }).id
    return page(desk.myTickets.find((row) => row.ticketId === id) ?? ticket(id.slice(2), ''))
  })
  app.get('/api/tickets', async () => ({ items: desk.myTickets, next: null }))
  app.get('/api/callbacks', async () => ({ items: desk.callbacks, next: null }))

  function sayAll(message: FromServer): void {
    for (const socket of sockets) socket.send(JSON.stringify(message))
  }
  /** One journal event, numbered and told. */
  function say(frame: Omit<Frame, 'seq' | 'at'> & Record<string, unknown>): void {
    const after = desk.seq
    desk = { ...desk, seq: after + 1 }
    const numbered = { seq: desk.seq, at: new Date().toISOString(), ...frame } as unknown as Frame
    sayAll({ kind: 'frames', after, upTo: desk.seq, frames: [numbered] })
  }
  app.get('/live', { websocket: true }, (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    const held = desk.seq
    socket.send(JSON.stringify({ kind: 'frames', after: held, upTo: held, frames: [] } satisfies FromServer))
  })
  const beat = setInterval(() => {
    sayAll({ kind: 'now', serverTime: new Date().toISOString(), queues: desk.queues, health: desk.health })
  }, 1_000)

  const url = await app.listen({ port, host: '127.0.0.1' })
  return {
    url,
    asked,
    say,
    setMine,
    get desk() {
      return desk
    },
    /** Changes the desk a console gets when it asks for the whole of it. */
    set(change: (desk: DeskSnapshot) => DeskSnapshot): void {
      desk = change(desk)
    },
    signedOut(): void {
      signedIn = false
    },
    /** The server dies: sockets cut, every request unanswered. */
    goAway(): void {
      away = true
      for (const socket of sockets) socket.terminate()
    },
    comeBack(): void {
      away = false
    },
    async close(): Promise<void> {
      clearInterval(beat)
      for (const socket of sockets) socket.terminate()
      await app.close()
    },
  }
}

/** The console must have been built: `cd softphone-console && npx svelte-kit sync && npx vite build`. */
export function isBuilt(): boolean {
  return existsSync(join(BUILD, 'index.html'))
}
