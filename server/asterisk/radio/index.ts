/**
 * The exchange's side of the radio: radio/media.ts, fulfilled over ARI. One per exchange; it speaks only while this server
 * holds the application's event socket, which the acting server alone does.
 *
 *   control up  →  every gate is shut  →  what stands is read  →  wanted ports go on from it, the rest is cleared away
 *   control lost  →  nothing can be ordered; Asterisk unkeys by the leases, keeps gateways, consoles and recorders
 */
import type { Media, MediaFact, PortWish } from '../../radio/index.ts'
import { Outage, Refusal } from '../../refusal.ts'
import type { AriEvent } from '../ari/rest.ts'
import { startEvidence } from './evidence.ts'
import { whatOf } from './ids.ts'
import { makeOrders } from './orders.ts'
import { endedBy, halvesOf, type Log, Port } from './port.ts'
import { foundPieces } from './recorder.ts'
import { type Standing, shutAndRead } from './standing.ts'
import { legOf, type MayHear, type Member, VoicesOnPorts } from './voices.ts'
import { type Asked, channelOf, type EventChannel, Wire } from './wire.ts'

export type { MayHear } from './voices.ts'

export type RadioMedia = Media & {
  /** Every event of the application, as it came. */
  event(event: AriEvent): void
  /** The event socket is open, or was lost. */
  control(on: boolean): void
}
export type RadioMediaOptions = {
  ari: Asked
  /** `spool/recording` of this Asterisk, as this process sees it. */
  recordings: string
  mayHear: MayHear
  log: Log
}

const AGAIN_MS = 500
/** A console's right to hear is asked about anew: longer, and who lost it hears on for so long; shorter, and it costs more. */
const ASK_AGAIN_MS = 2_000

type Setting = { attribute: string; value: string }

export const makeRadioMedia = (options: RadioMediaOptions): RadioMedia => new RadioOverAri(options)

class RadioOverAri implements RadioMedia {
  readonly #ari: Asked
  readonly #recordings: string
  readonly #log: Log
  readonly #wire: Wire
  readonly #voices: VoicesOnPorts
  readonly #gateways: Gateways
  readonly #members = new Map<string, Member>()
  readonly #hearers = new Set<(fact: MediaFact) => void>()
  #wishes: readonly PortWish[] | undefined
  #standing: Standing | undefined
  #running = false
  #control = false
  #life = 0
  #lastEpoch = 0
  #settling: Promise<void> = Promise.resolve()
  #asking: NodeJS.Timeout | undefined
  /** consoles that called while the exchange was being taken over */
  readonly #early: Early[] = []

  constructor({ ari, recordings, mayHear, log }: RadioMediaOptions) {
    this.#ari = ari
    this.#recordings = recordings
    this.#log = log
    this.#wire = new Wire(ari)
    this.#voices = new VoicesOnPorts(this.#wire, this.#members, this.#tell, { log, mayHear })
    this.#gateways = new Gateways(this.#wire, this.#members, this.#tell, log)
  }

  readonly #tell = (fact: MediaFact): void => {
    for (const hearer of this.#hearers) hearer(fact)
  }

