/**
 * A caller on the telephone who is joined to a port: he asks for the floor when he begins to speak, and lets it go when he
 * pauses. What the port says comes back on his line as an echo and must not be taken for his voice.
 *
 *   silent ──voice, port free, no echo──▶ asking, speaking ──pause · nothing more comes of his leg──▶ silent
 *                                              └──refused, cut──▶ silent; while he goes on he asks again after AGAIN_MS
 */
import type { Talker } from '../../wire/radio.ts'
import { PRIORITY } from '../floor/words.ts'
import { makePhoneEar } from '../hearing/phone-ear.ts'
import type { Board } from './floors.ts'
import type { Ask } from './words.ts'

/**
 * For this long after anybody else spoke on the port, sound on the caller's line is taken for its echo. Shorter: the echo
 * keys the port. Longer: a caller who answers quickly loses his first words. (With the floor's own hang it covers the 600 ms
 * of a satellite.)
 */
const ECHO_MS = 400
/** Refused (somebody was quicker, or it is his turn to listen), he asks again this often while he goes on speaking. */
const AGAIN_MS = 300
/** States of a port in which nobody else's voice is on it: it is at rest, or his own transmission is ending. */
const NOBODY_ELSE: readonly string[] = ['idle', 'deaf', 'tail', 'tot_lock']
/** When no frame of his leg has come for this long he is taken to have stopped. Longer: a dead leg holds the key. */
const SILENT_MS = 400

export type CallerParts = {
  board: Pick<Board, 'carrierOf' | 'isFree'>
  ask: (port: string, wish: Ask) => void
  release: (port: string, id: string, why: 'released' | 'done') => void
  now: () => number
  after: (ms: number, act: () => void) => () => void
}
type Joined = { patchId: string; port: string; channel: string; callId: string; talker: Talker }

export class Caller {
  readonly channel: string
  readonly callId: string
  readonly #joined: Joined
  readonly #parts: CallerParts
  readonly #ear = makePhoneEar()
  #count = 0
  /** his wish for the floor, while he speaks */
  #asking: string | null = null
  /** when he was last heard from, somebody else last spoke, and he was last refused; ms of this host's clock */
  #heardAt: number
  #othersAt = -Infinity
  #refusedAt = -Infinity

  constructor(joined: Joined, parts: CallerParts) {
    this.channel = joined.channel
    this.callId = joined.callId
    this.#joined = joined
    this.#parts = parts
    this.#heardAt = parts.now()
  }

  /** 20 ms of what his line brings. */
  heard(at: number, samples: Int16Array): void {
    const { board } = this.#parts
    const { port } = this.#joined
    const { voice, speaks } = this.#ear.frame(at, samples)
    this.#heardAt = at
    if (this.#asking !== null) {
      if (!speaks) this.#letGo('released')
      return
    }
    if (!NOBODY_ELSE.includes(board.carrierOf(port))) this.#othersAt = at
    const isHis = at - this.#othersAt >= ECHO_MS && at - this.#refusedAt >= AGAIN_MS
    if (!voice || !isHis || !board.isFree(port)) return
    this.#ask()
    this.#watch()
  }

  /** He is joined no more. */
  left(): void {
    this.#letGo('done')
  }

  #ask(): void {
    const { patchId, port, channel, callId, talker } = this.#joined
    this.#count += 1
    const id = `phone-${patchId}-${this.#count}`
    this.#asking = id
    this.#parts.ask(port, {
      asker: { id, source: `phone ${callId}`, kind: 'phone', prio: PRIORITY.phone, talker },
      voice: (where) => (where === port ? { kind: 'phone', channel } : { kind: 'port', port }),
      callId,
      answered: ({ result }) => {
        if (result === 'granted' || this.#asking !== id) return
        this.#asking = null
        this.#refusedAt = this.#heardAt
      },
    })
  }

  #letGo(why: 'released' | 'done'): void {
    const id = this.#asking
    this.#asking = null
    if (id !== null) this.#parts.release(this.#joined.port, id, why)
  }

  /** Frames may stop without a pause having been heard in them. */
  #watch(): void {
    this.#parts.after(SILENT_MS, () => {
      if (this.#asking === null) return
      if (this.#parts.now() - this.#heardAt >= SILENT_MS) this.#letGo('released')
      else this.#watch()
    })
  }
}
