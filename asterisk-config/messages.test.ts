/** No SIP method but INVITE begins a call: a text message rings nobody, and holds up nobody's call for help. */
import t from 'tap'
import { RADIO_HOSTS } from '../scripts/asterisk/settings.ts'
import type { SipPhone } from '../scripts/lab/phones/sip-phone.ts'
import { lab, until } from './test-lab.ts'

t.setTimeout(120_000)

/** One request outside any call; its final status. */
async function say(phone: SipPhone, method: string, to: string, more: string[] = [], body = ''): Promise<number> {
  const { server, station } = phone.options
  const uri = `sip:${to}@${server.host}:${server.port}`
  const from = `<sip:${station ?? '10086'}@${phone.address}>;tag=${Math.random().toString(36).slice(2)}`
  const place = { callId: `m${Math.random()}`, from, to: `<${uri}>`, uri, cseq: 0 }
  return (await phone.request(method, place, more, body)).status
}
const text = ['Content-Type: text/plain']

t.test('a text message is no call, whoever sends it to whatever number', async (t) => {
  const desk = await lab(t)
  const phone = await desk.phone('d8121', { onRing: 'ring' })
  const trunk = await desk.stranger({ address: '127.0.0.12' })
  for (const number of ['8102', '8104', '6600', '9999'])
    t.equal(await say(trunk, 'MESSAGE', number, text, 'balance 12.50'), 404, `from a trunk to ${number}`)
  const hidden = await desk.stranger({ address: '127.0.0.12' })
  const masked = { callId: 'masked', from: '<sip:6%0d%0aX@127.0.0.12>;tag=a', to: '<sip:8102@127.0.0.1>', cseq: 0 }
  const { host, port } = hidden.options.server
  const reply = await hidden.request('MESSAGE', { ...masked, uri: `sip:8102@${host}:${port}` }, text, 'x')
  t.equal(reply.status, 404, 'from a trunk with a number that is withheld')
  for (const number of ['62041', '13900008191', 'd8122', 's'])
    t.equal(await say(phone, 'MESSAGE', number, text, 'hello'), 404, `from a desk phone to ${number}`)

  for (const [method, more, body] of [
    ['SUBSCRIBE', ['Event: presence', 'Expires: 60'], ''],
    ['PUBLISH', ['Event: presence', 'Expires: 60'], ''],
    ['REFER', ['Refer-To: <sip:8101@127.0.0.1>'], ''],
    ['INFO', ['Content-Type: application/dtmf-relay'], 'Signal=1'],
    ['NOTIFY', ['Event: x', 'Subscription-State: active'], ''],
    ['UPDATE', [], ''],
  ] as const) {
    const status = await say(trunk, method, '8102', [...more], body)
    t.ok(status >= 400, `${method} outside a call is refused (${status})`)
  }

  // The messages' own channel, when it is there at all, is hidden from nobody: CoreShowChannels would list it.
  t.match(await desk.pbx.rx('core show channels count'), /0 active channels/)
  t.notOk(
    desk.reader.events.some(({ Channel }) => /^Message\//.test(Channel ?? '')),
    'no channel was made for it',
  )
  t.notOk(
    desk.reader.events.some(({ UserEvent }) => UserEvent === 'DeskArrived'),
    'no call has begun',
  )
  t.equal(phone.calls.length, 0, 'and nobody was rung')
})

t.test('a channel that is no SIP call is let go wherever a call begins', async (t) => {
  const desk = await lab(t)
  const phone = await desk.phone('d8121', { onRing: 'ring' })
  for (const where of ['8102@arrived', 's-new-62041@outward', 'd8121@station']) {
    const begun = { endpoint: `Local/${where}/n`, context: 'radio-pair', extension: 's', priority: '1' }
    const { answer } = await desk.ari('POST', '/channels', begun)
    const { id } = answer as { id: string }
    await desk.reader.until(({ Event, Uniqueid }) => Event === 'Hangup' && Uniqueid === id, 5_000)
  }
  t.notOk(desk.reader.events.some(({ UserEvent }) => UserEvent === 'DeskArrived'))
  t.equal(phone.calls.length, 0)
})

t.test('a gateway’s call for help does not wait behind the text messages of a trunk', async (t) => {
  const desk = await lab(t)
  const { ari } = desk.settings.secrets
  const { host, httpPort } = desk.settings.pbx
  const events = new WebSocket(`ws://${host}:${httpPort}/ari/events?app=desk&api_key=desk:${ari}`)
  const heard: { body: string; at: number }[] = []
  events.onmessage = ({ data }) => {
    const event = JSON.parse(String(data))
    if (event.type === 'TextMessageReceived') heard.push({ body: event.message.body, at: Date.now() })
  }
  t.teardown(() => events.close())
  await until('the events are open', () => events.readyState === WebSocket.OPEN)
  const subscribed = await desk.ari('POST', '/applications/desk/subscription', { eventSource: 'endpoint:PJSIP/g-old' })
  t.equal(subscribed.status, 200)
  const trunk = await desk.stranger({ address: '127.0.0.12' })
  const gateway = await desk.stranger({ address: RADIO_HOSTS.old })
  const flood = Array.from({ length: 20 }, () => say(trunk, 'MESSAGE', '8102', text, 'balance'))
  const sentAt = Date.now()
  t.equal(await say(gateway, 'MESSAGE', 'desk', text, '1006!'), 202)
  const first = await until('the call for help', () => heard[0], 5_000)
  t.equal(first.body, '1006!')
  t.ok(first.at - sentAt < 1_000, `after ${first.at - sentAt} ms`)
  t.same(new Set(await Promise.all(flood)), new Set([404]))
})
