/** Many consoles on the live socket, in a process of their own: what they do must not slow down who measures. */
import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export type Grant = { role: string; campus: string | null; line: string | null }
export type Joining = { cookie: string; grant: Grant; after: number }
/** What came of one console: batches with the time of their bytes (ms), and whether it was told too little or too much. */
export type Told = {
  seesAll: boolean
  held: number
  batches: { upTo: number; at: number }[]
  gaps: number
  frames: number
  strayed: number
}
export type Asked =
  | { ask: 'join'; url: string; consoles: Joining[] }
  | { ask: 'leave' }
  | { ask: 'join-bare'; url: string; count: number }
  | { ask: 'leave-bare' }

export class Consoles {
  readonly #child: ChildProcess
  constructor(child: ChildProcess) {
    this.#child = child
  }
  static async open(): Promise<Consoles> {
    const worker = fileURLToPath(new URL('consoles-worker.ts', import.meta.url))
    return new Consoles(fork(worker, { serialization: 'advanced' }))
  }
  get pid(): number {
    return this.#child.pid ?? 0
  }
  /** Opens them all; resolves when each has its socket. */
  join = (url: string, consoles: Joining[]) => this.#ask({ ask: 'join', url, consoles })
  /** Closes them and tells what each was told, checked against what it may see. */
  leave = () => this.#ask({ ask: 'leave' }) as Promise<Told[]>
  joinBare = (url: string, count: number) => this.#ask({ ask: 'join-bare', url, count })
  /** How old each message was when it came, in ms. */
  leaveBare = () => this.#ask({ ask: 'leave-bare' }) as Promise<number[]>
  end(): void {
    this.#child.kill()
  }
  #ask(asked: Asked): Promise<unknown> {
    return new Promise((answered, failed) => {
      this.#child.once('message', (said: { answer?: unknown; failed?: string }) =>
        said.failed === undefined ? answered(said.answer) : failed(new Error(said.failed)),
      )
      this.#child.once('exit', (code) => failed(new Error(`the consoles ended (${code})`)))
      this.#child.send(asked)
    })
  }
}
