/** All floors there are, each with its timer; every port belongs to one floor, and patched ports share one. */
import type { CarrierState } from '../../wire/radio.ts'
import { carrierOf, makeFloor, step } from '../floor/floor.ts'
import { isOnTheAir, join, part } from '../floor/patch.ts'
import { nextDeadline } from '../floor/time.ts'
import type { Effect, Floor, Input, Latch, LineTimers } from '../floor/words.ts'

/** A floor and the timer of its next deadline; `at`: when that is, null when it has none. */
type Timed = { floor: Floor; cancel: () => void; at: number | null }
type BoardParts = {
  steady: () => number
  after: (ms: number, act: () => void) => () => void
  /** carries out what a floor orders; must not throw */
  obey: (effect: Effect) => void
  /** called when an input and everything that followed from it is done */
  settled: () => void
}

export class Board {
  readonly #parts: BoardParts
  readonly #floors = new Map<string, Timed>()
  readonly #waiting: (() => void)[] = []
  #busy = false

  constructor(parts: BoardParts) {
    this.#parts = parts
  }

  /** Tells the floor of this port; an unknown port is ignored. */
  tell(port: string, input: Input): void {
    this.#inTurn(() => {
      const one = this.#floors.get(port)
      if (one) this.#step(one, input)
    })
  }

  tellAll(input: Input): void {
    this.#inTurn(() => {
      for (const one of this.#all()) this.#step(one, input)
    })
  }

  /** Tells the floor that holds this emergency. */
  tellLatch(id: string, input: Input): void {
    this.#inTurn(() => {
      const one = this.#all().find(({ floor }) => floor.latches.some((latch) => latch.id === id))
      if (one) this.#step(one, input)
    })
  }

  /** Gives a port its timers: a new port gets a floor of its own, a known one keeps what is on. */
  setLine(port: string, timers: LineTimers): void {
    const one = this.#floors.get(port)
    const line = one?.floor.lines[port]
    if (!one || !line) this.#put(makeFloor(port, timers, this.#parts.steady()))
    else one.floor = { ...one.floor, lines: { ...one.floor.lines, [port]: { ...line, timers } } }
  }

  /** Part the port first: a floor that others share must go on. */
  drop(port: string): void {
    this.#floors.get(port)?.cancel()
    this.#floors.delete(port)
  }

  /** Makes these ports share one floor. False: somebody is on the air, nothing was changed. */
  join(ports: readonly string[]): boolean {
    const joined = [...new Set(ports.flatMap((port) => this.#floors.get(port) ?? []))]
    if (joined.some(({ floor }) => isOnTheAir(floor))) return false
    this.#inTurn(() => {
      const together = joined.map(({ floor }) => floor)
      const { floor, effects } = join(together, this.#parts.steady())
      const one = this.#put(floor)
      this.#obey(effects)
      this.#step(one, { type: 'time' })
    })
    return true
  }

  /** Gives each port of this one's patch a floor of its own again. */
  part(port: string): void {
    this.#inTurn(() => {
      const shared = this.#floors.get(port)
      if (!shared || portsOf(shared.floor).length < 2) return
      const { floors, effects } = part(shared.floor, this.#parts.steady())
      shared.cancel()
      const alone = floors.map((floor) => this.#put(floor))
      this.#obey(effects)
      for (const one of alone) this.#step(one, { type: 'time' })
    })
  }

  /** Emergencies that were raised before this server started. One that is known already is left as it is. */
  restore(kept: readonly Latch[]): void {
    for (const latch of kept) {
      const one = this.#floors.get(latch.port)
      if (!one || one.floor.latches.some(({ id }) => id === latch.id)) continue
      one.floor = { ...one.floor, latches: [...one.floor.latches, latch] }
    }
    this.#parts.settled()
  }

  latches(): Latch[] {
    return this.#all().flatMap(({ floor }) => [...floor.latches])
  }

  floorOf(port: string): Floor {
    return this.#floors.get(port)?.floor ?? makeFloor(port, NO_TIMERS, this.#parts.steady())
  }

  carrierOf(port: string): CarrierState {
    return carrierOf(this.floorOf(port), port)
  }

  /** The port and those that share its floor. */
  matesOf(port: string): string[] {
    return portsOf(this.floorOf(port))
  }

  isKeyed(port: string): boolean {
    return (this.floorOf(port).lines[port]?.key.is ?? 'off') !== 'off'
  }

  /** Nobody speaks, nothing is awaited: an announcement may begin. */
  isFree(port: string): boolean {
    const { phase, lines } = this.floorOf(port)
    const isQuiet = Object.values(lines).every(
      ({ deafUntil, carrier, muted }) => deafUntil === null && (!carrier || muted !== null),
    )
    return phase.is === 'idle' && isQuiet
  }

  /** These ports, together with whom they share a floor; unknown ones are left out. */
  groups(ports: readonly string[]): string[][] {
    const groups = new Map<Timed, string[]>()
    for (const port of ports) {
      const one = this.#floors.get(port)
      if (one) groups.set(one, [...(groups.get(one) ?? []), port])
    }
    return [...groups.values()]
  }

  stop(): void {
    for (const one of this.#all()) one.cancel()
  }

  /** What an order leads to (an answer that comes at once, a port that goes) waits until this input is dealt with. */
  #inTurn(act: () => void): void {
    this.#waiting.push(act)
    if (this.#busy) return
    this.#busy = true
    try {
      for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) next()
    } finally {
      this.#busy = false
    }
    this.#parts.settled()
  }

  #step(one: Timed, input: Input): void {
    const { floor, effects } = step(one.floor, input, this.#parts.steady())
    one.floor = floor
    this.#obey(effects)
    this.#arm(one)
  }

  #obey(effects: readonly Effect[]): void {
    for (const effect of effects) this.#parts.obey(effect)
  }

  #arm(one: Timed): void {
    const at = nextDeadline(one.floor)
    if (at === one.at) return
    one.cancel()
    one.at = at
    if (at === null) return
    // A millisecond late rather than early: an early timer would find nothing due and not be set again.
    one.cancel = this.#parts.after(Math.max(0, Math.ceil(at - this.#parts.steady())), () => {
      one.at = null
      this.#inTurn(() => this.#step(one, { type: 'time' }))
    })
  }

  /** The floor of all its ports from now on; the timers of those they had before are stopped. */
  #put(floor: Floor): Timed {
    const one: Timed = { floor, cancel: () => {}, at: null }
    for (const port of portsOf(floor)) {
      this.#floors.get(port)?.cancel()
      this.#floors.set(port, one)
    }
    this.#arm(one)
    return one
  }

  #all(): Timed[] {
    return [...new Set(this.#floors.values())]
  }
}

const portsOf = ({ lines }: Floor): string[] => Object.keys(lines)

const NO_TIMERS: LineTimers = {
  rxHangMs: 0,
  deafMs: 0,
  txLeadMs: 0,
  txTailMs: 0,
  totS: 0,
  totEmergencyS: 0,
  totPenaltyS: 0,
  rxTotS: 0,
  loopMs: 0,
}
