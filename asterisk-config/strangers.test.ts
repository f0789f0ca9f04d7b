/** The caller is hostile input: no name loses a call, no stranger gets in, no ward gets out. */
import t from 'tap'
import { RADIO_HOSTS } from '../scripts/asterisk/settings.ts'
import type { SipCall } from '../scripts/lab/phones/sip-phone.ts'
import { SipSound } from '../scripts/lab/phones/sip-sound.ts'
import { arrived, cel, lab, until } from './test-lab.ts'

t.setTimeout(120_000)

const NAMES: [what: string, name: string][] = [
  ['quotes', 'Ward \\"7\\" \'x\''],
  ['a shell', '$(touch /tmp/x) `id` ; rm -rf'],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the dialplan's own spelling
  ['a dialplan', '${EVAL(${SHELL(id)})} ${CALLERID(num)})'],
  ['HTML', '<img src=x onerror=alert(1)>'],
  ['escaped line breaks', 'a%0d%0aEvent: Hangup%0d%0a'],
  ['bidi', 'abc\u202egnirts\u2066'],
  ['emoji', '👩‍⚕️🚑 护士'],
  ['commas and brackets', 'a,b),c(|d^e;f'],
  ['bytes that are not UTF-8', 'x\u00ff\ufffd'],
  ['control characters', 'a\u0001\u001b[31m\u007fz'],
  ['a lone carriage return', 'a\rEvent: Hangup'],
  ['four kilobytes', '长'.repeat(1_365)],
  ['nothing', ''],
]

