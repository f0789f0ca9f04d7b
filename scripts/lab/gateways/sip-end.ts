/**
 * The SIP side of a simulated gateway (RFC 3261, over UDP): one call at a time, answered at once; keep-alives answered;
 * registers when told to. Answers go back to whoever asked.
 */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { digest, header, headers, parseSip, type SipMessage, sipText, token } from '../phones/sip-message.ts'
import type { Law } from '../sound/g711.ts'
import { PAYLOAD } from '../sound/g711.ts'
import type { Media } from '../sound/rtp.ts'

type Far = { host: string; port: number }
export type SipWish = {
  readonly address: string
  /** 0: any free one. */
  readonly port: number
  /** The exchange: where we register and hang up to. */
  readonly pbx: Far
  readonly user: string
  readonly password: string
  readonly law: () => Law
  /** A call begins: gives the RTP port to be told. `media` is missing until an offer or answer has come. */
  readonly answered: () => Promise<number>
  readonly media: (media: Media) => void
  readonly ended: (why: string) => void
  /** A key press came as SIP INFO. */
  readonly key: (key: string) => void
}
type Dialog = {
  callId: string
  local: string
  remote: string
  target: string
  far: Far
  cseq: number
  invite: string
  answer: string
  rtpPort: number
  version: number
}

export class SipEnd {
  /** Hears SIP no more, as a gateway that hangs; its sound goes on. */
  deaf = false
  /** What is done with a second call while one is on. */
  second: 'replace' | 'busy' = 'replace'
  #wish: SipWish
  #socket: Socket
  #dialog: Dialog | undefined
  #pending = new Map<string, (reply: SipMessage) => void>()
  #registration = { callId: token(), tag: token(), cseq: 0 }

  private constructor(socket: Socket, wish: SipWish) {
    this.#socket = socket
    this.#wish = wish
    socket.on('error', () => undefined)
    socket.on('message', (bytes, from) => {
      const message = this.deaf ? undefined : parseSip(bytes.toString('utf8'))
      if (message?.status) this.#pending.get(/branch=([^;,\s]+)/.exec(header(message, 'via'))?.[1] ?? '')?.(message)
      else if (message) void this.#asked(message, { host: from.address, port: from.port }, from)
    })
  }

  /** @throws when the port is taken. */
  static async open(wish: SipWish): Promise<SipEnd> {
    const socket = createSocket('udp4')
    socket.bind({ address: wish.address, port: wish.port, exclusive: true })
    await once(socket, 'listening')
    return new SipEnd(socket, wish)
  }

  get inCall(): boolean {
    return this.#dialog !== undefined
  }

  /** Ends the call as a gateway that was told to. */
  async hangUp(): Promise<void> {
    const dialog = this.#dialog
    this.#end('hung up')
    if (dialog) await this.#request('BYE', dialog.target, dialog.far, dialogLines(dialog))
  }

