/** Sound comes from the gateway that was called and goes to it alone, whoever else speaks on its port first. */
import t, { type Test } from 'tap'
import type { SipCall } from '../../../scripts/lab/phones/sip-phone.ts'
import { SipSound } from '../../../scripts/lab/phones/sip-sound.ts'
import { fact, gateway, onePort, packets, radioLab, station, until, wish } from '../../test/radio/lab.ts'

t.setTimeout(120_000)

const AGENT = 700
const HANDHELD = 1500
const STRANGER = 1000

/** Another host speaks on the port that Asterisk opened for this call. */
async function strangerOn(t: Test, call: SipCall): Promise<SipSound> {
  const voice = await SipSound.open('127.0.0.99', STRANGER, 1)
  t.teardown(() => voice.close())
  voice.sendTo(call.far)
  return voice
}

t.test('before the gateway was ever heard, nobody else is heard on its port or sent what we say', async (t) => {
  const { desk, air, order } = await onePort(t, { tone: AGENT, record: true })
  const stranger = await strangerOn(t, air)
  // long enough for every way of learning a source: by count, and by time
  await until('the stranger has spoken for six seconds', () => stranger.packetsSent > 300)
  t.equal(desk.facts.filter(({ type }) => type === 'heard').length, 0, 'nothing of it is a transmission')

  await desk.media.key({ ...order, leaseMs: 2_000 })
  await until('the gateway is sent the agent', () => air.sound.hears([AGENT, STRANGER]).length > 0)
  t.same(air.sound.hears([AGENT, STRANGER]), [AGENT])
  t.equal(stranger.packetsHeard, 0, 'and nobody else is')
  await desk.media.unkey({ ...order, tailMs: 0 })

  const since = desk.facts.length
  air.sound.tone = HANDHELD
  air.sound.mute = false
  await fact(desk, 'heard', { since, where: ({ samples }) => samples.some((one) => Math.abs(one) > 1_000) })
  t.pass('the gateway is heard from its first packets on, with the stranger still speaking')
  const { heardPps } = await fact(desk, 'evidence', { since, where: (f) => (f.heardPps ?? 0) > 40, ms: 4_000 })
  t.ok((heardPps ?? 0) < 60, `of two speakers one is heard: ${heardPps} packets a second`)
  t.equal(stranger.packetsHeard, 0)
  t.equal(await packets(air, 1_000), 0, 'nothing is sent while nobody is keyed')
})

t.test(
  'a gateway that wants its sound at another host is told of; one that said so in the site file is not',
  async (t) => {
    const lab = await radioLab(t, (settings) => ({
      ...settings,
      radio: settings.radio.map((one) => (one.port === 'new' ? { ...one, media: ['127.0.0.15'] } : one)),
    }))
    const [old, young] = [await gateway(t, lab, 'old'), await gateway(t, lab, 'new')]
    old.mediaAddress = '127.0.0.99'
    young.mediaAddress = '127.0.0.15'
    const desk = station(t, lab)
    desk.media.want([wish('old'), wish('new')])
    t.match(await fact(desk, 'evidence', { port: 'old' }), { isElsewhere: true })
    t.match(await fact(desk, 'evidence', { port: 'new' }), { isElsewhere: false })
  },
)

t.test('a second registration in a gateway’s name is told with its address', async (t) => {
  const lab = await radioLab(t, (settings) => ({
    ...settings,
    radio: settings.radio.map((one) => (one.port === 'new' ? { ...one, gateway: undefined } : one)),
  }))
  const desk = station(t, lab)
  await gateway(t, lab, 'old')
  desk.media.want([wish('old'), wish('new')])
  await fact(desk, 'up', { port: 'old' })
  const ours = await lab.phone('g-new', { address: '127.0.0.14', afterMs: 20 })
  t.match(await fact(desk, 'gateway-at', { port: 'new' }), { address: '127.0.0.14' })
  await fact(desk, 'up', { port: 'new' })
  await ours.register()
  const other = await lab.phone('g-new', { address: '127.0.0.99', afterMs: 20 })
  await fact(desk, 'gateway-at', { port: 'new', where: ({ address }) => address === '127.0.0.99' })
  t.same(
    desk.facts.flatMap((one) => (one.type === 'gateway-at' ? [`${one.port} ${one.address}`] : [])),
    ['new 127.0.0.14', 'new 127.0.0.99'],
    'each once; a gateway that is called at its address never',
  )
  other.close()
})
