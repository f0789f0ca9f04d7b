/**
 * ARI over ari-client 2.2.0: REST and the event socket of the application `desk`.
 *
 * What the library does wrongly is covered here:
 * - it gives up for good after ten tries (43 s): at the first sign of trouble we drop the client and make a new one;
 * - REST sent while Asterisk is away never settles: every call is timed;
 * - an event type its models do not know throws inside the socket's handler and would end the process: caught, counted;
 * - a silent cut is not seen: a REST ping every 2 s must be answered;
 * - while Asterisk boots, connecting throws where nobody can catch it: that throw is taken out, and we look first;
 * - credentials are global to the process: one exchange per process, as it is today;
 * - its rejections carry JSON in the message: read into Refusal.
 */
import { createRequire } from 'node:module'
import ari, { type Client } from 'ari-client'
import { Outage, Refusal } from '../../refusal.ts'
import type { Meters } from '../meters.ts'
import { type AriEvent, makeRest, type Query } from './rest.ts'

export type AriState = { up: boolean; since: Date; lastHeardAt: Date | null; why: string | null }
export type { AriEvent, Query } from './rest.ts'
export type AriEndpoint = { station: string; online: boolean }

export type Ari = {
  start(): void
  stop(): void
  state(): AriState
  /** Opens or closes the event socket. Two servers must not both: Asterisk gives the application to the last one. */
  listen(on: boolean): void
  /** Makes or changes a dynamic configuration object of res_pjsip. */
  put(type: 'auth' | 'aor' | 'endpoint', id: string, fields: Record<string, string>): Promise<void>
  /** Deletes one; one that is not there is fine. */
  drop(type: 'auth' | 'aor' | 'endpoint', id: string): Promise<void>
  endpoints(): Promise<AriEndpoint[]>
  /** The event socket of the application is open: what happens is heard, and what is asked can be answered. */
  listens(): boolean
  /**
   * One REST request as ARI's pages name it (`/channels/x/mute`), on a kept connection and without the library's cost;
   * answers the parsed body. Late after `ms`. @throws {Refusal | Outage}
   */
  request(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, query?: Query, ms?: number): Promise<unknown>
  /** Hangs up a channel with a Q.850 cause; one already gone is fine. */
  hangUp(uniqueid: string, cause: number): Promise<void>
  /**
   * Calls a phone and, once it has answered, goes on in the dialplan; `channelId` makes a second asking refused.
   * @throws {Refusal} also for a context that is not for it.
   */
  originate(call: Originate): Promise<void>
  /** Sets one of Asterisk's custom device states, which outlive its restart. @throws {Refusal} for any other. */
  setState(name: string, state: 'INUSE' | 'NOT_INUSE' | 'INVALID'): Promise<void>
}

/** A call that Asterisk is to place. Variables with `__` are inherited by every channel it makes. */
export type Originate = {
  endpoint: string
  context: (typeof CONTEXTS)[number]
  extension: string
  channelId?: string
  callerId?: string
  timeoutS?: number
  variables: Record<string, string>
}

/** Where a call of ours may begin (extensions.conf), and nowhere else: ARI itself would let it begin anywhere. */
const CONTEXTS = ['from-desk', 'keep'] as const
const ENDPOINT = /^(PJSIP\/[bd]\d{4}|Local\/(put|del)@keep\/n)$/
const STATE = /^night-[a-z][a-z0-9_]{0,31}$/

export type AriOptions = {
  host: string
  port: number
  user: string
  secret: string
  meters: Meters
  onUp(): void
  /** Each event of the application as Asterisk spells it. */
  onEvent?(event: AriEvent): void
  /** The event socket opened or was lost. */
  onListening?(on: boolean): void
  log: { info(o: object, m: string): void; warn(o: object, m: string): void }
}

// swagger-client, under it, tells its caller of a failure and then throws besides, inside a socket's callback: the end
// of the process. Being told is enough.
const require = createRequire(createRequire(import.meta.url).resolve('ari-client'))
// It is ari-client's dependency and not ours, so it is taken from where ari-client finds it.
const LIBRARY: string = 'swagger-client'
const { SwaggerApi } = require(LIBRARY) as { SwaggerApi: { prototype: { fail(message: unknown): void } } }
SwaggerApi.prototype.fail = function (this: { failure(message: unknown): void }, message: unknown) {
  this.failure(message)
}

