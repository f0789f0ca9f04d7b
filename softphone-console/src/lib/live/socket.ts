import { Cell } from '../desk/cell.ts'
import type { FromConsole, FromServer } from '../wire.ts'

/**
 * The only socket to the server.
 *
 *   off ──start──▶ connecting ──opened──▶ live
 *                     ▲   │                 │ closed, or silent
 *                     └───┴──── blind ◀─────┘   (tries again by itself, never gives up)
 */
export type LinkState =
  | { kind: 'off' }
  | { kind: 'connecting' }
  | { kind: 'live' }
  /** `since`: last time we saw the server, this browser's ms; `tries` so far; `nextAt`: when the next try starts */
  | { kind: 'blind'; since: number; tries: number; nextAt: number }

/** After this long without a word the server is asked to say something; then it has PROBE_MS to answer. */
export const SILENCE_MS = 8_000
export const PROBE_MS = 4_000
/** First wait and longest wait between tries; each wait is spread by a quarter so that a floor of consoles does not come as one. */
const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 10_000

/** What the socket needs of a WebSocket, so that a test can play the server. */
export type Wire = Pick<WebSocket, 'send' | 'close' | 'readyState'> & {
  onopen: ((event: never) => void) | null
  onmessage: ((event: { data: unknown }) => void) | null
  onclose: ((event: never) => void) | null
}

export type Hooks = {
  /** seq this console holds; where the server shall go on */
  held: () => number
  hear: (message: FromServer) => void
  /** the link is up again after having been down */
  back: () => void
  /** nobody hears this console any more */
  lost?: () => void
}

export class LiveSocket {
  #state = new Cell<LinkState>({ kind: 'off' })
  #open: (after: number) => Wire
  #hooks: Hooks
  #wire: Wire | undefined
  #retry: ReturnType<typeof setTimeout> | undefined
  #watch: ReturnType<typeof setInterval> | undefined
  #lastHeard = 0
  #probedAt = 0

  constructor(open: (after: number) => Wire, hooks: Hooks) {
    this.#open = open
    this.#hooks = hooks
  }

  get state(): LinkState {
    return this.#state.value
  }

  /** Since when the server cannot be seen, this browser's ms; null while it can. */
  get blindSince(): number | null {
    return this.state.kind === 'blind' ? this.state.since : null
  }

  /** Opens the socket; from here on it keeps itself open. `seenAt`: when the server was last seen, if it is away now. */
  start(seenAt = Date.now()): void {
    if (this.state.kind !== 'off') return
    this.#lastHeard = seenAt
    this.#state.value = { kind: 'connecting' }
    this.#watch = setInterval(() => this.#listenForSilence(), 1_000)
    this.#connect()
  }

  /** Starts as blind: the page came up while the server was away. */
  startBlind(seenAt: number): void {
    this.start(seenAt)
    if (this.state.kind === 'connecting')
      this.#state.value = { kind: 'blind', since: seenAt, tries: 1, nextAt: Date.now() }
  }

  stop(): void {
    clearTimeout(this.#retry)
    clearInterval(this.#watch)
    this.#drop()
    this.#state.value = { kind: 'off' }
  }

  /** Somebody pressed "connect now". */
  tryNow(): void {
    if (this.state.kind !== 'blind') return
    clearTimeout(this.#retry)
    this.#connect()
  }

  say(message: FromConsole): void {
    if (this.#wire?.readyState === 1) this.#wire.send(JSON.stringify(message))
  }

  #connect(): void {
    this.#drop()
    const wire = this.#open(this.#hooks.held())
    this.#wire = wire
    const opening = setTimeout(() => wire.close(), PROBE_MS)
    wire.onopen = () => {
      clearTimeout(opening)
      this.#probedAt = 0
      this.#lastHeard = Date.now()
      const wasBlind = this.state.kind === 'blind'
      this.#state.value = { kind: 'live' }
      if (wasBlind) this.#hooks.back()
    }
    wire.onmessage = (event) => {
      this.#lastHeard = Date.now()
      this.#probedAt = 0
      const message = parse(event.data)
      if (message) this.#hooks.hear(message)
    }
    wire.onclose = () => {
      clearTimeout(opening)
      if (this.#wire === wire) this.#lost()
    }
  }

  #lost(): void {
    this.#wire = undefined
    const was = this.state
    if (was.kind === 'off') return
    this.#hooks.lost?.()
    const tries = was.kind === 'blind' ? was.tries + 1 : 1
    const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(tries - 1, 10)) * (0.875 + Math.random() / 4)
    this.#state.value = {
      kind: 'blind',
      since: was.kind === 'blind' ? was.since : this.#lastHeard,
      tries,
      nextAt: Date.now() + wait,
    }
    clearTimeout(this.#retry)
    this.#retry = setTimeout(() => this.#connect(), wait)
  }

  /** TCP does not tell of a cable pulled out; only silence does. */
  #listenForSilence(): void {
    if (this.state.kind !== 'live') return
    const now = Date.now()
    if (this.#probedAt && now - this.#probedAt > PROBE_MS) {
      this.#drop()
      this.#lost()
    } else if (!this.#probedAt && now - this.#lastHeard > SILENCE_MS) {
      this.#probedAt = now
      this.say({ kind: 'again', after: this.#hooks.held() })
    }
  }

  #drop(): void {
    const wire = this.#wire
    this.#wire = undefined
    if (!wire) return
    wire.onopen = wire.onmessage = wire.onclose = null
    wire.close()
  }
}

function parse(data: unknown): FromServer | undefined {
  if (typeof data !== 'string') return undefined
  try {
    return JSON.parse(data) as FromServer
  } catch {
    return undefined
  }
}

/** The server's /live on the origin this page came from. */
export function openLive(after: number): Wire {
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws'
  return new WebSocket(`${scheme}://${location.host}/live?after=${after}`) as unknown as Wire
}
