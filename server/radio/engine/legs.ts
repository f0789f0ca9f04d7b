/** Which consoles have joined which port: the channel of each radio station there. */
import type { MediaFact } from './media.ts'

export class Legs {
  readonly #channels = new Map<string, string>()

  /** Undefined: this station has not joined the port. */
  channelOf(port: string, station: string): string | undefined {
    return this.#channels.get(`${port} ${station}`)
  }

  /** A leg joined or left. One that was replaced meanwhile may leave late: its successor stays. */
  hear({ port, station, channel, on }: Extract<MediaFact, { type: 'leg' }>): void {
    const key = `${port} ${station}`
    if (on) this.#channels.set(key, channel)
    else if (this.#channels.get(key) === channel) this.#channels.delete(key)
  }
}
