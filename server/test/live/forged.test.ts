import t from 'tap'
import { cable, desk, isCurrent, phones, until } from './exchange.ts'

t.setTimeout(180_000)

/** A number as a hostile caller writes it: Asterisk unescapes it, and says it in each event of the caller's channel. */
const number = (lines: string) => lines.replaceAll('\n', '%0d%0a').replaceAll(':', '%3a').replaceAll(' ', '%20')
const asserted = (lines: string, scheme = 'sip') => [`P-Asserted-Identity: <${scheme}:${number(lines)}@127.0.0.12>`]

t.test('a caller’s words about itself are never taken for Asterisk’s', async (t) => {
  const lab = await phones(t)
  const { db, server } = await desk(t, lab)
  await until('the wires are well', () => isCurrent(server))
  const callOf = async () => db('calls').orderBy('arrived_at', 'desc').first()
  const agent = await lab.phone('d8121', { onRing: 'ring' })
  const ward = await lab.stranger({ address: '127.0.0.12' })

  await t.test('a forged ring gives nobody the call', async (t) => {
    const call = await ward.call('8102', { from: '<sip:62041@127.0.0.12>' })
    const rung = await agent.nextCall()
    await until('it is offered', async () => (await callOf())?.state === 'offered')
    const dial = '6\nDestChannel: PJSIP/d8122-0000ffff\nDestUniqueid: x.1\nDialStatus: ANSWER'
    for (const scheme of ['sip', 'SIP']) await call.tell('UPDATE', asserted(dial, scheme))
    rung.answer()
    await until('they talk', async () => (await callOf())?.state === 'talking')
    await call.tell('INVITE', asserted(dial))
    await call.hangup()
    await until('it has ended', async () => (await callOf())?.state === 'ended')
    const legs = await db('call_legs').where({ call_id: (await callOf())?.id })
    t.same(legs.map((leg) => leg.station).sort(), ['d8121', 'new'], 'only who was rung has a leg')
    t.notOk(legs.some((leg) => leg.uniqueid === 'x.1'))
    t.same(
      (await db('offers')).map((offer) => offer.station),
      ['d8121'],
    )
    t.match(await callOf(), { outcome: 'answered', ani: '62041' })
  })

  await t.test('a forged hang-up ends nothing, least of all in 1970', async (t) => {
    const call = await ward.call('8102', { from: '<sip:62041@127.0.0.12>' })
    const rung = await agent.nextCall()
    rung.answer()
    await until('they talk', async () => (await callOf())?.state === 'talking')
    const hangup = '6\n\nEvent: Hangup\nPrivilege: call\nTimestamp: 1.1\n'
    for (const scheme of ['sip', 'SIP', 'Sips']) await call.tell('UPDATE', asserted(hangup, scheme))
    await rung.hangup()
    await until('it has ended', async () => (await callOf())?.state === 'ended')
    const { arrived_at, answered_at, ended_at, ani } = await callOf()
    t.ok(ended_at >= answered_at && answered_at >= arrived_at, 'it began before it ended')
    t.equal(ani, '62041')
  })

  t.equal(server.asterisk.figures().counters.ami_forged_total, 0, 'nothing forged left the exchange')
})

t.test('should a caller’s text become an event all the same, what cannot be is refused and counted', async (t) => {
  const lab = await phones(t)
  const ami = await cable(t, { host: lab.settings.pbx.host, port: lab.settings.pbx.amiPort })
  const { db, server } = await desk(t, lab, { ami })
  await until('the wires are well', () => isCurrent(server))
  const agent = await lab.phone('d8121', { afterMs: 50 })
  const ward = await lab.stranger({ address: '127.0.0.12' })
  const call = await ward.call('8102', { from: '<sip:62041@127.0.0.12>' })
  const rung = await agent.nextCall()
  await rung.until('talking')
  const callOf = async () => db('calls').first()
  await until('they talk', async () => (await callOf())?.state === 'talking')
  const { id, root_uniqueid: root } = await callOf()
  const { Channel } = await lab.reader.until((one) => one.Event === 'Newchannel' && one.Uniqueid === root)
  const said = (event: string, seconds: number, more: string[]) =>
    [
      `Event: ${event}`,
      'Privilege: call,all',
      `Timestamp: ${seconds}.000001`,
      'SystemName: pbx1',
      ...more,
      '',
      '',
    ].join('\r\n')
  const own = [
    `Channel: ${Channel}`,
    'ChannelState: 6',
    `Uniqueid: ${root}`,
    `Linkedid: ${root}`,
    `ChanVariable: DESK_CALL=${id}`,
  ]
  const now = Math.floor(Date.now() / 1_000)
  ami.tell(said('DialBegin', now, [...own, 'DestChannel: PJSIP/d8122-0000ffff', 'DestUniqueid: x.1']))
  ami.tell(
    said('BridgeEnter', now, ['Channel: PJSIP/d8122-0000ffff', 'Uniqueid: x.1', `ChanVariable: DESK_CALL=${id}`]),
  )
  ami.tell(said('Hangup', 1, [...own, 'Cause: 16']))
  await until('they are counted', () => server.asterisk.figures().counters.ami_forged_total >= 3)
  t.match(await callOf(), { state: 'talking', ended_at: null })
  await call.hangup()
  await until('it has ended', async () => (await callOf())?.state === 'ended')
  const { arrived_at, ended_at } = await callOf()
  t.ok(ended_at > arrived_at)
  const legs = await db('call_legs')
  t.same(legs.map((leg) => leg.station).sort(), ['d8121', 'new'])
})
