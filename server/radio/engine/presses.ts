/**
 * Presses of the consoles' keys: who may key, with which voice, and when a press ends. A press belongs to its socket: when
 * the socket is gone, all its keys are let go.
 *
 *   pressed ──no leg yet──▶ waiting ──leg joins──▶ asked of the floor ──let go · socket gone · right lost──▶ released
 *      │                      └── JOINING_MS, let go, socket gone ──▶ over, nothing was keyed
 *      └──has a leg──▶ asked of the floor
 */
import type { Actor } from '../../access/index.ts'
import type { Denial, PttAnswer, RadioFromConsole } from '../../wire/radio.ts'
import { type FloorAnswer, PRIORITY } from '../floor/words.ts'
import { speaker } from '../hearing/ident.ts'
import type { RadioEngine } from './engine.ts'
import type { Voice } from './media.ts'
import type { Ask } from './words.ts'

/**
 * A press waits this long for its leg. The console is told by SIP that its call is answered; the engine hears of the leg a
 * few ARI answers later, so a quick press overtakes it. Too short: it is told `not_joined` and dials again for nothing. Too
 * long: whoever really has no leg waits for the refusal, and a console that dies meanwhile holds a key for longer.
 */
const JOINING_MS = 800

type Press = Extract<RadioFromConsole, { kind: 'ptt' }>
/** One press on the ports of one floor. */
type Wish = { seat: string; actor: Actor; station: string; ports: [string, ...string[]]; press: number; ask: Ask }
type Seat = { last: number; presses: Map<number, Wish[]> }
type Answer = PttAnswer extends infer A ? (A extends unknown ? Omit<A, 'press' | 'port'> : never) : never

export type PressesParts = {
  engine: RadioEngine
  may: (actor: Actor, verb: 'key', campus: string) => boolean
  /** only the acting server holds Asterisk */
  isActing: () => boolean
  answer: (seat: string, answer: PttAnswer) => void
  after: (ms: number, act: () => void) => () => void
}

export class Presses {
  readonly #parts: PressesParts
  readonly #seats = new Map<string, Seat>()
  /** wishes whose console has no leg yet, each with how its time is stopped */
  readonly #waiting = new Map<Wish, () => void>()

  constructor(parts: PressesParts) {
    this.#parts = parts
  }

