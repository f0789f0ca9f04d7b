/**
 * The SIP side of a simulated gateway (RFC 3261, over UDP): one call at a time, answered at once; keep-alives answered;
 * registers when told to. Answers go back to whoever asked.
 */
import type { RemoteInfo } from 'node:dgram'
import { header, type SipMessage, soundAddress, soundSdp, token } from '../phones/sip-message.ts'
import { contactOf, type Far, type Place, proofFor, SipWire } from '../phones/sip-wire.ts'
import { type Law, PAYLOAD } from '../sound/g711.ts'
import type { Media } from '../sound/rtp.ts'

/** A gateway gives a request up after so many tries, half a second apart. */
const TRIES = 8

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
  place: Place
  far: Far
  invite: string
  answer: string
  rtpPort: number
  version: number
}

export class SipEnd {
  /** What is done with a second call while one is on. */
  second: 'replace' | 'busy' = 'replace'
  #wish: SipWish
  #wire: SipWire
  #dialog: Dialog | undefined
  #registration: Place

  private constructor(wish: SipWish, wire: SipWire) {
    this.#wish = wish
    this.#wire = wire
    const who = `<sip:${wish.user}@${wish.pbx.host}>`
    const uri = `sip:${wish.pbx.host}:${wish.pbx.port}`
    this.#registration = { callId: token(), from: `${who};tag=${token()}`, to: who, uri, cseq: 0 }
  }

  /** @throws when the port is taken. */
  static async open(wish: SipWish): Promise<SipEnd> {
    const wire = await SipWire.open(wish.address, wish.port, (message, from) => void end.#asked(message, from))
    const end = new SipEnd(wish, wire)
    return end
  }

  /** Hears SIP no more, as a gateway that hangs; its sound goes on. */
  set deaf(deaf: boolean) {
    this.#wire.dead = deaf
  }

  get inCall(): boolean {
    return this.#dialog !== undefined
  }

  /** Ends the call as a gateway that was told to. */
  async hangUp(): Promise<void> {
    const dialog = this.#dialog
    this.#end('hung up')
    if (dialog) await this.#wire.request({ method: 'BYE', place: dialog.place, far: dialog.far, tries: TRIES })
  }

  /** Gives the registrar's last status; 408 when nobody answers. `seconds` 0 takes it back. */
  async register(seconds: number): Promise<number> {
    const { pbx: far, user, password } = this.#wish
    const place = this.#registration
    const ask = (auth: string[]) => {
      const lines = [`Contact: ${this.#contact}`, `Expires: ${seconds}`, ...auth]
      return this.#wire.request({ method: 'REGISTER', place, far, lines, tries: TRIES })
    }
    const reply = await ask([])
    const proof = proofFor(reply, user, password, 'REGISTER', place.uri)
    return (proof ? await ask([proof]) : reply).status
  }

  /** A short text to the exchange, as a digital gateway that tells who speaks (RFC 3428); gives the status. */
  async message(body: string): Promise<number> {
    const { pbx: far, user, address } = this.#wish
    const uri = `sip:radio@${far.host}:${far.port}`
    const from = `<sip:${user}@${address}>;tag=${token()}`
    const place = { callId: token(), from, to: `<${uri}>`, uri, cseq: 0 }
    const lines = ['Content-Type: text/plain']
    return (await this.#wire.request({ method: 'MESSAGE', place, far, lines, body, tries: TRIES })).status
  }

  /** Power off: nothing is said to anybody. */
  close(): void {
    this.#dialog = undefined
    this.#wire.close()
  }

  get #contact(): string {
    return `<sip:${this.#wish.user}@${this.#wish.address}:${this.#wire.port}>`
  }

  #end(why: string): void {
    if (!this.#dialog) return
    this.#dialog = undefined
    this.#wish.ended(why)
  }

  async #asked(message: SipMessage, from: RemoteInfo): Promise<unknown> {
    const far = { host: from.address, port: from.port }
    const dialog = this.#dialog?.place.callId === header(message, 'call-id') ? this.#dialog : undefined
    if (message.method === 'OPTIONS') return this.#reply(message, far, '200 OK')
    if (message.method === 'INVITE' && !dialog) return this.#rung(message, far)
    if (!dialog) return message.method === 'ACK' ? undefined : this.#reply(message, far, '481 No Such Call')
    dialog.far = far
    if (message.method === 'ACK') return this.#hearMedia(message.body)
    if (message.method === 'INVITE' && header(message, 'cseq') === dialog.invite) {
      if (dialog.answer) this.#wire.send(dialog.answer, far)
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
      place: {
        callId: header(message, 'call-id'),
        from: `${header(message, 'to')};tag=${token()}`,
        to: header(message, 'from'),
        uri: contactOf(message) ?? `sip:${far.host}:${far.port}`,
        cseq: 0,
      },
      far,
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
    const asked = offer ? readSdp(offer, this.#wish.law()) : undefined
    const laws: Law[] = asked ? [asked.law] : this.#wish.law() === 'ulaw' ? ['ulaw', 'alaw'] : ['alaw', 'ulaw']
    const events = asked ? (asked.events ?? 0) : 101
    const held = /a=(sendonly|inactive)/.exec(offer)?.[1]
    const way = held === 'sendonly' ? 'recvonly' : (held ?? 'sendrecv')
    return soundSdp(this.#wish.address, dialog.rtpPort, dialog.version, { laws, events, way })
  }

  #reply(message: SipMessage, far: Far, status: string, dialog?: Dialog, body = ''): string {
    const lines = [
      `Contact: ${this.#contact}`,
      'Allow: INVITE, ACK, BYE, CANCEL, OPTIONS, UPDATE, INFO',
      'User-Agent: RoIP gateway simulator',
    ]
    const to = dialog?.place.from ?? `${header(message, 'to')};tag=${token()}`
    return this.#wire.reply(message, far, status, to, lines, body)
  }
}

/** Where and how the other side wants its sound; undefined when it offers neither law of G.711. Pure. */
function readSdp(sdp: string, prefer: Law): Media | undefined {
  const at = soundAddress(sdp)
  const line = /m=audio \d+ \S+ ([\d ]+)/.exec(sdp)
  const types = (line?.[1] ?? '').trim().split(' ').map(Number)
  const law: Law | undefined = types.includes(PAYLOAD[prefer])
    ? prefer
    : types.includes(0)
      ? 'ulaw'
      : types.includes(8)
        ? 'alaw'
        : undefined
  if (!at || !law) return undefined
  const events = /a=rtpmap:(\d+) telephone-event\/8000/i.exec(sdp)?.[1]
  return {
    ...at,
    law,
    events: events === undefined ? undefined : Number(events),
    send: !/a=(sendonly|inactive)/.test(sdp),
  }
}
