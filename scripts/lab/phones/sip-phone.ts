/** A small SIP phone over UDP for tests: a desk phone, an agent, or a hostile ward. RFC 3261, only what those need. */
import { createSocket, type Socket } from 'node:dgram'
import { EventEmitter, once } from 'node:events'
import {
  digest,
  header,
  headers,
  parseSip,
  type SipMessage,
  sipText,
  soundAddress,
  soundSdp,
  token,
} from './sip-message.ts'
import { SipSound } from './sip-sound.ts'

type Server = { host: string; port: number }
export type PhoneOptions = {
  server: Server
  /** Own address; a trunk is known by it. */
  address?: string
  /** Own port; a free one when nothing is said. */
  port?: number
  station?: string
  password?: string
  tone?: number
  /** RTP sequence number that each new call starts at. */
  firstSeq?: number
  /** What happens when it rings; `ring` lets it ring. A number declines with that status. */
  onRing?: 'answer' | 'ring' | number
  afterMs?: number
  /** Headers of its own in each answer to an INVITE: a hostile phone is one of its uses. */
  answers?: string[]
  /** The Contact it registers, when that is not its own address. */
  registersAs?: string
}
type Place = { callId: string; from: string; to: string; uri: string; cseq: number }

export class SipPhone extends EventEmitter {
  onRing: 'answer' | 'ring' | number
  afterMs: number
  firstSeq: number
  /** Where it says its sound is wanted; its own address when nothing is said. */
  mediaAddress: string | undefined
  readonly options: PhoneOptions
  readonly address: string
  readonly calls: SipCall[] = []
  /** `latin1`: each character of a message is one byte, whatever it means. */
  #encoding: 'utf8' | 'latin1' = 'utf8'
  #socket: Socket
  #pending = new Map<string, (reply: SipMessage) => void>()
  #register: Place | undefined
  #dead = false
  #closed = false

  private constructor(socket: Socket, options: PhoneOptions) {
    super()
    this.#socket = socket
    this.options = options
    this.address = options.address ?? '127.0.0.1'
    this.onRing = options.onRing ?? 'answer'
    this.afterMs = options.afterMs ?? 200
    this.firstSeq = options.firstSeq ?? 1
    socket.on('message', (bytes) => {
      const message = this.#dead ? undefined : parseSip(bytes.toString('utf8'))
      if (message?.status) this.#pending.get(/branch=([^;,\s]+)/.exec(header(message, 'via'))?.[1] ?? '')?.(message)
      else if (message) void this.#asked(message)
    })
  }

  static async open(options: PhoneOptions): Promise<SipPhone> {
    const socket = createSocket('udp4')
    socket.bind(options.port ?? 0, options.address ?? '127.0.0.1')
    await once(socket, 'listening')
    return new SipPhone(socket, options)
  }

  get port(): number {
    return this.#socket.address().port
  }

  get contact(): string {
    return `<sip:${this.options.station ?? 'phone'}@${this.address}:${this.port}>`
  }

