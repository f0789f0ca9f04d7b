/**
 * A floor driven on a virtual clock against a pretend exchange: carriers with leases, answers that come late or not at
 * all. For rules only; that the real one behaves so is proven on Asterisk. It keeps its own account of who was keyed.
 */
import { step } from '../../radio/floor/floor.ts'
import { nextDeadline } from '../../radio/floor/time.ts'
import type { Effect, Floor, Input } from '../../radio/floor/words.ts'

type Carrier = { voice: string; leaseUntil: number; from: number }
type Keyed = { port: string; voice: string; from: number; to: number }

export class PretendExchange {
  floor: Floor
  now = 0
  readonly effects: (Effect & { at: number })[] = []
  /** transmissions as the gateways saw them */
  readonly keyed: Keyed[] = []
  readonly carriers = new Map<string, Carrier>()
  /** how long the exchange thinks over an order; null: it never answers; refuses when `ok` is false */
  answers: (effect: Effect) => { afterMs: number; ok: boolean } | null = () => ({ afterMs: 15, ok: true })
  /** when a gateway's carrier changes, for a model of what it sends back */
  onKeyed: (port: string, on: boolean, at: number) => void = () => {}
  readonly #coming: { at: number; does: () => void }[] = []

  constructor(floor: Floor) {
    this.floor = floor
  }

  /** Something happens `afterMs` from now. */
  later(afterMs: number, does: () => void): void {
    this.#coming.push({ at: this.now + afterMs, does })
  }

  tell(input: Input, at = this.now): Effect[] {
    const { floor, effects } = step(this.floor, input, at)
    this.floor = floor
    for (const effect of effects) {
      this.effects.push({ ...effect, at: this.now })
      this.#obey(effect)
    }
    return effects
  }

  /** Lets time pass, stopping at everything that happens meanwhile. */
  run(ms: number): void {
    const until = this.now + ms
    for (;;) {
      const leases = [...this.carriers.values()].map(({ leaseUntil }) => leaseUntil)
      const next = Math.min(nextDeadline(this.floor) ?? Infinity, ...this.#coming.map(({ at }) => at), ...leases)
      if (next > until) break
      this.now = Math.max(this.now, next)
      for (const [port, { leaseUntil }] of this.carriers) if (leaseUntil <= this.now) this.#lapse(port)
      const due = this.#coming.filter(({ at }) => at <= this.now)
      for (const one of due) {
        this.#coming.splice(this.#coming.indexOf(one), 1)
        one.does()
      }
      this.tell({ type: 'time' })
    }
    this.now = until
  }

  /** The effects of one kind, in order. */
  of<K extends Effect['do']>(kind: K): (Extract<Effect, { do: K }> & { at: number })[] {
    return this.effects.filter((effect) => effect.do === kind) as never
  }

  #lapse(port: string): void {
    this.#off(port)
    this.tell({ type: 'down', port, why: 'lapsed' })
  }

  #off(port: string): void {
    const was = this.carriers.get(port)
    if (!was) return
    this.carriers.delete(port)
    this.keyed.push({ port, voice: was.voice, from: was.from, to: this.now })
    this.onKeyed(port, false, this.now)
  }

  #isCurrent({ port, epoch }: { port: string; epoch: number }): boolean {
    const line = this.floor.lines[port]
    return line?.up === true && line.epoch === epoch
  }

  #obey(effect: Effect): void {
    if (effect.do === 'renew') {
      this.later(this.answers(effect)?.afterMs ?? 0, () => {
        const carrier = this.carriers.get(effect.port)
        if (carrier && this.#isCurrent(effect)) carrier.leaseUntil = this.now + effect.leaseMs
      })
      return
    }
    if (effect.do !== 'key' && effect.do !== 'pass' && effect.do !== 'unkey') return
    const { port, epoch, order } = effect
    const answer = this.answers(effect)
    if (!answer) return
    const tailMs = effect.do === 'unkey' ? effect.tailMs : 0
    this.later(answer.afterMs + tailMs, () => {
      // An order of an older life is refused: fencing.
      if (!this.#isCurrent(effect)) return
      const { ok } = answer
      if (ok && effect.do === 'key') {
        this.carriers.set(port, { voice: effect.voice, leaseUntil: this.now + effect.leaseMs, from: this.now })
        this.onKeyed(port, true, this.now)
      } else if (ok && effect.do === 'pass') this.#pass(port, effect.to)
      else if (ok) this.#off(port)
      this.tell({ type: 'answered', port, epoch, order, ok, ...(ok ? {} : { why: 'refused' }) })
    })
  }

  #pass(port: string, to: string): void {
    const was = this.carriers.get(port)
    if (!was) return
    this.keyed.push({ port, voice: was.voice, from: was.from, to: this.now })
    this.carriers.set(port, { ...was, voice: to, from: this.now })
  }

  /** The adapter is rebuilt: whatever was on is off. */
  rebuild(port: string): void {
    this.drop(port, 'gateway_lost')
    this.tell({ type: 'up', port, epoch: (this.floor.lines[port]?.epoch ?? 0) + 1 })
  }

  drop(port: string, why: 'gateway_lost' | 'control_lost'): void {
    this.#off(port)
    this.tell({ type: 'down', port, why })
  }
}
