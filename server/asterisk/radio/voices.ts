/**
 * Who may be let into a port's mixing bridge: consoles' legs (muted until keyed), callers on the telephone, links from
 * other ports (each direction shut until keyed), and announcements (played into the far half of the port's announcer).
 */
import { randomUUID } from 'node:crypto'
import type { MediaFact } from '../../radio/index.ts'
import { Refusal } from '../../refusal.ts'
import { type AriEvent, isAway } from '../ari/rest.ts'
import type { Mixing } from './building.ts'
import { made, whatOf } from './ids.ts'
import { makeLevel, volumeOf } from './level.ts'
import { Links } from './links.ts'
import type { Orders, Voices } from './orders.ts'
import type { Log, Port } from './port.ts'
import { listenTo, type Tap } from './tap.ts'
import { type ChannelNow, channelOf, type EventChannel, type Wire } from './wire.ts'

type Leg = { port: string; station: string; channel: string }
type Phone = { port: string; tap: Tap }
type Sound = { port: string; path: string; playback: string }
export type Member = { port: Port; orders: Orders }
type Mixer = { port: Pick<Port, 'mixed' | 'alwaysMixes'> }

const JOIN_MS = 5_000
/**
 * Who has spoken stays with those who mix for so long: an answer needs no move then. For longer, and the port is not quiet
 * after an over: Asterisk goes on sending silence to every console.
 */
const AFTER_MS = 3_000
/**
 * A console on the air sends all the time, silence too: one of which nothing comes for so long is not there any more.
 * At rest it sends nothing, and the session timer of its call tells (server/asterisk/doing.ts).
 */
const SILENT_MS = 1_300

/** May whoever sits at this radio account (`r1001`) hear this port? */
export type MayHear = (station: string, port: string) => Promise<boolean>

export class VoicesOnPorts implements Voices {
  readonly #wire: Wire
  readonly #ports: ReadonlyMap<string, Mixer>
  readonly #tell: (fact: MediaFact) => void
  readonly #log: Log
  readonly #mayHear: MayHear
  readonly #legs = new Map<string, Leg>()
  readonly #phones = new Map<string, Phone>()
  readonly #links: Links
  readonly #sounds = new Map<string, Sound>()
  /** packets of a leg as last counted, and since when it is so many */
  readonly #counted = new Map<string, { packets: number; since: number }>()
  readonly #joining = new Set<string>()
  /** who stands in a port's mixing bridge to speak; once no longer needed there, when to leave */
  readonly #speakers = new Map<string, NodeJS.Timeout | undefined>()
  /** legs, callers and links that did not let themselves be silenced, until they are hung up, by the port they may speak on */
  readonly #endingUnsilenced = new Map<string, string>()

  constructor(
    wire: Wire,
    ports: ReadonlyMap<string, Mixer>,
    tell: (fact: MediaFact) => void,
    { log, mayHear }: { log: Log; mayHear: MayHear },
  ) {
    this.#wire = wire
    this.#ports = ports
    this.#tell = tell
    this.#log = log
    this.#mayHear = mayHear
    this.#links = new Links(wire, (port) => this.#mixOf(port))
  }

