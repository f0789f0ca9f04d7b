/** A floor's orders given to Asterisk, each port's in the order they were given, and the answers told to the floor. */
import type { Effect, Input } from '../floor/words.ts'
import type { GatewayProfile } from '../ports/profile.ts'
import type { Media, Voice } from './media.ts'

type OrdersParts = {
  media: Media
  after: (ms: number, act: () => void) => () => void
  log: { warn(o: object, m: string): void }
  profileOf: (port: string) => GatewayProfile | undefined
  voiceOf: (voice: string, port: string) => Voice | null
  answered: (answer: Answered) => void
}
type Answered = Extract<Input, { type: 'answered' }>

/**
 * A receive gate that did not move is ordered again after this, as long as no later order came: a busy Asterisk may do
 * it then.
 */
const GATE_AGAIN_MS = 400
const GATE_TRIES = 5

export type Orders = ReturnType<typeof makeOrders>

export function makeOrders({ media, after, log, profileOf, voiceOf, answered }: OrdersParts) {
  /** each voice that was let in, so that it can be shut out after its console is gone */
  const voices = new Map<string, Voice>()

  function voiceFor(voice: string, port: string): Voice | null {
    const now = voiceOf(voice, port)
    if (now) voices.set(`${port} ${voice}`, now)
    return now ?? voices.get(`${port} ${voice}`) ?? null
  }
  /** the last gate order of each port: only that one is tried again */
  const latest = new Map<string, Effect>()
  const forget = (voice: string, port: string) => voices.delete(`${port} ${voice}`)

  /** Tells the floor what came of its order. */
  function report({ port, epoch, order }: Omit<Answered, 'type' | 'ok'>, done: Promise<void>): void {
    const answer = { type: 'answered', port, epoch, order } as const
    done.then(
      () => answered({ ...answer, ok: true }),
      (error: unknown) => {
        const why = (error as { code?: string }).code ?? 'refused'
        const message = (error as Error).message
        log.warn({ port, why, message }, 'Asterisk did not do what the floor ordered')
        answered({ ...answer, ok: false, why })
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
    // Even when nobody knows whose voice it was, the gate is shut.
    await media.unkey({ port, epoch, voice: found ?? { kind: 'port', port }, tailMs })
  }

  function gate(order: Extract<Effect, { do: 'rx-gate' }>, tries = 0): void {
    const { port, epoch, open } = order
    media.rxGate({ port, epoch, open }).catch((error: Error) => {
      if (tries < GATE_TRIES && latest.get(port) === order) after(GATE_AGAIN_MS, () => gate(order, tries + 1))
      else log.warn({ port, open, why: error.message }, 'the receive gate did not move')
    })
  }
  return {
    send(effect: Effect): void {
      if (effect.do === 'key') report(effect, key(effect, voiceFor(effect.voice, effect.port)))
      else if (effect.do === 'unkey') report(effect, unkey(effect))
      else if (effect.do === 'pass') {
        const { port, epoch } = effect
        const [from, to] = [voiceFor(effect.from, port), voiceFor(effect.to, port)]
        forget(effect.from, port)
        report(effect, from && to ? media.pass({ port, epoch, from, to }) : Promise.reject(new NotJoined()))
      } else if (effect.do === 'renew') {
        const { port, epoch, leaseMs } = effect
        // If it fails the lease runs out and Asterisk unkeys, which is safe.
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