// swagger-client leaves a global `log` that prints to standard output, where our log lines go, and keeps every line.
Object.assign(globalThis, { log: () => undefined })

const PING_MS = 2_000
const ANSWER_MS = 4_000
const BACKOFF_MS = { least: 250, most: 5_000 }

type Life = { client: Client | null; over: boolean; ping: NodeJS.Timeout | undefined }
/** Of the library's insides, what its faults oblige us to reach. */
type Insides = {
  _ws?: {
    listeners(event: string): ((data: unknown) => void)[]
    removeAllListeners(event: string): void
    on(event: string, f: (data: unknown) => void): void
    terminate(): void
  }
  _wsClosed?: boolean
}

/** Makes the connection; it dials at `start()` and again, ever, until `stop()`. */
export function makeAri(options: AriOptions): Ari {
  const { host, port, user, secret, meters, log } = options
  let life: Life | null = null
  const quick = makeRest({ host, port, user, secret })
  let stopped = true
  let listening = false
  let open = false
  let tries = 0
  let again: NodeJS.Timeout | undefined
  let state: AriState = { up: false, since: new Date(), lastHeardAt: null, why: 'not connected yet' }

  async function dial(): Promise<void> {
    const mine: Life = { client: null, over: false, ping: undefined }
    life = mine
    try {
      await look()
      if (mine.over) return
      const client = await inTime('connect', ari.connect(`http://${host}:${port}`, user, secret))
      if (mine.over) return
      mine.client = client
      if (listening) await openSocket(mine, client)
      if (mine.over) return
      tries = 0
      state = { up: true, since: new Date(), lastHeardAt: new Date(), why: null }
      log.info({ wire: 'ari' }, 'ARI is up')
      mine.ping = setInterval(() => void ping(mine, client), PING_MS)
      mine.ping.unref()
      options.onUp()
      if (listening) heard(true)
    } catch (error) {
      drop(mine, reason(error))
    }
  }

  /** Its description of itself, whole: the library parses it where a torn one could not be caught. */
  async function look(): Promise<void> {
    const credentials = Buffer.from(`${user}:${secret}`).toString('base64')
    const response = await fetch(`http://${host}:${port}/ari/api-docs/resources.json`, {
      headers: { authorization: `Basic ${credentials}` },
      signal: AbortSignal.timeout(ANSWER_MS),
    })
    if (!response.ok) throw new Error(`not ready: ${response.status}`)
    await response.json()
  }

  async function openSocket(mine: Life, client: Client): Promise<void> {
    client.on('WebSocketConnected', () => {
      if (mine.over) return silence(client)
      guard(client as unknown as Insides)
    })
    client.on('WebSocketReconnecting', () => drop(mine, 'the event socket was closed'))
    client.on('WebSocketMaxRetries', () => drop(mine, 'the event socket could not be opened'))
    await inTime('events', client.start('desk'))
  }

  /** The library's own reader throws on what it does not know; an exception there would end the server. */
  function guard({ _ws }: Insides): void {
    if (!_ws) return
    const readers = _ws.listeners('message')
    _ws.removeAllListeners('message')
    _ws.on('message', (data) => {
      state.lastHeardAt = new Date()
      try {
        // Ours first: it knows every event type, and is not held up by what the library makes of it.
        options.onEvent?.(JSON.parse(String(data)))
        for (const read of readers) read(data)
      } catch {
        meters.count('ari_parse_errors_total')
      }
    })
  }

  async function ping(mine: Life, client: Client): Promise<void> {
    try {
      await inTime('ping', client.asterisk.ping(), 2_500)
      state.lastHeardAt = new Date()
    } catch (error) {
      drop(mine, reason(error))
    }
  }

  function drop(mine: Life, why: string): void {
    if (mine.over) return
    mine.over = true
    clearInterval(mine.ping)
    if (mine.client) silence(mine.client)
    if (life !== mine) return
    life = null
    heard(false)
    const wasUp = state.up
    if (wasUp && !stopped) log.warn({ wire: 'ari', why }, 'ARI is down')
    state = { up: false, since: wasUp ? new Date() : state.since, lastHeardAt: state.lastHeardAt, why }
    if (stopped) return
    const wait = Math.min(BACKOFF_MS.least * 2 ** tries++, BACKOFF_MS.most)
    again = setTimeout(() => void dial(), wait * (0.75 + Math.random() / 2))
  }

  function heard(on: boolean): void {
    if (on === open) return
    open = on
    options.onListening?.(on)
  }

  async function rest<T>(what: string, work: (client: Client) => Promise<T>): Promise<T> {
    const client = life?.client
    if (!client || !state.up) throw new Outage('ari', { cause: new Error(state.why ?? 'down') })
    try {
      return await inTime(what, work(client))
    } catch (error) {
      if (error instanceof Outage) throw error
      throw refusal(what, error)
    }
  }

  async function asked(method: 'POST', path: string, query: Query, body?: object): Promise<void> {
    if (!state.up) throw new Outage('ari', { cause: new Error(state.why ?? 'down') })
    await quick.request(method, path, query, undefined, body)
  }

  const config = (objectType: string, id: string) => ({ configClass: 'res_pjsip', objectType, id })

  return {
    start() {
      if (!stopped) return
      stopped = false
      void dial()
    },
    stop() {
      stopped = true
      clearTimeout(again)
      if (life) drop(life, 'stopped')
      quick.close()
    },
    state: () => state,
    listens: () => open,
    async request(method, path, query, ms) {
      if (!state.up) throw new Outage('ari', { cause: new Error(state.why ?? 'down') })
      return quick.request(method, path, query, ms)
    },
    listen(on) {
      if (on === listening) return
      listening = on
      if (life) drop(life, on ? 'opening the event socket' : 'closing the event socket')
    },
    async put(type, id, values) {
      const fields = Object.entries(values).map(([attribute, value]) => ({ attribute, value }))
      await rest(`put ${type}`, (client) => client.asterisk.updateObject({ ...config(type, id), fields }))
    },
    async drop(type, id) {
      await rest(`delete ${type}`, (client) => client.asterisk.deleteObject(config(type, id))).catch(unlessGone)
    },
    async endpoints() {
      const all = await rest('endpoints', (client) => client.endpoints.listByTech({ tech: 'PJSIP' }))
      return all.map(({ resource, state: is }) => ({ station: resource, online: is === 'online' }))
    },
    async hangUp(uniqueid, cause) {
      await rest('hang up', (client) =>
        client.channels.hangup({ channelId: uniqueid, reason_code: String(cause) } as { channelId: string }),
      ).catch(unlessGone)
    },
    async originate({ endpoint, context, extension, channelId, callerId, timeoutS, variables }) {
      if (!CONTEXTS.includes(context)) throw new Refusal('asterisk-value-refused', { field: 'context' })
      if (!ENDPOINT.test(endpoint)) throw new Refusal('asterisk-value-refused', { field: 'endpoint' })
      const where = { endpoint, context, extension, priority: 1, channelId, callerId, timeout: timeoutS }
      await asked('POST', '/channels', where, { variables })
    },
    async setState(name, value) {
      if (!STATE.test(name)) throw new Refusal('asterisk-value-refused', { field: 'state' })
      await asked('POST', '/asterisk/variable', { variable: `DEVICE_STATE(Custom:${name})`, value })
    },
  }
}

/** Ends a client for good: its own reconnecting would come back and take the application from its successor. */
function silence(client: Client): void {
  const insides = client as unknown as Insides
  Object.defineProperty(insides, '_wsClosed', { get: () => true, set: () => undefined, configurable: true })
  insides._ws?.terminate()
}

function inTime<T>(what: string, work: PromiseLike<T>, ms = ANSWER_MS): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Outage('ari', { cause: new Error(`${what}: no answer in ${ms} ms`) })), ms)
  })
  return Promise.race([Promise.resolve(work), late]).finally(() => clearTimeout(timer))
}

const reason = (error: unknown): string => {
  const { cause, message, code } = (error ?? {}) as { cause?: Error; message?: unknown; code?: unknown }
  // The library and fetch put numbers and objects where a message belongs.
  return String(cause?.message ?? code ?? message ?? error).slice(0, 200)
}

function refusal(what: string, error: unknown): Refusal {
  const said = reason(error)
  const why = /"(?:message|error)"\s*:\s*"([^"]*)"/.exec(said)?.[1] ?? said
  return new Refusal('asterisk-refused', { action: what, why })
}

function unlessGone(error: unknown): void {
  if (error instanceof Refusal && /not found/i.test(String(error.details.why))) return
  throw error
}
