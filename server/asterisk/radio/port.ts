/**
 * One port kept up: its mixing bridge, the gateway's leg, and the adapter between them that carries the gates and the lease.
 *
 *   gw --[rb: simple]-- near | far --[mb: mixing]-- cast | fan --[hb: holding]-- consoles' legs
 *                                          `-- who speaks: a console's leg, links, callers, the announcer
 *
 * At rest two halves alone stand in the mixing bridge: then Asterisk passes on what comes and mixes nothing, and where
 * nothing comes nobody is sent a packet, on either side. That holds with the server dead too, and so does hearing. A port
 * with a jitter buffer is mixed at rest too (`alwaysMixes`).
 *        lease: TIMEOUT(absolute) on near, armed only while keyed      (lapsed: both halves end, and with them every sound)
 *        PTT gate: mute out on far, shut unless keyed                  RX gate: mute in on far, after the jitter buffer
 *
 * Whatever is lost is built again for ever. An adapter about which anything is uncertain is never used on: it is hung up
 * (`burn`), and a new one with a new epoch takes its place.
 */
import type { MediaFact, PortWish } from '../../radio/index.ts'
import { Refusal } from '../../refusal.ts'
import type { AriEvent } from '../ari/rest.ts'
import { makeBeat } from './beat.ts'
import { buildMixing, dialGateway, type Gateway, type Mixing } from './building.ts'
import { made } from './ids.ts'
import { makeRecorder, type Piece, type Recorder } from './recorder.ts'
import { openTap, type Tap } from './tap.ts'
import { channelOf, type Wire } from './wire.ts'

export type Down = Extract<MediaFact, { type: 'down' }>['why']
export type Log = { info(o: object, m: string): void; warn(o: object, m: string): void }
export type Pair = { near: string; far: string; epoch: number }
/** What an earlier server, or this one before ARI was cut, left standing and may go on. */
export type Kept = { mixing?: Mixing | undefined; gateway?: Gateway | undefined; pieces: Piece[] }

export type PortOptions = {
  wire: Wire
  wish: PortWish
  kept: Kept
  /** The folder Asterisk records into, as this process sees it. */
  recordings: string
  epoch(): number
  tell(fact: MediaFact): void
  /** the mixing bridge is another one: links and callers on it are gone */
  onMixing(): void
  /** the gateway began a new stream: whoever listens has to be joined anew */
  onNewStream(): Promise<void>
  log: Log
}

const BACKOFF_MS = { least: 250, most: 5_000 }
const SOON_MS = 5_000
/**
 * Gates shut is proven by counting: no packet in so long, while the bridge mixes and sends silence all the time. At rest it
 * sends nothing, and no packet would be no proof.
 */
const PROOF_MS = 80
/** A registering gateway that comes back is unreachable for an instant (recipes: the flap of a registration). */
const FLAP_MS = 500
const FORGET_MS = 300
const SOUND_GAP_MS = 200

export class Port {
  readonly port: string
  readonly #parts: Omit<PortOptions, 'wish' | 'kept'>
  readonly #wire: Wire
  readonly #beat = makeBeat()
  #wish: PortWish
  #wanted = true
  #mixing: Mixing | undefined
  #gateway: Gateway | undefined
  #pair: Pair | undefined
  #isUp = false
  #tap: Tap | undefined
  #stream: string | undefined
  #soundAt = -Infinity
  #recorder: Recorder
  #tending: Promise<void> | undefined
  #again = false
  #tries = 0
  #timer: NodeJS.Timeout | undefined
  #flap: NodeJS.Timeout | undefined
  readonly #waiting: (() => void)[] = []

  constructor({ wish, kept, ...parts }: PortOptions) {
    this.port = wish.port
    this.#parts = parts
    this.#wire = parts.wire
    this.#wish = wish
    this.#mixing = kept.mixing
    this.#gateway = kept.gateway
    this.#recorder = this.#newRecorder(kept.pieces)
  }

