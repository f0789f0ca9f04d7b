/**
 * One port kept up: its mixing bridge, the gateway's leg, and the adapter between them that carries the gates and the lease.
 *
 *   gw --[rb: simple]-- near | far --[mb: mixing]-- cast | fan --[hb: holding]-- consoles' legs
 *                                          `-- who speaks: a console's leg, links, callers, the announcer
 *
 * At rest two halves alone stand in the mixing bridge: then Asterisk passes on what comes and mixes nothing, and where
 * nothing comes nobody is sent a packet, on either side. That holds with the server dead too, and so does hearing.
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
import { made } from './ids.ts'
import { makeRecorder, type Piece, type Recorder } from './recorder.ts'
import { openTap, type Tap } from './tap.ts'
import { channelOf, type Wire } from './wire.ts'

export type Down = Extract<MediaFact, { type: 'down' }>['why']
export type Log = { info(o: object, m: string): void; warn(o: object, m: string): void }
/** `hearers`: the consoles' bridge, fed by `fan` with what `cast` hears in the mixing one. */
export type Mixing = { bridge: string; voice: string; say: string; hearers: string; cast: string; fan: string }
export type Gateway = { channel: string; bridge: string }
export type Pair = { near: string; far: string; epoch: number }
/** What an earlier server, or this one before ARI was cut, left standing and may go on. */
export type Kept = { mixing?: Mixing | undefined; gateway?: Gateway | undefined; pieces: Piece[] }

export type Port = ReturnType<typeof makePort>
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

const RING_S = 8
const BACKOFF_MS = { least: 250, most: 5_000 }
const SOON_MS = 5_000
/** Gates shut is proven by counting: no packet in so long. */
const PROOF_MS = 80
/** A registering gateway that comes back is unreachable for an instant (recipes: the flap of a registration). */
const FLAP_MS = 500
const FORGET_MS = 300
const SOUND_GAP_MS = 200

