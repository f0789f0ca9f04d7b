/**
 * Who may be let into a port's mixing bridge: consoles' legs (muted until keyed), callers on the telephone, links from
 * other ports (each direction shut until keyed), and announcements (played into the far half of the port's announcer).
 */
import { randomUUID } from 'node:crypto'
import type { MediaFact } from '../../radio/index.ts'
import { Refusal } from '../../refusal.ts'
import { type AriEvent, isAway } from '../ari/rest.ts'
import { made, whatOf } from './ids.ts'
import { makeLevel, volumeOf } from './level.ts'
import type { Orders, Voices } from './orders.ts'
import type { Log, Port } from './port.ts'
import { listenTo, type Tap } from './tap.ts'
import { type ChannelNow, channelOf, type EventChannel, type Wire } from './wire.ts'

type Link = { ports: [string, string]; out: string; in: string; bridges: [string, string] }
type Leg = { port: string; station: string; channel: string }
type Phone = { port: string; tap: Tap }
type Sound = { port: string; path: string; playback: string }
export type Member = { port: Port; orders: Orders }
type Mixer = { port: Pick<Port, 'mixed'> }

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

export function makeVoices(
  wire: Wire,
  ports: ReadonlyMap<string, Mixer>,
  tell: (fact: MediaFact) => void,
  { log, mayHear }: { log: Log; mayHear: MayHear },
) {
  const legs = new Map<string, Leg>()
  const phones = new Map<string, Phone>()
  const links = new Map<string, Promise<Link>>()
  const sounds = new Map<string, Sound>()
  /** packets of a leg as last counted, and since when it is so many */
  const counted = new Map<string, { packets: number; since: number }>()
  const joining = new Set<string>()
  /** who stands in a port's mixing bridge to speak; once no longer needed there, when to leave */
  const speakers = new Map<string, NodeJS.Timeout | undefined>()
  /** legs, callers and links that did not let themselves be silenced, until they are hung up, by the port they may speak on */
  const endingUnsilenced = new Map<string, string>()
  const linkKey = (one: string, other: string) => [one, other].sort().join(' ')

  async function mixOf(port: string) {
    const member = ports.get(port)
    if (!member) throw new Refusal('radio-port-down', { port })
    return member.port.mixed(JOIN_MS)
  }

  async function link(one: string, other: string): Promise<Link> {
    const key = linkKey(one, other)
    const bridges: [string, string] = [(await mixOf(one)).bridge, (await mixOf(other)).bridge]
    const had = links.get(key)
    const is = await had?.catch(() => undefined)
    if (is?.bridges.every((bridge) => bridges.includes(bridge))) return is
    if (links.get(key) !== had) return link(one, other)
    const making = makeLink([one, other], bridges)
    links.set(key, making)
    making.catch(() => links.get(key) === making && links.delete(key))
    if (is) void dropLink(is)
    return making
  }

  async function makeLink(both: [string, string], bridges: [string, string]): Promise<Link> {
    const own: Link = { ports: both, out: made(both[0], 'out'), in: made(both[1], 'in'), bridges }
    try {
      await wire.pair(own.out, own.in)
      await Promise.all([wire.mute(own.out, 'in'), wire.mute(own.in, 'in')])
      await Promise.all([wire.add(bridges[0], own.out), wire.add(bridges[1], own.in)])
    } catch (error) {
      void dropLink(own)
      throw error
    }
    return own
  }

  /** A console's leg, or the announcer, is brought where it can be heard; both its gates stay as they are. */
  async function bringIn(channel: string, { bridge }: { bridge: string }): Promise<void> {
    const isThere = speakers.has(channel)
    clearTimeout(speakers.get(channel))
    speakers.set(channel, undefined)
    if (!isThere) await wire.add(bridge, channel)
  }

  /** What it said is over: soon it makes way for silence. */
  function makeWay(channel: string, goes: () => Promise<unknown>): void {
    if (!speakers.has(channel)) return
    clearTimeout(speakers.get(channel))
    const leaving = setTimeout(() => {
      speakers.delete(channel)
      void goes().catch((error) => log.warn({ channel, why: error.message }, 'a radio voice did not make way'))
    }, AFTER_MS)
    speakers.set(channel, leaving.unref())
  }

  function stays(channel: string): void {
    clearTimeout(speakers.get(channel))
    speakers.delete(channel)
  }

  const dropLink = (one: Link) => wire.hangUpSurely([one.out, one.in])

  const gate = (channel: string, on: boolean) => (on ? wire.unmute(channel, 'in') : wire.mute(channel, 'in'))

  /**
   * What cannot be silenced is hung up: a microphone of which nobody knows whether it is open. Its end is not waited for,
   * the transmitter's is more urgent; but nobody is let on the port's air beside it.
   * @throws what Asterisk said, or that it said nothing
   */
  async function quieten(port: string, channel: string, end: () => Promise<void>): Promise<void> {
    try {
      await wire.mute(channel, 'in')
    } catch (error) {
      if (isAway(error)) return
      endingUnsilenced.set(channel, port)
      void end().finally(() => endingUnsilenced.delete(channel))
      throw error
    }
  }

  function endSpeaker(channel: string): Promise<void> {
    left(channel)
    void phoneGone(channel)
    return wire.hangUpSurely([channel])
  }

  async function letSound(port: string, path: string, on: boolean): Promise<void> {
    if (on) {
      const { say } = await mixOf(port)
      const playback = `radio-${port}-${randomUUID()}`
      sounds.set(playback, { port, path, playback })
      await wire.play(say, playback, path)
      return
    }
    for (const one of [...sounds.values()].filter((it) => it.port === port && it.path === path)) {
      sounds.delete(one.playback)
      await wire.stopPlay(one.playback)
    }
    void soundOver(port).catch(() => undefined)
  }

  async function soundOver(port: string): Promise<void> {
    if ([...sounds.values()].some((one) => one.port === port)) return
    const { bridge, voice } = await mixOf(port)
    makeWay(voice, () => wire.take(bridge, voice))
  }

  const voices: Voices = {
    async ready(port, voice) {
      if ([...endingUnsilenced.values()].includes(port)) throw new Refusal('radio-port-down', { port })
      if (voice.kind === 'port') await link(port, voice.port)
      if (voice.kind === 'leg') {
        if (legs.get(voice.channel)?.port !== port) throw new Refusal('radio-not-joined', { port })
        counted.delete(voice.channel)
        await bringIn(voice.channel, await mixOf(port))
      }
      if (voice.kind === 'sound') {
        const mix = await mixOf(port)
        await bringIn(mix.voice, mix)
      }
      if (voice.kind === 'phone' && phones.get(voice.channel)?.port !== port)
        throw new Refusal('radio-not-joined', { port })
    },
    async let(port, voice, on) {
      if (voice.kind === 'sound') return letSound(port, voice.path, on)
      if (voice.kind === 'port') {
        if (!on && !links.has(linkKey(port, voice.port))) return
        const way = await link(port, voice.port)
        // what the other port's bridge says comes in by the half that stands in ours
        const half = way.ports[0] === port ? way.out : way.in
        if (on) await gate(half, true)
        else await quieten(port, half, () => forgetLink(way))
        return
      }
      if (on) await gate(voice.channel, true)
      else {
        await quieten(port, voice.channel, () => endSpeaker(voice.channel))
        if (voice.kind === 'leg') goesHome(port, voice.channel)
      }
    },
    async listen(voice) {
      if (voice.kind !== 'leg') return
      const { channel } = voice
      const packets = await packetsOf(channel)
      const now = performance.now()
      const before = counted.get(channel)
      if (before?.packets !== packets) return void counted.set(channel, { packets, since: now })
      if (now - before.since < SILENT_MS) return
      log.warn({ channel }, 'nothing comes any more of a console that is on the air')
      drop(channel)
    },
  }

  /** Back to those who listen. */
  const goesHome = (port: string, channel: string) =>
    makeWay(channel, async () => wire.add((await mixOf(port)).hearers, channel))

  const packetsOf = async (channel: string) => Number(await wire.read(channel, 'CHANNEL(rtcp,rxcount)'))

  function forgetLink(one: Link): Promise<void> {
    links.delete(linkKey(...one.ports))
    return dropLink(one)
  }

  /** A console calls in: asked about, and muted, before it is answered and hears a thing. A second leg of the same station on the port takes the first's place. */
  async function join(channel: EventChannel, code: string): Promise<void> {
    if (legs.has(channel.id) || joining.has(channel.id)) return
    joining.add(channel.id)
    await joined(channel, code).finally(() => joining.delete(channel.id))
  }

  async function joined(channel: EventChannel, code: string): Promise<void> {
    const station = stationOf(channel)
    try {
      if (!station || !ports.has(code)) throw new Error('no such port')
      if (!(await mayHear(station, code))) throw new Error('not allowed')
      const mix = await mixOf(code)
      await wire.mute(channel.id, 'in')
      await wire.answer(channel.id)
      await wire.add(mix.hearers, channel.id)
    } catch (error) {
      log.warn({ port: code, station, why: (error as Error).message }, 'a console could not join the radio')
      return void wire.hangUp(channel.id).catch(() => undefined)
    }
    for (const one of [...legs.values()].filter((it) => it.port === code && it.station === station)) drop(one.channel)
    came({ port: code, station, channel: channel.id })
  }

  function came(leg: Leg): void {
    legs.set(leg.channel, leg)
    tell({ type: 'leg', ...leg, on: true, at: Date.now() })
  }

  function drop(channel: string): void {
    left(channel)
    void wire.hangUp(channel).catch(() => undefined)
  }

  function left(channel: string): void {
    const leg = legs.get(channel)
    if (!leg) return
    legs.delete(channel)
    counted.delete(channel)
    stays(channel)
    tell({ type: 'leg', ...leg, on: false, at: Date.now() })
  }

  /** He is joined no more, whatever of it is left. */
  async function phoneGone(channel: string): Promise<void> {
    const phone = phones.get(channel)
    if (!phone) return
    phones.delete(channel)
    tell({ type: 'phone-left', port: phone.port, channel, at: Date.now() })
    await Promise.allSettled([wire.hangUp(channel), phone.tap.close()])
  }

  return {
    ...voices,
    stopSound: (port: string) => {
      for (const one of [...sounds.values()])
        if (one.port === port) void letSound(port, one.path, false).catch(() => undefined)
    },
    join,
    hear(event: AriEvent): void {
      if (event.type === 'PlaybackFinished') {
        const { id, state } = event.playback as { id: string; state: string }
        const one = sounds.get(id)
        sounds.delete(id)
        if (!one) return
        tell({ type: 'sound-ended', port: one.port, at: Date.now(), ok: state === 'done' })
        void soundOver(one.port).catch(() => undefined)
      }
    },
    ended(channel: string): void {
      left(channel)
      for (const [phone, { tap }] of phones) if (phone === channel || tap.ids.includes(channel)) void phoneGone(phone)
      const is = whatOf(channel)
      if (is?.what === 'out' || is?.what === 'in')
        for (const way of links.values())
          void way
            .then(async (one) => {
              if (one.out === channel || one.in === channel) await forgetLink(one)
            })
            .catch(() => undefined)
    },
    /**
     * Legs that stood at this port when control came back: muted again before they are believed. A station has one leg on
     * a port, the one it called last (`waiting`: after all of these); the others are what a console left behind. Whether the
     * one that stays is alive its silence does not tell: it is asked (RFC 3311), and no answer ends it.
     */
    async adopt(port: string, found: ChannelNow[], waiting: readonly ChannelNow[] = []): Promise<void> {
      const called = new Set(waiting.map(stationOf))
      const one = async (leg: ChannelNow) => {
        const station = stationOf(leg)
        if (!station || legs.has(leg.id)) return
        try {
          await wire.mute(leg.id, 'in')
          if (called.has(station) || latestOf(found, station) !== leg) throw new Error('it called again since')
          if (!(await mayHear(station, port))) throw new Error('not allowed')
          await wire.add((await mixOf(port)).hearers, leg.id)
          came({ port, station, channel: leg.id })
          void wire.refresh(leg.id).catch(() => undefined)
        } catch (error) {
          log.info({ port, station, why: (error as Error).message }, 'a console’s leg was not taken over')
          await wire.hangUp(leg.id).catch(() => undefined)
        }
      }
      await Promise.all(found.map(one))
    },
    /** A right that ended or was narrowed meanwhile ends what it allowed, and listening has no end of its own. */
    async askAgain(): Promise<void> {
      for (const { channel, station, port } of [...legs.values()]) {
        if (await mayHear(station, port)) continue
        log.info({ port, station }, 'a console may not hear this port any more')
        drop(channel)
      }
    },
    /** The port's mixing bridge is another one: consoles dial again. */
    mixingChanged(port: string): void {
      for (const leg of [...legs.values()].filter((one) => one.port === port)) drop(leg.channel)
      for (const channel of speakers.keys()) if (whatOf(channel)?.port === port) stays(channel)
      for (const [channel, phone] of phones) if (phone.port === port) void phoneGone(channel)
    },
    /** Those who listen are put into their bridge anew: each has a decoder of its own that would hold the new stream for late. */
    async hearAnew(port: string): Promise<void> {
      const { hearers } = await mixOf(port)
      const all = [...legs.values()].filter((one) => one.port === port && !speakers.has(one.channel))
      if (all.length === 0) return
      const ids = all.map(({ channel }) => channel)
      await wire.take(hearers, ids.join(','))
      await wire.add(hearers, ...ids)
    },
    /** Nothing is known any more of what stands in Asterisk. */
    forget(): void {
      for (const channel of [...legs.keys()]) left(channel)
      for (const channel of [...phones.keys()]) void phoneGone(channel)
      for (const channel of [...speakers.keys()]) stays(channel)
      links.clear()
      sounds.clear()
    },
    async joinPhone(port: string, call: string): Promise<string> {
      const { bridge } = await mixOf(port)
      const channel = made(port, 'phone')
      let tap: Tap | undefined
      try {
        // What the caller hears is whispered into the call: the agent hears the port by the console's own leg.
        await wire.snoop(channel, call, 'in', 'out')
        await wire.mute(channel, 'in')
        const level = makeLevel()
        tap = await listenTo(wire, port, call, (samples, at) => {
          if (!phones.has(channel)) return
          const gain = level(samples)
          if (gain !== undefined) void wire.set(channel, 'VOLUME(RX)', volumeOf(gain)).catch(() => undefined)
          tell({ type: 'phone-heard', port, channel, at, samples })
        })
        await wire.add(bridge, channel)
      } catch (error) {
        await Promise.allSettled([wire.hangUp(channel), tap?.close()])
        throw error
      }
      phones.set(channel, { port, tap })
      return channel
    },
    async leavePhone(channel: string): Promise<void> {
      const phone = phones.get(channel)
      phones.delete(channel)
      await Promise.all([wire.hangUp(channel), phone?.tap.close()])
    },
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
