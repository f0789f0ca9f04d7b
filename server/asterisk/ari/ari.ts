/** ARI, kept up for ever: REST and, on the acting server, the event socket of the application `desk` (life.ts). */
import { Outage, Refusal } from '../../refusal.ts'
import type { Meters } from '../meters.ts'
import { Life } from './life.ts'
import { type AriEvent, makeRest, type Query, type Rest, unlessGone } from './rest.ts'

export type AriState = { up: boolean; since: Date; lastHeardAt: Date | null; why: string | null }
export type { AriEvent, Query } from './rest.ts'
export type AriEndpoint = { station: string; online: boolean }

type ConfigType = 'auth' | 'aor' | 'endpoint'
type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

export type Ari = {
  start(): void
  stop(): void
  state(): AriState
  /** Opens or closes the event socket. Two servers must not both: Asterisk gives the application to the last one. */
  listen(on: boolean): void
  /** Makes or changes a dynamic configuration object of res_pjsip. */
  put(type: ConfigType, id: string, fields: Record<string, string>): Promise<void>
  /** Deletes one; one that is not there is fine. */
  drop(type: ConfigType, id: string): Promise<void>
  endpoints(): Promise<AriEndpoint[]>
  /** The event socket of the application is open: what happens is heard, and what is asked can be answered. */
  listens(): boolean
  /**
   * One REST request as ARI's pages name it (`/channels/x/mute`), on a kept connection;
   * answers the parsed body. Late after `ms`. @throws {Refusal | Outage}
   */
  request(method: Method, path: string, query?: Query, ms?: number): Promise<unknown>
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

const BACKOFF_MS = { least: 250, most: 5_000 }

/** Makes the connection; it dials at `start()` and again, ever, until `stop()`. */
export const makeAri = (options: AriOptions): Ari => new KeptUp(options)

class KeptUp implements Ari {
  readonly #o: AriOptions
  readonly #rest: Rest
  #life: Life | null = null
  #stopped = true
  /** the event socket is wanted */
  #listening = false
  /** and it is open */
  #isOpen = false
  #tries = 0
  #again: NodeJS.Timeout | undefined
  #state: AriState = { up: false, since: new Date(), lastHeardAt: null, why: 'not connected yet' }

  constructor(options: AriOptions) {
    this.#o = options
    this.#rest = makeRest(options)
  }

  start(): void {
    if (!this.#stopped) return
    this.#stopped = false
    this.#dial()
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#again)
    this.#life?.end('stopped')
    this.#rest.close()
  }

  state(): AriState {
    return this.#state
  }

  listens(): boolean {
    return this.#isOpen
  }

  listen(on: boolean): void {
    if (on === this.#listening) return
    this.#listening = on
    this.#life?.end(on ? 'opening the event socket' : 'closing the event socket')
  }

  async request(method: Method, path: string, query?: Query, ms?: number, body?: object): Promise<unknown> {
    if (!this.#state.up) throw new Outage('ari', { cause: new Error(this.#state.why ?? 'down') })
    return this.#rest.request(method, path, query, ms, body)
  }

  async put(type: ConfigType, id: string, values: Record<string, string>): Promise<void> {
    const fields = Object.entries(values).map(([attribute, value]) => ({ attribute, value }))
    await this.request('PUT', configPath(type, id), {}, undefined, { fields })
  }

  async drop(type: ConfigType, id: string): Promise<void> {
    await this.request('DELETE', configPath(type, id)).catch(unlessGone)
  }

  async endpoints(): Promise<AriEndpoint[]> {
    const all = (await this.request('GET', '/endpoints/PJSIP')) as { resource: string; state: string }[]
    return all.map(({ resource, state }) => ({ station: resource, online: state === 'online' }))
  }

  async hangUp(uniqueid: string, cause: number): Promise<void> {
    await this.request('DELETE', `/channels/${encodeURIComponent(uniqueid)}`, { reason_code: cause }).catch(unlessGone)
  }

  async originate(call: Originate): Promise<void> {
    const { endpoint, context, extension, channelId, callerId, timeoutS, variables } = call
    if (!CONTEXTS.includes(context)) throw new Refusal('asterisk-value-refused', { field: 'context' })
    if (!ENDPOINT.test(endpoint)) throw new Refusal('asterisk-value-refused', { field: 'endpoint' })
    const where = { endpoint, context, extension, priority: 1, channelId, callerId, timeout: timeoutS }
    await this.request('POST', '/channels', where, undefined, { variables })
  }

  async setState(name: string, value: 'INUSE' | 'NOT_INUSE' | 'INVALID'): Promise<void> {
    if (!STATE.test(name)) throw new Refusal('asterisk-value-refused', { field: 'state' })
    await this.request('POST', '/asterisk/variable', { variable: `DEVICE_STATE(Custom:${name})`, value })
  }

  #dial(): void {
    const { host, port, user, secret, meters, onEvent } = this.#o
    this.#life = new Life({
      host,
      port,
      user,
      secret,
      withEvents: () => this.#listening,
      onOpen: () => this.#opened(),
      onHeard: () => {
        this.#state.lastHeardAt = new Date()
      },
      onEvent: (event) => onEvent?.(event),
      onUnread: () => meters.count('ari_parse_errors_total'),
      onEnd: (why) => this.#ended(why),
    })
    void this.#life.open()
  }

  #opened(): void {
    this.#tries = 0
    this.#state = { up: true, since: new Date(), lastHeardAt: new Date(), why: null }
    this.#o.log.info({ wire: 'ari' }, 'ARI is up')
    this.#o.onUp()
    if (this.#listening) this.#isListening(true)
  }

  /** There is one life at a time: the next is begun only after this. */
  #ended(why: string): void {
    this.#life = null
    this.#isListening(false)
    const { up: wasUp, since, lastHeardAt } = this.#state
    if (wasUp && !this.#stopped) this.#o.log.warn({ wire: 'ari', why }, 'ARI is down')
    this.#state = { up: false, since: wasUp ? new Date() : since, lastHeardAt, why }
    if (this.#stopped) return
    const wait = Math.min(BACKOFF_MS.least * 2 ** this.#tries++, BACKOFF_MS.most)
    this.#again = setTimeout(() => this.#dial(), wait * (0.75 + Math.random() / 2))
  }

  #isListening(on: boolean): void {
    if (on === this.#isOpen) return
    this.#isOpen = on
    this.#o.onListening?.(on)
  }
}

const configPath = (type: ConfigType, id: string): string =>
  `/asterisk/config/dynamic/res_pjsip/${type}/${encodeURIComponent(id)}`
