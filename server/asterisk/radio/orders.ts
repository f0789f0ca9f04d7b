/**
 * The orders of the floor, one port's in turn: key, pass, renew, unkey. Safe first: the lease is armed before a gate opens,
 * the gate is shut before the lease is disarmed, and whatever Asterisk has not clearly said yes to ends the adapter.
 */
import type { Voice } from '../../radio/index.ts'
import { Refusal } from '../../refusal.ts'
import { isGone } from '../ari/rest.ts'
import type { Pair, Port } from './port.ts'
import type { Wire } from './wire.ts'

/** Lets a voice into a port's mixing bridge, or out of it. */
export type Voices = {
  /** what may take time, done while the lease is being armed */
  ready(port: string, voice: Voice): Promise<void>
  let(port: string, voice: Voice, on: boolean): Promise<void>
  /** while it is on the air: does it still send? One that does not is let go */
  listen(voice: Voice): Promise<void>
}

type Keyed = { pair: Pair; voice: Voice }

export type Orders = ReturnType<typeof makeOrders>

export function makeOrders(
  wire: Pick<Wire, 'set' | 'mute' | 'unmute'>,
  port: Pick<Port, 'port' | 'current' | 'burn'>,
  voices: Voices,
  steady = () => performance.now(),
) {
  let keyed: Keyed | undefined
  let turn = 0
  let last: Promise<unknown> = Promise.resolve()

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = last.then(work, work)
    last = mine.catch(() => undefined)
    return mine
  }

  const setLease = (pair: Pair, ms: number) => wire.set(pair.near, 'TIMEOUT(absolute)', String(ms / 1000))
  /** What is left of a lease that ends at a moment of the steady clock. @throws {Refusal} when it ended while its order waited: 0 would disarm it. */
  function leftUntil(until: number): number {
    const ms = Math.round(until - steady())
    if (ms <= 0) throw new Refusal('radio-order-too-old', { port: port.port, lateMs: -ms })
    return ms
  }
  const letVoice = (voice: Voice, on: boolean) => voices.let(port.port, voice, on)

  async function key(epoch: number, voice: Voice, until: number): Promise<void> {
    const pair = port.current(epoch)
    const leaseMs = leftUntil(until)
    turn++
    const opened = keyed?.pair === pair
    keyed = { pair, voice }
    try {
      // Shutting a gate needs no lease; opening one does.
      await Promise.all([setLease(pair, leaseMs), wire.mute(pair.far, 'in'), voices.ready(port.port, voice)])
      await Promise.all([opened || wire.unmute(pair.far, 'out'), letVoice(voice, true)])
    } catch (error) {
      keyed = undefined
      // A request without an answer may yet be carried out: only what is gone cannot be opened.
      port.burn(pair, 'refused')
      void letVoice(voice, false).catch(() => undefined)
      throw error
    }
  }

  async function shut(pair: Pair, mine: number): Promise<void> {
    if (mine !== turn) return
    keyed = undefined
    try {
      await wire.mute(pair.far, 'out').catch(async (error) => {
        if (isGone(error)) throw error
        await wire.mute(pair.far, 'out')
      })
      await setLease(pair, 0)
    } catch {
      port.burn(pair, 'refused')
    }
  }

  return {
    key(epoch: number, voice: Voice, leaseMs: number) {
      const until = steady() + leaseMs
      return inTurn(() => key(epoch, voice, until))
    },
    pass: (epoch: number, from: Voice, to: Voice) =>
      inTurn(async () => {
        const pair = port.current(epoch)
        if (keyed?.pair !== pair) throw new Refusal('radio-not-keyed', { port: port.port })
        turn++
        await Promise.all([letVoice(from, false), voices.ready(port.port, to)])
        keyed = { ...keyed, voice: to }
        await letVoice(to, true)
      }),
    /** The lease counts from the order, however long it waits for its turn. */
    renew(epoch: number, leaseMs: number) {
      const until = steady() + leaseMs
      return inTurn(async () => {
        const pair = port.current(epoch)
        if (keyed?.pair !== pair) throw new Refusal('radio-not-keyed', { port: port.port })
        void voices.listen(keyed.voice).catch(() => undefined)
        await setLease(pair, leftUntil(until))
      })
    },
    /** Silence at once; the carrier `tailMs` later, unless somebody keyed meanwhile. A voice that does not go out takes it along. */
    async unkey(epoch: number, voice: Voice, tailMs: number): Promise<void> {
      let stays: unknown
      const held = await inTurn(async () => {
        const one = keyed
        await letVoice(voice, false).catch((error) => {
          stays = error
        })
        return one?.pair.epoch === epoch ? { pair: one.pair, mine: turn } : undefined
      })
      if (held) {
        if (tailMs > 0 && !stays) await new Promise((done) => setTimeout(done, tailMs))
        await inTurn(() => shut(held.pair, held.mine))
      }
      if (stays) throw stays
    },
    rxGate: (epoch: number, open: boolean) =>
      inTurn(async () => {
        const { far } = port.current(epoch)
        await (open ? wire.unmute(far, 'in') : wire.mute(far, 'in'))
      }),
    /** The adapter is gone: whoever was keyed is not. */
    forget(): Voice | undefined {
      const voice = keyed?.voice
      keyed = undefined
      turn++
      return voice
    },
  }
}
