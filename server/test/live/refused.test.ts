/** What becomes of calls that SIP itself decides on, with real packets: refused and counted, or come twice and one. */
import { setTimeout as wait } from 'node:timers/promises'
import t from 'tap'
import { startPhoneLab } from '../../../scripts/lab/phones/phone-lab.ts'
import { header, type SipMessage, soundSdp, token } from '../../../scripts/lab/phones/sip-message.ts'
import type { SipPhone } from '../../../scripts/lab/phones/sip-phone.ts'
import { desk, isCurrent, until } from './exchange.ts'

t.setTimeout(180_000)

const ADDRESS = '127.0.0.12'
const PORT = 40_000
const PCMU = soundSdp(ADDRESS, PORT, 1)
const G729 = PCMU.replaceAll('RTP/AVP 0 101', 'RTP/AVP 18 101').replace('0 PCMU', '18 G729')
const G722_G729 = G729.replaceAll('RTP/AVP 18', 'RTP/AVP 9 18').replace(
  'a=rtpmap:18',
  'a=rtpmap:9 G722/8000\r\na=rtpmap:18',
)

t.test('what SIP decides of a call is known at the desk', async (t) => {
  const lab = await startPhoneLab()
  t.teardown(() => lab.stop())
  const { db, server } = await desk(t, lab)
  await until('the server is up to date', () => isCurrent(server), 30_000)
  const gateway = await lab.stranger({ address: ADDRESS })
  const { host, port } = gateway.options.server

  function invite(phone: SipPhone, number: string, sdp: string, as = { callId: token(), tag: token() }) {
    const uri = `sip:${number}@${host}:${port}`
    const place = {
      callId: as.callId,
      from: `<sip:62041@${phone.address}>;tag=${as.tag}`,
      to: `<${uri}>`,
      uri,
      cseq: 0,
    }
    return { place, answered: phone.request('INVITE', place, [], sdp) }
  }

  type Asked = ReturnType<typeof invite>['place']
  async function hangUp(place: Asked, answer: SipMessage): Promise<void> {
    place.to = header(answer, 'to')
    place.uri = /<([^>]+)>/.exec(header(answer, 'contact'))?.[1] ?? place.uri
    gateway.ackAnswer(place)
    t.equal((await gateway.request('BYE', place, [])).status, 200)
    await until('the call ends', async () => {
      const rows = await db('calls')
      return rows.length > 0 && rows.every((row) => row.state === 'ended')
    })
  }

  await t.test('an INVITE that came by two ways is one call, and the second way is told so', async (t) => {
    for (const gap of [0, 3, 300]) {
      const before = (await db('calls')).length
      const same = { callId: token(), tag: token() }
      const first = invite(gateway, '8102', PCMU, same)
      await wait(gap)
      const second = invite(gateway, '8102', PCMU, same)
      const answers: [typeof first, SipMessage][] = [
        [first, await first.answered],
        [second, await second.answered],
      ]
      t.same(answers.map(([, { status }]) => status).sort(), [200, 482], `${gap} ms apart`)
      await until('the call is there', async () => (await db('calls')).length > before)
      await wait(300)
      t.equal((await db('calls')).length, before + 1, 'one row')
      for (const [{ place }, answer] of answers) if (answer.status === 200) await hangUp(place, answer)
    }
    // The same ward rings again: a call of its own.
    const again = invite(gateway, '8102', PCMU)
    const answer = await again.answered
    t.equal(answer.status, 200)
    await until('it is there', async () => (await db('calls')).length === 4)
    await hangUp(again.place, answer)
  })

  await t.test('a call refused for its codec or its number is counted by trunk and cause, and told', async (t) => {
    const calls = (await db('calls')).length
    const before = server.asterisk.figures().sip_refused_calls_total
    for (const [number, sdp, status] of [
      ['8102', G729, 488],
      ['8102', G722_G729, 488],
      ['9999', PCMU, 404],
      ['+869999', PCMU, 404],
    ] as const)
      t.equal((await invite(gateway, number, sdp).answered).status, status, `${number} is refused`)
    const stranger = await lab.stranger({ address: '127.0.0.99' })
    t.equal((await invite(stranger, '8102', PCMU).answered).status, 401)

    await until('all are counted', () => server.asterisk.figures().sip_refused_calls_total['new 404'] === 2)
    t.match(server.asterisk.figures().sip_refused_calls_total, { ...before, 'new 488': 2, 'new 404': 2 })
    t.notOk(server.asterisk.figures().sip_refused_calls_total['other 401'], 'a challenge is no refusal')
    const sip = server.asterisk.health().find(({ wire }) => wire === 'sip')
    t.match(sip, { state: 'slow', why: /new: offered no codec we have \(488\) × 2/ })
    t.match(sip, { why: /new: dialled a number that is no line \(404\) × 2/ })
    t.match(server.asterisk.refusedLately(), {
      count: 4 + (before['new 482'] ?? 0),
      what: [{ zh: /同一通来电/ }, { zh: 'new：没有我们会的语音编码（488）2 通' }, { zh: /（404）2 通/ }],
    })
    t.equal((await db('calls')).length, calls, 'none of them became a call')
  })

  await t.test('whoever tries password after password is known of', async (t) => {
    t.equal(server.asterisk.guessedLately(), null)
    const guesser = await lab.stranger({ address: '127.0.0.99', station: 'd8121', password: 'guess' })
    for (let n = 0; n < 45; n++) t.equal(await guesser.register(), 401)
    await until('it is told', () => server.asterisk.guessedLately())
    await until('all are counted', () => server.asterisk.figures().sip_wrong_passwords_total === 45)
    t.match(server.asterisk.guessedLately(), { count: 45 })
  })
})
