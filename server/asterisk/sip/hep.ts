/**
 * What SIP says, as Asterisk passes it on: HEPv3 over UDP, to the number of the AMI port (asterisk-config/pbx/hep.conf).
 * Nothing of it is kept or logged: it holds callers' numbers. It may be lost, and is only counted by.
 */
import { createSocket, type Socket } from 'node:dgram'

/** One SIP message: who sent it to whom, and its text. */
export type SipHeard = { from: string; to: string; text: string }

const MAGIC = 0x48455033 // HEP3
const LENGTH_AT = 4
const CHUNKS_AT = 6
const CHUNK_HEAD = 6
const IPV4_FROM = 3
const IPV4_TO = 4
const PAYLOAD = 15

/** Reads one packet; null for one that is not whole, no HEPv3, or speaks of no IPv4. Pure. */
export function readHep(packet: Buffer): SipHeard | null {
  if (packet.length < CHUNKS_AT || packet.readUInt32BE(0) !== MAGIC) return null
  if (packet.readUInt16BE(LENGTH_AT) > packet.length) return null
  const found: SipHeard = { from: '', to: '', text: '' }
  for (let at = CHUNKS_AT; at + CHUNK_HEAD <= packet.length; ) {
    const type = packet.readUInt16BE(at + 2)
    const length = packet.readUInt16BE(at + 4)
    if (length < CHUNK_HEAD || at + length > packet.length) return null
    const value = packet.subarray(at + CHUNK_HEAD, at + length)
    if (type === IPV4_FROM) found.from = value.join('.')
    if (type === IPV4_TO) found.to = value.join('.')
    if (type === PAYLOAD) found.text = value.toString('utf8')
    at += length
  }
  return found.from && found.to && found.text ? found : null
}

/**
 * Listens while it is told to; one whose port is taken tries again at the next telling. Never throws.
 */
export function makeHepEar(options: { host: string; port: number; hear(heard: SipHeard): void }): {
  listen(on: boolean): void
  listens(): boolean
} {
  let socket: Socket | null = null
  let bound = false

  function open(): void {
    const mine = createSocket('udp4')
    socket = mine
    const gone = () => {
      if (socket !== mine) return
      socket = null
      bound = false
    }
    mine.on('error', () => {
      gone()
      mine.close()
    })
    mine.on('message', (packet) => {
      const heard = readHep(packet)
      if (heard) options.hear(heard)
    })
    mine.bind({ address: options.host, port: options.port, exclusive: true }, () => {
      bound = socket === mine
    })
    mine.unref()
  }

  return {
    listen(on) {
      if (on && !socket) open()
      if (!on && socket) {
        const mine = socket
        socket = null
        bound = false
        mine.close()
      }
    },
    listens: () => bound,
  }
}
