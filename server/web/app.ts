/** The HTTP house: one Fastify with everything every door needs, so that a room's routes.ts says only its own thing. */
import cookie from '@fastify/cookie'
import helmet from '@fastify/helmet'
import rateLimit from '@fastify/rate-limit'
import swagger from '@fastify/swagger'
import websocket from '@fastify/websocket'
import Fastify, { type FastifyReply, LogController } from 'fastify'
import type { Logger } from 'pino'
import type { Config } from '../config.ts'
import type { Db } from '../db/index.ts'
import { every } from '../every.ts'
import { Refusal } from '../refusal.ts'
import { answerTo, errorHandler } from './answer.ts'
import { serveConsole } from './console.ts'
import { type App, actorOf, type Doorkeeper, type ObserveAnswer, type Routes } from './index.ts'
import { checkOrigin } from './origin.ts'
import { contentPolicy } from './policy.ts'
import { forgetOldRequests } from './store.ts'
import { notStorable, validatorCompiler } from './validate.ts'

/** The session cookie: HttpOnly, SameSite=Strict, Secure when the desk is reached by https. */
export const SESSION_COOKIE = 'desk_session'
/** The largest message a console may send on the live socket, in bytes. */
const SOCKET_MESSAGE_MAX = 16 * 1024

export type AppParts = {
  config: Pick<Config, 'publicUrl' | 'trustProxy' | 'consoleDir' | 'sipSocket'>
  db: Db
  doorkeeper: Pick<Doorkeeper, 'byToken'>
  /** every room's doors */
  routes: Routes[]
  /** what makeLive made */
  live?: { routes: Routes }
  log: Logger
  /** requests of one session (or, signed out, one address) in ten seconds; a runaway page is stopped, a bench is not */
  rate?: { signedIn: number; signedOut: number }
  /** how long a request may take to arrive, its head and whole: an import of some megabytes over a slow line, and no more */
  patience?: { headersMs: number; requestMs: number }
}

/** Every door of this app: `GET /api/tickets`. Read by the tests that try each of them. */
export type Door = { method: string; url: string; open: boolean; schema: Record<string, unknown> }

/** Builds the app; the caller listens and closes. */
export async function makeApp(parts: AppParts): Promise<App & { doors: Door[] }> {
  const { config, db, log } = parts
  const https = config.publicUrl?.startsWith('https:') ?? false
  const rate = parts.rate ?? { signedIn: 20_000, signedOut: 600 }
  const patience = parts.patience ?? { headersMs: 10_000, requestMs: 30_000 }
  const doors: Door[] = []

  const app = Fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: config.trustProxy.length > 0 ? [...config.trustProxy] : false,
    bodyLimit: 256 * 1024,
    routerOptions: { maxParamLength: 200 },
    forceCloseConnections: 'idle',
    requestTimeout: patience.requestMs,
    http: {
      headersTimeout: patience.headersMs,
      requestTimeout: patience.requestMs,
      connectionsCheckingInterval: 1_000,
    },
    // Malformed HTTP is answered in the same words as everything else.
    frameworkErrors: (error, _request, reply) => {
      const { status, ...answer } = answerTo(error)
      void (reply as FastifyReply).code(status).type('application/json').send(answer)
    },
  }) as unknown as App

  app.decorate('deskDb', db)
  const observers: ObserveAnswer[] = []
  app.decorate('observeAnswer', (observe) => void observers.push(observe))
  app.decorateRequest('actor', undefined)
  app.setValidatorCompiler(validatorCompiler)
  // A schema says what an answer is; it can neither drop a field of it nor refuse it, nor make a list slow.
  app.setSerializerCompiler(() => JSON.stringify)
  app.setErrorHandler(errorHandler)
  app.addHook('onRoute', ({ method, url, config: own, schema = {} }) => {
    for (const one of [method].flat())
      if (one !== 'HEAD') doors.push({ method: one, url, open: own?.open ?? false, schema: { ...schema } })
  })

  await app.register(cookie)
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: contentPolicy(config.consoleDir, config.sipSocket, https),
    },
    strictTransportSecurity: https ? { maxAge: 31_536_000, includeSubDomains: false } : false,
    crossOriginEmbedderPolicy: false,
    referrerPolicy: { policy: 'same-origin' },
  })

  app.addHook('onRequest', async (request, reply) => {
    reply.header(
      'permissions-policy',
      'microphone=(self), speaker-selection=(self), hid=(self), camera=(), geolocation=()',
    )
    checkOrigin(request, config.publicUrl)
    const token = request.cookies[SESSION_COOKIE]
    if (token && needsActor(request)) request.actor = await parts.doorkeeper.byToken(token)
  })
  await app.register(rateLimit, {
    global: true,
    timeWindow: 10_000,
    max: (request) => (request.actor ? rate.signedIn : rate.signedOut),
    keyGenerator: (request) => request.actor?.sessionId ?? request.ip,
    allowList: (request) => !needsActor(request),
    errorResponseBuilder: (_request, { ttl }) => new Refusal('too-many-requests', { waitMs: ttl }),
  })
  app.addHook('preValidation', async (request) => {
    // Here, once for every door: what cannot be kept is said to be so, and is no bug of ours (400, not 500).
    for (const part of ['body', 'query', 'params'] as const) {
      const at = notStorable(request[part])
      if (at !== undefined) throw new Refusal('text-not-storable', { at: `${part}${at}` })
    }
    // Closed unless a door says it is open: a forgotten check answers 401, not somebody's tickets.
    if (needsActor(request) && !request.routeOptions.config.open) actorOf(request)
  })
  app.addHook('onSend', async (request, reply) => {
    if (needsActor(request) && !reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store')
  })
  app.addHook('onResponse', async (request, reply) => {
    const { method, routeOptions, actor } = request
    const ms = Math.round(reply.elapsedTime)
    // Node hands an upgrade's connection over whole: refused, it is ours to end, or it stays open for ever.
    if (request.headers.upgrade && reply.statusCode >= 400) request.raw.socket.destroySoon()
    for (const observe of observers)
      observe(method, routeOptions.url ?? 'none', reply.statusCode, reply.elapsedTime / 1000)
    log.debug({ method, route: routeOptions.url, status: reply.statusCode, ms, personId: actor?.personId }, 'answered')
  })

  await app.register(swagger, {
    openapi: { openapi: '3.1.0', info: { title: 'Dutydesk 值班台', version: '1' } },
  })
  await app.register(websocket, { options: { maxPayload: SOCKET_MESSAGE_MAX, perMessageDeflate: false } })
  app.get('/api/openapi.json', { schema: { hide: true }, config: { open: true } }, async () => app.swagger())
  for (const routes of [...parts.routes, ...(parts.live ? [parts.live.routes] : [])]) {
    await app.register(async (scope) => routes(scope as unknown as App))
  }
  await serveConsole(app, config.consoleDir)

  const forgetting = every({
    name: 'old requests',
    everyMs: 3_600_000,
    work: () => forgetOldRequests(db),
    log,
    atOnce: false,
    jitterMs: 60_000,
  })
  app.addHook('onClose', () => forgetting.stop())
  return Object.assign(app, { doors })
}

/**
 * Health and the console's files must answer with PostgreSQL down, so they never look a session up. Asks the matched
 * route, not the address as typed: `/%61pi` is `/api`.
 */
const needsActor = ({ routeOptions }: { routeOptions: { url?: string | undefined } }) =>
  routeOptions.url !== undefined && /^\/(api|live)(\/|$)/.test(routeOptions.url)
