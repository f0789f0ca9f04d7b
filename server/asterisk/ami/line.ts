/** One connection to the manager port, from its dialling to its end. What Asterisk sends is watched byte by byte. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'
import makeManager from 'asterisk-manager'
import type { Meters } from '../meters.ts'
import { type AmiEvent, word } from '../words.ts'

export type LineOptions = {
  host: string
  port: number
  user: string
  secret: string
  meters: Meters
  pingEveryMs: number
  deadAfterMs: number
  onHeard(): void
  onEvent(event: AmiEvent): void
  onLoggedIn(): void
  /** told once, when it has ended for whatever reason */
  onEnd(why: string): void
  ping(): Promise<unknown>
}

/** An Asterisk that boots answers the login within this, and Pings; to be fully booted may take it longer. */
const LOGIN_MS = 4_000
const LONGEST_LINE = 1024 * 1024

export class Line {
  readonly manager: ReturnType<typeof makeManager>
  /** epoch milliseconds */
  readonly dialledAt = Date.now()
  readonly #o: LineOptions
  #socket: Socket | null = null
  #dead = false
  #loggedIn = false
  #heardAt = 0

  constructor(options: LineOptions) {
    const { host, user, secret } = options
    this.#o = options
    this.manager = makeManager(undefined, host, user, secret, false)
  }

  dial(): void {
    const { host, port, meters, onEvent } = this.#o
    const { manager } = this
    manager.on('close', () => this.end('the connection was closed'))
    manager.on('error', (error) => this.end(`${(error as NodeJS.ErrnoException).code ?? error.message}`))
    manager.on('managerevent', (event) => this.#dead || onEvent(event))
    // Neither an event nor an answer: nothing that a manager port says.
    manager.on('asterisk', (block) => word(block, 'response') === '' && meters.count('ami_parse_errors_total'))
    this.#socket = socketMadeBy(() =>
      manager.connect({ port, host }, undefined, () => {
        manager.login((error) => {
          if (error) this.end(`login refused: ${word(error, 'message')}`)
          else this.#isLoggedIn()
        })
      }),
    )
    if (this.#socket) this.#watch(this.#socket)
    setTimeout(() => this.#loggedIn || this.end('no answer to the login'), LOGIN_MS).unref()
  }

  end(why: string): void {
    if (this.#dead) return
    this.#dead = true
    this.manager.removeAllListeners('managerevent')
    this.#socket?.destroy()
    this.manager.disconnect()
    this.#o.onEnd(why)
  }

  #watch(socket: Socket): void {
    let unended = 0
    socket.on('data', (data: Buffer | string) => {
      this.#heardAt = performance.now()
      this.#o.onHeard()
      const text = String(data)
      const end = text.lastIndexOf('\n')
      unended = end < 0 ? unended + text.length : text.length - end - 1
      if (unended <= LONGEST_LINE) return
      this.#o.meters.count('ami_parse_errors_total')
      this.end('a line without an end')
    })
  }

  #isLoggedIn(): void {
    if (this.#dead) return
    this.#loggedIn = true
    this.#heardAt = performance.now()
    const { pingEveryMs, deadAfterMs } = this.#o
    let pinged = 0
    let looked = performance.now()
    const watchdog = setInterval(() => {
      if (this.#dead) return clearInterval(watchdog)
      const now = performance.now()
      // If it was this process that stood still, what they said meanwhile is still to be read.
      const slept = now - looked > deadAfterMs / 4
      looked = now
      if (!slept && now - this.#heardAt > deadAfterMs)
        return this.end('silent: nothing heard, not even an answer to Ping')
      if (now - pinged < pingEveryMs) return
      pinged = now
      this.#o.ping().catch(() => undefined)
    }, deadAfterMs / 10)
    watchdog.unref()
    this.#o.onLoggedIn()
  }
}

/** The library keeps its socket to itself; Node tells of every one that is made. */
function socketMadeBy(work: () => void): Socket | null {
  let made: Socket | null = null
  const see = (message: unknown) => {
    made = (message as { socket: Socket }).socket
  }
  subscribe('net.client.socket', see)
  try {
    work()
  } finally {
    unsubscribe('net.client.socket', see)
  }
  return made
}
