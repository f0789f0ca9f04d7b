/** Which ports are linked: what is said in the mixing bridge of one is let into that of the other, each way by a gate. */

import type { Mixing } from './building.ts'
import { made } from './ids.ts'
import type { Wire } from './wire.ts'

export type Link = { ports: [string, string]; out: string; in: string; bridges: [string, string] }

/** Local pairs between the mixing bridges of two ports, made when first needed. */
export class Links {
  readonly #wire: Wire
  readonly #mixOf: (port: string) => Promise<Mixing>
  readonly #links = new Map<string, Promise<Link>>()

  constructor(wire: Wire, mixOf: (port: string) => Promise<Mixing>) {
    this.#wire = wire
    this.#mixOf = mixOf
  }

  has(one: string, other: string): boolean {
    return this.#links.has(linkKey(one, other))
  }

  async between(one: string, other: string): Promise<Link> {
    const key = linkKey(one, other)
    const bridges: [string, string] = [(await this.#mixOf(one)).bridge, (await this.#mixOf(other)).bridge]
    const had = this.#links.get(key)
    const is = await had?.catch(() => undefined)
    if (is?.bridges.every((bridge) => bridges.includes(bridge))) return is
    if (this.#links.get(key) !== had) return this.between(one, other)
    const making = this.#make([one, other], bridges)
    this.#links.set(key, making)
    making.catch(() => this.#links.get(key) === making && this.#links.delete(key))
    if (is) void this.#drop(is)
    return making
  }

  async #make(both: [string, string], bridges: [string, string]): Promise<Link> {
    const wire = this.#wire
    const own: Link = { ports: both, out: made(both[0], 'out'), in: made(both[1], 'in'), bridges }
    try {
      await wire.pair(own.out, own.in)
      await Promise.all([wire.mute(own.out, 'in'), wire.mute(own.in, 'in')])
      await Promise.all([wire.add(bridges[0], own.out), wire.add(bridges[1], own.in)])
    } catch (error) {
      void this.#drop(own)
      throw error
    }
    return own
  }

  #drop(one: Link): Promise<void> {
    return this.#wire.hangUpSurely([one.out, one.in])
  }

  forget(one: Link): Promise<void> {
    this.#links.delete(linkKey(...one.ports))
    return this.#drop(one)
  }

  /** A half is gone: so is its link. */
  ended(channel: string): void {
    for (const way of this.#links.values())
      void way
        .then(async (one) => {
          if (one.out === channel || one.in === channel) await this.forget(one)
        })
        .catch(() => undefined)
  }

  clear(): void {
    this.#links.clear()
  }
}

const linkKey = (one: string, other: string): string => [one, other].sort().join(' ')
