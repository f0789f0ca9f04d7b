/** What SIP refused: calls of trunks, passwords, and INVITEs that could not be parsed. Heard by one server at a time. */
import type { Meters } from '../meters.ts'
import { type Guesses, makeGuesses } from './guesses.ts'
import { makeHepEar } from './hep.ts'
import { makeRefusalCounter } from './refusals.ts'
import { makeRefused, type Refusals } from './refused.ts'

export type SipWatchOptions = {
  host: string
  port: number
  cel: string
  trunks: readonly { readonly campus: string; readonly from: readonly string[] }[]
  meters: Meters
}

export class SipWatch {
  readonly #refused: Refusals
  readonly #guesses: Guesses = makeGuesses()
  readonly #unparsed: ReturnType<typeof makeRefusalCounter>
  readonly #ear: ReturnType<typeof makeHepEar>

  constructor({ host, port, cel, trunks, meters }: SipWatchOptions) {
    this.#refused = makeRefused(trunks)
    this.#unparsed = makeRefusalCounter({ cel, meters })
    this.#ear = makeHepEar({
      host,
      port,
      hear: (heard) => {
        this.#refused.hear(heard, Date.now())
        this.#guesses.hear(heard, Date.now())
      },
    })
  }

  listen(on: boolean): void {
    this.#ear.listen(on)
  }

  listens(): boolean {
    return this.#ear.listens()
  }

  /** Reads on in Asterisk's log. Never throws. */
  read(): Promise<void> {
    return this.#unparsed.read()
  }

  refusedLately() {
    return this.#refused.lately(Date.now())
  }

  guessedLately() {
    return this.#guesses.lately(Date.now())
  }

  totals() {
    return { sip_refused_calls_total: this.#refused.totals(), sip_wrong_passwords_total: this.#guesses.total() }
  }
}
