/**
 * The radio at work: floors driven by what Asterisk says, what consoles press and what time it is. No SQL and no HTTP; it
 * tells what happened through RadioHooks, and whoever made it writes that down.
 *
 * The floors live in memory only, so that a press does not wait for a disk. After a restart nothing is resumed: every gate
 * is shut first, and overs that were on have ended by `server_restart` for whoever kept them open.
 */
import type { PortNow } from '../../wire/radio.ts'
import { Emergencies, type Raised } from '../emergencies/emergencies.ts'
import type { PatchRefusal } from '../floor/patch.ts'
import type { Effect, Latch, NotCleared } from '../floor/words.ts'
import { type Hearing, makeHearing } from '../hearing/ears.ts'
import type { KnownHandheld } from '../hearing/ident.ts'
import { makeOvers, type Overs } from '../overs/opening.ts'
import { OverBook } from '../overs/over.ts'
import { type EnginePort, portNow } from '../ports/port-now.ts'
import { makeWires, type Wires } from '../ports/wires.ts'
import { type Announced, type Announcement, type Announcer, makeAnnouncer } from './announcing.ts'
import { Board } from './floors.ts'
import { Legs } from './legs.ts'
import type { MediaFact, Voice } from './media.ts'
import { makeOrders, type Orders } from './orders.ts'
import { Patches, type PhonePatch } from './patches.ts'
import { type Ask, type Emergency, type EngineParts, later } from './words.ts'

type Of<T extends MediaFact['type']> = Extract<MediaFact, { type: T }>
type ReleaseWhy = 'released' | 'console_lost' | 'done' | 'revoked'

/** Recordings are cut and watched this often. */
const LOOK_MS = 1_000

export class RadioEngine {
  readonly #parts: EngineParts
  readonly #now: () => number
  readonly #steady: () => number
  readonly #after: (ms: number, act: () => void) => () => void
  readonly #ports = new Map<string, EnginePort>()
  readonly #legs = new Legs()
  /** who asked for a floor and was not refused, by the id of the wish */
  readonly #asks = new Map<string, Ask>()
  readonly #book = new OverBook()
  readonly #board: Board
  readonly #orders: Orders
  readonly #announcer: Announcer
  readonly #patches: Patches
  readonly #wires: Wires
  readonly #overs: Overs
  readonly #emergencies: Emergencies
  readonly #hearing: Hearing
  #control: { up: boolean; since: number }
  #stopLooking = () => {}

