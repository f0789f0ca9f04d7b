/** SIP over one UDP socket (RFC 3261 §17): requests go again until answered, replies find the request they answer. */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { digest, header, headers, parseSip, type SipMessage, sipText, token } from './sip-message.ts'

export type Far = { host: string; port: number }
/** What the requests of one dialog share; `cseq` is that of the last one. */
export type Place = { callId: string; from: string; to: string; uri: string; cseq: number }

export type Ask = {
  readonly method: string
  readonly place: Place
  readonly far: Far
  /** Headers besides those of the dialog. */
  readonly lines?: readonly string[]
  readonly body?: string
  readonly branch?: string
  /** Sent so often, every half second, before nobody counts as the answer. */
  readonly tries?: number
  /** Told of what comes before the final reply. */
  readonly soon?: ((reply: SipMessage) => void) | undefined
}

export const newBranch = (): string => `z9hG4bK${token()}`
export const contactOf = (message: SipMessage): string | undefined => /<([^>]+)>/.exec(header(message, 'contact'))?.[1]

/** The header that answers a 401 or 407; undefined for any other reply. */
export function proofFor(
  reply: SipMessage,
  user: string,
  password: string,
  method: string,
  uri: string,
): string | undefined {
  if (reply.status !== 401 && reply.status !== 407) return undefined
  const [asks, answers] =
    reply.status === 401 ? ['www-authenticate', 'Authorization'] : ['proxy-authenticate', 'Proxy-Authorization']
  return `${answers}: ${digest(header(reply, asks), user, password, method, uri)}`
}

export class SipWire {
  /** Says and hears nothing, as one without power. */
  dead = false
  /** `latin1`: each character of a message is one byte, whatever it means. */
  encoding: 'utf8' | 'latin1' = 'utf8'
  readonly address: string
  #socket: Socket
  #pending = new Map<string, (reply: SipMessage) => void>()

  private constructor(socket: Socket, address: string, asked: (message: SipMessage, from: RemoteInfo) => void) {
    this.#socket = socket
    this.address = address
    socket.on('error', () => undefined)
    socket.on('message', (bytes, from) => {
      const message = this.dead ? undefined : parseSip(bytes.toString('utf8'))
      if (message?.status) this.#pending.get(/branch=([^;,\s]+)/.exec(header(message, 'via'))?.[1] ?? '')?.(message)
      else if (message) asked(message, from)
    })
  }

  /** Port 0 is any free one. @throws when the port is taken. */
  static async open(
    address: string,
    port: number,
    asked: (message: SipMessage, from: RemoteInfo) => void,
  ): Promise<SipWire> {
    const socket = createSocket('udp4')
    socket.bind({ address, port, exclusive: true })
    await once(socket, 'listening')
    return new SipWire(socket, address, asked)
  }

  get port(): number {
    return this.#socket.address().port
  }

  /** Sends a request and settles with its final reply; with a 408 without headers when nobody answers. */
  request({ tries = 20, soon, ...ask }: Ask): Promise<SipMessage> {
    const branch = ask.branch ?? newBranch()
    ask.place.cseq++
    const text = this.#text({ ...ask, branch })
    return new Promise((done) => {
      let left = tries
      const finish = (reply: SipMessage) => {
        clearInterval(timer)
        this.#pending.delete(branch)
        done(reply)
      }
      const timer = setInterval(() => {
        if (--left > 0 && !this.dead) return this.send(text, ask.far)
        finish({ method: '', uri: '', status: 408, headers: [], body: '' })
      }, 500)
      this.#pending.set(branch, (reply) => {
        if (reply.status >= 200) return finish(reply)
        clearInterval(timer)
        soon?.(reply)
      })
      this.send(text, ask.far)
    })
  }

  /** Sends what nobody answers by itself: ACK, CANCEL. */
  tell(ask: Ask): void {
    this.send(this.#text(ask), ask.far)
  }

  /** Answers a request; gives the text, to be sent again when the request comes again. */
  reply(message: SipMessage, far: Far, status: string, to: string, lines: readonly string[], body = ''): string {
    const same = (name: string) => header(message, name.toLowerCase())
    const text = sipText(
      `SIP/2.0 ${status}`,
      [
        ...headers(message, 'via').map((via) => `Via: ${via}`),
        `From: ${same('From')}`,
        `To: ${/;tag=/.test(same('To')) ? same('To') : to}`,
        `Call-ID: ${same('Call-ID')}`,
        `CSeq: ${same('CSeq')}`,
        ...lines,
      ],
      body,
    )
    this.send(text, far)
    return text
  }

  close(): void {
    this.dead = true
    this.#socket.close()
  }

  #text({ method, place, lines = [], body = '', branch = newBranch() }: Ask): string {
    const all = [
      `Via: SIP/2.0/UDP ${this.address}:${this.port};branch=${branch};rport`,
      'Max-Forwards: 70',
      `From: ${place.from}`,
      `To: ${place.to}`,
      `Call-ID: ${place.callId}`,
      `CSeq: ${place.cseq} ${method}`,
      ...lines,
    ]
    return sipText(`${method} ${place.uri} SIP/2.0`, all, body)
  }

  send(text: string, far: Far): void {
    if (!this.dead) this.#socket.send(Buffer.from(text, this.encoding), far.port, far.host)
  }
}
