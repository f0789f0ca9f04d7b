/** One call of a test phone: what it says, hears and is asked, from its INVITE to its end. */
import { EventEmitter, once } from 'node:events'
import { header, type SipMessage, soundAddress, soundSdp, token } from './sip-message.ts'
import { SipSound } from './sip-sound.ts'
import { contactOf, type Far, type Place } from './sip-wire.ts'

/** The phone that a call is on, as far as the call must know it. */
export type Line = {
  readonly address: string
  /** Where it says its sound is wanted; its own address when nothing is said. */
  readonly mediaAddress: string | undefined
  readonly firstSeq: number
  readonly tone: number
  request(
    method: string,
    at: Place,
    more: readonly string[],
    body?: string,
    soon?: (reply: SipMessage) => void,
    sent?: (branch: string) => void,
  ): Promise<SipMessage>
  reply(message: SipMessage, status: number, words: string, call?: SipCall, body?: string): void
  ackAnswer(at: Place): void
  cancel(at: Place, branch: string): void
}

export class SipCall extends EventEmitter {
  state: 'ringing' | 'talking' | 'ended' = 'ringing'
  /** Final status of a call that we placed. */
  status = 0
  why = ''
  /** What the other side's BYE or CANCEL said of it (RFC 3326). */
  reason = ''
  asking: SipMessage | undefined
  /** Where the other side wants its sound. */
  far: Far | undefined
  readonly tag = token()
  readonly phone: Line
  readonly place: Place
  readonly incoming: boolean
  readonly sound: SipSound
  #version = 1
  #branch = ''

  private constructor(phone: Line, place: Place, incoming: boolean, sound: SipSound) {
    super()
    this.phone = phone
    this.place = place
    this.incoming = incoming
    this.sound = sound
  }

  static async make(phone: Line, place: Place, incoming: boolean): Promise<SipCall> {
    const sound = await SipSound.open(phone.address, phone.tone, phone.firstSeq)
    return new SipCall(phone, place, incoming, sound)
  }

  /** The From header of whoever calls us. */
  get caller(): string {
    return this.asking ? header(this.asking, 'from') : ''
  }

  /** The desk's key of the call that rings here; empty when the INVITE does not say it. */
  get deskCall(): string {
    return this.asking ? header(this.asking, 'x-desk-call') : ''
  }

  /** Seconds of voice this phone really sent. */
  get spoke(): number {
    return this.sound.packetsSent / 50
  }

  get #sdp(): string {
    return soundSdp(this.phone.mediaAddress ?? this.phone.address, this.sound.port, this.#version++)
  }

  async invite(more: string[]): Promise<void> {
    const reply = await this.phone.request(
      'INVITE',
      this.place,
      more,
      this.#sdp,
      (early) => this.emit('early', early.status),
      (branch) => {
        this.#branch = branch
      },
    )
    this.status = reply.status
    if (reply.status >= 300) return this.end(`refused ${reply.status}`)
    this.place.to = header(reply, 'to')
    this.place.uri = contactOf(reply) ?? this.place.uri
    this.phone.ackAnswer(this.place)
    if (this.state === 'ended') return void this.phone.request('BYE', this.place, [])
    this.#talk(reply.body)
  }

  answer(): void {
    if (this.state !== 'ringing' || !this.asking) return
    this.phone.reply(this.asking, 200, 'OK', this, this.#sdp)
    this.#talk(this.asking.body)
  }

  decline(status = 603): void {
    if (this.state !== 'ringing' || !this.asking) return
    this.phone.reply(this.asking, status, 'Decline', this)
    this.end('declined')
  }

  /** BYE, or CANCEL while it still rings at the other side. */
  async hangup(): Promise<void> {
    const was = this.state
    this.end('hung up')
    if (was === 'talking') await this.phone.request('BYE', this.place, [])
    else if (was === 'ringing' && !this.incoming) this.phone.cancel(this.place, this.#branch)
  }

  /** A request within this call, such as a re-INVITE with an asserted identity; gives its status. */
  async tell(method: 'INVITE' | 'UPDATE', more: string[]): Promise<number> {
    const reply = await this.phone.request(method, this.place, more, this.#sdp)
    if (method === 'INVITE') this.phone.ackAnswer(this.place)
    return reply.status
  }

  /** Does the other side still know this call? It is asked (RFC 3261 §11); no answer in `ms` is a no. */
  async isThere(ms: number): Promise<boolean> {
    const late = new Promise<{ status: number }>((done) => setTimeout(() => done({ status: 408 }), ms).unref())
    const asked = this.phone.request('OPTIONS', this.place, []).catch(() => ({ status: 408 }))
    return (await Promise.race([asked, late])).status < 300
  }

  press(digit: string): void {
    this.sound.press(digit)
  }

  /** Waits until it is talking or ended. Rejects after `ms`, saying what it was instead. */
  async until(state: 'talking' | 'ended', ms = 20_000): Promise<this> {
    while (this.state !== state) {
      if (this.state === 'ended') throw new Error(`the call ended (${this.why}) before it was ${state}`)
      await once(this, 'state', { signal: AbortSignal.timeout(ms) })
    }
    return this
  }

  asked(message: SipMessage): void {
    if (message.method === 'INVITE' || message.method === 'UPDATE') {
      if (this.state === 'ringing') {
        this.phone.reply(message, 180, 'Ringing', this)
        return
      }
      this.sound.sendTo(soundAddress(message.body))
      this.phone.reply(message, 200, 'OK', this, this.#sdp)
      return
    }
    this.phone.reply(message, 200, 'OK', this)
    this.reason = header(message, 'reason')
    if (message.method === 'BYE') this.end('bye')
    if (message.method === 'CANCEL' && this.state === 'ringing' && this.asking) {
      this.phone.reply(this.asking, 487, 'Request Terminated', this)
      this.end('cancelled')
    }
  }

  #talk(sdp: string): void {
    this.far = soundAddress(sdp)
    this.sound.sendTo(this.far)
    this.#turn('talking')
  }

  end(why: string): void {
    if (this.state === 'ended') return
    this.why = why
    this.sound.close()
    this.#turn('ended')
  }

  #turn(state: 'talking' | 'ended'): void {
    this.state = state
    this.emit('state', state)
  }
}
