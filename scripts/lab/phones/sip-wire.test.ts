import t, { type Test } from 'tap'
import { header, type SipMessage } from './sip-message.ts'
import { type Far, type Place, proofFor, SipWire } from './sip-wire.ts'

/** Two ends of a wire; `answer` is what the far one does with each request that arrives. */
async function wires(t: Test, answer: (end: SipWire, message: SipMessage, from: Far, nth: number) => void) {
  let came = 0
  const far: SipWire = await SipWire.open('127.0.0.1', 0, (message, from) =>
    answer(far, message, { host: from.address, port: from.port }, ++came),
  )
  const near = await SipWire.open('127.0.0.1', 0, () => undefined)
  t.teardown(() => near.close())
  t.teardown(() => far.close())
  const place: Place = { callId: 'c1', from: '<sip:a@x>;tag=1', to: '<sip:b@x>', uri: 'sip:b@x', cseq: 0 }
  return { near, place, at: { host: '127.0.0.1', port: far.port }, came: () => came }
}

t.test('a request that is lost once goes again, and its reply finds it', async (t) => {
  const { near, place, at, came } = await wires(t, (end, message, from, nth) => {
    if (nth === 2) end.reply(message, from, '200 OK', `${header(message, 'to')};tag=9`, ['X-Own: 1'])
  })
  const reply = await near.request({ method: 'OPTIONS', place, far: at })
  t.match({ status: reply.status, own: header(reply, 'x-own'), to: header(reply, 'to') }, { status: 200, own: '1' })
  t.match(header(reply, 'to'), /;tag=9$/)
  t.same([header(reply, 'cseq'), header(reply, 'call-id'), came()], ['1 OPTIONS', 'c1', 2])
})

t.test('nobody who answers is a 408 without headers, after the tries that were given', async (t) => {
  const { near, place, at, came } = await wires(t, () => undefined)
  t.match(await near.request({ method: 'BYE', place, far: at, tries: 2 }), { status: 408, headers: [] })
  t.equal(came(), 2)
})

t.test('what rings is told at once, and is not asked again while it rings', async (t) => {
  const soon: number[] = []
  const { near, place, at, came } = await wires(t, (end, message, from) => {
    end.reply(message, from, '180 Ringing', '<sip:b@x>;tag=9', [])
    setTimeout(() => end.reply(message, from, '486 Busy Here', '<sip:b@x>;tag=9', []), 700)
  })
  const reply = await near.request({ method: 'INVITE', place, far: at, soon: ({ status }) => soon.push(status) })
  t.same([reply.status, soon, came()], [486, [180], 1])
})

t.test('a dead end hears and says nothing', async (t) => {
  const { near, place, at, came } = await wires(t, (end, message, from) =>
    end.reply(message, from, '200 OK', '<x>', []),
  )
  near.dead = true
  t.equal((await near.request({ method: 'OPTIONS', place, far: at })).status, 408)
  t.equal(came(), 0)
})

t.test('a challenge is answered with the header that it asks for, anything else with none', async (t) => {
  const reply = (status: number, name: string): SipMessage => ({
    method: '',
    uri: '',
    status,
    headers: [[name, 'Digest realm="desk", nonce="n1"']],
    body: '',
  })
  t.match(proofFor(reply(401, 'www-authenticate'), 'u', 'p', 'REGISTER', 'sip:x'), /^Authorization: .*nonce="n1"/)
  t.match(proofFor(reply(407, 'proxy-authenticate'), 'u', 'p', 'INVITE', 'sip:x'), /^Proxy-Authorization: Digest/)
  t.equal(proofFor(reply(200, 'www-authenticate'), 'u', 'p', 'REGISTER', 'sip:x'), undefined)
})
