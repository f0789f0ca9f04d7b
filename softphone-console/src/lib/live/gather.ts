import type { Frame, FromServer } from '../wire.ts'

/** What concerns only others is shown so many milliseconds later at most: five drawings a second, however many calls. */
export const GATHER_MS = 200

/**
 * Passes the server's messages on in their order. Those that hold nothing for the person at this screen wait for each
 * other, so that on a busy day the page is free when this person's own call comes; that one takes along all that waited.
 */
export class Gather {
  #waiting: FromServer[] = []
  #timer: ReturnType<typeof setTimeout> | undefined
  #isMine: (frame: Frame) => boolean
  #pass: (message: FromServer) => void

  constructor(isMine: (frame: Frame) => boolean, pass: (message: FromServer) => void) {
    this.#isMine = isMine
    this.#pass = pass
  }

  hear(message: FromServer): void {
    this.#waiting.push(message)
    const canWait = message.kind === 'frames' && !message.frames.some((frame) => this.#isMine(frame))
    if (!canWait) this.flush()
    else this.#timer ??= setTimeout(() => this.flush(), GATHER_MS)
  }

  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    for (const message of this.#waiting.splice(0)) this.#pass(message)
  }
}
