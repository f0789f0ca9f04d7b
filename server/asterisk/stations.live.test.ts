/** A browser's phone comes by WebSocket through this machine, and is rung there and nowhere else. */
import { createHash } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { on, once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { WebSocket } from 'ws'
import { type PhoneLab, startPhoneLab } from '../../scripts/lab/phones/phone-lab.ts'
import { digest, header, parseSip, sipText, token } from '../../scripts/lab/phones/sip-message.ts'
import { type Ari, makeAri } from './ari/ari.ts'
import { pushCredential } from './doing.ts'
import { makeMeters } from './meters.ts'

t.setTimeout(120_000)

const PASSWORD = 'a-password-for-one-shift'
const ha1 = (station: string) => createHash('md5').update(`${station}:dutydesk:${PASSWORD}`).digest('hex')

async function desk(t: Test): Promise<{ lab: PhoneLab; ari: Ari }> {
  const lab = await startPhoneLab()
  t.teardown(() => lab.stop())
  const up = Promise.withResolvers<void>()
  const { host, httpPort } = lab.settings.pbx
  const ari = makeAri({
    ...{ host, port: httpPort, user: 'desk', secret: lab.settings.secrets.ari },
    meters: makeMeters(),
    log: { info() {}, warn() {} },
    onUp: up.resolve,
  })
  ari.start()
  t.teardown(() => ari.stop())
  await up.promise
  for (const station of ['b1001', 'r1001'])
    await pushCredential(ari, { verb: 'push-credential', station, ha1: ha1(station), realm: 'dutydesk' })
  return { lab, ari }
}

const contactsOf = async (lab: PhoneLab) =>
  [...(await lab.pbx.rx('pjsip show contacts')).matchAll(/b1001\/(\S+)/g)].map((found) => found[1] ?? '')

/** REGISTER as a browser's phone sends it; gives the status. */
async function byWebSocket(t: Test, lab: PhoneLab): Promise<number> {
  const { host, httpPort } = lab.settings.pbx
  const socket = new WebSocket(`ws://${host}:${httpPort}/ws`, 'sip')
  t.teardown(() => socket.terminate())
  await once(socket, 'open')
  // kept from here on: two of them may come in one packet
  const messages = on(socket, 'message', { signal: AbortSignal.timeout(10_000) })
  const callId = token()
  const ask = async (cseq: number, more: string[]) => {
    socket.send(
      sipText('REGISTER sip:dutydesk SIP/2.0', [
        `Via: SIP/2.0/WS abc.invalid;branch=z9hG4bK${token()}`,
        'Max-Forwards: 70',
        `From: <sip:b1001@dutydesk>;tag=${callId}`,
        'To: <sip:b1001@dutydesk>',
        `Call-ID: ${callId}`,
        `CSeq: ${cseq} REGISTER`,
        'Contact: <sip:q1w2@abc.invalid;transport=ws>;expires=60',
        ...more,
      ]),
    )
    for (;;) {
      const { value } = await messages.next()
      const told = parseSip(String(value?.[0]))
      // Asterisk asks on its part (OPTIONS) whether the phone is there.
      if (told?.status) return told
    }
  }
  const first = await ask(1, [])
  if (first.status !== 401) return first.status
  const proof = digest(header(first, 'www-authenticate'), 'b1001', PASSWORD, 'REGISTER', 'sip:dutydesk')
  return (await ask(2, [`Authorization: ${proof}`])).status
}

t.test('another host gets nowhere with a browser’s credential, and a contact it names is never rung', async (t) => {
  const { lab } = await desk(t)
  const foreign = createSocket('udp4')
  foreign.bind(0, '127.0.0.99')
  await once(foreign, 'listening')
  t.teardown(() => foreign.close())
  const rung: string[] = []
  foreign.on('message', (bytes) => rung.push(String(bytes).split('\r\n')[0] ?? ''))

  for (const station of ['b1001', 'r1001']) {
    const thief = await lab.stranger({ address: '127.0.0.99', station, password: PASSWORD })
    t.not(await thief.register(), 200, `${station} does not register from elsewhere`)
    const call = await thief.call(station === 'b1001' ? '62041' : 'radio-old', { from: `<sip:${station}@127.0.0.1>` })
    await call.until('ended')
    t.equal(call.status, 401, `nor does it call: it is only asked for its password again (${call.status})`)
  }
  t.same(await contactsOf(lab), [])

  // From this machine it may be tried; what it says of itself is still not where it is rung.
  const near = await lab.stranger({ station: 'b1001', password: PASSWORD })
  const who = '<sip:b1001@127.0.0.1>'
  const at = { callId: token(), from: `${who};tag=1`, to: who, uri: 'sip:127.0.0.1', cseq: 0 }
  await near.request('REGISTER', at, [
    `Contact: <sip:13800138000@127.0.0.99:${foreign.address().port}>`,
    'Expires: 300',
  ])
  for (const contact of await contactsOf(lab)) t.match(contact, `@127.0.0.1:${near.port}`)
  const place = { endpoint: 'PJSIP/b1001', context: 'from-desk', extension: '62041', priority: '1', timeout: '2' }
  t.equal((await lab.ari('POST', '/channels', place)).status, 200)
  await wait(2_500)
  t.same(rung, [], 'nothing was sent to the address it named')
})

t.test('a browser registers by WebSocket, also after Asterisk was started again', async (t) => {
  const { lab } = await desk(t)
  t.equal(await byWebSocket(t, lab), 200)
  const [contact = ''] = await contactsOf(lab)
  t.match(contact, /@127\.0\.0\.1:\d+;transport=ws/i)

  const { startAsterisk } = await import('../../scripts/asterisk/index.ts')
  // astdb is on the disk within a second
  await wait(2_000)
  lab.pbx.kill()
  await lab.pbx.ended
  lab.pbx = await startAsterisk(lab.pbx.instance)
  t.equal(await byWebSocket(t, lab), 200)
  const thief = await lab.stranger({ address: '127.0.0.99', station: 'b1001', password: PASSWORD })
  t.not(await thief.register(), 200, 'and nobody else does, by what Asterisk itself has kept')
})
