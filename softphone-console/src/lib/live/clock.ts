import { Cell } from '../desk/cell.ts'

/**
 * The server's clock as this browser sees it: ward PCs are minutes wrong, and a timer that disagrees with the wallboard
 * is a timer nobody believes.
 */
export class Clock {
  #offsetMs = 0
  #tick = new Cell(Date.now())
  #timer: ReturnType<typeof setTimeout> | undefined

  /** The server said what time it is; a late message can only make it look slower, so small steps back are ignored. */
  heard(serverTime: string): void {
    const offset = Date.parse(serverTime) - Date.now()
    const change = offset - this.#offsetMs
    if (change > 0 || change < -1_000) this.#offsetMs = offset
  }

  /** Now on the server's clock, in milliseconds since 1970. Not reactive. */
  read(): number {
    return Date.now() + this.#offsetMs
  }

  /** Now on the server's clock, renewed as each of its seconds begins while running. Reactive. */
  get now(): number {
    return this.#tick.value + this.#offsetMs
  }

  start(): void {
    if (this.#timer === undefined) this.#nextSecond()
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #nextSecond(): void {
    this.#timer = setTimeout(
      () => {
        this.#tick.value = Date.now()
        this.#nextSecond()
      },
      1_001 - (this.read() % 1_000),
    )
  }
}
