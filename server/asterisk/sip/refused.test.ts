import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import t from 'tap'
import { makeHepEar, readHep, type SipHeard } from './hep.ts'
import { makeRefused } from './refused.ts'

const noon = Date.parse('2026-01-05T04:00:00Z')
const GATEWAY = '10.1.0.5'
const DESK = '10.1.0.1'
const message = (first: string, call: string, cseq = '1 INVITE', to = '<sip:8102@10.1.0.1>') =>
  `${first}\r\nVia: SIP/2.0/UDP x\r\nFrom: <sip:62041@x>;tag=a\r\nTo: ${to}\r\nCall-ID: ${call}\r\nCSeq: ${cseq}\r\n\r\n`
const ward = (call: string, to?: string, from = GATEWAY) => ({
  from,
  to: DESK,
  text: message('INVITE sip:8102@10.1.0.1 SIP/2.0', call, undefined, to),
})
const answer = (status: number, call: string, cseq?: string, to = GATEWAY) => ({
  from: DESK,
  to,
  text: message(`SIP/2.0 ${status} Whatever`, call, cseq, '<sip:8102@10.1.0.1>;tag=b'),
})

const desk = () => makeRefused([{ campus: 'new', from: ['10.1.0.0/29'] }])

t.test('a call that SIP refused is counted once, by its trunk and cause, and told for a while', async (t) => {
  const refused = desk()
  refused.hear(ward('one'), noon)
  refused.hear(answer(100, 'one'), noon)
  refused.hear(answer(488, 'one'), noon)
  // sent again until it is acknowledged, and asked again where it was lost on the way
  refused.hear(answer(488, 'one'), noon + 500)
  refused.hear(ward('one'), noon + 600)
  refused.hear(answer(488, 'one'), noon + 600)
  for (const call of ['two', 'three']) {
    refused.hear(ward(call), noon + 1_000)
    refused.hear(answer(404, call), noon + 1_000)
  }
  t.same(refused.totals(), { 'new 488': 1, 'new 404': 2 })
  t.same(refused.lately(noon + 2_000), {
    since: new Date(noon),
    count: 3,
    what: [
      { zh: 'new：没有我们会的语音编码（488）1 通', en: 'new: offered no codec we have (488) × 1' },
      { zh: 'new：拨的号码不是任何一条线（404）2 通', en: 'new: dialled a number that is no line (404) × 2' },
    ],
  })
  t.equal(refused.lately(noon + 16 * 60_000), null, 'and no longer when it is long ago')
  t.same(refused.totals(), { 'new 488': 1, 'new 404': 2 }, 'but counted for good')
})

t.test('what is no refusal of a call is not counted', async (t) => {
  const refused = desk()
  for (const [call, status] of [
    ['answered', 200],
    ['asked who it is', 401],
    ['given up by the ward', 487],
  ] as const) {
    refused.hear(ward(call), noon)
    refused.hear(answer(status, call), noon)
  }
  refused.hear(ward('held', '<sip:8102@10.1.0.1>;tag=b'), noon)
  refused.hear(answer(488, 'held'), noon)
  refused.hear(answer(404, 'never heard of'), noon)
  refused.hear(answer(501, 'another method', '1 OPTIONS'), noon)
  t.same(refused.totals(), {})
  t.equal(refused.lately(noon), null)
})

t.test('a stranger is counted, and told to nobody as a trunk’s', async (t) => {
  const refused = desk()
  refused.hear(ward('guess', undefined, '10.9.9.9'), noon)
  refused.hear(answer(403, 'guess', undefined, '10.9.9.9'), noon)
  t.same(refused.totals(), { 'other 403': 1 })
  t.equal(refused.lately(noon), null)
})

t.test('strangers who never wait for an answer fill no memory', async (t) => {
  const refused = desk()
  refused.hear(ward('first'), noon)
  for (let i = 0; i < 3_000; i++) refused.hear(ward(`flood ${i}`, undefined, '10.9.9.9'), noon)
  refused.hear(answer(488, 'first'), noon)
  t.same(refused.totals(), {}, 'the oldest was forgotten')
})

function packetOf(text: string): Buffer {
  const chunk = (type: number, value: Buffer) => {
    const head = Buffer.alloc(6)
    head.writeUInt16BE(type, 2)
    head.writeUInt16BE(6 + value.length, 4)
    return Buffer.concat([head, value])
  }
  const ofDesk = [10, 1, 0, 1]
  const ofGateway = [10, 1, 0, 5]
  const body = [chunk(1, Buffer.from([2])), chunk(3, Buffer.from(ofDesk)), chunk(4, Buffer.from(ofGateway))]
  return wrapped(Buffer.concat([...body, chunk(15, Buffer.from(text))]))
}
function wrapped(body: Buffer): Buffer {
  const head = Buffer.from('HEP3\0\0')
  head.writeUInt16BE(6 + body.length, 4)
  return Buffer.concat([head, body])
}

t.test('the ear hears while it is told to; one whose port is taken tries again', async (t) => {
  const from = createSocket('udp4')
  const other = createSocket('udp4')
  other.bind(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address()
  const heard: SipHeard[] = []
  const ear = makeHepEar({ host: '127.0.0.1', port, hear: (one) => heard.push(one) })
  t.teardown(() => {
    ear.listen(false)
    from.close()
  })
  ear.listen(true)
  await wait(50)
  t.notOk(ear.listens(), 'somebody else has the port')
  other.close()
  await once(other, 'close')
  for (let tries = 0; !ear.listens() && tries < 100; tries++) {
    ear.listen(true)
    await wait(10)
  }
  const text = message('SIP/2.0 404 Not Found', 'x')
  const send = (packet: Buffer) => new Promise((sent) => from.send(packet, port, '127.0.0.1', sent))
  await send(Buffer.from('nonsense'))
  await send(packetOf(text))
  for (let tries = 0; heard.length === 0 && tries < 100; tries++) await wait(10)
  t.same(heard, [{ from: DESK, to: GATEWAY, text }])
  ear.listen(false)
  t.notOk(ear.listens())
})

t.test('a packet of Asterisk’s is read, and anything else is nothing', async (t) => {
  const text = message('SIP/2.0 404 Not Found', 'x')
  const whole = packetOf(text)
  t.same(readHep(whole), { from: DESK, to: GATEWAY, text })
  for (let cut = 0; cut < whole.length; cut++) t.equal(readHep(whole.subarray(0, cut)), null, { bail: true })
  t.equal(readHep(Buffer.from(text)), null)
  t.equal(readHep(wrapped(Buffer.from([0, 0, 0, 15, 0, 0]))), null, 'a piece without a length ends nothing for ever')
})