  /** Gives the registrar's last status; 408 when nobody answers. `seconds` 0 takes it back. */
  async register(seconds: number): Promise<number> {
    const { pbx, user } = this.#wish
    const uri = `sip:${pbx.host}:${pbx.port}`
    const lines = (auth: string[]) => [
      `From: <sip:${user}@${pbx.host}>;tag=${this.#registration.tag}`,
      `To: <sip:${user}@${pbx.host}>`,
      `Call-ID: ${this.#registration.callId}`,
      `CSeq: ${++this.#registration.cseq} REGISTER`,
      `Contact: ${this.#contact}`,
      `Expires: ${seconds}`,
      ...auth,
    ]
    const reply = await this.#request('REGISTER', uri, pbx, lines([]))
    if (reply.status !== 401 && reply.status !== 407) return reply.status
    const [asks, answers] =
      reply.status === 401 ? ['www-authenticate', 'Authorization'] : ['proxy-authenticate', 'Proxy-Authorization']
    const proof = digest(header(reply, asks), user, this.#wish.password, 'REGISTER', uri)
    return (await this.#request('REGISTER', uri, pbx, lines([`${answers}: ${proof}`]))).status
  }

  /** A short text to the exchange, as a digital gateway that tells who speaks (RFC 3428); gives the status. */
  async message(text: string): Promise<number> {
    const { pbx, user } = this.#wish
    const uri = `sip:radio@${pbx.host}:${pbx.port}`
    const lines = [
      `From: <sip:${user}@${this.#wish.address}>;tag=${token()}`,
      `To: <${uri}>`,
      `Call-ID: ${token()}`,
      'CSeq: 1 MESSAGE',
    ]
    return (await this.#request('MESSAGE', uri, pbx, lines, text)).status
  }

  /** Power off: nothing is said to anybody. */
  close(): void {
    this.#dialog = undefined
    this.deaf = true
    this.#socket.close()
  }

  get #contact(): string {
    return `<sip:${this.#wish.user}@${this.#wish.address}:${this.#socket.address().port}>`
  }

  #end(why: string): void {
    if (!this.#dialog) return
    this.#dialog = undefined
    this.#wish.ended(why)
  }

  async #asked(message: SipMessage, far: Far, from: RemoteInfo): Promise<unknown> {
    const dialog = this.#dialog?.callId === header(message, 'call-id') ? this.#dialog : undefined
    if (message.method === 'OPTIONS') return this.#reply(message, far, '200 OK')
    if (message.method === 'INVITE' && !dialog) return this.#rung(message, far)
    if (!dialog) return message.method === 'ACK' ? undefined : this.#reply(message, far, '481 No Such Call')
    dialog.far = { host: from.address, port: from.port }
    if (message.method === 'ACK') return this.#hearMedia(message.body)
    if (message.method === 'INVITE' && header(message, 'cseq') === dialog.invite) {
      if (dialog.answer) this.#send(dialog.answer, far)
      return
    }
    if (message.method === 'BYE' || message.method === 'CANCEL') {
      this.#reply(message, far, '200 OK', dialog)
      return this.#end(message.method.toLowerCase())
    }
    if (message.method === 'INVITE' || message.method === 'UPDATE') {
      this.#hearMedia(message.body)
      dialog.version++
      const body = message.method === 'INVITE' || message.body ? this.#sdp(dialog, message.body) : ''
      return this.#reply(message, far, '200 OK', dialog, body)
    }
    // A key press told in words (application/dtmf-relay).
    const key = message.method === 'INFO' ? /^Signal=\s*([0-9A-D*#])/im.exec(message.body)?.[1] : undefined
    if (key) this.#wish.key(key)
    this.#reply(message, far, '200 OK', dialog)
  }

  async #rung(message: SipMessage, far: Far): Promise<unknown> {
    if (this.#dialog && this.second === 'busy') return this.#reply(message, far, '486 Busy Here')
    this.#end('replaced')
    const dialog: Dialog = {
      callId: header(message, 'call-id'),
      local: `${header(message, 'to')};tag=${token()}`,
      remote: header(message, 'from'),
      target: /<([^>]+)>/.exec(header(message, 'contact'))?.[1] ?? `sip:${far.host}:${far.port}`,
      far,
      cseq: 0,
      invite: header(message, 'cseq'),
      answer: '',
      rtpPort: 0,
      version: 1,
    }
    this.#dialog = dialog
    const rtpPort = await this.#wish.answered()
    if (this.#dialog !== dialog) return
    dialog.rtpPort = rtpPort
    if (message.body && !readSdp(message.body, this.#wish.law())) {
      this.#end('no codec')
      return this.#reply(message, far, '488 Not Acceptable Here')
    }
    this.#hearMedia(message.body)
    dialog.answer = this.#reply(message, far, '200 OK', dialog, this.#sdp(dialog, message.body))
  }

  #hearMedia(body: string): void {
    const media = body ? readSdp(body, this.#wish.law()) : undefined
    if (media) this.#wish.media(media)
  }

  /** An answer to `offer`, or an offer of ours when there is none. */
  #sdp(dialog: Dialog, offer: string): string {
    const { address } = this.#wish
    const asked = offer ? readSdp(offer, this.#wish.law()) : undefined
    const laws: Law[] = asked ? [asked.law] : this.#wish.law() === 'ulaw' ? ['ulaw', 'alaw'] : ['alaw', 'ulaw']
    const events = asked ? asked.events : 101
    const types = [...laws.map((law) => PAYLOAD[law]), ...(events === undefined ? [] : [events])]
    const held = /a=(sendonly|inactive)/.exec(offer)?.[1]
    return [
      'v=0',
      `o=gateway 1 ${dialog.version} IN IP4 ${address}`,
      's=-',
      `c=IN IP4 ${address}`,
      't=0 0',
      `m=audio ${dialog.rtpPort} RTP/AVP ${types.join(' ')}`,
      ...laws.map((law) => `a=rtpmap:${PAYLOAD[law]} ${law === 'ulaw' ? 'PCMU' : 'PCMA'}/8000`),
      ...(events === undefined ? [] : [`a=rtpmap:${events} telephone-event/8000`, `a=fmtp:${events} 0-15`]),
      'a=ptime:20',
      `a=${held === 'sendonly' ? 'recvonly' : (held ?? 'sendrecv')}`,
      '',
    ].join('\r\n')
  }

  #reply(message: SipMessage, far: Far, status: string, dialog?: Dialog, body = ''): string {
    const to = header(message, 'to')
    const text = sipText(
      `SIP/2.0 ${status}`,
      [
        ...headers(message, 'via').map((via) => `Via: ${via}`),
        `From: ${header(message, 'from')}`,
        `To: ${/;tag=/.test(to) ? to : (dialog?.local ?? `${to};tag=${token()}`)}`,
        `Call-ID: ${header(message, 'call-id')}`,
        `CSeq: ${header(message, 'cseq')}`,
        `Contact: ${this.#contact}`,
        'Allow: INVITE, ACK, BYE, CANCEL, OPTIONS, UPDATE, INFO',
        'User-Agent: RoIP gateway simulator',
      ],
      body,
    )
    this.#send(text, far)
    return text
  }

  /** Sends a request, again every half second for 4 s, and settles with its final reply. */
  #request(method: string, uri: string, far: Far, lines: string[], text = ''): Promise<SipMessage> {
    const { address } = this.#wish
    const { port } = this.#socket.address()
    const branch = `z9hG4bK${token()}`
    const all = [`Via: SIP/2.0/UDP ${address}:${port};branch=${branch};rport`, 'Max-Forwards: 70', ...lines]
    const typed = text
      ? [...all, 'Content-Type: text/plain', `Content-Length: ${Buffer.byteLength(text)}`, '', text]
      : []
    const wire = text ? [`${method} ${uri} SIP/2.0`, ...typed].join('\r\n') : sipText(`${method} ${uri} SIP/2.0`, all)
    return new Promise((done) => {
      let tries = 0
      const finish = (reply: SipMessage) => {
        clearInterval(timer)
        this.#pending.delete(branch)
        done(reply)
      }
      const timer = setInterval(() => {
        if (++tries < 8) return this.#send(wire, far)
        finish({ method: '', uri: '', status: 408, headers: [], body: '' })
      }, 500)
      this.#pending.set(branch, (reply) => void (reply.status >= 200 && finish(reply)))
      this.#send(wire, far)
    })
  }

  #send(text: string, far: Far): void {
    if (!this.deaf) this.#socket.send(text, far.port, far.host)
  }
}

function dialogLines(dialog: Dialog): string[] {
  return [`From: ${dialog.local}`, `To: ${dialog.remote}`, `Call-ID: ${dialog.callId}`, `CSeq: ${++dialog.cseq} BYE`]
}

/** Where and how the other side wants its sound; undefined when it offers neither law of G.711. Pure. */
export function readSdp(sdp: string, prefer: Law): Media | undefined {
  const host = /c=IN IP4 (\S+)/.exec(sdp)?.[1]
  const line = /m=audio (\d+) \S+ ([\d ]+)/.exec(sdp)
  const types = (line?.[2] ?? '').trim().split(' ').map(Number)
  const law: Law | undefined = types.includes(PAYLOAD[prefer])
    ? prefer
    : types.includes(0)
      ? 'ulaw'
      : types.includes(8)
        ? 'alaw'
        : undefined
  if (!host || !line || !law) return undefined
  const events = /a=rtpmap:(\d+) telephone-event\/8000/i.exec(sdp)?.[1]
  return {
    host,
    port: Number(line[1]),
    law,
    events: events === undefined ? undefined : Number(events),
    send: !/a=(sendonly|inactive)/.test(sdp),
  }
}