  /** Registers; gives back the last status (200, 401, 403, …; 408 when nobody answers). */
  async register(seconds = 300): Promise<number> {
    const { server, station } = this.options
    const who = `<sip:${station}@${server.host}>`
    this.#register ??= { callId: token(), from: `${who};tag=${token()}`, to: who, uri: `sip:${server.host}`, cseq: 0 }
    const reply = await this.request('REGISTER', this.#register, [
      `Expires: ${seconds}`,
      `Contact: ${this.options.registersAs ?? this.contact}`,
    ])
    return reply.status
  }

  /** The next call that rings here, or the one that rings already. Rejects after `ms`. */
  async nextCall(ms = 20_000): Promise<SipCall> {
    const waiting = this.calls.find((call) => call.incoming && call.state === 'ringing')
    if (waiting) return waiting
    const [call] = await once(this, 'ring', { signal: AbortSignal.timeout(ms) })
    return call as SipCall
  }

  /** Places a call. `from` is written into the message as it is: a hostile caller is one of its uses. */
  async call(
    to: string,
    options: { from?: string; headers?: string[]; uri?: string; latin1?: boolean } = {},
  ): Promise<SipCall> {
    const { server } = this.options
    if (options.latin1) this.#encoding = 'latin1'
    const uri = options.uri ?? `sip:${to}@${server.host}:${server.port}`
    const from = `${options.from ?? `<sip:${this.options.station ?? '62041'}@${this.address}>`};tag=${token()}`
    const call = await SipCall.make(this, { callId: token(), from, to: `<${uri}>`, uri, cseq: 0 }, false)
    this.calls.push(call)
    void call.invite(options.headers ?? [])
    return call
  }

  /** Stops answering anything, as a phone that lost its power. */
  die(): void {
    this.#dead = true
    for (const call of this.calls) if (call.state !== 'ended') call.sound.mute = true
  }

  close(): void {
    if (this.#closed) return
    this.#dead = true
    this.#closed = true
    for (const call of this.calls) call.end('closed')
    this.#socket.close()
  }

  send(text: string): void {
    if (!this.#dead)
      this.#socket.send(Buffer.from(text, this.#encoding), this.options.server.port, this.options.server.host)
  }

  /** Sends a request (again every half second until answered) and settles with its final reply. */
  request(
    method: string,
    at: Place,
    more: string[],
    body = '',
    soon?: (reply: SipMessage) => void,
    auth?: string,
  ): Promise<SipMessage> {
    const { station = '', password = '' } = this.options
    const branch = `z9hG4bK${token()}`
    at.cseq++
    const lines = [
      `Via: SIP/2.0/UDP ${this.address}:${this.port};branch=${branch};rport`,
      'Max-Forwards: 70',
      `From: ${at.from}`,
      `To: ${at.to}`,
      `Call-ID: ${at.callId}`,
      `CSeq: ${at.cseq} ${method}`,
      ...(method === 'REGISTER' ? [] : [`Contact: ${this.contact}`]),
      ...(auth ? [auth] : []),
      ...more,
    ]
    if (method === 'INVITE') this.emit('branch', at.callId, branch)
    const text = sipText(`${method} ${at.uri} SIP/2.0`, lines, body)
    return new Promise((done) => {
      let tries = 0
      const timer = setInterval(() => {
        if (++tries < 20 && !this.#dead) return this.send(text)
        clearInterval(timer)
        done({ method: '', uri: '', status: 408, headers: [], body: '' })
      }, 500)
      this.#pending.set(branch, (reply) => {
        clearInterval(timer)
        if (reply.status < 200) return soon?.(reply)
        if (method === 'INVITE' && reply.status >= 300) this.#ack(at, header(reply, 'to'), branch, at.uri)
        if (this.#pending.delete(branch) && (reply.status === 401 || reply.status === 407) && password && !auth) {
          const asked = header(reply, reply.status === 401 ? 'www-authenticate' : 'proxy-authenticate')
          const name = reply.status === 401 ? 'Authorization' : 'Proxy-Authorization'
          const proof = `${name}: ${digest(asked, station, password, method, at.uri)}`
          return void this.request(method, at, more, body, soon, proof).then(done)
        }
        done(reply)
      })
      this.send(text)
    })
  }

  #ack(at: Place, to: string, branch: string, uri: string): void {
    const via = `Via: SIP/2.0/UDP ${this.address}:${this.port};branch=${branch};rport`
    const lines = [
      via,
      'Max-Forwards: 70',
      `From: ${at.from}`,
      `To: ${to}`,
      `Call-ID: ${at.callId}`,
      `CSeq: ${at.cseq} ACK`,
    ]
    this.send(sipText(`ACK ${uri} SIP/2.0`, lines))
  }

  /** ACK of a 2xx is a transaction of its own (§13.2.2.4). */
  ackAnswer(at: Place): void {
    this.#ack(at, at.to, `z9hG4bK${token()}`, at.uri)
  }

  reply(message: SipMessage, status: number, words: string, call?: SipCall, body = ''): void {
    const to = header(message, 'to')
    const lines = [
      ...headers(message, 'via').map((via) => `Via: ${via}`),
      `From: ${header(message, 'from')}`,
      `To: ${to}${/;tag=/.test(to) ? '' : `;tag=${call?.tag ?? token()}`}`,
      `Call-ID: ${header(message, 'call-id')}`,
      `CSeq: ${header(message, 'cseq')}`,
      `Contact: ${this.contact}`,
      ...(/INVITE$/.test(header(message, 'cseq')) ? (this.options.answers ?? []) : []),
    ]
    this.send(sipText(`SIP/2.0 ${status} ${words}`, lines, body))
  }

  async #asked(message: SipMessage): Promise<void> {
    const call = this.calls.find((one) => one.place.callId === header(message, 'call-id'))
    if (message.method === 'ACK') return
    if (message.method === 'OPTIONS') return this.reply(message, 200, 'OK')
    if (message.method === 'INVITE' && !call) return this.#rung(message)
    if (!call) return this.reply(message, 481, 'No such call')
    call.asked(message)
  }

  async #rung(message: SipMessage): Promise<void> {
    const place: Place = {
      callId: header(message, 'call-id'),
      from: header(message, 'to'),
      to: header(message, 'from'),
      uri: /<([^>]+)>/.exec(header(message, 'contact'))?.[1] ?? '',
      cseq: 0,
    }
    const early = this.calls.length
    const call = await SipCall.make(this, place, true)
    // the same INVITE, sent again while the port was being bound
    if (this.calls.slice(early).some((one) => one.place.callId === place.callId)) return call.end('twice')
    call.place.from = `${place.from};tag=${call.tag}`
    call.asking = message
    this.calls.push(call)
    this.reply(message, 180, 'Ringing', call)
    this.emit('ring', call)
    const { onRing } = this
    if (onRing === 'answer') setTimeout(() => call.answer(), this.afterMs)
    if (typeof onRing === 'number') setTimeout(() => call.decline(onRing), this.afterMs)
  }
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
  far: Server | undefined
  readonly tag = token()
  readonly phone: SipPhone
  readonly place: Place
  readonly incoming: boolean
  readonly sound: SipSound
  #version = 1
  #branch = ''

  private constructor(phone: SipPhone, place: Place, incoming: boolean, sound: SipSound) {
    super()
    this.phone = phone
    this.place = place
    this.incoming = incoming
    this.sound = sound
  }

  static async make(phone: SipPhone, place: Place, incoming: boolean): Promise<SipCall> {
    const sound = await SipSound.open(phone.address, phone.options.tone ?? 0, phone.firstSeq)
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
    const listen = (callId: string, branch: string) => {
      if (callId === this.place.callId) this.#branch = branch
    }
    this.phone.on('branch', listen)
    const reply = await this.phone.request('INVITE', this.place, more, this.#sdp, (early) =>
      this.emit('early', early.status),
    )
    this.phone.off('branch', listen)
    this.status = reply.status
    if (reply.status >= 300) return this.end(`refused ${reply.status}`)
    this.place.to = header(reply, 'to')
    this.place.uri = /<([^>]+)>/.exec(header(reply, 'contact'))?.[1] ?? this.place.uri
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
    else if (was === 'ringing' && !this.incoming) {
      const { from, to, callId, cseq, uri } = this.place
      const via = `Via: SIP/2.0/UDP ${this.phone.address}:${this.phone.port};branch=${this.#branch};rport`
      const lines = [
        via,
        'Max-Forwards: 70',
        `From: ${from}`,
        `To: ${to}`,
        `Call-ID: ${callId}`,
        `CSeq: ${cseq} CANCEL`,
      ]
      this.phone.send(sipText(`CANCEL ${uri} SIP/2.0`, lines))
    }
  }

  /** A request within this call, such as a re-INVITE with an asserted identity; gives its status. */
  async tell(method: 'INVITE' | 'UPDATE', more: string[]): Promise<number> {
    const reply = await this.phone.request(method, this.place, more, this.#sdp)
    if (method === 'INVITE') this.phone.ackAnswer(this.place)
    return reply.status
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
