/** RTP (RFC 3550): one stream of packets; and the sound of one gateway's call, a pair of UDP ports, in and out. */
import { randomBytes } from 'node:crypto'
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { decode, encode, FRAME, type Law, levelDb, PAYLOAD } from './g711.ts'

/** Milliseconds of the monotonic clock, which every process of this machine reads alike. */
export const monoMs = (): number => Number(process.hrtime.bigint() / 1_000n) / 1_000

/** One packet as it came; `at` is the monotonic time at which the socket gave it. */
export type Arrived = {
  readonly at: number
  readonly seq: number
  readonly stamp: number
  readonly ssrc: number
  readonly samples: Int16Array | undefined
  readonly db: number
  /** a key press, told once, at its first packet */
  readonly digit: string | undefined
}
export type Media = { host: string; port: number; law: Law; events: number | undefined; send: boolean }

const KEYS = '0123456789*#ABCD'

/** The packets of one sender, numbered and stamped. */
export class RtpStream {
  seq: number
  stamp: number
  #ssrc = randomBytes(4).readUInt32BE()

  constructor(seq = randomBytes(2).readUInt16BE(), stamp = randomBytes(4).readUInt32BE()) {
    this.seq = seq
    this.stamp = stamp
  }

  packet(type: number, marker: boolean, payload: Buffer): Buffer {
    const head = Buffer.alloc(12)
    head[0] = 0x80
    head[1] = type | (marker ? 0x80 : 0)
    head.writeUInt16BE(this.seq++ & 0xffff, 2)
    head.writeUInt32BE(this.stamp >>> 0, 4)
    head.writeUInt32BE(this.#ssrc, 8)
    return Buffer.concat([head, payload])
  }
}

/** The `step`th 20 ms of a key that is pressed for `of` of them (RFC 4733 §2.3); undefined for what is no key. */
export function keyPayload(key: string, step: number, of: number): Buffer | undefined {
  const code = KEYS.indexOf(key.toUpperCase())
  const duration = step * FRAME
  return code < 0
    ? undefined
    : Buffer.from([code, (step === of ? 0x80 : 0) | 10, (duration >> 8) & 0xff, duration & 0xff])
}

export class RtpEnd {
  readonly port: number
  /** Packets from somebody who is not the other end of the call. */
  strays = 0
  #sockets: Socket[]
  #far: Media | undefined
  #stream = new RtpStream()
  #sentAt: number | undefined
  #event = ''

  private constructor(sockets: Socket[], hear: (packet: Arrived) => void) {
    this.#sockets = sockets
    this.port = sockets[0]?.address().port ?? 0
    sockets[0]?.on('message', (bytes, from) => {
      const at = monoMs()
      if (from.address !== this.#far?.host) return void this.strays++
      const packet = this.#read(bytes, at)
      if (packet) hear(packet)
    })
    for (const socket of sockets) socket.on('error', () => undefined)
  }

  /** Binds an even port and the odd one after it, so that no RTCP ever arrives as somebody else's sound. */
  static async open(address: string, hear: (packet: Arrived) => void): Promise<RtpEnd> {
    for (let tries = 0; tries < 200; tries++) {
      const even = 40_000 + 2 * Math.floor(Math.random() * 10_000)
      const sockets = [createSocket('udp4'), createSocket('udp4')]
      try {
        for (const [i, socket] of sockets.entries()) {
          socket.bind({ address, port: even + i, exclusive: true })
          await once(socket, 'listening')
        }
        return new RtpEnd(sockets, hear)
      } catch {
        for (const socket of sockets) socket.close()
      }
    }
    throw new Error(`no pair of free UDP ports at ${address}`)
  }

  sendTo(far: Media): void {
    this.#far = far
  }

  /** Sends 20 ms that were heard at `at`; after a silence the time stamp goes on by the clock and the marker is set. */
  send(samples: Int16Array, at: number): boolean {
    const far = this.#far
    if (!far?.send) return false
    const gap = this.#sentAt === undefined ? 0 : Math.round((at - this.#sentAt) / 20)
    const first = this.#sentAt === undefined || gap > 2
    this.#stream.stamp += FRAME * (gap > 2 ? gap : this.#sentAt === undefined ? 0 : 1)
    this.#sentAt = at
    this.#packet(PAYLOAD[far.law], first, encode(far.law, samples))
    return true
  }

  /** 20 ms of a key press, the `step`th of `of`, heard at `at`; its last packet goes three times (RFC 4733 §2.5.1.4). */
  press(digit: string, step: number, of: number, at: number): boolean {
    const far = this.#far
    const payload = keyPayload(digit, step, of)
    if (!far?.send || far.events === undefined || !payload) return false
    if (step === 1) this.#stream.stamp += FRAME
    const last = step === of
    for (let copies = last ? 3 : 1; copies > 0; copies--) this.#packet(far.events, step === 1, payload)
    if (last) this.#stream.stamp += (of - 1) * FRAME
    this.#sentAt = at
    return true
  }

  close(): void {
    for (const socket of this.#sockets.splice(0)) socket.close()
  }

  #packet(type: number, marker: boolean, payload: Buffer): void {
    const packet = this.#stream.packet(type, marker, payload)
    if (this.#far) this.#sockets[0]?.send(packet, this.#far.port, this.#far.host)
  }

  #read(bytes: Buffer, at: number): Arrived | undefined {
    const type = (bytes[1] ?? 0) & 127
    // 72 to 76 are RTCP on the same port (RFC 5761 §4).
    if (bytes.length < 12 || (bytes[0] ?? 0) >> 6 !== 2 || (type >= 72 && type <= 76)) return undefined
    const packet = { at, seq: bytes.readUInt16BE(2), stamp: bytes.readUInt32BE(4), ssrc: bytes.readUInt32BE(8) }
    const payload = bytes.subarray(12 + 4 * ((bytes[0] ?? 0) & 15))
    if (type === this.#far?.events) {
      // Every packet of one press has the stamp of its start; some senders forget to change it between two keys.
      const event = `${packet.stamp} ${payload[0]}`
      const fresh = this.#event !== event
      this.#event = event
      return { ...packet, samples: undefined, db: -100, digit: fresh ? KEYS[payload[0] ?? 99] : undefined }
    }
    const law: Law | undefined = type === 0 ? 'ulaw' : type === 8 ? 'alaw' : undefined
    const samples = law && decode(law, payload)
    return { ...packet, samples, db: samples ? levelDb(samples) : -100, digit: undefined }
  }
}
