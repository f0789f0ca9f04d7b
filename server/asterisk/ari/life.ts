/**
 * One connection of ari-client 2.2.0: its description of Asterisk, and the event socket of the application `desk`.
 *
 * What the library does wrongly is covered here:
 * - it gives up for good after ten tries (43 s): at the first sign of trouble this life ends, and another is begun;
 * - an event type its models do not know throws inside the socket's handler and would end the process: caught, counted;
 * - a silent cut is not seen: a REST ping every 2 s must be answered;
 * - while Asterisk boots, connecting throws where nobody can catch it: that throw is taken out, and we look first;
 * - credentials are global to the process: one Asterisk per process, as it is today.
 */
import { createRequire } from 'node:module'
import ari, { type Client } from 'ari-client'
import { Outage } from '../../refusal.ts'
import type { AriEvent } from './rest.ts'

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
const PONG_MS = 2_500
const ANSWER_MS = 4_000

export type LifeOptions = {
  host: string
  port: number
  user: string
  secret: string
  /** whether the event socket is to be opened */
  withEvents(): boolean
  onOpen(): void
  onHeard(): void
  onEvent(event: AriEvent): void
  /** an event that could not be read */
  onUnread(): void
  /** told once, when it has ended for whatever reason */
  onEnd(why: string): void
}

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

export class Life {
  readonly #o: LifeOptions
  #client: Client | null = null
  #over = false
  #ping: NodeJS.Timeout | undefined

  constructor(options: LifeOptions) {
    this.#o = options
  }

  async open(): Promise<void> {
    const { host, port, user, secret, withEvents, onOpen } = this.#o
    try {
      await this.#look()
      if (this.#over) return
      const client = await inTime('connect', ari.connect(`http://${host}:${port}`, user, secret))
      if (this.#over) return
      this.#client = client
      if (withEvents()) await this.#openSocket(client)
      if (this.#over) return
      this.#ping = setInterval(() => void this.#pingOnce(client), PING_MS)
      this.#ping.unref()
      onOpen()
    } catch (error) {
      this.end(reason(error))
    }
  }

  end(why: string): void {
    if (this.#over) return
    this.#over = true
    clearInterval(this.#ping)
    if (this.#client) silence(this.#client)
    this.#o.onEnd(why)
  }

  /** Its description of itself, whole: the library parses it where a torn one could not be caught. */
  async #look(): Promise<void> {
    const { host, port, user, secret } = this.#o
    const credentials = Buffer.from(`${user}:${secret}`).toString('base64')
    const response = await fetch(`http://${host}:${port}/ari/api-docs/resources.json`, {
      headers: { authorization: `Basic ${credentials}` },
      signal: AbortSignal.timeout(ANSWER_MS),
    })
    if (!response.ok) throw new Error(`not ready: ${response.status}`)
    await response.json()
  }

  async #openSocket(client: Client): Promise<void> {
    client.on('WebSocketConnected', () => {
      if (this.#over) return silence(client)
      this.#guard(client as unknown as Insides)
    })
    client.on('WebSocketReconnecting', () => this.end('the event socket was closed'))
    client.on('WebSocketMaxRetries', () => this.end('the event socket could not be opened'))
    await inTime('events', client.start('desk'))
  }

  /** The library's own reader throws on what it does not know; an exception there would end the server. */
  #guard({ _ws }: Insides): void {
    if (!_ws) return
    const { onHeard, onEvent, onUnread } = this.#o
    const readers = _ws.listeners('message')
    _ws.removeAllListeners('message')
    _ws.on('message', (data) => {
      onHeard()
      try {
        // Ours first: it knows every event type, and is not held up by what the library makes of it.
        onEvent(JSON.parse(String(data)))
        for (const read of readers) read(data)
      } catch {
        onUnread()
      }
    })
  }

  async #pingOnce(client: Client): Promise<void> {
    try {
      await inTime('ping', client.asterisk.ping(), PONG_MS)
      this.#o.onHeard()
    } catch (error) {
      this.end(reason(error))
    }
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