  /** Nothing is ordered before `start`. */
  constructor(parts: EngineParts) {
    const { media, handhelds, hooks, log } = parts
    this.#parts = parts
    const { now = Date.now, steady = () => performance.now(), after = later } = parts
    this.#now = now
    this.#steady = steady
    this.#after = after
    this.#control = { up: false, since: now() }
    const wall = (at: number): number => this.#wall(at)
    const book = this.#book
    const board = new Board({
      steady,
      after,
      obey: (effect) => this.#obeySafely(effect),
      settled: () => this.#settled(),
    })
    this.#board = board
    this.#orders = makeOrders({
      ...{ media, after, log },
      profileOf: (port) => this.#ports.get(port)?.profile,
      voiceOf: (voice, port) => this.#voiceOf(voice, port),
      answered: (answer) => board.tell(answer.port, answer),
    })
    const ask = (port: string, wish: Ask): void => this.ask(port, wish)
    const release = (port: string, id: string, why: ReleaseWhy): void => this.release(port, id, why)
    this.#announcer = makeAnnouncer({ board, ask, release, after, overOf: (port) => book.onAir(port)?.overId ?? null })
    this.#patches = new Patches({ board, media, ask, release, now, after })
    this.#wires = makeWires({
      ...{ board, media, hooks, log, now },
      isRecorded: (port) => this.#ports.get(port)?.record ?? false,
    })
    this.#overs = makeOvers({ book, board, handhelds, hooks, now, wall, askOf: (voice) => this.#asks.get(voice) })
    this.#emergencies = new Emergencies({ book, board, hooks, wall })
    this.#hearing = makeHearing({
      ...{ board, book, handhelds, log, now, steady, after },
      digits: (port, said, over) => hooks.digits(port, said, over),
      named: (over) => this.#overs.named(over),
      emergency: (port, unit, raw) =>
        this.#emergencies.raise({ port, unit: unit?.code ?? null, raw: unit ? null : raw, how: 'unit_code' }),
    })
  }

  start(): void {
    this.#parts.media.hear((fact) => this.#hear(fact))
    this.#parts.media.start()
    this.#look()
  }

  async stop(): Promise<void> {
    this.#stopLooking()
    this.#hearing.stop()
    this.#board.stop()
    await this.#parts.media.stop()
  }

  /** Which ports there are, with their profiles; again at each change. */
  setPorts(list: readonly EnginePort[]): void {
    for (const port of list) {
      if (!port.enabled) this.#patches.portGone(port.port)
      this.#ports.set(port.port, port)
      this.#board.setLine(port.port, port.profile)
      this.#wires.setPort(port.port, port.gatewayAddress ?? null)
      this.#hearing.setPort(port.port, port.profile)
    }
    const kept = new Set(list.map(({ port }) => port))
    for (const port of [...this.#ports.keys()]) if (!kept.has(port)) this.#forget(port)
    this.#parts.media.want(
      list.map(({ port, endpoint, record, profile }) => ({
        ...{ port, endpoint, record },
        jitterBuffer: profile.jitterBuffer,
      })),
    )
    this.#settled()
  }

  /** The ports that share a floor, of those named: one wish for each group. */
  groups(named: readonly string[]): string[][] {
    return this.#board.groups(named.filter((port) => this.#ports.has(port)))
  }

  /** A port's patch: itself and those that share its floor. */
  matesOf(port: string): string[] {
    return this.#board.matesOf(port)
  }

  port(code: string): EnginePort | undefined {
    return this.#ports.get(code)
  }

  /** The channel of a console's radio station on a port; undefined: it has not joined. */
  legOf(port: string, station: string): string | undefined {
    return this.#legs.channelOf(port, station)
  }

  /** Asterisk can be given orders. */
  isControlled(): boolean {
    return this.#control.up
  }

  /** Somebody wants the floor of a port; `wish.answered` is told what comes of it, now and later. */
  ask(port: string, wish: Ask): void {
    this.#asks.set(wish.asker.id, wish)
    this.#board.tell(port, { type: 'request', asker: wish.asker })
  }

  /** The one who asked is still there. */
  held(port: string, id: string): void {
    this.#board.tell(port, { type: 'held', id })
  }

  release(port: string, id: string, why: ReleaseWhy): void {
    this.#board.tell(port, { type: 'release', id, why })
  }

  /** Says a sound when the port is free. A port that was not commissioned says nothing but the commissioning's own test. */
  async announce(what: Announcement): Promise<Announced> {
    if (what.kind !== 'test' && !this.#isEnabled(what.port)) return { result: 'not_said', why: 'not_enabled' }
    return this.#announcer.announce(what)
  }

  /** Makes ports share one floor. Null: done. */
  patch(patchId: string, ports: readonly string[]): PatchRefusal | null {
    return ports.every((port) => this.#isEnabled(port)) ? this.#patches.patch(patchId, ports) : 'not_enabled'
  }

  /** Joins a caller on the telephone to a port. Null: done. @throws when Asterisk cannot */
  async patchPhone(wish: PhonePatch): Promise<PatchRefusal | null> {
    return this.#isEnabled(wish.port) ? this.#patches.patchPhone(wish) : 'not_enabled'
  }

  /** Parts what was patched. False: there is no such patch. */
  part(patchId: string): Promise<boolean> {
    return this.#patches.part(patchId)
  }

  isPatched(patchId: string): boolean {
    return this.#patches.isPatched(patchId)
  }

  /** Answers the emergency's id: that of one already latched when the same handheld calls again. */
  raise(what: Raised): string {
    return this.#emergencies.raise(what)
  }

  acknowledge(id: string, by: string): void {
    this.#emergencies.acknowledge(id, by)
  }

  /** Two people, two steps. Null: cleared. */
  clear(id: string, by: string, reason: string): NotCleared | null {
    return this.#emergencies.clear(id, by, reason)
  }

  /** Emergencies that were latched before this server started. */
  restoreEmergencies(kept: readonly Latch[]): void {
    this.#board.restore(kept)
  }

  emergencies(): Emergency[] {
    return this.#emergencies.all()
  }

  /** An agent says who it was. False: the over is not remembered any more; its row alone is to be changed. */
  tag(overId: string, unit: KnownHandheld): boolean {
    const over = this.#book.tag(overId, { how: 'tagged', raw: null, unit })
    this.#overs.named(over)
    return over !== undefined
  }

  /** Every port as consoles are shown it. */
  portsNow(): PortNow[] {
    return [...this.#ports.values()].map((port) =>
      portNow({
        port,
        facts: this.#wires.of(port.port),
        floor: this.#board.floorOf(port.port),
        over: this.#book.onAir(port.port),
        control: this.#control,
        patch: this.#patches.of(port.port),
        wall: (at) => this.#wall(at),
      }),
    )
  }

  /** Ports that are up and not recorded, and since when (epoch ms). */
  unrecorded(): { port: string; since: number }[] {
    return this.#wires.unrecorded()
  }

  isAnythingOn(): boolean {
    return [...this.#ports.keys()].some((port) => !['idle', 'offline'].includes(this.#board.carrierOf(port)))
  }

  /** The floor's steady time as this host's, epoch ms. */
  #wall(at: number): number {
    return Math.round(this.#now() - (this.#steady() - at))
  }

  #isEnabled(port: string): boolean {
    return this.#ports.get(port)?.enabled ?? false
  }

  #voiceOf(voice: string, port: string): Voice | null {
    return voice.startsWith('rf:')
      ? { kind: 'port', port: voice.slice(3) }
      : (this.#asks.get(voice)?.voice(port) ?? null)
  }

  /** Telling others may fail; the orders to Asterisk that come after it must not be lost with it. */
  #obeySafely(effect: Effect): void {
    try {
      this.#obey(effect)
    } catch (error) {
      this.#parts.log.error(
        { what: effect.do, why: (error as Error).message },
        'somebody could not be told of the radio',
      )
    }
  }

  #obey(effect: Effect): void {
    const { hooks, log } = this.#parts
    switch (effect.do) {
      case 'answer':
        this.#answer(effect)
        break
      case 'open-over':
        this.#overs.open(effect)
        break
      case 'overlap':
        this.#book.overlap(effect.port, effect.over)
        break
      case 'end-over': {
        const over = this.#book.end(effect.port, effect.over, this.#wall(effect.to), effect.endedBy)
        if (over) hooks.overEnded(over)
        break
      }
      case 'alarm':
        log.warn({ port: effect.port, what: effect.what, on: effect.on }, 'a receiver is not believed')
        hooks.alarm(effect.port, effect.what, effect.on)
        break
      case 'raised':
      case 'acknowledged':
      case 'cleared':
        this.#emergencies.obey(effect)
        break
      case 'countdown':
      case 'not-cleared':
        break
      default:
        this.#orders.send(effect)
    }
  }

  #answer({ id, answer }: Extract<Effect, { do: 'answer' }>): void {
    const wish = this.#asks.get(id)
    if (answer.result !== 'granted') this.#asks.delete(id)
    wish?.answered(answer.result === 'granted' ? { ...answer, totAt: this.#wall(answer.totAt) } : answer)
  }

  /** After each step of a floor: consoles are told, and an announcement that waits for a free port tries. */
  #settled(): void {
    for (const port of this.#ports.keys()) this.#wires.shows(port, this.#board.carrierOf(port))
    this.#announcer.settle()
    this.#parts.hooks.changed()
  }

  #hear(fact: MediaFact): void {
    if (fact.type === 'control') this.#hearControl(fact.up)
    else if (this.#ports.has(fact.port)) this.#hearPort(fact)
  }

  #hearControl(up: boolean): void {
    this.#control = { up, since: this.#now() }
    if (up) this.#wires.controlled()
    else this.#board.tellAll({ type: 'control-lost' })
    this.#settled()
  }

  #hearPort(fact: Exclude<MediaFact, { type: 'control' }>): void {
    const { port } = fact
    switch (fact.type) {
      case 'up':
        this.#wires.up(port)
        this.#hearing.lost(port)
        this.#board.tell(port, { type: 'up', port, epoch: fact.epoch })
        break
      case 'down':
        this.#wires.down(fact)
        this.#hearing.lost(port)
        this.#board.tell(port, { type: 'down', port, why: fact.why })
        break
      case 'leg':
        this.#hearLeg(fact)
        break
      case 'heard':
        this.#hearing.hear(port, (ear) => ear.frame(fact.at, fact.samples))
        break
      case 'digit':
        this.#hearing.hear(port, (ear) => ear.digit(fact.at, fact.digit))
        break
      case 'unit':
        this.#hearing.hear(port, (ear) => ear.unit(fact.raw))
        break
      case 'phone-heard':
        this.#patches.phoneHeard(fact.channel, fact.at, fact.samples)
        break
      case 'phone-left':
        this.#patches.phoneLeft(fact.channel)
        this.#parts.hooks.changed()
        break
      case 'sound-ended':
        this.#announcer.soundEnded(port, fact.ok)
        break
      case 'evidence':
        this.#wires.evidence(fact)
        break
      case 'gateway-at':
        this.#wires.gatewayAt(fact)
        break
      case 'recording':
      case 'segment':
        this.#wires.recording(fact)
        this.#parts.hooks.changed()
    }
  }

  /** A console that speaks through a leg which is gone is let go of: nobody would hear it. */
  #hearLeg(fact: Of<'leg'>): void {
    const { port, station } = fact
    const before = this.#legs.channelOf(port, station)
    this.#legs.hear(fact)
    const isGone = before !== undefined && this.#legs.channelOf(port, station) === undefined
    for (const [id, { asker, voice }] of isGone ? [...this.#asks] : []) {
      const speaks = asker.kind === 'console' && asker.source.endsWith(` ${station}`)
      if (speaks && voice(port) === null) this.release(port, id, 'console_lost')
    }
    this.#parts.hooks.changed()
  }

  #look(): void {
    this.#wires.cut()
    this.#wires.watch()
    this.#stopLooking = this.#after(LOOK_MS, () => this.#look())
  }

  #forget(port: string): void {
    this.#board.tell(port, { type: 'down', port, why: 'not_wanted' })
    // Parted first: what shares its floor goes on.
    this.#patches.portGone(port)
    this.#board.drop(port)
    this.#ports.delete(port)
    this.#wires.forget(port)
    this.#hearing.forget(port)
  }
}
