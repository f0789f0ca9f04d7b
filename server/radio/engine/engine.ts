/**
 * The radio at work: floors driven by what the exchange says, what consoles press and what time it is. No SQL and no
 * HTTP; whoever makes it keeps what it tells (RadioHooks) and asks it through these:
 *
 *   setPorts(ports)            which ports there are, with their profiles; again at each change
 *   ask / held / release       somebody wants the floor of a port (consoles-door.ts does it for presses)
 *   announce(what)             says a sound when the port is free; resolves when it was said or not (announce-door.ts)
 *   patch / patchPhone / part  ports made one; a caller on the telephone joined to a port; apart again
 *   phoneTalks(patchId, on)    a joined caller begins to speak or pauses, where the exchange does not tell it by itself
 *   raise / acknowledge / clear / relatch   emergencies; `relatch` after a start, from what was kept
 *   tag(overId, unit)          an agent says who it was
 *   portsNow()                 every port as consoles are shown it
 *
 * The floors live in memory only: a press does not wait for a disk. After a restart nothing is resumed: the exchange shuts
 * every gate first, and overs that were on have ended by `server_restart` for whoever kept them open.
 */
import { randomUUID } from 'node:crypto'
import type { PortNow } from '../../wire/radio.ts'
import type { PatchRefusal } from '../floor/patch.ts'
import type { Effect, Latch } from '../floor/words.ts'
import { makeHearing } from '../hearing/ears.ts'
import { type KnownUnit, unregistered } from '../hearing/ident.ts'
import { makeOvers } from '../overs/opening.ts'
import { OverBook } from '../overs/over.ts'
import { type EnginePort, portNow } from '../ports/port-now.ts'
import { makeWires } from '../ports/wires.ts'
import { type Announced, type Announcement, makeAnnouncer } from './announcing.ts'
import { makeBoard } from './floors.ts'
import type { MediaFact, Voice } from './media.ts'
import { makeOrders } from './orders.ts'
import { makePatches, type PhonePatch } from './patches.ts'
import { type Ask, type Emergency, type EngineParts, later, type RaisedHow } from './words.ts'

export type RadioEngine = ReturnType<typeof makeRadioEngine>