  /** Greater than any before it, of earlier servers too. */
  readonly #epoch = (): number => {
    this.#lastEpoch = Math.max(this.#lastEpoch + 1, Date.now())
    return this.#lastEpoch
  }

  /** Tried until Asterisk has said yes: no port is built before its gates of the last life are known to be shut. */
  async #takeOver(mine: number): Promise<void> {
    while (mine === this.#life && this.#running && this.#ari.listens()) {
      try {
        this.#standing = await shutAndRead(this.#wire, this.#recordings)
        for (const fact of await foundPieces(this.#recordings, liveNow(this.#standing))) this.#tell(fact)
        if (mine !== this.#life) return
        this.#control = true
        this.#tell({ type: 'control', up: true, at: Date.now() })
        return this.#settle()
      } catch (error) {
        this.#log.warn({ why: reasonOf(error) }, 'the radio could not take over; again soon')
        await new Promise((done) => setTimeout(done, AGAIN_MS))
      }
    }
  }

  /** Brings what is in line with what is wanted, one change after the other. */
  #settle(): void {
    this.#settling = this.#settling
      .then(() => this.#settled())
      .catch((error) => this.#log.warn({ why: reasonOf(error) }, 'the radio could not be settled'))
  }

  async #settled(): Promise<void> {
    if (!this.#control || !this.#wishes) return
    const left = this.#standing
    this.#standing = undefined
    const due = new Map(this.#wishes.map((wish) => [wish.port, wish]))
    for (const [code, { port }] of [...this.#members]) {
      if (due.has(code)) continue
      this.#members.delete(code)
      this.#voices.mixingChanged(code)
      await port.end()
    }
    for (const wish of due.values()) {
      const had = this.#members.get(wish.port)
      if (had) had.port.change(wish)
      else await this.#raise(wish, left)
    }
    if (left) await this.#clear(left, due)
    for (const list of Map.groupBy(this.#early.splice(0), ({ port }) => port).values()) void this.#joinInOrder(list)
  }

  /** Of two legs of one console the later one stays. */
  async #joinInOrder(list: Early[]): Promise<void> {
    for (const { channel, port } of list) await this.#voices.join(channel, port)
  }

  async #raise(wish: PortWish, left: Standing | undefined): Promise<void> {
    const { legs, waiting, ...kept } = left?.ports.get(wish.port) ?? {
      pieces: [],
      legs: [],
      waiting: [],
      gateway: undefined,
      mixing: undefined,
    }
    if (kept.gateway && (await this.#gateways.isOffline(wish.endpoint))) kept.gateway = undefined
    const port = new Port({
      ...{ wire: this.#wire, wish, kept, recordings: this.#recordings, epoch: this.#epoch, log: this.#log },
      tell: (fact) => {
        if (fact.type === 'down') this.#afterDown(fact.port)
        this.#tell(fact)
      },
      onMixing: () => this.#voices.mixingChanged(wish.port),
      onNewStream: () => this.#voices.hearAnew(wish.port),
    })
    this.#members.set(wish.port, { port, orders: makeOrders(this.#wire, port, this.#voices) })
    await this.#gateways.watch(wish)
    const goingOn = [
      kept.gateway?.channel,
      ...(kept.mixing ? halvesOf(kept.mixing) : []),
      ...[...legs, ...waiting].map(({ id }) => id),
    ]
    const known = [...goingOn, ...kept.pieces.map((one) => one.channel)].flatMap((id) => id ?? [])
    if (known.length > 0) await this.#wire.subscribe(known.map((id) => `channel:${id}`)).catch(() => undefined)
    for (const { name, side, startedAt } of kept.pieces)
      this.#tell({ type: 'recording', port: wish.port, side, segment: name, startedAt, on: true })
    await this.#voices.adopt(wish.port, legs, waiting)
    port.tend()
    this.#early.unshift(...waiting.map((channel) => ({ channel, port: wish.port })))
  }

  #askAgain(): void {
    this.#asking = setTimeout(async () => {
      await this.#voices
        .askAgain()
        .catch((error) => this.#log.warn({ why: reasonOf(error) }, 'who may hear the radio could not be asked again'))
      if (this.#running) this.#askAgain()
    }, ASK_AGAIN_MS)
    this.#asking.unref()
  }

  /** One after the other: bridges deleted in haste after a reconnect have crashed Asterisk (asterisk#1201). */
  async #clear(left: Standing, due: ReadonlyMap<string, PortWish>): Promise<void> {
    const unwanted = [...left.ports].filter(([code]) => !due.has(code)).map(([, kept]) => kept)
    const kept = unwanted.flatMap(({ gateway, mixing, pieces, legs, waiting }) => ({
      channels: [gateway?.channel, ...(mixing ? halvesOf(mixing) : []), ...pieces.map((one) => one.channel)]
        .concat([...legs, ...waiting].map(({ id }) => id))
        .flatMap((id) => id ?? []),
      bridges: [gateway?.bridge, mixing?.bridge, mixing?.hearers].flatMap((id) => id ?? []),
    }))
    for (const id of [...left.channels, ...kept.flatMap((one) => one.channels)]) await this.#wire.hangUp(id)
    for (const id of [...left.bridges, ...kept.flatMap((one) => one.bridges)]) await this.#wire.dropBridge(id)
  }

  /** Who spoke is silenced: the adapter that carried it is gone, but a leg stays in the mixing bridge. */
  #afterDown(code: string): void {
    const voice = this.#members.get(code)?.orders.forget()
    if (voice && this.#control) void this.#voices.let(code, voice, false).catch(() => undefined)
    this.#voices.stopSound(code)
  }

  #lost(): void {
    this.#life++
    const was = this.#control
    this.#control = false
    this.#standing = undefined
    this.#early.length = 0
    for (const { port } of this.#members.values()) port.letGo()
    this.#members.clear()
    this.#voices.forget()
    if (was) this.#tell({ type: 'control', up: false, at: Date.now() })
  }

  #member(code: string): Member {
    if (!this.#control) throw new Outage('ari', { cause: new Error('no control of the exchange') })
    const found = this.#members.get(code)
    if (!found) throw new Refusal('radio-port-unknown', { port: code })
    return found
  }

  want: Media['want'] = (ports) => {
    this.#wishes = ports
    this.#settle()
  }
  key: Media['key'] = async ({ port, epoch, voice, leaseMs }) => this.#member(port).orders.key(epoch, voice, leaseMs)
  pass: Media['pass'] = async ({ port, epoch, from, to }) => this.#member(port).orders.pass(epoch, from, to)
  renew: Media['renew'] = async ({ port, epoch, leaseMs }) => this.#member(port).orders.renew(epoch, leaseMs)
  unkey: Media['unkey'] = async ({ port, epoch, voice, tailMs }) =>
    this.#member(port).orders.unkey(epoch, voice, tailMs)
  rxGate: Media['rxGate'] = async ({ port, epoch, open }) => this.#member(port).orders.rxGate(epoch, open)
  sendDigits: Media['sendDigits'] = async ({ port, epoch, digits }) => {
    const { port: own } = this.#member(port)
    own.current(epoch)
    if (!/^[0-9A-D*#]{1,32}$/.test(digits)) throw new Refusal('asterisk-value-refused', { field: 'digits' })
    const leg = own.gateway()
    if (leg) await this.#wire.digits(leg.channel, digits)
  }
  joinPhone: Media['joinPhone'] = async ({ port, epoch, callChannel }) => {
    this.#member(port).port.current(epoch)
    return { channel: await this.#voices.joinPhone(port, callChannel) }
  }
  leavePhone: Media['leavePhone'] = ({ channel }) => this.#voices.leavePhone(channel)
  cutRecording: Media['cutRecording'] = async (port) => this.#member(port).port.cut()
  hear: Media['hear'] = (told) => void this.#hearers.add(told)

  start(): void {
    if (this.#running) return
    this.#running = true
    this.#gateways.start()
    this.#askAgain()
    if (this.#ari.listens()) void this.#takeOver(++this.#life)
  }
  async stop(): Promise<void> {
    this.#running = false
    clearTimeout(this.#asking)
    this.#gateways.stop()
    this.#lost()
    await this.#settling
  }

  control(on: boolean): void {
    if (!this.#running) return
    if (on) void this.#takeOver(++this.#life)
    else this.#lost()
  }

  event(event: AriEvent): void {
    this.#wire.hear(event)
    const leg = legOf(event)
    if (!this.#control) return void (leg && this.#early.push(leg))
    if (leg) return void this.#voices.join(leg.channel, leg.port)
    this.#voices.hear(event)
    const ended = endedBy(event)
    if (ended) {
      for (const { port } of this.#members.values()) port.ended(ended)
      this.#voices.ended(ended)
    } else this.#gateways.hear(event)
  }
}

type Early = { channel: EventChannel; port: string }

/** What gateways say of themselves: whether they are reached and from where, digits they hear, handhelds they name. */
class Gateways {
  readonly #wire: Wire
  readonly #members: ReadonlyMap<string, Member>
  readonly #tell: (fact: MediaFact) => void
  readonly #log: Log
  readonly #evidence: ReturnType<typeof startEvidence>
  /** Where each gateway that registers was last seen; one that is called at its address cannot move. */
  readonly #addresses = new Map<string, string>()

  constructor(wire: Wire, members: ReadonlyMap<string, Member>, tell: (fact: MediaFact) => void, log: Log) {
    this.#wire = wire
    this.#members = members
    this.#tell = tell
    this.#log = log
    this.#evidence = startEvidence(wire, members, tell)
  }

  start(): void {
    this.#evidence.start()
  }
  stop(): void {
    this.#evidence.stop()
  }

  async isOffline(endpoint: string): Promise<boolean> {
    const { state } = (await this.#wire.ask('GET', `/endpoints/PJSIP/${endpoint}`)) as { state: string }
    return state === 'offline'
  }

  async watch({ port, endpoint }: PortWish): Promise<void> {
    await this.#wire
      .subscribe([`endpoint:PJSIP/${endpoint}`])
      .catch((error) => this.#log.warn({ port, why: reasonOf(error) }, 'the gateway’s reachability is not told'))
  }

  hear(event: AriEvent): void {
    const at = Date.now()
    const gateway = this.#ofGateway(event)
    if (event.type === 'ChannelDtmfReceived' && gateway)
      this.#tell({ type: 'digit', port: gateway, at, digit: String(event.digit) })
    else if (event.type === 'ContactStatusChange') this.#contactChanged(event)
    else if (event.type === 'TextMessageReceived') {
      const { resource } = (event.endpoint ?? {}) as { resource?: string }
      const found = this.#at(resource)
      const { body } = event.message as { body: string }
      if (found) this.#tell({ type: 'unit', port: found.port, at, raw: body.slice(0, 1_000) })
    }
  }

  #at(endpoint: string | undefined): Port | undefined {
    return [...this.#members.values()].find(({ port }) => port.wish().endpoint === endpoint)?.port
  }

  #ofGateway(event: AriEvent): string | undefined {
    const id = channelOf(event)?.id ?? ''
    const is = whatOf(id)
    return is?.what === 'gw' && this.#members.get(is.port)?.port.gateway()?.channel === id ? is.port : undefined
  }

  #contactChanged(event: AriEvent): void {
    const info = event.contact_info as { aor: string; uri?: string; contact_status: string; roundtrip_usec?: string }
    const found = this.#at(info.aor)
    if (!found) return
    const micros = Number(info.roundtrip_usec)
    this.#evidence.roundTrip(found.port, micros > 0 ? micros / 1000 : null)
    const isGone = info.contact_status === 'Unreachable' || info.contact_status === 'Removed'
    if (isGone || info.contact_status === 'Reachable') found.contact(!isGone)
    if (isGone) return
    void this.#tellAddress(found.port, info.aor, info.uri ?? '').catch((error) =>
      this.#log.warn({ port: found.port, why: reasonOf(error) }, 'where a gateway registered from is not known'),
    )
  }

  async #tellAddress(port: string, aor: string, uri: string): Promise<void> {
    const address = /@([^:;>]+)/.exec(uri)?.[1]
    if (!address || this.#addresses.get(port) === address) return
    this.#addresses.set(port, address)
    const set = (await this.#wire.ask('GET', `/asterisk/config/dynamic/res_pjsip/aor/${aor}`)) as Setting[]
    const registers = set.some(({ attribute, value }) => attribute === 'max_contacts' && value !== '0')
    if (registers) this.#tell({ type: 'gateway-at', port, at: Date.now(), address })
  }
}

const liveNow = (standing: Standing): Set<string> =>
  new Set([...standing.ports.values()].flatMap((kept) => kept.pieces.map((one) => one.name)))
const reasonOf = (error: unknown): string => {
  const { message, cause, details } = error as Error & { details?: object }
  return [message, (cause as Error | undefined)?.message, details && JSON.stringify(details)].filter(Boolean).join(': ')
}
