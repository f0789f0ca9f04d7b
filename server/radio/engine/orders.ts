/** A floor's orders carried to the exchange, each port's in the order they were given, and the answers brought back. */
import type { Effect } from '../floor/words.ts'
import type { GatewayProfile } from '../ports/profile.ts'
import type { Media, Voice } from './media.ts'

type OrdersParts = {
  media: Media
  after: (ms: number, act: () => void) => () => void
  log: { warn(o: object, m: string): void }
  profileOf: (port: string) => GatewayProfile | undefined
  voiceOf: (voice: string, port: string) => Voice | null
  answered: (port: string, epoch: number, order: number, ok: boolean, why?: string) => void
}

const GATE_AGAIN_MS = 400
const GATE_TRIES = 5

export function makeOrders({ media, after, log, profileOf, voiceOf, answered }: OrdersParts) {
  /** what each order's voice was, so that it can be shut after its console is gone */
  const voices = new Map<string, Voice>()

  function voiceFor(voice: string, port: string): Voice | null {
    const now = voiceOf(voice, port)
    if (now) voices.set(`${port} ${voice}`, now)
    return now ?? voices.get(`${port} ${voice}`) ?? null
  }
  const forget = (voice: string, port: string) => voices.delete(`${port} ${voice}`)

  function bring(order: { port: string; epoch: number; order: number }, done: Promise<void>): void {
    done.then(
      () => answered(order.port, order.epoch, order.order, true),
      (error: unknown) => {
        const why = (error as { code?: string }).code ?? 'refused'
        log.warn(
          { port: order.port, why, message: (error as Error).message },
          'the exchange did not do what the floor ordered',
        )
        answered(order.port, order.epoch, order.order, false, why)
      },
    )
  }

  async function key({ port, epoch, leaseMs }: Extract<Effect, { do: 'key' }>, found: Voice | null): Promise<void> {
    if (!found) throw new NotJoined()
    await media.key({ port, epoch, voice: found, leaseMs })
    const profile = profileOf(port)
    if (profile?.pttMode === 'dtmf') await media.sendDigits({ port, epoch, digits: profile.dtmfKey })
  }

  async function unkey({ port, epoch, voice, tailMs }: Extract<Effect, { do: 'unkey' }>): Promise<void> {
    const found = voiceFor(voice, port)
    forget(voice, port)
    const profile = profileOf(port)
    if (profile?.pttMode === 'dtmf') {
      await media.sendDigits({ port, epoch, digits: profile.dtmfUnkey }).catch((error: Error) => {
        log.warn({ port, why: error.message }, 'a gateway could not be told by digits to stop')
      })
    }
    // Whoever it was: the gate is shut all the same.
    await media.unkey({ port, epoch, voice: found ?? { kind: 'port', port }, tailMs })
  }

  function gate(order: Extract<Effect, { do: 'rx-gate' }>, tries = 0): void {
    const { port, epoch, open } = order
    media.rxGate({ port, epoch, open }).catch((error: Error) => {
      // An adapter of another life needs nothing of us; a busy exchange may do it later.
      if (tries < GATE_TRIES && latest.get(port) === order) after(GATE_AGAIN_MS, () => gate(order, tries + 1))
      else log.warn({ port, open, why: error.message }, 'the receive gate did not move')
    })
  }
  const latest = new Map<string, Effect>()

  return {
    send(effect: Effect): void {
      if (effect.do === 'key') bring(effect, key(effect, voiceFor(effect.voice, effect.port)))
      else if (effect.do === 'unkey') bring(effect, unkey(effect))
      else if (effect.do === 'pass') {
        const { port, epoch } = effect
        const [from, to] = [voiceFor(effect.from, port), voiceFor(effect.to, port)]
        forget(effect.from, port)
        bring(effect, from && to ? media.pass({ port, epoch, from, to }) : Promise.reject(new NotJoined()))
      } else if (effect.do === 'renew') {
        const { port, epoch, leaseMs } = effect
        // What is not renewed lapses, which is safe.
        media
          .renew({ port, epoch, leaseMs })
          .catch((error: Error) => log.warn({ port, why: error.message }, 'a lease was not renewed'))
      } else if (effect.do === 'rx-gate') {
        latest.set(effect.port, effect)
        gate(effect)
      }
    },
  }
}

class NotJoined extends Error {
  readonly code = 'not_joined'
}
