import { Cell } from '../../desk/cell.ts'
import type { PttAnswer, RadioFromConsole, Talker } from '../../wire.ts'

/** While a key is down the server hears of it this often, in ms; without it for 1 s it lets go (RADIO.md, dead man). */
const HEARTBEAT_MS = 250
/** A second press this soon after "busy" is meant as an override, in ms. */
export const OVERRIDE_MS = 1_000
/** How long the outcome of a press stays on the screen, in ms. */
const STAY_MS = 4_000
/** The last seconds before the transmission is cut are counted aloud. */
const TICK_FROM_S = 10

/** Why this console cannot even ask. */
export type Cannot = 'no_port' | 'blind' | 'not_on' | 'other_tab' | 'no_leg' | 'no_microphone'
/** Why the key came up: the finger, or something that must never leave it down. */
export type LetGo = 'finger' | 'other_key' | 'pointer' | 'blur' | 'hidden' | 'page' | 'socket' | 'microphone' | 'device'

type Of<R extends PttAnswer['result']> = Extract<PttAnswer, { result: R }>
/** What one press came to on one port. */
export type PortKey =
  | { state: 'asked' }
  | { state: 'talking'; totAt: number; overlap: boolean }
  | { state: 'denied'; why: Of<'denied'>['why']; talker: Talker | null }
  | { state: 'revoked'; by: string; why: Of<'revoked'>['why'] }
  | { state: 'failed'; why: string }
  | { state: 'cannot'; why: Cannot }

export type KeyNow = {
  down: boolean
  ports: Readonly<Record<string, PortKey>>
  /** how the last press ended, when not by the finger */
  letGo: Exclude<LetGo, 'finger'> | null
}

export type KeyParts = {
  say: (message: RadioFromConsole) => void
  cannot: (ports: readonly string[]) => Cannot | null
  /** the microphone is heard by exactly these ports; the others hear silence */
  open: (ports: readonly string[]) => void
  /** resolves once the open microphone hears: it may have slept; false: there is none */
  heard: () => Promise<boolean>
  /** the server's clock, ms */
  now: () => number
  sound: (what: 'permit' | 'busy' | 'fallen' | 'tick') => void
}

/**
 * The key under the agent's finger, on one or several ports at once.
 *
 *   up ──press──▶ asked ──granted──▶ talking ──revoked, failed──▶ down, closed ──let go──▶ up
 *                   └────denied────▶ down, closed ──let go──▶ up   (pressed again within 1 s: override)
 *
 * Every way up closes the microphone first and tells the server after: the finger is answered before the network.
 */
export class PttKey {
  #now = new Cell<KeyNow>({ down: false, ports: {}, letGo: null })
  #parts: KeyParts
  #press = 0
  #busyAt = new Map<string, number>()
  #beat: ReturnType<typeof setInterval> | undefined
  #lead: ReturnType<typeof setTimeout> | undefined
  #fade: ReturnType<typeof setTimeout> | undefined
  #permitted = false
  #ticked = 0

  constructor(parts: KeyParts) {
    this.#parts = parts
  }

  get now(): KeyNow {
    return this.#now.value
  }

  get down(): boolean {
    return this.now.down
  }

  of(port: string): PortKey | undefined {
    return this.now.ports[port]
  }

