/** Whoever may not take calls any more has no phone: real registrations, real queues, and a ward that rings after all of it. */
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import t from 'tap'
import { WebSocket } from 'ws'
import { until } from '../../../asterisk-config/test-lab.ts'
import { Ami, type AmiMessage } from '../../../scripts/lab/ami.ts'
import { type Client, signedIn, signInAs } from '../../../scripts/lab/client.ts'
import { type Lab, startLab } from '../../../scripts/lab/index.ts'
import {
  digest,
  header,
  headers,
  parseSip,
  type SipMessage,
  sipText,
  token,
} from '../../../scripts/lab/phones/sip-message.ts'
import { watchMachine } from '../../../scripts/lab/stood-still.ts'
import type { SipCredential } from '../../wire/views.ts'

const WITHIN_MS = 2_000

/** A browser's phone as far as registering goes: SIP over a web socket, which answers whether it is there. */
class WebPhone {
  readonly rung: SipMessage[] = []
  readonly credential: SipCredential
  #socket: WebSocket
  #answers = new Map<string, (reply: SipMessage) => void>()
  #callId = token()
  #cseq = 0

  private constructor(credential: SipCredential, socket: WebSocket) {
    this.credential = credential
    this.#socket = socket
    socket.on('error', () => {})
    socket.on('message', (bytes) => this.#hear(String(bytes)))
  }

  static async open(credential: SipCredential): Promise<WebPhone> {
    const socket = new WebSocket(credential.wsUrl, 'sip', { origin: 'http://127.0.0.1' })
    await once(socket, 'open', { signal: AbortSignal.timeout(10_000) })
    return new WebPhone(credential, socket)
  }

  /** The last status: 200, or what a phone without an account is told. */
  async register(proof?: string): Promise<number> {
    const { station, password } = this.credential
    const who = `<sip:${station}@desk>`
    const branch = `z9hG4bK${token()}`
    const text = sipText('REGISTER sip:desk SIP/2.0', [
      `Via: SIP/2.0/WS 127.0.0.1;branch=${branch}`,
      'Max-Forwards: 70',
      `From: ${who};tag=${token()}`,
      `To: ${who}`,
      `Call-ID: ${this.#callId}`,
      `CSeq: ${++this.#cseq} REGISTER`,
      `Contact: <sip:${station}@127.0.0.1;transport=ws>`,
      'Expires: 60',
      ...(proof ? [`Authorization: ${proof}`] : []),
    ])
    const reply = await new Promise<SipMessage | undefined>((done) => {
      this.#answers.set(branch, done)
      this.#socket.send(text)
      setTimeout(() => done(undefined), 5_000).unref()
    })
    if (reply?.status === 401 && !proof)
      return this.register(digest(header(reply, 'www-authenticate'), station, password, 'REGISTER', 'sip:desk'))
    return reply?.status ?? 408
  }

  close(): void {
    this.#socket.terminate()
  }

  #hear(text: string): void {
    const message = parseSip(text)
    if (!message) return
    if (message.status) this.#answers.get(/branch=([^;,\s]+)/.exec(header(message, 'via'))?.[1] ?? '')?.(message)
    if (message.status || message.method === 'ACK') return
    if (message.method === 'INVITE') this.rung.push(message)
    const same = ['from', 'to', 'call-id', 'cseq'].map((name) => `${name}: ${header(message, name)}`)
    const status = message.method === 'INVITE' ? '480 Not now' : '200 OK'
    this.#socket.send(sipText(`SIP/2.0 ${status}`, [...headers(message, 'via').map((via) => `Via: ${via}`), ...same]))
  }
}

/** What Asterisk has of a station: where it registered, which queues it sits in, which accounts there are. */
async function held(lab: Lab, ami: Ami, { station, radio }: SipCredential): Promise<string[]> {
  const list = async (action: string, of: Record<string, string> = {}): Promise<AmiMessage[]> => {
    const from = ami.events.length
    const reply = await ami.act({ Action: action, ...of })
    if (reply.Response !== 'Success') return []
    const mine = () => ami.events.slice(from).filter((event) => event.ActionID === reply.ActionID)
    await until(`the end of ${action}`, () => mine().some((event) => event.EventList === 'Complete'))
    return mine()
  }
  const kept = await list('DBGetTree', { Family: 'registrar', Key: 'contact' })
  const contacts = kept.filter((one) => one.Key?.startsWith(`/registrar/contact/${station};`))
  const seats = (await list('QueueStatus')).filter((one) => one.Location === `PJSIP/${station}`)
  const ari = `http://127.0.0.1:${lab.ports.httpPort}/ari/asterisk/config/dynamic/res_pjsip`
  const authorization = `Basic ${Buffer.from(`desk:${lab.secrets.ari}`).toString('base64')}`
  const accounts: string[] = []
  for (const what of [
    `auth/${station}`,
    `aor/${station}`,
    `endpoint/${station}`,
    `auth/${radio.station}`,
    `endpoint/${radio.station}`,
  ])
    if ((await fetch(`${ari}/${what}`, { headers: { authorization } })).ok) accounts.push(what)
  return [...contacts.map(() => 'contact'), ...seats.map((one) => `queue ${one.Queue}`), ...accounts]
}

