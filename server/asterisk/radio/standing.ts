/**
 * What stands in Asterisk of an earlier life. Every gate is shut before anything else is looked at; then what may go on is
 * told apart from what is to be built anew. The gateway's leg, the recorders and the mixing bridge with its consoles may.
 */
import { pieceOf, type What, whatOf } from './ids.ts'
import { halvesOf, type Kept } from './port.ts'
import { livePiece, type Piece } from './recorder.ts'
import { isLeg, portOfLeg } from './voices.ts'
import type { BridgeNow, ChannelNow, Wire } from './wire.ts'

export type Standing = {
  /** `legs`: consoles in the mixing bridge. `waiting`: those that called while nobody listened, and wait to be answered */
  ports: Map<string, Kept & { legs: ChannelNow[]; waiting: ChannelNow[] }>
  /** ours, and of no further use */
  channels: string[]
  bridges: string[]
}

/** Shuts every PTT gate there is and ends every adapter, then reads what is left. @throws when Asterisk did not say yes. */
export async function shutAndRead(wire: Wire, recordings: string): Promise<Standing> {
  const all = await wire.channels()
  const of = (...whats: What[]) => all.filter(({ id }) => whats.includes(whatOf(id)?.what as What)).map(({ id }) => id)
  const far = of('far')
  await Promise.allSettled(far.map((id) => wire.mute(id, 'out')))
  await Promise.all([...of('near'), ...far].map((id) => wire.hangUp(id)))
  await Promise.allSettled(all.filter(isLeg).map(({ id }) => wire.mute(id, 'in')))
  const standing = sorted(await wire.channels(), await wire.bridges())
  for (const [port, kept] of standing.ports) {
    // An announcer left there would keep a silent port mixing.
    if (kept.mixing) await wire.take(kept.mixing.bridge, kept.mixing.voice).catch(() => undefined)
    const alive: Piece[] = []
    for (const one of kept.pieces) {
      const name = await livePiece(wire, recordings, port, one.side)
      if (name) alive.push({ ...one, name, startedAt: pieceOf(name)?.startedAt ?? 0 })
      else standing.channels.push(one.channel)
    }
    kept.pieces = alive
  }
  return standing
}

/** Which of these may go on. Pure. */
export function sorted(channels: ChannelNow[], bridges: BridgeNow[]): Standing {
  const ports: Standing['ports'] = new Map()
  const keptBridges = new Set<string>()
  const keptChannels = new Set<string>()
  const byId = new Map(channels.map((one) => [one.id, one]))
  const port = (code: string) => {
    const had = ports.get(code) ?? { pieces: [], legs: [], waiting: [] }
    ports.set(code, had)
    return had
  }
  for (const bridge of bridges) {
    const is = whatOf(bridge.id)
    if (!is) continue
    const inIt = (what: What) => bridge.channels.find((id) => whatOf(id)?.what === what && byId.get(id)?.state === 'Up')
    const own = port(is.port)
    const keep = (...ids: string[]) => {
      keptBridges.add(bridge.id)
      for (const id of ids) keptChannels.add(id)
    }
    if (is.what === 'rb' && !own.gateway) {
      const channel = inIt('gw')
      if (!channel) continue
      own.gateway = { channel, bridge: bridge.id }
      keep(channel)
    } else if (is.what === 'mb' && !own.mixing) {
      const ofPort = (what: What) => (one: { id: string }) =>
        whatOf(one.id)?.what === what && whatOf(one.id)?.port === is.port
      const hearers = bridges.find(ofPort('hb'))
      const [cast, voice, say] = [inIt('cast'), channels.find(ofPort('voice'))?.id, channels.find(ofPort('say'))?.id]
      const fan = hearers?.channels.find((id) => ofPort('fan')({ id }) && byId.get(id)?.state === 'Up')
      if (!hearers || !cast || !fan || !voice || !say) continue
      own.mixing = { bridge: bridge.id, voice, say, hearers: hearers.id, cast, fan }
      own.legs = [...hearers.channels, ...bridge.channels].flatMap((id) => byId.get(id) ?? []).filter(isLeg)
      keep(...halvesOf(own.mixing), ...own.legs.map(({ id }) => id))
      keptBridges.add(hearers.id)
    }
  }
  for (const { id } of channels) {
    const { port: code = '', what } = whatOf(id) ?? {}
    const kept = ports.get(code)
    // A recorder without the gateway's leg hears nothing any more.
    if ((what !== 'rx' && what !== 'tx') || !kept?.gateway || kept.pieces.some(({ side }) => side === what)) continue
    kept.pieces.push({ name: '', channel: id, side: what, startedAt: 0 })
    keptChannels.add(id)
  }
  const since = ({ creationtime = '' }: ChannelNow) => creationtime
  const ringing = channels.filter((one) => isLeg(one) && one.state === 'Ring')
  for (const leg of ringing.sort((a, b) => since(a).localeCompare(since(b)))) {
    port(portOfLeg(leg)).waiting.push(leg)
    keptChannels.add(leg.id)
  }
  const ours = (one: ChannelNow) => whatOf(one.id) !== undefined || isLeg(one)
  return {
    ports,
    channels: channels.filter((one) => ours(one) && !keptChannels.has(one.id)).map(({ id }) => id),
    bridges: bridges.filter(({ id }) => whatOf(id) && !keptBridges.has(id)).map(({ id }) => id),
  }
}
