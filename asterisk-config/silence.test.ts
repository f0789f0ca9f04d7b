/** A ward that only listens, behind a gateway with silence suppression, and one whose gateway is dead. Real packets. */
import { setTimeout as wait } from 'node:timers/promises'
import t from 'tap'
import { header } from '../scripts/lab/phones/sip-message.ts'
import { lab } from './test-lab.ts'

t.setTimeout(120_000)

t.test('silence ends a call only where the gateway is known to send sound all the time', async (t) => {
  const desk = await lab(t, (settings) => ({
    ...settings,
    trunks: settings.trunks.map((trunk) => ({ ...trunk, silence: trunk.campus === 'old' ? 'sound' : 'nothing' })),
  }))
  const seat = async (station: string, dialled: string, address: string, from: string) => {
    const phone = await desk.phone(station, { tone: 440 })
    const gateway = await desk.stranger({ address, tone: 1_000 })
    const ward = await gateway.call(dialled, { from: `<sip:${from}@${address}>` })
    const agent = await (await phone.nextCall()).until('talking')
    await ward.until('talking')
    const silence = agent.asking ? header(agent.asking, 'x-desk-silence') : ''
    await wait(500)
    const began = performance.now()
    ward.sound.mute = true
    // one phone at a time: it would else be rung for the other's call
    return { ward, agent, silence, seconds: () => (performance.now() - began) / 1_000 }
  }
  const sounding = await seat('d8121', '8002', '127.0.0.11', '62081')
  const listening = await seat('d8122', '8102', '127.0.0.12', '62082')
  t.equal(sounding.silence, '30', 'the phone is told when it will be hung up')
  t.equal(listening.silence, '')

  await Promise.all([sounding.ward.until('ended', 45_000), sounding.agent.until('ended', 45_000)])
  t.ok(sounding.seconds() > 25, `${sounding.seconds()} s`)
  t.match(sounding.agent.reason, /cause=44/, 'and says to the agent why: not the ward, but we')
  await wait(8_000)
  t.equal(listening.ward.state, 'talking', 'a ward that listens is not hung up on')
  t.equal(listening.agent.state, 'talking')
  await listening.ward.hangup()
  await listening.agent.until('ended')
  t.notMatch(listening.agent.reason, /cause=44/)
})
