/** A small SIP phone over UDP for tests: a desk phone, an agent, or a hostile ward. RFC 3261, only what those need. */
import { EventEmitter, once } from 'node:events'
import { type Line, SipCall } from './sip-call.ts'
import { header, type SipMessage, token } from './sip-message.ts'
import { contactOf, type Far, newBranch, type Place, proofFor, SipWire } from './sip-wire.ts'

export type { SipCall } from './sip-call.ts'

export type PhoneOptions = {
  server: Far
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

export class SipPhone extends EventEmitter implements Line {
  onRing: 'answer' | 'ring' | number
  afterMs: number
  firstSeq: number
  /** Where it says its sound is wanted; its own address when nothing is said. */
  mediaAddress: string | undefined
  readonly options: PhoneOptions
  readonly address: string
  readonly tone: number
  readonly calls: SipCall[] = []
  #wire: SipWire
  #register: Place | undefined
  #closed = false

  private constructor(options: PhoneOptions, wire: SipWire) {
    super()
    this.options = options
    this.#wire = wire
    this.address = wire.address
    this.tone = options.tone ?? 0
    this.onRing = options.onRing ?? 'answer'
    this.afterMs = options.afterMs ?? 200
    this.firstSeq = options.firstSeq ?? 1
  }

  static async open(options: PhoneOptions): Promise<SipPhone> {
    const address = options.address ?? '127.0.0.1'
    const wire = await SipWire.open(address, options.port ?? 0, (message) => void phone.#asked(message))
    const phone = new SipPhone(options, wire)
    return phone
  }

  get port(): number {
    return this.#wire.port
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
    if (options.latin1) this.#wire.encoding = 'latin1'
    const uri = options.uri ?? `sip:${to}@${server.host}:${server.port}`
    const from = `${options.from ?? `<sip:${this.options.station ?? '62041'}@${this.address}>`};tag=${token()}`
    const call = await SipCall.make(this, { callId: token(), from, to: `<${uri}>`, uri, cseq: 0 }, false)
    this.calls.push(call)
    void call.invite(options.headers ?? [])
    return call
  }

  /** Stops answering anything, as a phone that lost its power. */
  die(): void {
    this.#wire.dead = true
    for (const call of this.calls) if (call.state !== 'ended') call.sound.mute = true
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#wire.dead = true
    for (const call of this.calls) call.end('closed')
    this.#wire.close()
  }

  /** Sends a text as it is, whatever it is. */
  send(text: string): void {
    this.#wire.send(text, this.options.server)
  }

  /** Sends a request, once more when it must say who it is, and settles with its final reply. */
  async request(
    method: string,
    at: Place,
    more: readonly string[],
    body = '',
    soon?: (reply: SipMessage) => void,
    sent?: (branch: string) => void,
  ): Promise<SipMessage> {
    const { server: far, station = '', password = '' } = this.options
    const contact = method === 'REGISTER' ? [] : [`Contact: ${this.contact}`]
    const ask = async (auth: string[]) => {
      const branch = newBranch()
      sent?.(branch)
      const lines = [...contact, ...auth, ...more]
      const reply = await this.#wire.request({ method, place: at, far, lines, body, branch, soon })
      const to = header(reply, 'to')
      if (method === 'INVITE' && reply.status >= 300 && to)
        this.#wire.tell({ method: 'ACK', place: { ...at, to }, far, branch })
      return reply
    }
    const reply = await ask([])
    const proof = password ? proofFor(reply, station, password, method, at.uri) : undefined
    return proof ? ask([proof]) : reply
  }

  /** ACK of a 2xx is a transaction of its own (§13.2.2.4). */
  ackAnswer(at: Place): void {
    this.#wire.tell({ method: 'ACK', place: at, far: this.options.server })
  }

  cancel(at: Place, branch: string): void {
    this.#wire.tell({ method: 'CANCEL', place: at, far: this.options.server, branch })
  }

  reply(message: SipMessage, status: number, words: string, call?: SipCall, body = ''): void {
    const own = /INVITE$/.test(header(message, 'cseq')) ? (this.options.answers ?? []) : []
    const to = `${header(message, 'to')};tag=${call?.tag ?? token()}`
    const lines = [`Contact: ${this.contact}`, ...own]
    this.#wire.reply(message, this.options.server, `${status} ${words}`, to, lines, body)
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
      uri: contactOf(message) ?? '',
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