  async #mixOf(port: string): Promise<Mixing> {
    const member = this.#ports.get(port)
    if (!member) throw new Refusal('radio-port-down', { port })
    return member.port.mixed(JOIN_MS)
  }

  /** A console's leg, or the announcer, is brought where it can be heard; both its gates stay as they are. */
  async #bringIn(channel: string, { bridge }: { bridge: string }): Promise<void> {
    const isThere = this.#speakers.has(channel)
    clearTimeout(this.#speakers.get(channel))
    this.#speakers.set(channel, undefined)
    if (!isThere) await this.#wire.add(bridge, channel)
  }

  /** What it said is over: soon it makes way for silence. */
  #makeWay(channel: string, goes: () => Promise<unknown>): void {
    if (!this.#speakers.has(channel)) return
    clearTimeout(this.#speakers.get(channel))
    const leaving = setTimeout(() => {
      this.#speakers.delete(channel)
      void goes().catch((error) => this.#log.warn({ channel, why: error.message }, 'a radio voice did not make way'))
    }, AFTER_MS)
    this.#speakers.set(channel, leaving.unref())
  }

  #stays(channel: string): void {
    clearTimeout(this.#speakers.get(channel))
    this.#speakers.delete(channel)
  }

  /**
   * What cannot be silenced is hung up: a microphone of which nobody knows whether it is open. Its end is not waited for,
   * the transmitter's is more urgent; but nobody is let on the port's air beside it.
   * @throws what Asterisk said, or that it said nothing
   */
  async #quieten(port: string, channel: string, end: () => Promise<void>): Promise<void> {
    try {
      await this.#wire.mute(channel, 'in')
    } catch (error) {
      if (isAway(error)) return
      this.#endingUnsilenced.set(channel, port)
      void end().finally(() => this.#endingUnsilenced.delete(channel))
      throw error
    }
  }

  #endSpeaker(channel: string): Promise<void> {
    this.#left(channel)
    void this.#phoneGone(channel)
    return this.#wire.hangUpSurely([channel])
  }

  async #letSound(port: string, path: string, on: boolean): Promise<void> {
    if (on) {
      const { say } = await this.#mixOf(port)
      const playback = `radio-${port}-${randomUUID()}`
      this.#sounds.set(playback, { port, path, playback })
      await this.#wire.play(say, playback, path)
      return
    }
    for (const one of [...this.#sounds.values()].filter((it) => it.port === port && it.path === path)) {
      this.#sounds.delete(one.playback)
      await this.#wire.stopPlay(one.playback)
    }
    void this.#soundOver(port).catch(() => undefined)
  }

  async #soundOver(port: string): Promise<void> {
    if ([...this.#sounds.values()].some((one) => one.port === port)) return
    const { bridge, voice } = await this.#mixOf(port)
    if (this.#ports.get(port)?.port.alwaysMixes()) return
    this.#makeWay(voice, () => this.#wire.take(bridge, voice))
  }

  ready: Voices['ready'] = async (port, voice) => {
    if ([...this.#endingUnsilenced.values()].includes(port)) throw new Refusal('radio-port-down', { port })
    if (voice.kind === 'port') await this.#links.between(port, voice.port)
    if (voice.kind === 'leg') {
      if (this.#legs.get(voice.channel)?.port !== port) throw new Refusal('radio-not-joined', { port })
      this.#counted.delete(voice.channel)
      await this.#bringIn(voice.channel, await this.#mixOf(port))
    }
    if (voice.kind === 'sound') {
      const mix = await this.#mixOf(port)
      await this.#bringIn(mix.voice, mix)
    }
    if (voice.kind === 'phone' && this.#phones.get(voice.channel)?.port !== port)
      throw new Refusal('radio-not-joined', { port })
  }

  let: Voices['let'] = async (port, voice, on) => {
    if (voice.kind === 'sound') return this.#letSound(port, voice.path, on)
    if (voice.kind === 'port') {
      if (!on && !this.#links.has(port, voice.port)) return
      const way = await this.#links.between(port, voice.port)
      // what the other port's bridge says comes in by the half that stands in ours
      const half = way.ports[0] === port ? way.out : way.in
      if (on) await this.#wire.unmute(half, 'in')
      else await this.#quieten(port, half, () => this.#links.forget(way))
      return
    }
    if (on) return void (await this.#wire.unmute(voice.channel, 'in'))
    await this.#quieten(port, voice.channel, () => this.#endSpeaker(voice.channel))
    if (voice.kind === 'leg') this.#goesHome(port, voice.channel)
  }

  listen: Voices['listen'] = async (voice) => {
    if (voice.kind !== 'leg') return
    const { channel } = voice
    const packets = Number(await this.#wire.read(channel, 'CHANNEL(rtcp,rxcount)'))
    const now = performance.now()
    const before = this.#counted.get(channel)
    if (before?.packets !== packets) return void this.#counted.set(channel, { packets, since: now })
    if (now - before.since < SILENT_MS) return
    this.#log.warn({ channel }, 'nothing comes any more of a console that is on the air')
    this.#drop(channel)
  }

  /** Back to those who listen. */
  #goesHome(port: string, channel: string): void {
    this.#makeWay(channel, async () => this.#wire.add((await this.#mixOf(port)).hearers, channel))
  }

  stopSound(port: string): void {
    for (const one of [...this.#sounds.values()])
      if (one.port === port) void this.#letSound(port, one.path, false).catch(() => undefined)
  }

  /** A console calls in: asked about, and muted, before it is answered and hears a thing. A second leg of the same station on the port takes the first's place. */
  async join(channel: EventChannel, code: string): Promise<void> {
    if (this.#legs.has(channel.id) || this.#joining.has(channel.id)) return
    this.#joining.add(channel.id)
    await this.#joined(channel, code).finally(() => this.#joining.delete(channel.id))
  }

  async #joined(channel: EventChannel, code: string): Promise<void> {
    const station = stationOf(channel)
    const wire = this.#wire
    try {
      if (!station || !this.#ports.has(code)) throw new Error('no such port')
      if (!(await this.#mayHear(station, code))) throw new Error('not allowed')
      const mix = await this.#mixOf(code)
      await wire.mute(channel.id, 'in')
      await wire.answer(channel.id)
      await wire.add(mix.hearers, channel.id)
    } catch (error) {
      this.#log.warn({ port: code, station, why: (error as Error).message }, 'a console could not join the radio')
      return void wire.hangUp(channel.id).catch(() => undefined)
    }
    const before = [...this.#legs.values()].filter((it) => it.port === code && it.station === station)
    for (const one of before) this.#drop(one.channel)
    this.#came({ port: code, station, channel: channel.id })
  }

  #came(leg: Leg): void {
    this.#legs.set(leg.channel, leg)
    this.#tell({ type: 'leg', ...leg, on: true, at: Date.now() })
  }

  #drop(channel: string): void {
    this.#left(channel)
    void this.#wire.hangUp(channel).catch(() => undefined)
  }

  #left(channel: string): void {
    const leg = this.#legs.get(channel)
    if (!leg) return
    this.#legs.delete(channel)
    this.#counted.delete(channel)
    this.#stays(channel)
    this.#tell({ type: 'leg', ...leg, on: false, at: Date.now() })
  }

  /** He is joined no more, whatever of it is left. */
  async #phoneGone(channel: string): Promise<void> {
    const phone = this.#phones.get(channel)
    if (!phone) return
    this.#phones.delete(channel)
    this.#tell({ type: 'phone-left', port: phone.port, channel, at: Date.now() })
    await Promise.allSettled([this.#wire.hangUp(channel), phone.tap.close()])
  }

  hear(event: AriEvent): void {
    if (event.type !== 'PlaybackFinished') return
    const { id, state } = event.playback as { id: string; state: string }
    const one = this.#sounds.get(id)
    this.#sounds.delete(id)
    if (!one) return
    this.#tell({ type: 'sound-ended', port: one.port, at: Date.now(), ok: state === 'done' })
    void this.#soundOver(one.port).catch(() => undefined)
  }

  ended(channel: string): void {
    this.#left(channel)
    for (const [phone, { tap }] of this.#phones)
      if (phone === channel || tap.ids.includes(channel)) void this.#phoneGone(phone)
    const is = whatOf(channel)
    if (is?.what === 'out' || is?.what === 'in') this.#links.ended(channel)
  }

  /**
   * Legs that stood at this port when control came back: muted again before they are believed. A station has one leg on
   * a port, the one it called last (`waiting`: after all of these); the others are what a console left behind. Whether the
   * one that stays is alive its silence does not tell: it is asked (RFC 3311), and no answer ends it.
   */
  async adopt(port: string, found: ChannelNow[], waiting: readonly ChannelNow[] = []): Promise<void> {
    const called = new Set(waiting.map(stationOf))
    const wire = this.#wire
    const one = async (leg: ChannelNow) => {
      const station = stationOf(leg)
      if (!station || this.#legs.has(leg.id)) return
      try {
        await wire.mute(leg.id, 'in')
        if (called.has(station) || latestOf(found, station) !== leg) throw new Error('it called again since')
        if (!(await this.#mayHear(station, port))) throw new Error('not allowed')
        await wire.add((await this.#mixOf(port)).hearers, leg.id)
        this.#came({ port, station, channel: leg.id })
        void wire.refresh(leg.id).catch(() => undefined)
      } catch (error) {
        this.#log.info({ port, station, why: (error as Error).message }, 'a console’s leg was not taken over')
        await wire.hangUp(leg.id).catch(() => undefined)
      }
    }
    await Promise.all(found.map(one))
  }

  /** A right that ended or was narrowed meanwhile ends what it allowed, and listening has no end of its own. */
  async askAgain(): Promise<void> {
    for (const { channel, station, port } of [...this.#legs.values()]) {
      if (await this.#mayHear(station, port)) continue
      this.#log.info({ port, station }, 'a console may not hear this port any more')
      this.#drop(channel)
    }
  }

  /** The port's mixing bridge is another one: consoles dial again. */
  mixingChanged(port: string): void {
    for (const leg of [...this.#legs.values()].filter((one) => one.port === port)) this.#drop(leg.channel)
    for (const channel of this.#speakers.keys()) if (whatOf(channel)?.port === port) this.#stays(channel)
    for (const [channel, phone] of this.#phones) if (phone.port === port) void this.#phoneGone(channel)
  }

  /** Those who listen are put into their bridge anew: each has a decoder of its own that would hold the new stream for late. */
  async hearAnew(port: string): Promise<void> {
    const { hearers } = await this.#mixOf(port)
    const all = [...this.#legs.values()].filter((one) => one.port === port && !this.#speakers.has(one.channel))
    if (all.length === 0) return
    const ids = all.map(({ channel }) => channel)
    await this.#wire.take(hearers, ids.join(','))
    await this.#wire.add(hearers, ...ids)
  }

  /** Nothing is known any more of what stands in Asterisk. */
  forget(): void {
    for (const channel of [...this.#legs.keys()]) this.#left(channel)
    for (const channel of [...this.#phones.keys()]) void this.#phoneGone(channel)
    for (const channel of [...this.#speakers.keys()]) this.#stays(channel)
    this.#links.clear()
    this.#sounds.clear()
  }

  async joinPhone(port: string, call: string): Promise<string> {
    const { bridge } = await this.#mixOf(port)
    const wire = this.#wire
    const channel = made(port, 'phone')
    let tap: Tap | undefined
    try {
      // What the caller hears is whispered into the call: the agent hears the port by the console's own leg.
      await wire.snoop(channel, call, 'in', 'out')
      await wire.mute(channel, 'in')
      const level = makeLevel()
      tap = await listenTo(wire, port, call, (samples, at) => {
        if (!this.#phones.has(channel)) return
        const gain = level(samples)
        if (gain !== undefined) void wire.set(channel, 'VOLUME(RX)', volumeOf(gain)).catch(() => undefined)
        this.#tell({ type: 'phone-heard', port, channel, at, samples })
      })
      await wire.add(bridge, channel)
    } catch (error) {
      await Promise.allSettled([wire.hangUp(channel), tap?.close()])
      throw error
    }
    this.#phones.set(channel, { port, tap })
    return channel
  }

  async leavePhone(channel: string): Promise<void> {
    const phone = this.#phones.get(channel)
    this.#phones.delete(channel)
    await Promise.all([this.#wire.hangUp(channel), phone?.tap.close()])
  }
}

const stationOf = ({ name }: { name: string }): string => /^PJSIP\/(r\d{4})-/.exec(name)?.[1] ?? ''
/** Which of a station's legs was called last. */
const latestOf = (all: readonly ChannelNow[], station: string): ChannelNow | undefined =>
  all
    .filter((one) => stationOf(one) === station)
    .sort((a, b) => (a.creationtime ?? '').localeCompare(b.creationtime ?? ''))
    .at(-1)
export const isLeg = (channel: ChannelNow): boolean =>
  stationOf(channel) !== '' && channel.dialplan.context === 'from-radio'
/** The port a console's leg has called. */
export const portOfLeg = ({ dialplan }: ChannelNow): string => dialplan.exten.replace(/^radio-/, '')
export const legOf = (event: AriEvent): { channel: EventChannel; port: string } | undefined => {
  const args = event.type === 'StasisStart' ? (event.args as string[]) : []
  const channel = channelOf(event)
  return channel && args[0] === 'leg' ? { channel, port: args[1] ?? '' } : undefined
}
