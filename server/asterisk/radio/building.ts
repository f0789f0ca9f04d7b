/** What stands of a port apart from its adapter: the bridges in which it is mixed and heard, and the gateway's leg. */
import { made } from './ids.ts'
import type { Wire } from './wire.ts'

/** `hearers`: the consoles' bridge, fed by `fan` with what `cast` hears in the mixing one. */
export type Mixing = { bridge: string; voice: string; say: string; hearers: string; cast: string; fan: string }
export type Gateway = { channel: string; bridge: string }

const RING_S = 8

export async function buildMixing(wire: Wire, port: string): Promise<Mixing> {
  const [bridge, hearers] = [made(port, 'mb'), made(port, 'hb')]
  const [voice, say, cast, fan] = [made(port, 'voice'), made(port, 'say'), made(port, 'cast'), made(port, 'fan')]
  await Promise.all([wire.bridge(bridge), wire.pair(voice, say), wire.pair(cast, fan)])
  await Promise.all([wire.add(bridge, cast), wire.hearing(hearers, fan)])
  return { bridge, voice, say, hearers, cast, fan }
}

/** Calls the gateway and stands it in a bridge of its own; what was begun is taken down again when it does not answer. */
export async function dialGateway(wire: Wire, port: string, endpoint: string): Promise<Gateway> {
  const own = { channel: made(port, 'gw'), bridge: made(port, 'rb') }
  try {
    await wire.dial(own.channel, `PJSIP/${endpoint}`, RING_S)
    await wire.bridge(own.bridge)
    await wire.add(own.bridge, own.channel)
  } catch (error) {
    await wire.hangUp(own.channel).catch(() => undefined)
    await wire.dropBridge(own.bridge).catch(() => undefined)
    throw error
  }
  return own
}
