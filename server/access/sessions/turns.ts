/**
 * Guesses are looked at one after the other for each key, and a few keys at once: sixty that come together must find each
 * other's failures counted, and each costs 19 MiB and a core for a moment.
 */
export class Turns {
  readonly #atOnce: number
  #busy = 0
  #waiting: (() => void)[] = []
  #last = new Map<string, Promise<unknown>>()

  constructor(atOnce: number) {
    this.#atOnce = atOnce
  }

  /** Does the work when it is this key's turn; fails as the work fails. */
  take<T>(key: string, work: () => Promise<T>): Promise<T> {
    const mine = (this.#last.get(key) ?? Promise.resolve()).then(() => this.#seated(work))
    const settled = mine.then(
      () => {},
      () => {},
    )
    this.#last.set(key, settled)
    void settled.then(() => this.#last.get(key) === settled && this.#last.delete(key))
    return mine
  }

  async #seated<T>(work: () => Promise<T>): Promise<T> {
    if (this.#busy >= this.#atOnce) await new Promise<void>((go) => this.#waiting.push(go))
    else this.#busy++
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      if (next) next()
      else this.#busy--
    }
  }
}
