/** The voice of a test phone: sends a tone as RTP (RFC 3550, PCMU), keeps the last half second it hears. */
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { decode, encode, FRAME, RATE } from '../sound/g711.ts'
import { tonesIn } from '../sound/measuring.ts'
import { keyPayload, RtpStream } from '../sound/rtp.ts'

/** The payload type of key presses that sip-message.ts offers. */
const EVENTS = 101
/** A key is down for so many packets; the last goes three times (RFC 4733 §2.5.1.4). */
const PRESSED = 8
/** Packets a phone sends late at once; one that stood still for longer never says what its microphone then missed. */
const LATE_PACKETS = 5
/** Nothing quieter, of 32,768, is a sound. */
const LOUD = 0.05 * 32_768

const isLoud = (voice: Buffer): boolean => decode('ulaw', voice).some((sample) => Math.abs(sample) > LOUD)

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
  #stream: RtpStream
  #phase = 0
  #presses: Buffer[] = []

  private constructor(socket: Socket, tone: number, firstSeq: number) {
    this.#socket = socket
    this.tone = tone
    this.#stream = new RtpStream(firstSeq, 0)
    this.port = socket.address().port
    socket.on('message', (packet) => {
      this.packetsHeard++
      if (((packet[1] ?? 0) & 127) !== 0) return
      this.#heardAt = Date.now()
      const voice = packet.subarray(12)
      this.#heard.push(voice)
      this.onFrame?.('heard', isLoud(voice), performance.now())
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
    this.#timer = setInterval(() => {
      const missed = Math.floor((performance.now() - started) / 20) - sent
      if (missed > LATE_PACKETS) {
        sent += missed
        if (this.#presses.length === 0) this.#stream.stamp += missed * FRAME
      }
      for (; sent < (performance.now() - started) / 20; sent++) this.#sendOne(this.#presses.shift())
    }, 10)
  }

  #sendOne(press: Buffer | undefined): void {
    const tone = (press ? undefined : this.numbers.shift()) ?? this.tone
    const isSent = !this.mute && this.#far !== undefined
    const packet = isSent && this.#stream.packet(press ? EVENTS : 0, false, press ?? this.#voice(tone))
    if (!isSent) this.#stream.seq++
    // every packet of one key press carries the stamp of its start (RFC 4733 §2.5.1)
    if (!press || this.#presses.length === 0) this.#stream.stamp += press ? PRESSED * FRAME : FRAME
    if (!packet || !this.#far) return
    if (!press) this.packetsSent++
    if (!press) this.onFrame?.('sent', tone > 0, performance.now())
    this.#socket.send(packet, this.#far.port, this.#far.host)
  }

  /** The next 20 ms of a tone, its phase unbroken. */
  #voice(hertz: number): Buffer {
    const samples = new Int16Array(FRAME)
    for (let i = 0; i < FRAME; i++) {
      samples[i] = Math.round(this.peak * Math.sin(this.#phase))
      this.#phase += (2 * Math.PI * hertz) / RATE
    }
    return encode('ulaw', samples)
  }

  /** From now on another stream (RFC 3550 §8: a new SSRC), as of a gateway that begins anew at each squelch. */
  restart(seq: number): void {
    this.#stream = new RtpStream(seq)
  }

  /** Presses a key for 160 ms (RFC 4733). */
  press(digit: string): void {
    for (let i = 1; i <= PRESSED + 2; i++) {
      const payload = keyPayload(digit, Math.min(i, PRESSED), PRESSED)
      if (payload) this.#presses.push(payload)
    }
  }

  /** Which of these tones it hears now; empty when nothing has come for half a second. */
  hears(among = [350, 440, 700, 850, 1000, 1500]): number[] {
    return tonesIn(this.ear(), among)
  }

  /** The last half second, -1…1; nothing when nothing has come meanwhile. */
  ear(): Float32Array {
    if (Date.now() - this.#heardAt > 500) return new Float32Array(0)
    return Float32Array.from(decode('ulaw', Buffer.concat(this.#heard)), (sample) => sample / 32_768)
  }

  close(): void {
    clearInterval(this.#timer)
    this.#socket.close()
  }
}
