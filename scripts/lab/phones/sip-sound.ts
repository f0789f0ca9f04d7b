/** The voice of a test phone: sends a tone as RTP (RFC 3550, PCMU), keeps the last half second it hears. */
import { randomBytes } from 'node:crypto'
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { tonesIn } from '../sound/measuring.ts'

const SAMPLES = 160
/** Packets a phone sends late at once; one that stood still for longer never says what its microphone then missed. */
const LATE_PACKETS = 5
const toUlaw = Buffer.alloc(65_536)
const fromUlaw = new Float32Array(256)
for (let sample = -32_768; sample < 32_768; sample++) {
  const sign = sample < 0 ? 0x80 : 0
  const size = Math.min(Math.abs(sample), 32_635) + 132
  const exponent = Math.max(0, Math.floor(Math.log2(size)) - 7)
  toUlaw[sample & 0xffff] = ~(sign | (exponent << 4) | ((size >> (exponent + 3)) & 15)) & 0xff
}
for (let code = 0; code < 256; code++) {
  const plain = ~code & 0xff
  const size = (((plain & 15) << 3) + 132) << ((plain >> 4) & 7)
  fromUlaw[code] = ((plain & 0x80 ? -1 : 1) * (size - 132)) / 32_768
}

const isLoud = (packet: Buffer): boolean => packet.subarray(12).some((code) => Math.abs(fromUlaw[code] ?? 0) > 0.05)

export class SipSound {
  /** Hertz of what this phone says; 0 is silence (packets go on). */
  tone: number
  /** Peak of what it says, of 32,767. */
  peak = 9_000
  /** Said before `tone` goes on: one frame of 20 ms for each of these. */
  numbers: number[] = []
  /** Told of each packet of voice, at the moment (ms of performance.now()) it was sent or came: does it hold a sound? */
  onFrame: ((way: 'sent' | 'heard', isLoud: boolean, at: number) => void) | undefined
  /** No packets at all, as a phone without power. */
  mute = false
  readonly port: number
  packetsHeard = 0
  /** Packets of voice that were really sent. */
  packetsSent = 0
  #socket: Socket
  #heard: Buffer[] = []
  #heardAt = 0
  #timer: NodeJS.Timeout | undefined
  #far: { host: string; port: number } | undefined
  #seq: number
  #stamp = 0
  #ssrc = randomBytes(4).readUInt32BE()
  #presses: Buffer[] = []

  private constructor(socket: Socket, tone: number, firstSeq: number) {
    this.#socket = socket
    this.tone = tone
    this.#seq = firstSeq
    this.port = socket.address().port
    socket.on('message', (packet) => {
      this.packetsHeard++
      if (((packet[1] ?? 0) & 127) !== 0) return
      this.#heardAt = Date.now()
      this.#heard.push(packet.subarray(12))
      this.onFrame?.('heard', isLoud(packet), performance.now())
      if (this.#heard.length > 25) this.#heard.shift()
    })
  }

  /** Binds a free port of `host`. `firstSeq`: RTP sequence number of the first packet. */
  static async open(host: string, tone: number, firstSeq: number): Promise<SipSound> {
    const socket = createSocket('udp4')
    socket.bind(0, host)
    await once(socket, 'listening')
    return new SipSound(socket, tone, firstSeq)
  }

  /** Starts sending, 50 packets a second, or turns to another address. */
  sendTo(far: { host: string; port: number } | undefined): void {
    if (far) this.#far = far
    if (this.#timer) return
    const started = performance.now()
    let sent = 0
    let phase = 0
    this.#timer = setInterval(() => {
      const missed = Math.floor((performance.now() - started) / 20) - sent
      if (missed > LATE_PACKETS) {
        sent += missed
        if (this.#presses.length === 0) this.#stamp += missed * SAMPLES
      }
      for (; sent < (performance.now() - started) / 20; sent++) {
        const packet = Buffer.alloc(12 + SAMPLES)
        const press = this.#presses.shift()
        packet[0] = 0x80
        packet[1] = press ? 101 : 0
        packet.writeUInt16BE(this.#seq++ & 0xffff, 2)
        packet.writeUInt32BE(this.#stamp >>> 0, 4)
        packet.writeUInt32BE(this.#ssrc, 8)
        // every packet of one key press carries the stamp of its start (RFC 4733 §2.5.1)
        if (!press || this.#presses.length === 0) this.#stamp += press ? 8 * SAMPLES : SAMPLES
        const tone = (press ? undefined : this.numbers.shift()) ?? this.tone
        // a hundred silent phones in one process must not cost what a hundred voices do
        for (let i = 0; i < SAMPLES && !this.mute; i++) {
          packet[12 + i] = toUlaw[Math.round(this.peak * Math.sin(phase)) & 0xffff] ?? 0
          phase += (2 * Math.PI * tone) / 8_000
        }
        if (press) press.copy(packet, 12)
        if (this.mute || !this.#far) continue
        if (!press) this.packetsSent++
        if (!press) this.onFrame?.('sent', tone > 0, performance.now())
        this.#socket.send(press ? packet.subarray(0, 16) : packet, this.#far.port, this.#far.host)
      }
    }, 10)
  }

  /** From now on another stream (RFC 3550 §8: a new SSRC), as of a gateway that begins anew at each squelch. */
  restart(seq: number): void {
    this.#seq = seq
    this.#stamp = randomBytes(4).readUInt32BE()
    this.#ssrc = randomBytes(4).readUInt32BE()
  }

  /** Presses a key for 160 ms (RFC 4733). */
  press(digit: string): void {
    const code = '0123456789*#'.indexOf(digit)
    for (let i = 1; i <= 10; i++) {
      const end = i > 7 ? 0x80 : 0
      const duration = Math.min(i, 8) * SAMPLES
      this.#presses.push(Buffer.from([code, end | 10, duration >> 8, duration & 0xff]))
    }
  }

  /** Which of these tones it hears now; empty when nothing has come for half a second. */
  hears(among = [350, 440, 700, 850, 1000, 1500]): number[] {
    return tonesIn(this.ear(), among)
  }

  /** The last half second, -1…1; nothing when nothing has come meanwhile. */
  ear(): Float32Array {
    if (Date.now() - this.#heardAt > 500) return new Float32Array(0)
    return Float32Array.from(Buffer.concat(this.#heard), (code) => fromUlaw[code] ?? 0)
  }

  close(): void {
    clearInterval(this.#timer)
    this.#socket.close()
  }
}