  wish = (): PortWish => this.#wish
  isUp = (): boolean => this.#isUp
  mixing = (): Mixing | undefined => this.#mixing
  gateway = (): Gateway | undefined => this.#gateway
  /**
   * What comes out of a jitter buffer and is passed on unmixed is at times heard by no console for a whole over: its frames
   * are numbered as they came, with the buffer's own between them, and a translator drops what it takes for late. Mixed,
   * they are numbered anew: such a port keeps a third in its bridge, and costs what mixing costs.
   */
  alwaysMixes = (): boolean => this.#wish.jitterBuffer !== 'none'

  #newRecorder(pieces?: Piece[]): Recorder {
    const { recordings: folder, tell } = this.#parts
    return makeRecorder({ wire: this.#wire, port: this.port, folder, tell, beat: this.#beat }, pieces)
  }

  /** Builds what is missing, one step after the other; never twice at once. */
  tend = (): void => {
    this.#again = true
    clearTimeout(this.#timer)
    this.#tending ??= this.#tended().finally(() => {
      this.#tending = undefined
      if (this.#again && this.#mayBuild()) this.tend()
    })
  }

  #mayBuild = (): boolean => this.#wanted && this.#wire.listens()

  async #tended(): Promise<void> {
    const { log } = this.#parts
    try {
      while (this.#again && this.#mayBuild()) {
        this.#again = false
        await this.#build()
      }
      this.#tries = 0
    } catch (error) {
      if (!this.#mayBuild()) return
      this.#again = false
      const wait = Math.min(BACKOFF_MS.least * 2 ** this.#tries++, BACKOFF_MS.most)
      const why = (error as Error).message
      log.warn({ port: this.port, wait, why }, 'a radio port could not be brought up; again soon')
      this.#timer = setTimeout(this.tend, wait)
    }
  }

  async #build(): Promise<void> {
    if (!this.#mixing) {
      this.#mixing = await buildMixing(this.#wire, this.port)
      this.#parts.onMixing()
    }
    for (const go of this.#waiting.splice(0)) go()
    this.#gateway ??= await this.#dial()
    const leg = this.#gateway
    const recording = this.#wish.record ? this.#recorder.begin(leg.channel) : undefined
    const extras = await Promise.allSettled([this.#openEar(leg), recording])
    for (const one of extras)
      if (one.status === 'rejected') {
        const why = one.reason?.message
        this.#parts.log.warn({ port: this.port, why }, 'a radio port is not heard or recorded; again soon')
        this.#timer = setTimeout(this.tend, SOON_MS)
      }
    if (!this.#pair && this.#mixing && this.#gateway === leg) await this.#join(leg, this.#mixing)
  }

  async #dial(): Promise<Gateway> {
    const { port } = this
    const own = await dialGateway(this.#wire, port, this.#wish.endpoint)
    this.#parts.log.info({ port, channel: own.channel }, 'the gateway has answered')
    return own
  }

  async #openEar(leg: Gateway): Promise<void> {
    const { port } = this
    const { tell, log } = this.#parts
    this.#stream ??= await this.#streamOf(leg)
    this.#tap ??= await openTap(
      this.#wire,
      port,
      leg.channel,
      (samples, at) => {
        if (samples.some((one) => one !== 0)) {
          // A stream with a sound in it is one we hear.
          if (at - this.#soundAt > SOUND_GAP_MS) void this.#learn(leg)
          this.#soundAt = at
        }
        tell({ type: 'heard', port, at, samples })
      },
      () =>
        void this.#hearAnew(leg).catch((error) => log.warn({ port, why: error.message }, 'a new stream is not heard')),
      this.#beat,
    )
  }

  /** The sender's number (RFC 3550 SSRC) of what came last; `0`: nothing came yet; undefined: Asterisk did not say. */
  async #streamOf(leg: Gateway): Promise<string | undefined> {
    return /themssrc=(\d+)/.exec(await this.#wire.read(leg.channel, 'CHANNEL(rtcp,all)').catch(() => ''))?.[1]
  }

  async #learn(leg: Gateway): Promise<void> {
    const now = await this.#streamOf(leg)
    if (now !== undefined && this.#gateway === leg) this.#stream = now
  }

  /**
   * Asterisk's translators drop what comes "late" by its RTP number. A gateway that begins a new stream (RFC 3550 §8) at a
   * lower number is therefore heard by nobody, for up to eleven minutes, though every packet is counted. Packets without any
   * sound of a stream we have not heard before: its leg is put into its bridge anew, and so is all that listens to it. The
   * first stream of a call cannot be late: nothing came before it, and joining anew would tear what is being said.
   */
  async #hearAnew(leg: Gateway): Promise<void> {
    const now = await this.#streamOf(leg)
    if (now === undefined || now === this.#stream || this.#gateway !== leg) return
    const isFirst = this.#stream === undefined || this.#stream === '0'
    this.#stream = now
    if (isFirst) return
    this.#parts.log.info({ port: this.port }, 'the gateway began a new stream; its leg is joined anew')
    const near = this.#pair?.near
    const both = [leg.channel, ...(near ? [near] : [])]
    await this.#wire.take(leg.bridge, both.join(','))
    await this.#wire.add(leg.bridge, ...both)
    await this.#parts.onNewStream()
    await Promise.all([this.#tap?.close(), this.#recorder.end()])
    this.#tap = undefined
    // The last listener's decoder goes with it, a moment later than it does.
    await new Promise((done) => setTimeout(done, FORGET_MS))
    this.tend()
  }

  /** The adapter: gates shut first, then joined, then proven silent, then told. */
  async #join(leg: Gateway, mix: Mixing): Promise<void> {
    const { port } = this
    const wire = this.#wire
    const own: Pair = { near: made(port, 'near'), far: made(port, 'far'), epoch: this.#parts.epoch() }
    try {
      await wire.pair(own.near, own.far)
      await wire.mute(own.far, 'out')
      // On this side of what listens to the gateway's leg: a buffer there fills and drops, and a code is torn by either.
      const buffer = { none: '', adaptive: 'adaptive', fixed60: 'fixed' }[this.#wish.jitterBuffer]
      if (buffer) await wire.set(own.far, `JITTERBUFFER(${buffer})`, buffer === 'fixed' ? '60' : 'default')
      await Promise.all([wire.add(leg.bridge, own.near), wire.add(mix.bridge, own.far)])
      await wire.add(mix.bridge, mix.voice)
      const sent = () => wire.read(leg.channel, 'CHANNEL(rtcp,txcount)')
      const then = await sent()
      await new Promise((done) => setTimeout(done, PROOF_MS))
      const now = await sent()
      if (now !== then) throw new Error(`${Number(now) - Number(then)} packets passed a shut gate`)
      if (!this.alwaysMixes()) await wire.take(mix.bridge, mix.voice).catch(() => undefined)
      if (this.#gateway !== leg || this.#mixing !== mix || !this.#wanted) throw new Error('changed meanwhile')
    } catch (error) {
      for (const half of [own.near, own.far]) await wire.hangUp(half).catch(() => undefined)
      throw error
    }
    this.#pair = own
    this.#isUp = true
    this.#parts.tell({ type: 'up', port, epoch: own.epoch, at: Date.now() })
  }

  #down(why: Down): void {
    if (!this.#isUp) return
    this.#isUp = false
    const { port } = this
    this.#parts.log.warn({ port, why }, 'a radio port is down')
    this.#parts.tell({ type: 'down', port, at: Date.now(), why })
  }

  /** Ends an adapter, whatever became of it: the last thing one can do against a carrier that may be on. */
  burn(one: Pair, why: Down): void {
    if (this.#pair === one) {
      this.#pair = undefined
      this.#down(why)
    }
    void this.#wire.hangUpSurely([one.near, one.far]).finally(this.tend)
  }

  #loseGateway = (): void => {
    const leg = this.#gateway
    if (!leg) return
    this.#gateway = undefined
    this.#stream = undefined
    if (this.#pair) this.burn(this.#pair, 'gateway_lost')
    this.#down('gateway_lost')
    void this.#tap?.close()
    this.#tap = undefined
    const old = this.#recorder
    this.#recorder = this.#newRecorder()
    void old.end().catch(() => undefined)
    void this.#wire.hangUp(leg.channel).catch(() => undefined)
    void this.#wire.dropBridge(leg.bridge).catch(() => undefined)
    this.tend()
  }

  /** A channel is gone: whatever of ours it was is built again. */
  ended(id: string): void {
    const pair = this.#pair
    if (id === this.#gateway?.channel) this.#loseGateway()
    else if (pair && (id === pair.near || id === pair.far)) this.burn(pair, 'lapsed')
    else if (this.#tap?.ids.includes(id)) {
      void this.#tap.close()
      this.#tap = undefined
      this.tend()
    } else if (this.#recorder.ids().includes(id)) {
      this.#recorder.lost(id)
      this.tend()
    } else if (this.#mixing && halvesOf(this.#mixing).includes(id)) this.#loseMixing(this.#mixing)
  }

  #loseMixing(old: Mixing): void {
    const wire = this.#wire
    this.#mixing = undefined
    if (this.#pair) this.burn(this.#pair, 'lapsed')
    const halves = halvesOf(old).map((id) => wire.hangUp(id))
    const all = [...halves, wire.dropBridge(old.bridge), wire.dropBridge(old.hearers)]
    void Promise.allSettled(all).then(this.tend)
  }

  /** The adapter of this epoch. @throws {Refusal} for an order of an older life. */
  current(of: number): Pair {
    const { port } = this
    if (!this.#pair || !this.#isUp) throw new Refusal('radio-port-down', { port })
    const { epoch } = this.#pair
    if (epoch !== of) throw new Refusal('radio-order-too-old', { port, epoch: of, now: epoch })
    return this.#pair
  }

  change(to: PortWish): void {
    const redial = to.endpoint !== this.#wish.endpoint || to.jitterBuffer !== this.#wish.jitterBuffer
    const stopped = this.#wish.record && !to.record
    this.#wish = to
    if (redial) this.#loseGateway()
    else if (stopped) void this.#recorder.end().catch(() => undefined)
    this.tend()
  }

  /** The mixing bridge, as soon as there is one. */
  async mixed(ms: number): Promise<Mixing> {
    if (!this.#mixing) {
      await new Promise<void>((done) => {
        this.#waiting.push(done)
        setTimeout(done, ms)
      })
    }
    if (!this.#mixing) throw new Refusal('radio-port-down', { port: this.port })
    return this.#mixing
  }

  async cut(): Promise<void> {
    if (this.#gateway && this.#wish.record) await this.#recorder.cut(this.#gateway.channel)
  }

  /** What the qualify says of the gateway: silent for long is dead, even though its leg is still there. */
  contact(reachable: boolean): void {
    clearTimeout(this.#flap)
    if (!reachable && this.#gateway) this.#flap = setTimeout(this.#loseGateway, FLAP_MS)
    if (reachable && !this.#gateway) {
      this.#tries = 0
      this.tend()
    }
  }

  #stopTimers(): void {
    this.#wanted = false
    clearTimeout(this.#timer)
    clearTimeout(this.#flap)
  }

  /** Control is lost, or another server's: nothing here is ours to end; what stands is told to the next life. */
  letGo(): void {
    this.#stopTimers()
    this.#down('control_lost')
    this.#recorder.letGo()
    void this.#tap?.close()
  }

  async end(): Promise<void> {
    this.#stopTimers()
    const wire = this.#wire
    if (this.#pair) this.burn(this.#pair, 'not_wanted')
    await this.#tending?.catch(() => undefined)
    await this.#recorder.end().catch(() => undefined)
    await this.#tap?.close()
    const [gateway, mixing] = [this.#gateway, this.#mixing]
    for (const id of [gateway?.channel, ...(mixing ? halvesOf(mixing) : [])])
      if (id) await wire.hangUp(id).catch(() => undefined)
    for (const id of [gateway?.bridge, mixing?.bridge, mixing?.hearers])
      if (id) await wire.dropBridge(id).catch(() => undefined)
  }
}

/** Channels that must live, or the mixing bridge is of no use. */
export const halvesOf = ({ voice, say, cast, fan }: Mixing): string[] => [voice, say, cast, fan]

/** The channel that ended by this event, if one did. */
export const endedBy = (event: AriEvent): string | undefined =>
  event.type === 'ChannelDestroyed' || event.type === 'StasisEnd' ? channelOf(event)?.id : undefined