/** One contact, four queues, three objects of the phone's account and two of the radio's. */
const WHOLE = 10

type Here = { lab: Lab; admin: Client; agent: Client; id: string; nth: number }
/** As the browser asks; answers the status. */
const ask = async (client: Client, method: string, url: string, body?: unknown) =>
  (
    await fetch(client.url + url, {
      method,
      headers: {
        cookie: client.cookie,
        origin: client.url,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
  ).status

/** Each way in which a right to the phone ends. */
const WAYS: Record<string, (here: Here) => Promise<unknown>> = {
  'the last right to take calls is taken away': async ({ admin, id }) =>
    ask(admin, 'PUT', `/api/directory/people/${id}/grants`, { grants: [] }),
  'the console was left': async ({ agent }) => ask(agent, 'DELETE', '/api/session'),
  'an administrator gave a new password': async ({ admin, id }) => admin.post(`/api/directory/people/${id}/password`),
  'the person chose a new password': async ({ agent, lab, nth }) =>
    agent.post('/api/session/password', {
      old: lab.file().accounts.agent?.[nth]?.password,
      new: '一个够长的新口令字串',
    }),
  'the person left the house': async ({ admin, id }) => {
    const { version } = await admin.get<{ version: number }>(`/api/directory/people/${id}`)
    await admin.post(`/api/directory/people/${id}/retire`, { version })
  },
  'nobody has used the session for an hour': async ({ lab, id }) =>
    lab.query(`update sessions set seen_at = now() - interval '61 minutes' where person_id = $1`, [id]),
}

t.test(
  'a phone goes with the right to it, within two seconds, and is not rung again',
  { timeout: 240_000 },
  async (t) => {
    const lab = await startLab()
    t.teardown(() => lab.stop())
    const machine = await watchMachine()
    t.teardown(() => machine.close())
    const ami = await Ami.open(lab.ports.amiPort, 'reader', lab.secrets.amiReader)
    t.teardown(() => ami.close())
    const admin = await signedIn(lab, 'admin')
    const phones: WebPhone[] = []
    t.teardown(() => phones.map((phone) => phone.close()))

    for (const [nth, [way, end]] of Object.entries(WAYS).entries()) {
      const account = lab.file().accounts.agent?.[nth]
      if (!account) throw new Error(`the desk has no agent ${nth}`)
      const agent = await signInAs(lab.url, account.name, account.password)
      const { personId: id } = await agent.get<{ personId: string }>('/api/session')
      const { credential } = await agent.post<{ credential: SipCredential }>('/api/agent/sign-in')
      const phone = await WebPhone.open(credential)
      phones.push(phone)
      t.equal(await phone.register(), 200)
      await agent.post('/api/agent/ring-test', { ok: true })
      await until('registered, and in four queues', async () => (await held(lab, ami, credential)).length === WHOLE)
      const live = new WebSocket(`${lab.url.replace('http', 'ws')}/live`, {
        headers: { cookie: agent.cookie, origin: lab.url },
      })
      const heard: string[] = []
      live.on('message', (bytes) => void heard.push(String(bytes)))
      live.on('close', (code) => void heard.push(`closed ${code}`))
      await once(live, 'open')
      t.teardown(() => live.terminate())

      // An open console is a session in use; who is idle has none.
      if (end === WAYS['nobody has used the session for an hour']) live.terminate()
      await end({ lab, admin, agent, id, nth })
      const from = Date.now()
      await until(`${way}: nothing is left`, async () => (await held(lab, ami, credential)).length === 0)
      const took = machine.within(Date.now() - from, WITHIN_MS)
      t.ok(took.holds, `${way}: gone after ${Date.now() - from} ms${took.meanwhile}`)
      const asked = /"kind":"resync"|^closed 4401/
      if (live.readyState !== WebSocket.CLOSED && end !== WAYS['the person chose a new password'])
        await until(`${way}: the console hears of it`, () => heard.some((one) => asked.test(one)), WITHIN_MS)
      t.not(await phone.register(), 200, `${way}: the phone’s password is worth nothing`)
      t.same(await held(lab, ami, credential), [])
    }

    const [revoked] = Object.keys(WAYS)
    const first = await signedIn(lab, 'agent', 0)
    t.equal(await ask(first, 'POST', '/api/agent/sign-in'), 403, `${revoked}: nor is another one given`)
    const wards = await lab.wards()
    const call = await wards.placeCall({ campus: 'new', dialled: '8102', from: '62041', play: 1_000, forSeconds: 8 })
    await wait(7_000)
    await call.hangup()
    t.same(
      phones.map((phone) => phone.rung.length),
      phones.map(() => 0),
      'a ward that rings now rings none of them',
    )
  },
)
