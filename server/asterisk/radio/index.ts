/**
 * The exchange's side of the radio: radio/media.ts, fulfilled over ARI. One per exchange; it speaks only while this server
 * holds the application's event socket, which the acting server alone does.
 *
 *   control up  →  every gate is shut  →  what stands is read  →  wanted ports go on from it, the rest is cleared away
 *   control lost  →  nothing can be ordered; Asterisk unkeys by the leases, keeps gateways, consoles and recorders
 */
import type { Media, MediaFact, PortWish, Voice } from '../../radio/index.ts'
import { Outage, Refusal } from '../../refusal.ts'
import type { AriEvent } from '../ari/rest.ts'
import { startEvidence } from './evidence.ts'
import { whatOf } from './ids.ts'
import { makeOrders } from './orders.ts'
import { endedBy, halvesOf, type Log, makePort } from './port.ts'
import { foundPieces } from './recorder.ts'
import { type Standing, shutAndRead } from './standing.ts'
import { legOf, type MayHear, type Member, makeVoices } from './voices.ts'

export type { MayHear } from './voices.ts'

import { channelOf, type EventChannel, makeWire } from './wire.ts'

export type RadioMedia = Media & {
  /** Every event of the application, as it came. */
  event(event: AriEvent): void
  /** The event socket is open, or was lost. */
  control(on: boolean): void
}
export type RadioMediaOptions = {
  ari: Parameters<typeof makeWire>[0]
  /** `spool/recording` of this Asterisk, as this process sees it. */
  recordings: string
  mayHear: MayHear
  log: Log
}

const AGAIN_MS = 500
/** A console's right to hear is asked about anew: longer, and who lost it hears on for so long; shorter, and it costs more. */
const ASK_AGAIN_MS = 2_000

type Setting = { attribute: string; value: string }

