/**
 * What the gateway sends, before any mix and whatever the gates: a snoop of its leg, alone in a bridge with an RTP leg to a
 * socket of ours. Told only while the gateway sends (presence.ts): a carrier known by its presence stays one.
 *
 * Nothing that was said is left out while the exchange is late by less than half a second: so much Asterisk keeps for a snoop,
 * and fills the time with zeros (ear.ts leaves those out). Of a longer halt of the exchange itself the rest is lost; a halt of
 * this process loses nothing.
 */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import type { Beat } from './beat.ts'
import { made } from './ids.ts'
import { makePresence } from './presence.ts'
import type { Wire } from './wire.ts'

export type Tap = {
  readonly ids: readonly string[]
  close(): Promise<void>
}

const HOST = '127.0.0.1'
const RTP_HEADER = 12

/**
 * Opens the tap on a gateway's leg. `told` gets each packet's samples (8 kHz), `beat` is told of each packet, also of those
 * without. Needs chan_rtp in modules.conf.
 */
export async function openTap(
  wire: Wire,
  port: string,
  gateway: string,
  told: (samples: Int16Array, at: number) => void,
  mute: () => void,
  beat: Beat,
): Promise<Tap> {
  const presence = makePresence(async () => Number(await wire.read(gateway, 'CHANNEL(rtcp,rxcount)')), told, mute)
  try {
    const tap = await listenTo(wire, port, gateway, (samples, at, sequence) => {
      beat.packet(sequence, Date.now())
      presence.frame(samples, at)
    })
    return {
      ids: tap.ids,
      close() {
        presence.stop()
        return tap.close()
      },
    }
  } catch (error) {
    presence.stop()
    throw error
  }
}

/** What comes in on any channel, every 20 ms of it, silence too; with the RTP sequence number of its packet. */
export async function listenTo(
  wire: Wire,
  port: string,
  channel: string,
  told: (samples: Int16Array, at: number, sequence: number) => void,
): Promise<Tap> {
  const socket = createSocket('udp4')
  socket.bind(0, HOST)
  await once(socket, 'listening')
  // An ear alone keeps no process alive.
  socket.unref()
  socket.on('error', () => undefined)
  const sentAt = makeSendClock()
  socket.on('message', (packet) => {
    const samples = samplesOf(packet)
    if (samples) told(samples, sentAt(packet.readUInt32BE(4), Date.now()), packet.readUInt16BE(2))
  })
  const [ear, leg, bridge] = [made(port, 'ear'), made(port, 'tap'), made(port, 'tb')]
  let closed = false
  const close = async () => {
    if (closed) return
    closed = true
    socket.removeAllListeners('message')
    await Promise.all([wire.hangUp(ear), wire.hangUp(leg)]).catch(() => undefined)
    await wire.dropBridge(bridge).catch(() => undefined)
    socket.close()
  }
  try {
    await Promise.all([
      wire.bridge(bridge),
      wire.snoop(ear, channel, 'in'),
      wire.external(leg, `${HOST}:${socket.address().port}`),
    ])
    await wire.add(bridge, ear, leg)
  } catch (error) {
    await close()
    throw error
  }
  return { ids: [ear, leg], close }
}

/** The exchange's clock and ours part by no more than this a packet; nor does it leave out more of a short halt of its own. */
const DRIFT_MS = 1
/** Further off than this is another clock. */
const ANOTHER_MS = 10_000

/**
 * When a packet was sent, on our clock: by its time stamp, and by the least late of those before it. When this process stood
 * still, what came meanwhile is read all at once, and must not seem to have been said all at once. Milliseconds; never goes back.
 */
export function makeSendClock(): (stamp: number, arrivedAt: number) => number {
  let before: { stamp: number; ms: number; late: number; at: number } | undefined
  return (stamp, arrivedAt) => {
    const ms = before ? before.ms + ((stamp - before.stamp) | 0) / 8 : 0
    const late = arrivedAt - ms
    const isKnown = before && Math.abs(late - before.late) < ANOTHER_MS
    const least = before && isKnown ? Math.min(late, before.late + DRIFT_MS) : late
    const at = Math.max(Math.round(ms + least), before && isKnown ? before.at : 0)
    before = { stamp, ms, late: least, at }
    return at
  }
}

/** The samples of one RTP packet of 16-bit linear sound (RFC 3551 §4.5.11: network byte order); undefined for anything else. */
export function samplesOf(packet: Buffer): Int16Array | undefined {
  const first = packet[0] ?? 0
  if (first >> 6 !== 2 || packet.length <= RTP_HEADER) return undefined
  let at = RTP_HEADER + 4 * (first & 15)
  if (first & 16) at += 4 + 4 * (packet.length >= at + 4 ? packet.readUInt16BE(at + 2) : 0)
  const count = (packet.length - at) >> 1
  if (count <= 0) return undefined
  return Int16Array.from({ length: count }, (_, i) => packet.readInt16BE(at + 2 * i))
}
