/** Calls that begin at the desk: an agent dials a ward, the console calls one back. */
import { randomUUID } from 'node:crypto'
import t from 'tap'
import { secondsOf } from '../scripts/lab/sound/measuring.ts'
import { cel, keep, lab, until, voices } from './test-lab.ts'

t.setTimeout(120_000)
// each has its own phone system and mostly waits
t.jobs = 3

const AGENT = 440

t.test(
  'a callback rings the agent, then the ward, and both voices are kept under the call’s key',
  { buffered: true },
  async (t) => {
    const desk = await lab(t)
    const phone = await desk.phone('d8121', { tone: AGENT })
    const callId = randomUUID()
    const place = {
      endpoint: 'PJSIP/d8121',
      channelId: `cb-${callId}`,
      context: 'from-desk',
      extension: '0272041',
      priority: '1',
      callerId: '<72041>',
    }
    const variables = { __DESK_CALL: callId, __DESK_LINE: 'it', DESK_DIRECTION: 'callback' }
    const placed = await desk.ari('POST', '/channels', place, { variables })
    t.equal(placed.status, 200)
    const talk = await (await phone.nextCall()).until('talking')
    const told = await desk.reader.until((event) => event.UserEvent === 'DeskArrived')
    t.match(told, {
      Call: callId,
      Direction: 'callback',
      Campus: 'new',
      Line: 'it',
      Dialled: '72041',
      Uniqueid: `cb-${callId}`,
    })
    await until('the ward has answered and speaks', () => talk.sound.packetsHeard > 200)
    await until(
      'both legs are in a bridge',
      async () => (await cel(desk, callId)).filter((row) => row.eventtype === 'BRIDGE_ENTER').length === 2,
    )
    const before = talk.spoke
    await until('the agent has spoken for three seconds more', () => talk.spoke > before + 3)
    await talk.hangup()
    const [agent = ''] = await voices(desk, callId, 'agent')
    const [ward = ''] = await voices(desk, callId, 'caller')
    t.ok((await secondsOf(agent, AGENT)) > 2, 'the agent’s voice')
    t.equal(await secondsOf(ward, AGENT), 0, 'the ward’s file holds the ward alone')
  },
)

t.test('an agent dials a ward; busy and no answer end by themselves', { buffered: true }, async (t) => {
  const desk = await lab(t)
  const phone = await desk.phone('d8121', { tone: AGENT })
  const busy = await phone.call('69999')
  await busy.until('ended', 15_000)
  t.equal(busy.status, 486)
  const call = await phone.call('62041')
  await call.until('talking')
  const told = await desk.reader.until((event) => event.UserEvent === 'DeskArrived' && event.Dialled === '62041')
  t.match(told, { Direction: 'outbound', Campus: 'old', Line: '' })
  t.match(told.Call, /^[0-9a-f-]{36}$/, 'a key is given where the console gave none')
  await call.hangup()
})

t.test(
  'a mobile that somebody allowed may be called, and no longer when it is taken away',
  { buffered: true },
  async (t) => {
    const desk = await lab(t)
    const phone = await desk.phone('d8121', { tone: AGENT })
    const dial = async () => {
      const call = await phone.call('13811112222')
      await call.until('talking').catch(() => undefined)
      await call.hangup()
      return call.status
    }
    t.equal(await dial(), 403)
    await keep(desk, 'put', 'allowed', '13811112222', '1')
    t.equal(await dial(), 200)
    await keep(desk, 'del', 'allowed', '13811112222')
    t.equal(await dial(), 403)
  },
)

t.test(
  'a mobile is dialled with what its exchange wants before it, and shown without',
  { buffered: true },
  async (t) => {
    const desk = await lab(t, (settings) => ({
      ...settings,
      allowedMobiles: ['13811112222'],
      trunks: settings.trunks.map((trunk) => ({ ...trunk, outside: trunk.campus === settings.mobileTrunk ? '9' : '' })),
    }))
    const phone = await desk.phone('d8121', { tone: AGENT })
    const call = await phone.call('13811112222')
    await call.until('talking')
    const rung = await desk.reader.until(
      (event) => event.Event === 'DialBegin' && /13811112222/.test(String(event.DialString)),
    )
    t.match(rung.DialString, /sip:913811112222@/)
    t.match(await desk.reader.until((event) => event.UserEvent === 'DeskArrived'), { Dialled: '13811112222' })
    await call.hangup()

    const ward = await phone.call('62041')
    await ward.until('talking')
    t.match(
      await desk.reader.until((event) => event.Event === 'DialBegin' && /62041/.test(String(event.DialString))),
      { DialString: /sip:62041@/ },
      'a ward is inside',
    )
    await ward.hangup()
  },
)

t.test(
  'a station that calls out as often as it can takes two lines of the trunk and no more',
  { buffered: true },
  async (t) => {
    const desk = await lab(t)
    const phone = await desk.phone('d8121', { tone: AGENT })
    const other = await desk.phone('d8122', { tone: AGENT })
    const first = await (await phone.call('62041')).until('talking')
    const second = await (await phone.call('0262042')).until('talking')
    for (const number of ['62043', '0262044', 'd8123']) {
      const more = await phone.call(number)
      await more.until('ended')
      t.equal(more.status, 503, `${number} has to wait`)
    }
    const others = await (await other.call('62045')).until('talking')
    t.equal(others.state, 'talking', 'another station is not held up by it')

    // two of the old campus's, where fifteen may be: as many as it takes to see the trunk's own limit
    await desk.pbx.rx('dialplan set global OUT_ON_TRUNK 2')
    const full = await other.call('62046')
    await full.until('ended')
    t.equal(full.status, 503, 'a trunk that has as many as it may is full for every station')
    const there = await (await other.call('0262047')).until('talking')
    t.equal(there.state, 'talking', 'another trunk is not')
    await there.hangup()
    await desk.pbx.rx('dialplan set global OUT_ON_TRUNK 15')

    await first.hangup()
    const again = await until('it may call again', async () => {
      const call = await phone.call('62043')
      return call.until('talking').catch(() => undefined)
    })
    for (const call of [second, others, again]) await call.hangup()
  },
)