t.test(
  'however hostile a caller’s name or number, the call is queued and nothing of it becomes an event',
  async (t) => {
    const desk = await lab(t)
    const phone = await desk.phone('d8121', { onRing: 'answer', afterMs: 50 })
    const ward = await desk.stranger({ address: '127.0.0.11' })
    const calls: SipCall[] = []
    for (const [i, [what, name]] of NAMES.entries()) {
      const number = `6207${String(i).padStart(2, '0')}`
      const call = await ward.call('8002', { from: `"${name}" <sip:${number}@127.0.0.11>` })
      await call.until('talking').catch(() => undefined)
      t.equal(call.status, 200, `a caller named with ${what} is answered`)
      // A header longer than a variable cannot be read: whoever sends one has withheld its number.
      const { Call } = await arrived(desk, what === 'four kilobytes' ? 'anonymous' : number)
      t.match(Call, /^[0-9a-f-]{36}$/)
      calls.push(call)
      await call.hangup()
    }
    const numbers: [what: string, user: string][] = [
      ['escaped line breaks', '6%0d%0aEvent%3a%20Hangup%0d%0aX%3a'],
      ['a shell', '62%24%28id%29%60id%60'],
      ['quotes', '62%22%27%29%2c'],
      ['anonymous', 'anonymous'],
      ['letters', 'a'.repeat(300)],
    ]
    for (const [what, user] of numbers) {
      const before = desk.reader.events.filter((event) => event.UserEvent === 'DeskArrived').length
      const call = await ward.call('8002', { from: `<sip:${user}@127.0.0.11>` })
      await call.until('talking').catch(() => undefined)
      t.equal(call.status, 200, `a caller whose number is ${what} is answered`)
      const event = await until('its arrival', () =>
        desk.reader.events.filter((one) => one.UserEvent === 'DeskArrived').at(before),
      )
      t.match(event.CallerIDNum, /^([a-zA-Z0-9+*#_.]*|<unknown>)$/, 'its number is harmless from there on')
      await call.hangup()
    }
    const rows = await until('every call in the record', async () => {
      const all = (await cel(desk)).filter((row) => row.eventtype === 'DeskArrived')
      return all.length === NAMES.length + numbers.length && all
    })
    t.equal(new Set(rows.map((row) => row.userfield)).size, rows.length, 'each has a key of its own')
    const forged = desk.reader.events.filter(
      (event) => event.X !== undefined || !(event.Privilege && (event.SystemName || event.Event === 'FullyBooted')),
    )
    t.same(forged, [], 'no caller made an event')
    phone.close()
  },
)

t.test('nobody reaches the desk from an address that is no trunk, whatever name they use', async (t) => {
  const desk = await lab(t)
  const tries: [string, Parameters<typeof desk.stranger>[0], string][] = [
    ['a stranger', { address: '127.0.0.99' }, '<sip:62041@127.0.0.99>'],
    ['one who says to be the trunk', { address: '127.0.0.99' }, '<sip:old@127.0.0.1>'],
    ['one without a name', { address: '127.0.0.99' }, '"Anonymous" <sip:anonymous@anonymous.invalid>'],
    ['one whose number would be masked on a trunk', { address: '127.0.0.99' }, '<sip:6%0d%0a@127.0.0.99>'],
    [
      'one who says to be a desk phone',
      { address: '127.0.0.99', station: 'd8121', password: 'guess' },
      '<sip:d8121@127.0.0.1>',
    ],
  ]
  for (const [who, options, from] of tries) {
    const call = await (await desk.stranger(options)).call('8002', { from })
    await call.until('ended')
    t.ok(call.status === 401 || call.status === 403, `${who} is refused (${call.status})`)
  }
  const radio = await desk.stranger({ address: RADIO_HOSTS.old })
  const call = await radio.call('8002', { from: `<sip:62041@${RADIO_HOSTS.old}>` })
  await call.until('ended')
  t.equal(call.status, 404, 'and a radio gateway, which is known, reaches no number')
  t.notOk(
    desk.reader.events.some((event) => event.UserEvent === 'DeskArrived'),
    'no call has begun',
  )
})

t.test('a ward can dial the lines and nothing else; a desk phone no number that nobody allowed', async (t) => {
  const desk = await lab(t)
  const ward = await desk.stranger({ address: '127.0.0.12' })
  for (const number of [
    '13800138000',
    '013800138000',
    '62041',
    '0162041',
    'd8121',
    's',
    'h',
    '8001',
    '9',
    '00442012345678',
  ]) {
    const call = await ward.call(number)
    await call.until('ended')
    t.equal(call.status, 404, `${number} leads nowhere from the new campus`)
  }
  const phone = await desk.phone('d8121')
  for (const number of ['13800138000', '00442012345678', '110', '8002', 'outward']) {
    const call = await phone.call(number)
    await call.until('ended')
    t.ok([403, 404, 480, 603].includes(call.status), `${number} leads nowhere from the desk (${call.status})`)
  }
})

t.test(
  'a caller who is silent at first is not spoken for by another host, and what we say goes to the caller',
  async (t) => {
    const desk = await lab(t)
    const phone = await desk.phone('d8121', { onRing: 'answer', afterMs: 50, tone: 700 })
    const ward = await desk.stranger({ address: '127.0.0.12' })
    const call = await ward.call('8102')
    call.sound.mute = true
    await call.until('talking')
    const stranger = await SipSound.open('127.0.0.99', 1000, 1)
    t.teardown(() => stranger.close())
    stranger.sendTo(call.far)
    const seat = await until('the seat talks', () => phone.calls.findLast((one) => one.state === 'talking'))
    await until('the stranger has spoken for six seconds', () => stranger.packetsSent > 300)
    t.same(seat.sound.hears([1000, 1500]), [], 'the seat does not hear it')
    t.same(call.sound.hears([700]), [700], 'the ward hears the seat')
    t.equal(stranger.packetsHeard, 0, 'and the stranger nothing')
    call.sound.tone = 1500
    call.sound.mute = false
    await until('the seat hears the ward', () => seat.sound.hears([1000, 1500]).includes(1500))
    t.same(seat.sound.hears([1000, 1500]), [1500])

    const other = await SipSound.open('127.0.0.99', 1000, 1)
    t.teardown(() => other.close())
    other.sendTo(seat.far)
    seat.sound.mute = true
    await until('the other has spoken for a while', () => other.packetsSent > 60)
    t.same(call.sound.hears([1000]), [], 'nor is a seat spoken for')
    t.equal(other.packetsHeard, 0)
    await call.hangup()
  },
)
