/** The consoles' side of the radio: what they say on the live socket, and the state of the ports that each is shown. */
import type { Actor } from '../../access/index.ts'
import type { EmergencyView, RadioFromConsole, RadioFromServer } from '../../wire/radio.ts'
import type { RadioEngine } from './engine.ts'
import { Presses } from './presses.ts'
import { later } from './words.ts'

export type ConsolesParts = {
  engine: RadioEngine
  may: (actor: Actor, verb: 'see' | 'key', campus: string) => boolean
  /** only the acting server holds Asterisk */
  isActing: () => boolean
  /** all that are latched, with their tickets and names */
  emergencies: () => EmergencyView[]
  /** the live socket's: a message for whichever console `to` has one for */
  tell: (to: (actor: Actor, seat: string) => Buffer | undefined) => void
  now?: () => number
  after?: (ms: number, act: () => void) => () => void
}

/** Shorter: a busy port costs every console a message for each step. Longer: a carrier is painted late. */
const SHOW_MS = 50
/** While anything is on, consoles hear of it at least this often, changed or not: they count the seconds by it. */
const SHOW_AT_LEAST_MS = 1_000

type RadioNow = Extract<RadioFromServer, { kind: 'radio' }>

export class Consoles {
  readonly #parts: ConsolesParts
  readonly #now: () => number
  readonly #after: (ms: number, act: () => void) => () => void
  readonly #presses: Presses
  /** what was last sent to those who may see the same ports */
  readonly #shown = new Map<string, { json: string; at: number }>()
  #shownAt = -Infinity
  #next: { at: number; cancel: () => void } | undefined

  constructor(parts: ConsolesParts) {
    this.#parts = parts
    this.#now = parts.now ?? Date.now
    this.#after = parts.after ?? later
    const { engine, may, isActing } = parts
    const answer = (seat: string, told: Extract<RadioFromServer, { kind: 'ptt' }>['answer']) =>
      this.#tell(seat, Buffer.from(JSON.stringify({ kind: 'ptt', answer: told } satisfies RadioFromServer)))
    this.#presses = new Presses({ engine, may, isActing, answer, after: this.#after })
  }

  /** Something of the radio has changed: shown at once if nothing was shown lately. */
  changed(): void {
    this.#presses.legsChanged()
    this.#showIn(Math.max(0, SHOW_MS - (this.#now() - this.#shownAt)))
  }

  /** A console has connected: it is shown the radio at once. */
  came(actor: Actor, seat: string): void {
    const message = this.#viewFor(actor, this.#allNow()).message()
    if (message) this.#tell(seat, message)
  }

  heard(actor: Actor, said: RadioFromConsole, seat: string): void {
    if (said.kind === 'ptt') this.#presses.press(actor, seat, said)
    else if (said.kind === 'held') this.#presses.held(actor, seat, said.press)
    else this.#presses.letGo(seat, said.press)
  }

  /** A console's socket is gone, and with it its keys. */
  left(seat: string): void {
    this.#presses.left(seat)
  }

  stop(): void {
    this.#next?.cancel()
    this.#presses.stop()
  }

  #tell(seat: string, message: Buffer): void {
    this.#parts.tell((_, id) => (id === seat ? message : undefined))
  }

  #allNow(): RadioNow {
    return { kind: 'radio', ports: this.#parts.engine.portsNow(), emergencies: this.#parts.emergencies() }
  }

  /** What this person may see, and a key that is the same for all who may see the same. */
  #viewFor(actor: Actor, all: RadioNow): { key: string; message: () => Buffer | undefined } {
    const ports = all.ports.filter(({ campus }) => this.#parts.may(actor, 'see', campus))
    const codes = new Set(ports.map(({ port }) => port))
    const message = () => {
      const emergencies = all.emergencies.filter(({ port }) => codes.has(port))
      return codes.size === 0 ? undefined : Buffer.from(JSON.stringify({ kind: 'radio', ports, emergencies }))
    }
    return { key: [...codes].join(' '), message }
  }

  #show(): void {
    this.#next = undefined
    this.#shownAt = this.#now()
    const all = this.#allNow()
    const made = new Map<string, Buffer | undefined>()
    this.#parts.tell((actor) => {
      const { key, message } = this.#viewFor(actor, all)
      if (!made.has(key)) made.set(key, this.#unlessShown(key, message()))
      return made.get(key)
    })
    if (this.#parts.engine.isAnythingOn() || all.emergencies.length > 0) this.#showIn(SHOW_AT_LEAST_MS)
  }

  /** The same again within a second is not worth sending. */
  #unlessShown(key: string, message: Buffer | undefined): Buffer | undefined {
    const json = message?.toString() ?? ''
    const had = this.#shown.get(key)
    if (had && had.json === json && this.#now() - had.at < SHOW_AT_LEAST_MS) return undefined
    this.#shown.set(key, { json, at: this.#now() })
    return message
  }

  #showIn(ms: number): void {
    const at = this.#now() + ms
    if (this.#next && this.#next.at <= at) return
    this.#next?.cancel()
    this.#next = { at, cancel: this.#after(ms, () => this.#show()) }
  }
}
