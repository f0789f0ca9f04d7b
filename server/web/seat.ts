/** One console on the live socket: what it holds, what it may say, and how it leaves. */
import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import type { Logger } from 'pino'
import { Compile } from 'typebox/compile'
import { WebSocket } from 'ws'
import { FromConsole, type FromServer } from '../wire/frames.ts'
import type { Actor } from '../wire/grant.ts'
import { textFrame } from './frame.ts'

/** Bytes waiting for a console's network: above, it is told to fetch anew; far above, it is gone. */
const SLOW_BYTES = 1024 * 1024
const GONE_BYTES = 8 * SLOW_BYTES
/** What a console may say: this many at once, then this many a second. */
const SAY_AT_ONCE = 60
const SAY_A_SECOND = 20
/** Heartbeats of a held key come four a second; they have an allowance of their own, so that they never cost a press. */
const HELD_AT_ONCE = 40
const HELD_A_SECOND = 12

/** Asked by a console that holds nothing yet. */
export const FROM_NOW = -1

type Said = Exclude<FromConsole, { kind: 'again' }>
type Ears = {
  again: () => void
  said: (said: Said) => Promise<void>
  left: () => void
  log: Logger
}

export class Seat {
  /** names this console while it is connected */
  readonly id = randomUUID()
  actor: Actor
  /** the same text for everybody who has the same rights */
  rights: string
  /** the journal number this console holds; undefined while it is behind */
  upTo: number | undefined
  /** it asks for everything after this; FROM_NOW: for what happens from now on */
  asksAfter: number | undefined
  /** when its session was last looked at, on this process's own clock */
  checkedAt = 0
  /** a resync not yet sent, because the wire is full */
  owes: string | undefined
  readonly #socket: WebSocket
  readonly #wire: Socket
  readonly #ears: Ears
  #answered = true
  readonly #allowance = allowance(SAY_AT_ONCE, SAY_A_SECOND)
  readonly #heldAllowance = allowance(HELD_AT_ONCE, HELD_A_SECOND)

  /** `wire` is the connection that `socket` speaks on. */
  constructor(socket: WebSocket, wire: Socket, actor: Actor, ears: Ears) {
    this.#socket = socket
    this.#wire = wire
    this.actor = actor
    this.rights = rightsOf(actor)
    this.#ears = ears
    socket.on('message', (data, isBinary) => this.#hear(data as Buffer, isBinary))
    socket.on('pong', () => {
      this.#answered = true
    })
    socket.on('close', ears.left)
    // ws closes by itself after an error (too large, bad UTF-8); without a listener the server would fall.
    socket.on('error', () => {})
  }

  /** Sends a frame made by textFrame(), unless the console does not keep up. */
  send(frame: Buffer): boolean {
    if (this.#socket.readyState !== WebSocket.OPEN) return true
    const waiting = this.#socket.bufferedAmount
    if (waiting > GONE_BYTES) this.#socket.terminate()
    if (waiting > SLOW_BYTES) return false
    // Nothing is compressed here, so the library never holds half a frame back: ours may go between its own.
    this.#wire.write(frame)
    return true
  }

  /** Tells it to fetch the desk anew, as soon as the wire has room. */
  settleDebt(): void {
    if (this.owes === undefined) return
    const said: FromServer = { kind: 'resync', why: this.owes }
    if (this.send(textFrame(JSON.stringify(said)))) this.owes = undefined
  }

  /** Takes the rights as they stand now; true when they are others than before. */
  renew(actor: Actor): boolean {
    const rights = rightsOf(actor)
    const changed = rights !== this.rights
    this.actor = actor
    this.rights = rights
    return changed
  }

  /** Ends it because the session has ended. 4401 tells the console not to dial again. */
  bye(why: 'signed_out' | 'expired' | 'revoked'): void {
    const said: FromServer = { kind: 'bye', why }
    this.send(textFrame(JSON.stringify(said)))
    this.close(4401, why)
  }

  close(code: number, why: string): void {
    this.upTo = undefined
    this.#ears.left()
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.close(code, why)
    // One who does not answer the close is cut off.
    setTimeout(() => this.#socket.terminate(), 2_000).unref()
  }

  /** Called now and then: one who has not answered the last ping is gone. */
  ping(): void {
    if (!this.#answered) this.#socket.terminate()
    this.#answered = false
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.ping()
  }

  #hear(data: Buffer, isBinary: boolean): void {
    const said = isBinary ? undefined : understand(data)
    const isHeld = typeof said === 'object' && said.kind === 'held'
    if (!(isHeld ? this.#heldAllowance() : this.#allowance())) this.close(1008, 'too much')
    else if (isBinary) this.close(1003, 'text only')
    else if (said === 'not-json') this.close(1007, 'not JSON')
    else if (said === undefined) this.close(1008, 'not understood')
    else if (said.kind === 'again') {
      this.upTo = undefined
      this.owes = undefined
      this.asksAfter = said.after
      this.#ears.again()
    } else {
      this.#ears.said(said).catch((error: unknown) => this.#ears.log.warn({ err: error }, 'a console said'))
    }
  }
}

/** The same text for all who may see the same, but for what names them. */
const rightsOf = ({ organisationId, grants }: Actor): string => `${organisationId} ${JSON.stringify(grants)}`

/** A bucket: `atOnce` from the start, then `aSecond`; false when it is empty. */
function allowance(atOnce: number, aSecond: number): () => boolean {
  let left = atOnce
  let at = performance.now()
  return () => {
    const now = performance.now()
    left = Math.min(atOnce, left + ((now - at) / 1000) * aSecond) - 1
    at = now
    return left >= 0
  }
}

const understood = Compile(FromConsole)

/** Reads what a console said; anything but the words of wire/frames.ts is not understood. */
export function understand(data: Buffer): FromConsole | 'not-json' | undefined {
  try {
    const said: unknown = JSON.parse(data.toString('utf8'))
    return understood.Check(said) ? said : undefined
  } catch {
    return 'not-json'
  }
}