  press(ports: readonly string[], ticketId: string | null = null): void {
    if (this.down) return
    clearTimeout(this.#fade)
    const cannot = ports.length === 0 ? 'no_port' : this.#parts.cannot(ports)
    if (cannot) {
      this.#put({ down: false, ports: every(ports, { state: 'cannot', why: cannot }), letGo: null })
      this.#parts.sound('busy')
      this.#fadeLater()
      return
    }
    const at = Date.now()
    const override = ports.some((port) => at - (this.#busyAt.get(port) ?? -Infinity) < OVERRIDE_MS)
    this.#press += 1
    this.#permitted = false
    this.#ticked = 0
    this.#put({ down: true, ports: every(ports, { state: 'asked' }), letGo: null })
    this.#parts.say({
      kind: 'ptt',
      press: this.#press,
      ports: [...ports],
      ...(override && { override }),
      ...(ticketId !== null && { ticketId }),
    })
    this.#beat = setInterval(() => this.#beats(), HEARTBEAT_MS)
  }

  /** Lets go. Whatever the reason, the microphone is closed before anything else happens. */
  release(why: LetGo): void {
    if (!this.down) return
    this.#parts.open([])
    this.#parts.say({ kind: 'unptt', press: this.#press })
    this.#stop()
    const was = Object.entries(this.now.ports)
    const at = Date.now()
    for (const [port, key] of was) if (isBusy(key)) this.#busyAt.set(port, at)
    const cut = why !== 'finger' && was.some(([, { state }]) => state === 'talking' || state === 'asked')
    if (cut) this.#parts.sound('fallen')
    const kept = was.filter(([, { state }]) => state !== 'asked' && state !== 'talking')
    this.#put({ down: false, ports: Object.fromEntries(kept), letGo: cut ? why : null })
    this.#fadeLater()
  }

  /** The server's answer to a press; one to an older press changes nothing. */
  hear(answer: PttAnswer): void {
    if (answer.press !== this.#press || !this.down || !this.of(answer.port)) return
    const { port } = answer
    switch (answer.result) {
      case 'granted':
        this.#set(port, { state: 'talking', totAt: Date.parse(answer.totAt), overlap: answer.overlap })
        this.#permitIn(answer.leadMs)
        return
      case 'denied':
        if (answer.why === 'busy') this.#busyAt.set(port, Date.now())
        this.#set(port, { state: 'denied', why: answer.why, talker: answer.talker })
        this.#parts.sound('busy')
        return
      case 'revoked':
        this.#set(port, { state: 'revoked', by: answer.by, why: answer.why })
        this.#parts.sound('fallen')
        return
      case 'failed':
        this.#set(port, { state: 'failed', why: answer.why })
        this.#parts.sound('busy')
        return
      case 'released':
        return
    }
  }

  #beats(): void {
    this.#parts.say({ kind: 'held', press: this.#press })
    const ends = Object.values(this.now.ports).flatMap((key) => (key.state === 'talking' ? [key.totAt] : []))
    const left = Math.ceil((Math.min(...ends) - this.#parts.now()) / 1_000)
    if (left > TICK_FROM_S || left <= 0 || left === this.#ticked) return
    this.#ticked = left
    this.#parts.sound('tick')
  }

  /** Speak after the tone and no syllable is lost: the transmitter needs its lead time, a microphone that slept its own. */
  #permitIn(leadMs: number): void {
    if (this.#permitted) return
    clearTimeout(this.#lead)
    const press = this.#press
    this.#lead = setTimeout(async () => {
      const isHeard = await this.#parts.heard()
      if (!isHeard || this.#permitted || press !== this.#press || !this.#isTalking) return
      this.#permitted = true
      this.#parts.sound('permit')
    }, leadMs)
  }

  get #isTalking(): boolean {
    return this.down && Object.values(this.now.ports).some(({ state }) => state === 'talking')
  }

  #set(port: string, key: PortKey): void {
    this.#put({ ...this.now, ports: { ...this.now.ports, [port]: key } })
    if (!this.#isTalking) clearTimeout(this.#lead)
  }

  #put(next: KeyNow): void {
    const open = Object.entries(next.ports).filter(([, { state }]) => state === 'asked' || state === 'talking')
    this.#now.value = next
    this.#parts.open(next.down ? open.map(([port]) => port) : [])
  }

  #stop(): void {
    clearInterval(this.#beat)
    clearTimeout(this.#lead)
  }

  #fadeLater(): void {
    this.#fade = setTimeout(() => {
      if (!this.down) this.#now.value = { down: false, ports: {}, letGo: null }
    }, STAY_MS)
  }
}

const every = (ports: readonly string[], key: PortKey): Record<string, PortKey> =>
  Object.fromEntries(ports.map((port) => [port, key]))

const isBusy = (key: PortKey): boolean => key.state === 'denied' && key.why === 'busy'
