/** Desk phones in a thread of their own: a hundred voices at once must not slow down what the bench measures. */
import { Worker } from 'node:worker_threads'
import { phonePassword } from '../../asterisk/settings.ts'
import type { Lab } from '../../lab/index.ts'
import type { SeatsWish } from './seats-worker.ts'

export type Seats = {
  /** How many of them talk now. */
  talking(): Promise<number>
  /** A ward of the new campus rings and stays: a phone of this thread, not of the simulated campus. */
  ring(dialled: string, from: string): void
  /** A phone goes dead in the call it is in: no sound any more, and nobody who picks up for the next 15 s. */
  goDead(station: string): void
  stop(): Promise<void>
}

/** Registers every desk phone of the lab; each picks up by itself. @throws when one is refused. */
export async function startSeats(lab: Lab, { afterMs = 300, quiet = false } = {}): Promise<Seats> {
  const wish: SeatsWish = {
    server: { host: lab.settings.pbx.host, port: lab.settings.pbx.sipPort },
    seats: lab.settings.deskPhones.map(({ station }) => ({ station, password: phonePassword(lab.secrets, station) })),
    afterMs,
    quiet,
  }
  const worker = new Worker(new URL('seats-worker.ts', import.meta.url), { workerData: wish })
  const answer = <T>(): Promise<T> =>
    new Promise((told, failed) => {
      worker.once('error', failed)
      worker.once('message', (message: T) => {
        worker.off('error', failed)
        told(message)
      })
    })
  await answer()
  return {
    talking() {
      const told = answer<number>()
      worker.postMessage({ ask: 'talking' })
      return told
    },
    ring: (dialled, from) => worker.postMessage({ ask: 'ring', dialled, from }),
    goDead: (station) => worker.postMessage({ ask: 'dead', station }),
    async stop() {
      await worker.terminate()
    },
  }
}
