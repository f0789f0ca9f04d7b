/**
 * An agent's desk without a browser: signs in by HTTP, holds the live socket, calls radio ports by SIP with a tone for a
 * voice, presses the key. Its radio account is the one the server pushed, let speak mu-law over UDP instead of WebRTC.
 */
import { WebSocket } from 'ws'
import type { FromServer } from '../../server/wire/frames.ts'
import type { EmergencyView, PortNow, PttAnswer, RadioFromServer } from '../../server/wire/radio.ts'
import type { SipCredential } from '../../server/wire/views.ts'
import { type Client, signedIn } from './client.ts'
import type { Lab } from './index.ts'
import { type SipCall, SipPhone } from './phones/sip-phone.ts'
import { monoMs } from './sound/rtp.ts'

export type RadioConsoleWish = {
  /** which of the demonstration agents sits here, from 0 */
  nth?: number
  /** who sits here instead, signed in already */
  client?: Client
  /** hertz of its voice */
  tone?: number
  /** port of the live socket instead of the server's own: a faulty wire */
  deskPort?: number
}

/** A key that is held down: its heartbeat goes on until it is let go. */
export type Press = {
  readonly press: number
  /** when it was sent, monotonic ms */
  readonly at: number
  /** the first answer for this port (or any), or one that `is` so */
  answer(is?: (answer: PttAnswer) => boolean, ms?: number): Promise<PttAnswer>
  letGo(): void
  /** the heartbeat stops and nothing is said */
  dies(): void
}

/** what an agent of a drill says, in hertz */
export const AGENT_TONE = 700
const BEAT_MS = 250
const AGAIN_MS = 300
const REJOIN_MS = 300
const ASK_MS = 2_500

/** Waits until `what` holds. @throws after `ms`, naming it. */
export async function until<T>(name: string, what: () => T | Promise<T>, ms = 10_000): Promise<NonNullable<T>> {
  for (const end = performance.now() + ms; ; ) {
    const value = await what()
    if (value) return value as NonNullable<T>
    if (performance.now() > end) throw new Error(`waited ${ms} ms in vain until ${name}`)
    await new Promise((soon) => setTimeout(soon, 10))
  }
}

/** Sits down at a desk: signed in, its radio account ready, the live socket open. Close it before the lab. */
export async function radioConsole(lab: Lab, wish: RadioConsoleWish = {}): Promise<RadioConsole> {
  const client = wish.client ?? (await signedIn(lab, 'agent', wish.nth ?? 0))
  const { credential } = await client.post<{ credential: SipCredential }>('/api/agent/sign-in')
  const { station } = credential.radio
  await asPlainPhone(lab, station)
  const { host, sipPort } = lab.settings.pbx
  const phone = await SipPhone.open({
    server: { host, port: sipPort },
    station,
    password: credential.password,
    tone: wish.tone ?? AGENT_TONE,
  })
  const one = new RadioConsole(client, phone, wish.deskPort ?? lab.ports.deskPort)
  await one.shownOnce()
  return one
}

/** A console's account for a phone that speaks plainly: UDP and PCMU instead of a browser's encrypted Opus. */
export const plainPhone = (auth: string) => ({
  auth,
  context: 'from-radio',
  disallow: 'all',
  allow: 'ulaw',
  direct_media: 'no',
  rtp_symmetric: 'yes',
  moh_passthrough: 'yes',
})

/** The pushed account takes encrypted Opus from browsers; a test phone speaks plainly. Its rights stay what they are. */
async function asPlainPhone(lab: Lab, station: string): Promise<void> {
  const { host, httpPort } = lab.settings.pbx
  const authorization = `Basic ${Buffer.from(`desk:${lab.secrets.ari}`).toString('base64')}`
  const ask = (method: string, fields?: Record<string, string>) =>
    fetch(`http://${host}:${httpPort}/ari/asterisk/config/dynamic/res_pjsip/endpoint/${station}`, {
      method,
      headers: { authorization, 'content-type': 'application/json' },
      ...(fields && {
        body: JSON.stringify({
          fields: Object.entries(fields).map(([attribute, value]) => ({ attribute, value })),
        }),
      }),
      signal: AbortSignal.timeout(5_000),
    })
  await until(`${station} has its account`, async () => (await ask('GET').catch(() => undefined))?.ok, 15_000)
  await ask('DELETE')
  const made = await ask('PUT', {
    ...plainPhone(station),
    timers: 'no',
    rtp_timeout: '0',
  })
  if (!made.ok) throw new Error(`the account of ${station} could not be changed: ${made.status}`)
}

export class RadioConsole {
  readonly client: Client
  readonly phone: SipPhone
  readonly answers: PttAnswer[] = []
  emergencies: EmergencyView[] = []
  ports: PortNow[] = []
  /** when `ports` was last told, monotonic ms */
  toldAt = 0
  /** called with each message about the radio as it comes */
  onTold: ((ports: PortNow[], at: number) => void) | undefined
  #deskPort: number
  #socket: WebSocket | undefined
  #open = false
  #over = false
  #press = 0
  #held = new Map<number, NodeJS.Timeout>()
  #legs = new Map<string, SipCall>()