export function makeRadioMedia({ ari, recordings, mayHear, log }: RadioMediaOptions): RadioMedia {
  const wire = makeWire(ari)
  const members = new Map<string, Member>()
  const hearers = new Set<(fact: MediaFact) => void>()
  const tell = (fact: MediaFact) => {
    for (const hearer of hearers) hearer(fact)
  }
  const voices = makeVoices(wire, members, tell, { log, mayHear })
  let wishes: readonly PortWish[] | undefined
  let standing: Standing | undefined
  let running = false
  let control = false
  let life = 0
  let lastEpoch = 0
  let settling: Promise<void> = Promise.resolve()
  let asking: NodeJS.Timeout | undefined
  /** consoles that called while the exchange was being taken over */
  const early: { channel: EventChannel; port: string }[] = []
  const evidence = startEvidence(wire, members, tell)

  /** Greater than any before it, of earlier servers too. */
  const epoch = () => {
    lastEpoch = Math.max(lastEpoch + 1, Date.now())
    return lastEpoch
  }

  /** Tried until Asterisk has said yes: no port is built before its gates of the last life are known to be shut. */
  async function takeOver(mine: number): Promise<void> {
    while (mine === life && running && ari.listens()) {
      try {
        standing = await shutAndRead(wire, recordings)
        for (const fact of await foundPieces(recordings, liveNow(standing))) tell(fact)
        if (mine !== life) return
        control = true
        tell({ type: 'control', up: true, at: Date.now() })
        return settle()
      } catch (error) {
        log.warn({ why: reasonOf(error) }, 'the radio could not take over; again soon')
        await new Promise((done) => setTimeout(done, AGAIN_MS))
      }
    }
  }

  /** Brings what is in line with what is wanted, one change after the other. */
  function settle(): void {
    settling = settling.then(async () => {
      if (!control || !wishes) return
      const left = standing
      standing = undefined
      const due = new Map(wishes.map((wish) => [wish.port, wish]))
      for (const [code, { port }] of [...members]) {
        if (due.has(code)) continue
        members.delete(code)
        voices.mixingChanged(code)
        await port.end()
      }
      for (const wish of due.values()) {
        const had = members.get(wish.port)
        if (had) had.port.change(wish)
        else await raise(wish, left)
      }
      if (left) await clear(left, due)
      for (const list of Map.groupBy(early.splice(0), ({ port }) => port).values()) void joinInOrder(list)
    })
    settling = settling.catch((error) => log.warn({ why: reasonOf(error) }, 'the radio could not be settled'))
  }

  /** Of two legs of one console the later one stays. */
  async function joinInOrder(list: typeof early): Promise<void> {
    for (const { channel, port } of list) await voices.join(channel, port)
  }

  async function raise(wish: PortWish, left: Standing | undefined): Promise<void> {
    const { legs, waiting, ...kept } = left?.ports.get(wish.port) ?? {
      pieces: [],
      legs: [],
      waiting: [],
      gateway: undefined,
      mixing: undefined,
    }
    if (kept.gateway && (await isOffline(wish.endpoint))) kept.gateway = undefined
    const port = makePort({
      wire,
      wish,
      kept,
      recordings,
      epoch,
      tell: (fact) => {
        if (fact.type === 'down') afterDown(fact.port)
        tell(fact)
      },
      onMixing: () => voices.mixingChanged(wish.port),
      onNewStream: () => voices.hearAnew(wish.port),
      log,
    })
    members.set(wish.port, { port, orders: makeOrders(wire, port, voices) })
    await wire
      .subscribe([`endpoint:PJSIP/${wish.endpoint}`])
      .catch((error) => log.warn({ port: wish.port, why: reasonOf(error) }, 'the gateway’s reachability is not told'))
    const goingOn = [
      kept.gateway?.channel,
      ...(kept.mixing ? halvesOf(kept.mixing) : []),
      ...[...legs, ...waiting].map(({ id }) => id),
    ]
    const known = [...goingOn, ...kept.pieces.map((one) => one.channel)].flatMap((id) => id ?? [])
    if (known.length > 0) await wire.subscribe(known.map((id) => `channel:${id}`)).catch(() => undefined)
    for (const { name, side, startedAt } of kept.pieces)
      tell({ type: 'recording', port: wish.port, side, segment: name, startedAt, on: true })
    await voices.adopt(wish.port, legs, waiting)
    port.tend()
    early.unshift(...waiting.map((channel) => ({ channel, port: wish.port })))
  }

  function askAgain(): void {
    asking = setTimeout(async () => {
      await voices
        .askAgain()
        .catch((error) => log.warn({ why: reasonOf(error) }, 'who may hear the radio could not be asked again'))
      if (running) askAgain()
    }, ASK_AGAIN_MS)
    asking.unref()
  }

  async function isOffline(endpoint: string): Promise<boolean> {
    const { state } = (await wire.ask('GET', `/endpoints/PJSIP/${endpoint}`)) as { state: string }
    return state === 'offline'
  }

  /** One after the other: bridges deleted in haste after a reconnect have crashed Asterisk (asterisk#1201). */
  async function clear(left: Standing, due: ReadonlyMap<string, PortWish>): Promise<void> {
    const unwanted = [...left.ports].filter(([code]) => !due.has(code)).map(([, kept]) => kept)
    const kept = unwanted.flatMap(({ gateway, mixing, pieces, legs, waiting }) => ({
      channels: [gateway?.channel, ...(mixing ? halvesOf(mixing) : []), ...pieces.map((one) => one.channel)]
        .concat([...legs, ...waiting].map(({ id }) => id))
        .flatMap((id) => id ?? []),
      bridges: [gateway?.bridge, mixing?.bridge, mixing?.hearers].flatMap((id) => id ?? []),
    }))
    for (const id of [...left.channels, ...kept.flatMap((one) => one.channels)]) await wire.hangUp(id)
    for (const id of [...left.bridges, ...kept.flatMap((one) => one.bridges)]) await wire.dropBridge(id)
  }

  /** Who spoke is silenced: the adapter that carried it is gone, but a leg stays in the mixing bridge. */
  function afterDown(code: string): void {
    const voice = members.get(code)?.orders.forget()
    if (voice && control) void voices.let(code, voice, false).catch(() => undefined)
    voices.stopSound(code)
  }

  function lost(): void {
    life++
    const was = control
    control = false
    standing = undefined
    early.length = 0
    for (const { port } of members.values()) port.letGo()
    members.clear()
    voices.forget()
    if (was) tell({ type: 'control', up: false, at: Date.now() })
  }

  function member(code: string): Member {
    if (!control) throw new Outage('ari', { cause: new Error('no control of the exchange') })
    const found = members.get(code)
    if (!found) throw new Refusal('radio-port-unknown', { port: code })
    return found
  }

  function contactChanged(event: AriEvent): void {
    const info = event.contact_info as { aor: string; uri?: string; contact_status: string; roundtrip_usec?: string }
    const found = [...members.values()].find(({ port }) => port.wish().endpoint === info.aor)
    if (!found) return
    const micros = Number(info.roundtrip_usec)
    evidence.roundTrip(found.port.port, micros > 0 ? micros / 1000 : null)
    if (info.contact_status === 'Unreachable' || info.contact_status === 'Removed') found.port.contact(false)
    if (info.contact_status === 'Reachable') found.port.contact(true)
    if (info.contact_status !== 'Removed' && info.contact_status !== 'Unreachable')
      void tellAddress(found.port.port, info.aor, info.uri ?? '').catch((error) =>
        log.warn({ port: found.port.port, why: reasonOf(error) }, 'where a gateway registered from is not known'),
      )
  }

  /** Where each gateway that registers was last seen; one that is called at its address cannot move. */
  const addresses = new Map<string, string>()
  async function tellAddress(port: string, aor: string, uri: string): Promise<void> {
    const address = /@([^:;>]+)/.exec(uri)?.[1]
    if (!address || addresses.get(port) === address) return
    addresses.set(port, address)
    const set = (await wire.ask('GET', `/asterisk/config/dynamic/res_pjsip/aor/${aor}`)) as Setting[]
    const registers = set.some(({ attribute, value }) => attribute === 'max_contacts' && value !== '0')
    if (registers) tell({ type: 'gateway-at', port, at: Date.now(), address })
  }

  function ofGateway(event: AriEvent): string | undefined {
    const id = channelOf(event)?.id ?? ''
    const is = whatOf(id)
    return is?.what === 'gw' && members.get(is.port)?.port.gateway()?.channel === id ? is.port : undefined
  }

  return {
    want(ports) {
      wishes = ports
      settle()
    },
    async key({ port, epoch: of, voice, leaseMs }) {
      await member(port).orders.key(of, voice, leaseMs)
    },
    async pass({ port, epoch: of, from, to }) {
      await member(port).orders.pass(of, from, to)
    },
    async renew({ port, epoch: of, leaseMs }) {
      await member(port).orders.renew(of, leaseMs)
    },
    async unkey({ port, epoch: of, voice, tailMs }: { port: string; epoch: number; voice: Voice; tailMs: number }) {
      await member(port).orders.unkey(of, voice, tailMs)
    },
    async rxGate({ port, epoch: of, open }) {
      await member(port).orders.rxGate(of, open)
    },
    async sendDigits({ port, epoch: of, digits }) {
      const { port: own } = member(port)
      own.current(of)
      if (!/^[0-9A-D*#]{1,32}$/.test(digits)) throw new Refusal('asterisk-value-refused', { field: 'digits' })
      const leg = own.gateway()
      if (leg) await wire.digits(leg.channel, digits)
    },
    async joinPhone({ port, epoch: of, callChannel }) {
      member(port).port.current(of)
      return { channel: await voices.joinPhone(port, callChannel) }
    },
    async leavePhone({ channel }) {
      await voices.leavePhone(channel)
    },
    async cutRecording(port) {
      await member(port).port.cut()
    },
    hear: (told) => void hearers.add(told),
    start() {
      if (running) return
      running = true
      evidence.start()
      askAgain()
      if (ari.listens()) void takeOver(++life)
    },
    async stop() {
      running = false
      clearTimeout(asking)
      evidence.stop()
      lost()
      await settling
    },
    control(on) {
      if (!running) return
      if (on) void takeOver(++life)
      else lost()
    },
    event(event) {
      wire.hear(event)
      const leg = legOf(event)
      if (!control) return void (leg && early.push(leg))
      if (leg) return void voices.join(leg.channel, leg.port)
      voices.hear(event)
      const ended = endedBy(event)
      if (ended) {
        for (const { port } of members.values()) port.ended(ended)
        return voices.ended(ended)
      }
      const at = Date.now()
      const gateway = ofGateway(event)
      if (event.type === 'ChannelDtmfReceived' && gateway)
        tell({ type: 'digit', port: gateway, at, digit: String(event.digit) })
      else if (event.type === 'ContactStatusChange') contactChanged(event)
      else if (event.type === 'TextMessageReceived') {
        const { resource } = (event.endpoint ?? {}) as { resource?: string }
        const found = [...members.values()].find(({ port }) => port.wish().endpoint === resource)
        const { body } = event.message as { body: string }
        if (found) tell({ type: 'unit', port: found.port.port, at, raw: body.slice(0, 1_000) })
      }
    },
  }
}

const liveNow = (standing: Standing): Set<string> =>
  new Set([...standing.ports.values()].flatMap((kept) => kept.pieces.map((one) => one.name)))
const reasonOf = (error: unknown): string => {
  const { message, cause, details } = error as Error & { details?: object }
  return [message, (cause as Error | undefined)?.message, details && JSON.stringify(details)].filter(Boolean).join(': ')
}
