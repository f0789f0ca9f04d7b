/** What real exchanges do: the name comes late, the hang-up never, and a call was sent on from another number. */
import t from 'tap'
import { arrived, cel, lab, until } from './test-lab.ts'

t.setTimeout(120_000)
// each has its own phone system and mostly waits
t.jobs = 3

t.test('a trunk that gives busy tone instead of a hang-up is let go', { buffered: true }, async (t) => {
  const desk = await lab(t)
  const phone = await desk.phone('d8121', { tone: 440 })
  const talking = {
    campus: 'old',
    dialled: '8001',
    from: '62081',
    play: 1000,
    forSeconds: 5,
    busyToneInsteadOfHangup: true,
  } as const
  const ward = await desk.wards.placeCall(talking)
  const talk = await (await phone.nextCall()).until('talking')
  // eight begun tones are 5.6 s; each that the machine stood still in is one to wait for more. It would go on for 300 s
  await talk.until('ended', 40_000)
  t.match(await ward.ended, { answered: true }, 'the desk hung up')
  t.ok((await ward.ended).seconds < 40, `within seconds of the busy tone (${(await ward.ended).seconds})`)

  phone.onRing = 'ring'
  const waiting = await desk.wards.placeCall({ ...talking, from: '62082' })
  const rung = await phone.nextCall()
  await rung.until('ended', 40_000)
  t.ok((await waiting.ended).seconds < 40, `also while waiting in the queue (${(await waiting.ended).seconds})`)
})

t.test('busy tone is not listened for on a trunk that hangs up properly', { buffered: true }, async (t) => {
  const desk = await lab(t)
  const phone = await desk.phone('d8121', { tone: 440 })
  const ward = await desk.wards.placeCall({
    campus: 'new',
    dialled: '8101',
    from: '62083',
    play: 1000,
    forSeconds: 3,
    busyToneInsteadOfHangup: true,
  })
  const talk = await (await phone.nextCall()).until('talking')
  await until('the busy tone is heard', () => talk.sound.hears([450]).includes(450))
  await new Promise((done) => setTimeout(done, 4_000))
  t.equal(talk.state, 'talking')
  await talk.hangup()
  await ward.ended
})

t.test('a name that comes late reaches the desk', { buffered: true }, async (t) => {
  const desk = await lab(t, (settings) => ({
    ...settings,
    trunks: settings.trunks.map((trunk) => ({ ...trunk, lateName: true })),
  }))
  const phone = await desk.phone('d8121', { tone: 440 })
  const ward = await desk.wards.placeCall({
    campus: 'new',
    dialled: '8102',
    from: '62084',
    name: '三病区',
    nameLateAfter: 4,
    play: 1000,
    forSeconds: 8,
  })
  const { Call, ...call } = await arrived(desk, '62084')
  t.equal(call.CallerIDName, '<unknown>')
  await (await phone.nextCall()).until('talking')
  const named = await desk.reader.until(
    (event) => /三病区/.test(`${event.CallerIDName} ${event.ConnectedLineName}`),
    25_000,
  )
  t.equal(named['ChanVariable.DESK_CALL'], Call, `told by ${named.Event} on ${named.Channel}`)
  await ward.ended
})

t.test('who was dialled first is kept when an exchange sends a call on', { buffered: true }, async (t) => {
  const desk = await lab(t)
  const ward = await desk.stranger({ address: '127.0.0.11' })
  const first = await ward.call('8002', {
    from: '<sip:62085@127.0.0.11>',
    headers: ['Diversion: <sip:6601@127.0.0.11>;reason=unconditional'],
  })
  t.match(await arrived(desk, '62085'), { Dialled: '8002', Diverted: '6601' })
  await first.hangup()
  const second = await ward.call('8002', {
    from: '<sip:62086@127.0.0.11>',
    headers: ['History-Info: <sip:6600@127.0.0.11>;index=1', 'History-Info: <sip:8002@127.0.0.11;cause=302>;index=1.1'],
  })
  t.match(await arrived(desk, '62086'), { Dialled: '8002', Diverted: '6600' })
  await second.hangup()
  t.ok((await cel(desk)).some((row) => /Diverted=6600/.test(row.eventextra ?? '')))
})