  constructor(client: Client, phone: SipPhone, deskPort: number) {
    this.client = client
    this.phone = phone
    this.#deskPort = deskPort
    this.#connect()
  }

  /** The port as last told. */
  port(code: string): PortNow | undefined {
    return this.ports.find((one) => one.port === code)
  }

  shownOnce(): Promise<unknown> {
    return until('the ports are shown', () => this.ports.length > 0, 20_000)
  }

  /** Ended, or the exchange knows nothing of it any more: a leg at rest is silent on both sides, so it is asked. */
  async #gone(call: SipCall): Promise<void> {
    for (let askedAt = performance.now(); call.state === 'talking' && !this.#over; ) {
      await new Promise((soon) => setTimeout(soon, REJOIN_MS))
      if (this.#over || performance.now() - askedAt < ASK_MS) continue
      if (!(await call.isThere(ASK_MS))) return void call.hangup()
      askedAt = performance.now()
    }
  }

  /** What it hears of a port: its leg there. */
  leg(code: string): SipCall {
    const leg = this.#legs.get(code)
    if (!leg) throw new Error(`this desk has not joined ${code}`)
    return leg
  }

  /** Calls these ports and stays; a leg that ends is called again, as a console does. */
  async join(...codes: string[]): Promise<void> {
    for (const code of codes) {
      const first = await until(`${code} takes the call`, () => this.#call(code), 20_000)
      void this.#stay(code, first)
    }
  }

  async #call(code: string): Promise<SipCall | undefined> {
    const call = await this.phone.call(`radio-${code}`)
    this.#legs.set(code, call)
    this.#quieten()
    return call.until('talking', 3_000).catch(() => {
      // One that is given up and not taken back would be answered some day, beside its successor.
      void call.hangup()
      return undefined
    })
  }

  async #stay(code: string, first: SipCall): Promise<void> {
    for (let call: SipCall | undefined = first; !this.#over; ) {
      if (call) await this.#gone(call)
      await new Promise((soon) => setTimeout(soon, REJOIN_MS))
      if (!this.#over) call = await this.#call(code).catch(() => undefined)
    }
  }

  /** The key goes down. */
  press(codes: string[], more: { override?: boolean; ticketId?: string } = {}): Press {
    const press = ++this.#press
    const from = this.answers.length
    const at = monoMs()
    this.#say({ kind: 'ptt', press, ports: codes, ...more })
    const beat = setInterval(() => this.#say({ kind: 'held', press }), BEAT_MS)
    this.#held.set(press, beat)
    this.#quieten()
    const dies = () => {
      clearInterval(beat)
      this.#held.delete(press)
    }
    return {
      press,
      at,
      dies,
      answer: (is = () => true, ms) =>
        until(
          `press ${press} is answered`,
          () => this.answers.slice(from).find((answer) => answer.press === press && is(answer)),
          ms,
        ),
      letGo: () => {
        dies()
        this.#quieten()
        this.#say({ kind: 'unptt', press })
      },
    }
  }

  /** Waits for what a port shows. */
  shows(code: string, is: (port: PortNow) => boolean, ms?: number): Promise<unknown> {
    return until(
      `${code} shows what is waited for (it shows ${JSON.stringify(this.port(code)?.carrier)})`,
      () => {
        const port = this.port(code)
        return port !== undefined && is(port)
      },
      ms,
    )
  }

  /** The whole desk is gone at once, as by a pulled plug: nothing is said to anybody, and no sound goes or comes. */
  pull(): void {
    for (const beat of this.#held.values()) clearInterval(beat)
    this.#held.clear()
    for (const leg of this.#legs.values()) if (leg.state !== 'ended') leg.sound.mute = true
  }

  /** The plug is in again. */
  plug(): void {
    this.#quieten()
  }

  /** A console sends nothing until it speaks. */
  #quieten(): void {
    for (const leg of this.#legs.values()) if (leg.state !== 'ended') leg.sound.mute = this.#held.size === 0
  }

  close(): void {
    this.#over = true
    this.pull()
    this.#socket?.terminate()
    this.phone.close()
  }

  #say(what: object): void {
    if (this.#open) this.#socket?.send(JSON.stringify(what))
  }

  #connect(): void {
    const socket = new WebSocket(`ws://127.0.0.1:${this.#deskPort}/live`, {
      headers: { cookie: this.client.cookie, origin: `http://127.0.0.1:${this.#deskPort}` },
      handshakeTimeout: 3_000,
    })
    this.#socket = socket
    socket.on('open', () => {
      this.#open = true
    })
    socket.on('message', (data: Buffer) => this.#hear(JSON.parse(data.toString()) as FromServer | RadioFromServer))
    socket.on('error', () => undefined)
    socket.on('close', () => {
      if (socket === this.#socket) this.#open = false
      if (!this.#over) setTimeout(() => this.#connect(), AGAIN_MS)
    })
  }

  #hear(message: FromServer | RadioFromServer): void {
    if (message.kind === 'ptt') this.answers.push(message.answer)
    if (message.kind !== 'radio') return
    this.ports = message.ports
    this.emergencies = message.emergencies
    this.toldAt = monoMs()
    this.onTold?.(message.ports, this.toldAt)
  }
}
