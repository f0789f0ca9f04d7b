/**
 * One simulated gateway: a SIP endpoint, a transmitter that is keyed by what arrives, a receiver that hears the handhelds
 * of its channel. It keeps its own account of when it was keyed (keyed-log.ts), whatever the desk believes.
 */
import { join } from 'node:path'
import { type Media, monoMs, RtpEnd } from '../sound/rtp.ts'
import { silence } from '../sound/signalling.ts'
import { DigitEar } from './digit-ear.ts'
import { emergencySlots, identSlots, Over, type Slot, slots } from './handheld.ts'
import { type Instant, instant, KeyedLog, type LogEntry } from './keyed-log.ts'
import { changed, type GatewayProfile, identOf, PROFILE_DEFAULTS } from './profile.ts'
import { Receiver } from './receiver.ts'
import { SipEnd } from './sip-end.ts'
import { Transmitter } from './transmitter.ts'

export type GatewayWish = {
  readonly port: string
  readonly address: string
  readonly sipPort: number
  readonly pbx: { readonly host: string; readonly port: number }
  readonly password: string
  /** Where its log lies. */
  readonly folder: string
  readonly profile?: Partial<GatewayProfile>
}
type Speaking = {
  over: Over
  pieces: number
  packets: number
  first: number | undefined
  last: number | undefined
  missed: [number, number][]
  done: () => void
}

export class Gateway {
  readonly port: string
  readonly log: KeyedLog
  readonly transmitter: Transmitter
  profile: GatewayProfile
  #wish: GatewayWish
  #receiver: Receiver
  #sip: SipEnd | undefined
  #rtp: RtpEnd | undefined
  #speaking: Speaking[] = []
  #ear = new DigitEar()
  #timer: NodeJS.Timeout | undefined
  #step = 0
  #registering: NodeJS.Timeout | undefined
  #silent = silence(20)

  constructor(wish: GatewayWish, hear: (entry: LogEntry) => void) {
    this.#wish = wish
    this.port = wish.port
    this.profile = { ...PROFILE_DEFAULTS, ...wish.profile }
    this.log = new KeyedLog(wish.port, join(wish.folder, `${wish.port}.jsonl`), hear)
    this.transmitter = new Transmitter(this.profile, this.log)
    this.#receiver = new Receiver(this.profile)
  }

  get on(): boolean {
    return this.#sip !== undefined
  }

  status() {
    const { transmitter } = this
    return {
      port: this.port,
      on: this.on,
      inCall: this.#sip?.inCall ?? false,
      keyed: transmitter.ptt.keyed,
      keyings: transmitter.keyings,
      keyedMs: Math.round(transmitter.keyedMs),
      packets: transmitter.packets,
      strays: this.#rtp?.strays ?? 0,
      lastPacket: transmitter.lastPacket === undefined ? null : instant(transmitter.lastPacket),
      speaking: this.#speaking.map(({ over }) => over.unit),
      profile: this.profile,
    }
  }