  press(actor: Actor, seat: string, said: Press): void {
    const own = this.#seats.get(seat) ?? { last: -1, presses: new Map() }
    this.#seats.set(seat, own)
    // An older press that comes late was let go of long ago.
    if (said.press <= own.last) return
    own.last = said.press
    const wishes: Wish[] = []
    own.presses.set(said.press, wishes)

    const station = stationOf(actor)
    const allowed = said.ports.filter((port) => {
      const why = this.#whyNot(actor, port)
      if (why) this.#deny(seat, said.press, [port], why)
      return !why
    })
    for (const ports of this.#parts.engine.groups(allowed)) {
      if (!isSome(ports)) continue
      if (station === null) this.#deny(seat, said.press, ports, 'not_joined')
      else wishes.push(this.#wish(actor, seat, said, station, ports))
    }
    for (const wish of wishes) {
      if (this.#isJoined(wish)) this.#parts.engine.ask(wish.ports[0], wish.ask)
      else
        this.#waiting.set(
          wish,
          this.#parts.after(JOINING_MS, () => this.#giveUp(wish)),
        )
    }
  }

  /** The heartbeat of a key that is down. Rights taken away meanwhile end what they allowed. */
  held(actor: Actor, seat: string, press: number): void {
    for (const wish of this.#seats.get(seat)?.presses.get(press) ?? []) {
      const [port] = wish.ports
      const campus = this.#parts.engine.port(port)?.campus
      if (campus === undefined || !this.#parts.may(actor, 'key', campus)) {
        if (this.#waiting.has(wish)) this.#deny(seat, press, wish.ports, 'not_allowed')
        this.#end(wish, 'console_lost')
      } else if (!this.#waiting.has(wish)) this.#parts.engine.held(port, wish.ask.asker.id)
    }
  }

  letGo(seat: string, press: number): void {
    const own = this.#seats.get(seat)
    for (const wish of own?.presses.get(press) ?? []) this.#end(wish, 'released')
    own?.presses.delete(press)
  }

  /** The socket is gone. */
  left(seat: string): void {
    const own = this.#seats.get(seat)
    this.#seats.delete(seat)
    for (const wishes of own?.presses.values() ?? []) for (const wish of wishes) this.#end(wish, 'console_lost')
  }

  /** Legs have joined or left: whoever waited for one asks now. */
  legsChanged(): void {
    for (const [wish, stopWaiting] of [...this.#waiting]) {
      // Asking one may already have led to another's turn.
      if (!this.#waiting.has(wish) || !this.#isJoined(wish)) continue
      stopWaiting()
      this.#waiting.delete(wish)
      // Ports that were parted meanwhile have no longer one answer.
      const isOne = this.#parts.engine.groups(wish.ports).length === 1
      const why = this.#whyNot(wish.actor, wish.ports[0]) ?? (isOne ? undefined : 'not_joined')
      if (why) this.#deny(wish.seat, wish.press, wish.ports, why)
      else this.#parts.engine.ask(wish.ports[0], wish.ask)
    }
  }

  stop(): void {
    for (const stopWaiting of this.#waiting.values()) stopWaiting()
    this.#waiting.clear()
  }

  #wish(actor: Actor, seat: string, said: Press, station: string, ports: [string, ...string[]]): Wish {
    const { press, ticketId = null, override = false } = said
    const campus = this.#parts.engine.port(ports[0])?.campus
    const ask: Ask = {
      asker: {
        id: `${seat}/${press}@${ports[0]}`,
        // One finger: a person at a station, in whichever window.
        source: `${actor.personId} ${station}`,
        kind: 'console',
        prio: supervises(actor, campus) ? PRIORITY.supervisor : PRIORITY.dispatcher,
        talker: speaker('agent', actor.name, actor.personId),
        ...(override && { override }),
      },
      voice: (port) => this.#voiceOn(port, station),
      ticketId,
      answered: (told) => {
        for (const port of ports) this.#parts.answer(seat, { press, port, ...answerOf(told, port) })
      },
    }
    return { seat, actor, station, ports, press, ask }
  }

  #giveUp(wish: Wish): void {
    if (this.#waiting.delete(wish)) this.#deny(wish.seat, wish.press, wish.ports, 'not_joined')
  }

  #end(wish: Wish, why: 'released' | 'console_lost'): void {
    this.#waiting.get(wish)?.()
    if (!this.#waiting.delete(wish)) this.#parts.engine.release(wish.ports[0], wish.ask.asker.id, why)
  }

  #deny(seat: string, press: number, ports: readonly string[], why: Denial): void {
    for (const port of ports) this.#parts.answer(seat, { press, port, result: 'denied', why, talker: null })
  }

  #whyNot(actor: Actor, port: string): Denial | undefined {
    const { engine, may, isActing } = this.#parts
    const known = engine.port(port)
    if (!known?.enabled || !may(actor, 'key', known.campus)) return 'not_allowed'
    if (!isActing()) return 'not_acting'
    return engine.isControlled() ? undefined : 'offline'
  }

  #isJoined({ ports, station }: Wish): boolean {
    const { engine } = this.#parts
    return engine.matesOf(ports[0]).some((port) => engine.legOf(port, station) !== undefined)
  }

  /** Its own leg on the port; without one, what it says on another port of the same patch. */
  #voiceOn(port: string, station: string): Voice | null {
    const { engine } = this.#parts
    const channel = engine.legOf(port, station)
    if (channel !== undefined) return { kind: 'leg', channel }
    const other = engine.matesOf(port).find((mate) => engine.legOf(mate, station) !== undefined)
    return other === undefined ? null : { kind: 'port', port: other }
  }
}

function answerOf(told: FloorAnswer, port: string): Answer {
  if (told.result !== 'granted') return told
  const { failed, leadMs, overlap } = told
  if (failed.includes(port)) return { result: 'failed', why: 'not_transmitted' }
  return { result: 'granted', leadMs, totAt: new Date(told.totAt).toISOString(), overlap }
}

const isSome = (ports: string[]): ports is [string, ...string[]] => ports.length > 0

/** The radio station beside a browser's own: r1001 of b1001. */
const stationOf = ({ station }: Actor): string | null =>
  station && /^b\d{4}$/.test(station) ? `r${station.slice(1)}` : null

const supervises = ({ grants }: Actor, campus: string | undefined): boolean =>
  grants.some(({ role, campus: of }) => role === 'supervisor' && (of === null || of === campus))