export function makePort({
  wire,
  wish: first,
  kept,
  recordings,
  epoch,
  tell,
  onMixing,
  onNewStream,
  log,
}: PortOptions) {
  const port = first.port
  let wish = first
  let wanted = true
  let mixing: Mixing | undefined = kept.mixing
  let gateway: Gateway | undefined = kept.gateway
  let pair: Pair | undefined
  let isUp = false
  let tap: Tap | undefined
  let stream: string | undefined
  let soundAt = -Infinity
  const beat = makeBeat()
  const newRecorder = (pieces?: Piece[]) => makeRecorder({ wire, port, folder: recordings, tell, beat }, pieces)
  let recorder: Recorder = newRecorder(kept.pieces)
  let tending: Promise<void> | undefined
  let again = false
  let tries = 0
  let timer: NodeJS.Timeout | undefined
  let flap: NodeJS.Timeout | undefined
  const waiting: (() => void)[] = []

  /** Builds what is missing, one step after the other; never twice at once. */
  function tend(): void {
    again = true
    clearTimeout(timer)
    tending ??= tended().finally(() => {
      tending = undefined
      if (again && wanted && wire.listens()) tend()
    })
  }

  async function tended(): Promise<void> {
    try {
      while (again && wanted && wire.listens()) {
        again = false
        await build()
      }
      tries = 0
    } catch (error) {
      if (!wanted || !wire.listens()) return
      again = false
      const wait = Math.min(BACKOFF_MS.least * 2 ** tries++, BACKOFF_MS.most)
      log.warn({ port, wait, why: (error as Error).message }, 'a radio port could not be brought up; again soon')
      timer = setTimeout(tend, wait)
    }
  }

  async function build(): Promise<void> {
    if (!mixing) {
      mixing = await buildMixing()
      onMixing()
    }
    for (const go of waiting.splice(0)) go()
    gateway ??= await dial()
    const leg = gateway
    const extras = await Promise.allSettled([openEar(leg), wish.record ? recorder.begin(leg.channel) : undefined])
    for (const one of extras)
      if (one.status === 'rejected') {
        log.warn({ port, why: one.reason?.message }, 'a radio port is not heard or recorded; again soon')
        timer = setTimeout(tend, SOON_MS)
      }
    if (!pair && mixing && gateway === leg) await join(leg, mixing)
  }

  async function buildMixing(): Promise<Mixing> {
    const [bridge, hearers] = [made(port, 'mb'), made(port, 'hb')]
    const [voice, say, cast, fan] = [made(port, 'voice'), made(port, 'say'), made(port, 'cast'), made(port, 'fan')]
    await Promise.all([wire.bridge(bridge), wire.pair(voice, say), wire.pair(cast, fan)])
    await Promise.all([wire.add(bridge, cast), wire.hearing(hearers, fan)])
    return { bridge, voice, say, hearers, cast, fan }
  }

  async function dial(): Promise<Gateway> {
    const own = { channel: made(port, 'gw'), bridge: made(port, 'rb') }
    try {
      await wire.dial(own.channel, `PJSIP/${wish.endpoint}`, RING_S)
      await wire.bridge(own.bridge)
      await wire.add(own.bridge, own.channel)
    } catch (error) {
      await wire.hangUp(own.channel).catch(() => undefined)
      await wire.dropBridge(own.bridge).catch(() => undefined)
      throw error
    }
    log.info({ port, channel: own.channel }, 'the gateway has answered')
    return own
  }

  async function openEar(leg: Gateway): Promise<void> {
    stream ??= await streamOf(leg)
    tap ??= await openTap(
      wire,
      port,
      leg.channel,
      (samples, at) => {
        if (samples.some((one) => one !== 0)) {
          // A stream with a sound in it is one we hear.
          if (at - soundAt > SOUND_GAP_MS) void learn(leg)
          soundAt = at
        }
        tell({ type: 'heard', port, at, samples })
      },
      () => void hearAnew(leg).catch((error) => log.warn({ port, why: error.message }, 'a new stream is not heard')),
      beat,
    )
  }

  /** The sender's number (RFC 3550 SSRC) of what came last; `0`: nothing came yet; undefined: Asterisk did not say. */
  const streamOf = async (leg: Gateway): Promise<string | undefined> =>
    /themssrc=(\d+)/.exec(await wire.read(leg.channel, 'CHANNEL(rtcp,all)').catch(() => ''))?.[1]

  async function learn(leg: Gateway): Promise<void> {
    const now = await streamOf(leg)
    if (now !== undefined && gateway === leg) stream = now
  }

  /**
   * Asterisk's translators drop what comes "late" by its RTP number. A gateway that begins a new stream (RFC 3550 §8) at a
   * lower number is therefore heard by nobody, for up to eleven minutes, though every packet is counted. Packets without any
   * sound of a stream we have not heard before: its leg is put into its bridge anew, and so is all that listens to it. The
   * first stream of a call cannot be late: nothing came before it, and joining anew would tear what is being said.
   */
  async function hearAnew(leg: Gateway): Promise<void> {
    const now = await streamOf(leg)
    if (now === undefined || now === stream || gateway !== leg) return
    const isFirst = stream === undefined || stream === '0'
    stream = now
    if (isFirst) return
    log.info({ port }, 'the gateway began a new stream; its leg is joined anew')
    const near = pair?.near
    const both = [leg.channel, ...(near ? [near] : [])]
    await wire.take(leg.bridge, both.join(','))
    await wire.add(leg.bridge, ...both)
    await onNewStream()
    await Promise.all([tap?.close(), recorder.end()])
    tap = undefined
    // The last listener's decoder goes with it, a moment later than it does.
    await new Promise((done) => setTimeout(done, FORGET_MS))
    tend()
  }

  /** The adapter: gates shut first, then joined, then proven silent, then told. */
  async function join(leg: Gateway, mix: Mixing): Promise<void> {
    const own: Pair = { near: made(port, 'near'), far: made(port, 'far'), epoch: epoch() }
    try {
      await wire.pair(own.near, own.far)
      await wire.mute(own.far, 'out')
      // On this side of what listens to the gateway's leg: a buffer there fills and drops, and a code is torn by either.
      const buffer = { none: '', adaptive: 'adaptive', fixed60: 'fixed' }[wish.jitterBuffer]
      if (buffer) await wire.set(own.far, `JITTERBUFFER(${buffer})`, buffer === 'fixed' ? '60' : 'default')
      await Promise.all([wire.add(leg.bridge, own.near), wire.add(mix.bridge, own.far)])
      const sent = () => wire.read(leg.channel, 'CHANNEL(rtcp,txcount)')
      const then = await sent()
      await new Promise((done) => setTimeout(done, PROOF_MS))
      const now = await sent()
      if (now !== then) throw new Error(`${Number(now) - Number(then)} packets passed a shut gate`)
      if (gateway !== leg || mixing !== mix || !wanted) throw new Error('changed meanwhile')
    } catch (error) {
      for (const half of [own.near, own.far]) await wire.hangUp(half).catch(() => undefined)
      throw error
    }
    pair = own
    isUp = true
    tell({ type: 'up', port, epoch: own.epoch, at: Date.now() })
  }

  function down(why: Down): void {
    if (!isUp) return
    isUp = false
    log.warn({ port, why }, 'a radio port is down')
    tell({ type: 'down', port, at: Date.now(), why })
  }

  /** Ends an adapter, whatever became of it: the last thing one can do against a carrier that may be on. */
  function burn(one: Pair, why: Down): void {
    if (pair === one) {
      pair = undefined
      down(why)
    }
    void wire.hangUpSurely([one.near, one.far]).finally(tend)
  }

  function loseGateway(): void {
    const leg = gateway
    if (!leg) return
    gateway = undefined
    stream = undefined
    if (pair) burn(pair, 'gateway_lost')
    down('gateway_lost')
    void tap?.close()
    tap = undefined
    const old = recorder
    recorder = newRecorder()
    void old.end().catch(() => undefined)
    void wire.hangUp(leg.channel).catch(() => undefined)
    void wire.dropBridge(leg.bridge).catch(() => undefined)
    tend()
  }

  function ended(id: string): void {
    if (id === gateway?.channel) loseGateway()
    else if (pair && (id === pair.near || id === pair.far)) burn(pair, 'lapsed')
    else if (tap?.ids.includes(id)) {
      void tap.close()
      tap = undefined
      tend()
    } else if (recorder.ids().includes(id)) {
      recorder.lost(id)
      tend()
    } else if (mixing && halvesOf(mixing).includes(id)) {
      const old = mixing
      mixing = undefined
      if (pair) burn(pair, 'lapsed')
      const all = [...halvesOf(old).map(wire.hangUp), wire.dropBridge(old.bridge), wire.dropBridge(old.hearers)]
      void Promise.allSettled(all).then(tend)
    }
  }

  return {
    port,
    wish: () => wish,
    tend,
    isUp: () => isUp,
    mixing: () => mixing,
    gateway: () => gateway,
    burn,
    ended,
    /** The adapter of this epoch. @throws {Refusal} for an order of an older life. */
    current(of: number): Pair {
      if (!pair || !isUp) throw new Refusal('radio-port-down', { port })
      if (pair.epoch !== of) throw new Refusal('radio-order-too-old', { port, epoch: of, now: pair.epoch })
      return pair
    },
    change(to: PortWish): void {
      const redial = to.endpoint !== wish.endpoint || to.jitterBuffer !== wish.jitterBuffer
      const stopped = wish.record && !to.record
      wish = to
      if (redial) loseGateway()
      else if (stopped) void recorder.end().catch(() => undefined)
      tend()
    },
    /** The mixing bridge, as soon as there is one. */
    async mixed(ms: number): Promise<Mixing> {
      if (!mixing) {
        await new Promise<void>((done) => {
          waiting.push(done)
          setTimeout(done, ms)
        })
      }
      if (!mixing) throw new Refusal('radio-port-down', { port })
      return mixing
    },
    async cut(): Promise<void> {
      if (gateway && wish.record) await recorder.cut(gateway.channel)
    },
    /** What the qualify says of the gateway: silent for long is dead, even though its leg is still there. */
    contact(reachable: boolean): void {
      clearTimeout(flap)
      if (!reachable && gateway) flap = setTimeout(loseGateway, FLAP_MS)
      if (reachable && !gateway) {
        tries = 0
        tend()
      }
    },
    /** Control is lost, or another server's: nothing here is ours to end; what stands is told to the next life. */
    letGo(): void {
      wanted = false
      clearTimeout(timer)
      clearTimeout(flap)
      down('control_lost')
      recorder.letGo()
      void tap?.close()
    },
    async end(): Promise<void> {
      wanted = false
      clearTimeout(timer)
      clearTimeout(flap)
      if (pair) burn(pair, 'not_wanted')
      await tending?.catch(() => undefined)
      await recorder.end().catch(() => undefined)
      await tap?.close()
      for (const id of [gateway?.channel, ...(mixing ? halvesOf(mixing) : [])])
        if (id) await wire.hangUp(id).catch(() => undefined)
      for (const id of [gateway?.bridge, mixing?.bridge, mixing?.hearers])
        if (id) await wire.dropBridge(id).catch(() => undefined)
    },
  }
}

/** Channels that must live, or the mixing bridge is of no use. */
export const halvesOf = ({ voice, say, cast, fan }: Mixing): string[] => [voice, say, cast, fan]

/** The channel that ended by this event, if one did. */
export const endedBy = (event: AriEvent): string | undefined =>
  event.type === 'ChannelDestroyed' || event.type === 'StasisEnd' ? channelOf(event)?.id : undefined