  /** Power on. @throws when its SIP port is taken. */
  async start(): Promise<void> {
    if (this.#sip) return
    this.#sip = await SipEnd.open({
      address: this.#wish.address,
      port: this.#wish.sipPort,
      pbx: this.#wish.pbx,
      user: `g-${this.port}`,
      password: this.#wish.password,
      law: () => this.profile.law,
      answered: () => this.#answer(),
      media: (media) => this.#hearMedia(media),
      ended: (why) => this.#end(why),
      key: (key) => this.#digit(key),
    })
    this.#receiver = new Receiver(this.profile)
    this.set({})
    this.log.tell({ type: 'power', on: true })
    this.#step = monoMs()
    this.#timer = setInterval(() => this.#tick(), 5)
    if (this.profile.registerS > 0) void this.register(this.profile.registerS)
  }

  /** The power goes: nothing is said to anybody, and the carrier falls. Handhelds that speak are heard by nobody. */
  kill(): void {
    if (!this.#sip) return
    clearInterval(this.#timer)
    clearTimeout(this.#registering)
    this.#sip.close()
    this.#sip = undefined
    this.#rtp?.close()
    this.#rtp = undefined
    this.transmitter.drop(monoMs(), 'power_lost')
    this.log.tell({ type: 'power', on: false })
  }

  /** @throws for a setting that is not known. */
  set(settings: Record<string, unknown>): GatewayProfile {
    this.profile = changed(this.profile, settings)
    this.transmitter.profile = this.profile
    this.#receiver.profile = this.profile
    if (this.#sip) {
      this.#sip.second = this.profile.second
      this.#sip.deaf = this.profile.sipDeaf
    }
    return this.profile
  }

  /** Registers now, and again at half its time for as long as the profile says so. */
  async register(seconds: number): Promise<number> {
    clearTimeout(this.#registering)
    const status = (await this.#sip?.register(seconds)) ?? 0
    this.log.tell({ type: 'registered', status })
    if (this.#sip && this.profile.registerS > 0)
      this.#registering = setTimeout(
        () => void this.register(this.profile.registerS),
        (status === 200 ? this.profile.registerS / 2 : 2) * 1_000,
      )
    return status
  }

  async hangUp(): Promise<void> {
    await this.#sip?.hangUp()
  }

  /** A handheld's key goes down. Resolves when it has come up again, with when it was on the air. */
  async speak(unit: string, what: string, body: Iterable<Slot>, identified = true): Promise<LogEntry[]> {
    const ident = identified ? identSlots(this.profile, unit) : []
    const leads = this.profile.identAt === 'lead'
    if (identified && this.profile.ident === 'digital') void this.#sip?.message(identOf(unit).gateway)
    const from = monoMs()
    await this.#key(new Over(unit, what, leads ? ident : [], body, leads ? [] : ident))
    return this.log.since(from).filter((entry) => entry.type === 'over' && entry.unit === unit)
  }

  /** The emergency button: its code, then the microphone is open for two seconds. */
  async emergency(unit: string): Promise<void> {
    if (this.profile.ident === 'digital') void this.#sip?.message(`${identOf(unit).gateway} emergency`)
    const code = emergencySlots(this.profile, unit)
    await this.#key(new Over(unit, 'emergency', [], [...code, ...slots(silence(2_000))], []))
  }

  /** Lets go of one handheld's key, or of all. */
  stop(unit?: string): void {
    for (const { over } of this.#speaking) if (unit === undefined || over.unit === unit) over.stop()
  }

  close(): void {
    this.kill()
    for (const speaking of this.#speaking.splice(0)) speaking.done()
    this.log.close()
  }

  #key(over: Over): Promise<void> {
    if (this.#speaking.some((one) => one.over.unit === over.unit))
      throw new Error(`handheld ${over.unit} is already keyed`)
    this.log.tell({
      type: 'over',
      unit: over.unit,
      on: true,
      what: over.what,
      packets: 0,
      firstPacket: null,
      lastPacket: null,
      missed: [],
    })
    const begun = { over, pieces: 0, packets: 0, first: undefined, last: undefined, missed: [] }
    return new Promise((done) => this.#speaking.push({ ...begun, done }))
  }

  async #answer(): Promise<number> {
    this.#rtp?.close()
    const rtp = await RtpEnd.open(this.#wish.address, (packet) => {
      if (this.#rtp !== rtp) return
      if (packet.digit !== undefined) this.log.tell({ type: 'digit', digit: packet.digit })
      this.#went(packet.at, this.transmitter.hear(packet))
      const digit = this.profile.mode === 'dtmf' && packet.samples ? this.#ear.hear(packet.samples) : undefined
      if (digit !== undefined) this.#digit(digit)
    })
    this.#rtp = rtp
    return rtp.port
  }

  #digit(digit: string): void {
    this.log.tell({ type: 'digit', digit })
    this.transmitter.digit(monoMs(), digit)
  }

  #hearMedia(media: Media): void {
    this.#rtp?.sendTo(media)
    this.log.tell({ type: 'call', on: true, why: `${media.law} ${media.send ? 'both ways' : 'held'}` })
  }

  #end(why: string): void {
    this.#rtp?.close()
    this.#rtp = undefined
    this.transmitter.drop(monoMs(), 'call_ended')
    this.log.tell({ type: 'call', on: false, why })
  }

  #went(at: number, frames: Int16Array[]): void {
    for (const frame of frames) this.#receiver.sent(at, frame)
  }

  /** Catches up with the clock, 20 ms a step; what was missed by more than 200 ms is given up and said. */
  #tick(): void {
    const now = monoMs()
    if (now - this.#step > 200) {
      this.log.tell({ type: 'stalled', ms: Math.round(now - this.#step) })
      this.#step = now - 20
    }
    this.#went(now, this.transmitter.pass(now))
    for (; this.#step <= now; this.#step += 20) this.#frame(this.#step, now)
  }

  #frame(at: number, now: number): void {
    const voices: Int16Array[] = []
    const keys: Exclude<Slot, Int16Array>[] = []
    const ended: Speaking[] = []
    for (const speaking of this.#speaking) {
      const slot = speaking.over.next()
      if (!slot) ended.push(speaking)
      else if (slot instanceof Int16Array) voices.push(slot)
      else {
        keys.push(slot)
        voices.push(this.#silent)
      }
    }
    const frame = this.#receiver.frame(at, voices, this.transmitter.ptt.keyed)
    const key = keys[0]
    const sent = frame && (key ? this.#rtp?.press(key.digit, key.step, key.of, at) : this.#rtp?.send(frame, at))
    for (const speaking of this.#speaking) {
      if (ended.includes(speaking)) continue
      const piece = speaking.pieces++
      if (sent) {
        speaking.packets++
        speaking.first ??= now
        speaking.last = now
      } else miss(speaking.missed, piece)
    }
    for (const speaking of ended) this.#overEnded(speaking)
  }

  #overEnded(speaking: Speaking): void {
    this.#speaking.splice(this.#speaking.indexOf(speaking), 1)
    const { over, packets, first, last, missed } = speaking
    const told = (at: number | undefined): Instant | null => (at === undefined ? null : instant(at))
    this.log.tell({
      type: 'over',
      unit: over.unit,
      on: false,
      what: over.what,
      packets,
      firstPacket: told(first),
      lastPacket: told(last),
      missed,
    })
    speaking.done()
  }
}

function miss(missed: [number, number][], piece: number): void {
  const last = missed.at(-1)
  if (last && last[1] === piece - 1) last[1] = piece
  else missed.push([piece, piece])
}