/** Makes the engine; nothing is ordered before `start`. */
export function makeRadioEngine(parts: EngineParts) {
  const { media, roster, hooks, log } = parts
  const now = parts.now ?? Date.now
  const steady = parts.steady ?? (() => performance.now())
  const after = parts.after ?? later
  const wall = (at: number): number => Math.round(now() - (steady() - at))

  const ports = new Map<string, EnginePort>()
  const legs = new Map<string, string>()
  const asks = new Map<string, Ask>()
  const book = new OverBook()
  let control = { up: false, since: now() }
  let raising: RaisedHow = 'unit_code'
  let stopTicking = () => {}

  const board = makeBoard({ steady, after, obey: surely, settled })
  const orders = makeOrders({ media, after, log, profileOf: (port) => ports.get(port)?.profile, voiceOf, answered })
  const announcer = makeAnnouncer({
    ask: ({ kind, prio, talker, port, path, words, ticketId }, id, told) =>
      ask(port, {
        asker: { id, source: id, kind, prio, talker },
        voice: () => ({ kind: 'sound', path }),
        answered: told,
        words,
        ticketId,
      }),
    release: (id, port, why) => board.tell(port, { type: 'release', id, why }),
    isFree: (port) => board.isFree(port),
    overOf: (port) => book.onAir(port)?.overId ?? null,
    after,
  })
  const patches = makePatches({ board, media, ask, release, now, after })
  const wires = makeWires({ board, media, hooks, log, now, isRecorded: (port) => ports.get(port)?.record ?? false })
  const overs = makeOvers({ book, board, roster, hooks, now, wall, askOf: (voice) => asks.get(voice) })
  const hearing = makeHearing({
    board,
    book,
    roster,
    digits: hooks.digits,
    log,
    now,
    steady,
    after,
    named: overs.named,
    emergency: (port, unit, raw) => raise({ port, unit: unit?.code ?? null, raw: unit ? null : raw, how: 'unit_code' }),
  })

  function voiceOf(voice: string, port: string): Voice | null {
    return voice.startsWith('rf:') ? { kind: 'port', port: voice.slice(3) } : (asks.get(voice)?.voice(port) ?? null)
  }

  function answered(port: string, epoch: number, order: number, ok: boolean, why?: string): void {
    board.tell(port, { type: 'answered', port, epoch, order, ok, ...(why === undefined ? {} : { why }) })
  }

  /** What is told to others may fail; what is ordered of the exchange after it must not be lost with it. */
  function surely(effect: Effect): void {
    try {
      obey(effect)
    } catch (error) {
      log.error({ what: effect.do, why: (error as Error).message }, 'somebody could not be told of the radio')
    }
  }

  /** Does what a floor orders. */
  function obey(effect: Effect): void {
    switch (effect.do) {
      case 'answer': {
        const one = asks.get(effect.id)
        if (effect.answer.result !== 'granted') asks.delete(effect.id)
        const { answer } = effect
        one?.answered(answer.result === 'granted' ? { ...answer, totAt: wall(answer.totAt) } : answer)
        break
      }
      case 'open-over':
        overs.open(effect)
        break
      case 'overlap':
        book.overlap(effect.port, effect.over)
        break
      case 'end-over': {
        const over = book.end(effect.port, effect.over, wall(effect.to), effect.endedBy)
        if (over) hooks.overEnded(over)
        break
      }
      case 'alarm':
        log.warn({ port: effect.port, what: effect.what, on: effect.on }, 'a receiver is not believed')
        hooks.alarm(effect.port, effect.what, effect.on)
        break
      case 'raised':
        hooks.emergencyRaised(emergencyOf(effect.latch), raising)
        break
      case 'acknowledged':
        hooks.emergencyAcknowledged(emergencyOf(effect.latch), effect.latch.ackedBy ?? '')
        break
      case 'cleared':
        hooks.emergencyCleared(emergencyOf(effect.latch), effect.by, effect.reason)
        break
      case 'countdown':
      case 'not-cleared':
        break
      default:
        orders.send(effect)
    }
  }

  const emergencyOf = (latch: Latch): Emergency => ({
    ...latch,
    raisedAt: wall(latch.raisedAt),
    ackedAt: latch.ackedAt === null ? null : wall(latch.ackedAt),
    overId: book.receiving(latch.port)?.overId ?? null,
  })

  /** After each step of a floor: consoles are told, and whoever waits for a free port tries. */
  function settled(): void {
    for (const port of ports.keys()) {
      const carrier = board.carrierOf(port)
      if (board.shown.get(port) === carrier) continue
      board.shown.set(port, carrier)
      wires.shown(port)
    }
    announcer.settle()
    hooks.changed()
  }

  function raise({
    port,
    unit,
    raw = null,
    how,
    id = randomUUID(),
  }: {
    port: string
    unit: string | null
    raw?: string | null
    how: RaisedHow
    id?: string
  }): string {
    const over = book.emergency(port)
    raising = how
    const talker = raw === null ? (over?.talker ?? null) : unregistered(raw)
    board.tell(port, { type: 'emergency', id, port, unit, raw, talker })
    const isIt = (latch: Latch) => (unit ?? raw) !== null && latch.unit === unit && latch.raw === raw
    return board.latches().find((latch) => latch.id === id || isIt(latch))?.id ?? id
  }

  function hear(fact: MediaFact): void {
    if (fact.type === 'control') hearControl(fact.up)
    else if (ports.has(fact.port)) hearPort(fact)
  }

  function hearControl(up: boolean): void {
    control = { up, since: now() }
    if (up) wires.controlled()
    if (!up) board.tellAll({ type: 'control-lost' })
    settled()
  }

  function hearPort(fact: Exclude<MediaFact, { type: 'control' }>): void {
    const { port } = fact
    switch (fact.type) {
      case 'up':
        wires.up(port)
        hearing.lost(port)
        board.tell(port, { type: 'up', port, epoch: fact.epoch })
        break
      case 'down':
        wires.down(fact)
        hearing.lost(port)
        board.tell(port, { type: 'down', port, why: fact.why })
        break
      case 'leg':
        hearLeg(fact)
        break
      case 'heard':
        hearing.hear(port, (ear) => ear.frame(fact.at, fact.samples))
        break
      case 'digit':
        hearing.hear(port, (ear) => ear.digit(fact.at, fact.digit))
        break
      case 'unit':
        hearing.hear(port, (ear) => ear.unit(fact.raw))
        break
      case 'phone-voice':
        patches.phoneVoice(fact.channel, fact.on)
        break
      case 'phone-heard':
        patches.phoneHeard(fact.channel, fact.at, fact.samples)
        break
      case 'phone-left':
        patches.phoneLeft(fact.channel)
        hooks.changed()
        break
      case 'sound-ended':
        announcer.soundEnded(port, fact.ok)
        break
      case 'evidence':
        wires.evidence(fact)
        break
      case 'gateway-at':
        wires.gatewayAt(fact)
        break
      case 'recording':
      case 'segment':
        wires.recording(fact)
        hooks.changed()
    }
  }

  function hearLeg({ port, station, channel, on }: Extract<MediaFact, { type: 'leg' }>): void {
    const key = `${port} ${station}`
    if (on) legs.set(key, channel)
    else if (legs.get(key) === channel) {
      legs.delete(key)
      // A voice without its leg is nobody's.
      for (const [id, { asker, voice }] of asks) {
        const speaks = asker.kind === 'console' && asker.source.endsWith(` ${station}`)
        if (speaks && voice(port) === null) board.tell(port, { type: 'release', id, why: 'console_lost' })
      }
    }
    hooks.changed()
  }

  function ask(port: string, wish: Ask): void {
    asks.set(wish.asker.id, wish)
    board.tell(port, { type: 'request', asker: wish.asker })
  }
  function release(port: string, id: string, why: 'released' | 'console_lost' | 'done' | 'revoked'): void {
    board.tell(port, { type: 'release', id, why })
  }

  function tick(): void {
    wires.cut()
    wires.watch()
    stopTicking = after(1_000, tick)
  }

  const isEnabled = (port: string): boolean => ports.get(port)?.enabled ?? false

  function setPorts(list: readonly EnginePort[]): void {
    for (const port of list) {
      if (!port.enabled) patches.forget(port.port)
      ports.set(port.port, port)
      board.setLine(port.port, port.profile)
      wires.of(port.port)
      wires.wasAt(port.port, port.gatewayAddress ?? null)
      hearing.set(port.port, port.profile)
    }
    const kept = new Set(list.map(({ port }) => port))
    for (const port of ports.keys()) if (!kept.has(port)) forget(port)
    const wanted = list.filter((port) => port.wanted)
    media.want(
      wanted.map(({ port, endpoint, record, profile }) => ({
        port,
        endpoint,
        record,
        jitterBuffer: profile.jitterBuffer,
      })),
    )
    settled()
  }

  function forget(port: string): void {
    board.tell(port, { type: 'down', port, why: 'not_wanted' })
    patches.forget(port)
    board.drop(port)
    ports.delete(port)
    wires.forget(port)
    hearing.forget(port)
  }

  return {
    start(): void {
      media.hear(hear)
      media.start()
      tick()
    },
    async stop(): Promise<void> {
      stopTicking()
      hearing.stop()
      board.stop()
      await media.stop()
    },
    setPorts,
    /** The ports that share a floor, of those named: one wish for each group. */
    groups: (named: readonly string[]): string[][] => board.groups(named.filter((port) => ports.has(port))),
    /** A port's patch: itself and those that share its floor. */
    matesOf: (port: string): string[] => board.matesOf(port),
    port: (code: string): EnginePort | undefined => ports.get(code),
    /** The channel of a console's radio station on a port; undefined: it has not joined. */
    legOf: (port: string, station: string): string | undefined => legs.get(`${port} ${station}`),
    isControlled: (): boolean => control.up,
    ask,
    held: (port: string, id: string): void => board.tell(port, { type: 'held', id }),
    release,
    /** A port that was not commissioned says nothing but the commissioning's own test. */
    announce: (what: Announcement): Promise<Announced> =>
      what.kind === 'test' || isEnabled(what.port)
        ? announcer.announce(what)
        : Promise.resolve({ result: 'not_said', why: 'not_enabled' }),
    patch: (patchId: string, list: readonly string[]): PatchRefusal | null =>
      list.every(isEnabled) ? patches.patch(patchId, list) : 'not_enabled',
    patchPhone: async (wish: PhonePatch): Promise<PatchRefusal | null> =>
      isEnabled(wish.port) ? patches.patchPhone(wish) : 'not_enabled',
    phoneTalks: patches.phoneTalks,
    part: patches.part,
    isPatched: patches.isPatched,
    raise,
    acknowledge: (id: string, by: string): void => board.tellLatch(id, { type: 'acknowledge', id, by }),
    /** Two people, two steps. Null: cleared. */
    clear(id: string, by: string, reason: string): 'unknown' | 'not_acknowledged' | 'same_person' | null {
      const latch = board.latches().find((one) => one.id === id)
      if (!latch) return 'unknown'
      if (latch.ackedAt === null) return 'not_acknowledged'
      if (latch.ackedBy === by) return 'same_person'
      board.tellLatch(id, { type: 'clear', id, by, reason })
      return null
    },
    /** Emergencies that were latched before a restart. */
    relatch: (kept: readonly Latch[]): void => board.relatch(kept),
    emergencies: (): Emergency[] => board.latches().map(emergencyOf),
    /** False: the over is not remembered any more; the row alone is to be changed. */
    tag(overId: string, unit: KnownUnit): boolean {
      const over = book.tag(overId, { how: 'tagged', raw: null, unit })
      overs.named(over)
      return over !== undefined
    },
    portsNow: (): PortNow[] =>
      [...ports.values()].map((port) =>
        portNow({
          port,
          facts: wires.of(port.port),
          floor: board.floorOf(port.port),
          over: book.onAir(port.port),
          control,
          patch: patches.of(port.port),
          wall,
        }),
      ),
    /** Ports that are up and not recorded, and since when (epoch ms). */
    unrecorded: wires.unrecorded,
    isAnythingOn: (): boolean => [...ports.keys()].some((port) => !['idle', 'offline'].includes(board.carrierOf(port))),
  }
}
