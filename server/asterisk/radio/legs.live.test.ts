/** A console's leg may be silent for as long as nobody speaks, and is heard when its key is pressed. */
import { setTimeout as wait } from 'node:timers/promises'
import t from 'tap'
import { cable } from '../../test/live/exchange.ts'
import { console_, fact, gateway, onAir, packets, radioLab, station, until, wish } from '../../test/radio/lab.ts'

t.setTimeout(240_000)

const AGENT = 700
const HANDHELD = 1_500

t.test('a console that went while ARI was silent is not taken over; one that called meanwhile is', async (t) => {
  const lab = await radioLab(t)
  const g = await gateway(t, lab, 'old')
  const { host, httpPort } = lab.settings.pbx
  const wire = await cable(t, { host, port: httpPort })
  const desk = station(t, lab, { host: '127.0.0.1', port: wire.port })
  desk.media.want([wish('old')])
  await fact(desk, 'up')
  const agent = await console_(t, lab, desk, 'r9001', AGENT)
  const gone = await (await agent.call('radio-old')).until('talking')
  const { channel } = await fact(desk, 'leg')
  wire.pulled = true
  gone.sound.mute = true
  const anew = await agent.call('radio-old')
  await fact(desk, 'control', { where: (f) => !f.up })
  const since = desk.facts.length
  wire.pulled = false
  const { epoch } = await fact(desk, 'up', { since, ms: 20_000 })
  await anew.until('talking')
  const leg = await fact(desk, 'leg', { since, where: (f) => f.on && f.channel !== channel })
  t.notOk(
    desk.facts.slice(since).some((f) => f.type === 'leg' && f.on && f.channel === channel),
    'the silent leg was never offered to be keyed',
  )
  const voice = { kind: 'leg' as const, channel: leg.channel }
  await desk.media.key({ port: 'old', epoch, voice, leaseMs: 2_000 })
  const air = await onAir(g)
  await until('the console is heard', () => air.sound.hears([AGENT]).length > 0)
  await desk.media.unkey({ port: 'old', epoch, voice, tailMs: 0 })
})

t.test(
  'at rest neither side sends a packet, a leg stays, also through a loss of ARI, and speaks when it is keyed',
  async (t) => {
    const lab = await radioLab(t)
    const g = await gateway(t, lab, 'old')
    const { host, httpPort } = lab.settings.pbx
    const wire = await cable(t, { host, port: httpPort })
    const desk = station(t, lab, { host: '127.0.0.1', port: wire.port })
    desk.media.want([wish('old')])
    await fact(desk, 'up')
    const agent = await console_(t, lab, desk, 'r9001', AGENT)
    const leg = await (await agent.call('radio-old')).until('talking')
    const { channel } = await fact(desk, 'leg')
    leg.sound.mute = true
    await wait(1_000)
    const heard = leg.sound.packetsHeard
    await wait(12_000)
    t.equal(leg.sound.packetsHeard, heard, 'nothing comes of a port at rest')
    t.equal(leg.state, 'talking')
    wire.pulled = true
    await fact(desk, 'control', { where: (f) => !f.up })
    const since = desk.facts.length
    const air = await onAir(g)
    air.sound.tone = HANDHELD
    air.sound.mute = false
    await until('heard without a server', () => leg.sound.hears([HANDHELD]).length > 0)
    air.sound.mute = true
    wire.pulled = false
    const { epoch } = await fact(desk, 'up', { since, ms: 20_000 })
    t.match(await fact(desk, 'leg', { since, where: (f) => f.on }), { channel, station: 'r9001' })
    const voice = { kind: 'leg' as const, channel }
    leg.sound.mute = false
    await desk.media.key({ port: 'old', epoch, voice, leaseMs: 2_000 })
    await until('the console is heard', () => air.sound.hears([AGENT]).length > 0)
    await desk.media.unkey({ port: 'old', epoch, voice, tailMs: 0 })
    leg.sound.mute = true
    await wait(4_000)
    const after = leg.sound.packetsHeard
    await wait(1_000)
    t.equal(leg.sound.packetsHeard, after, 'soon after an over it is silent again')
    t.equal(await packets(air, 500), 0)
  },
)

t.test('a console of which nothing comes any more while it is on the air is let go', async (t) => {
  const lab = await radioLab(t)
  const g = await gateway(t, lab, 'old')
  const desk = station(t, lab)
  desk.media.want([wish('old')])
  const { epoch } = await fact(desk, 'up')
  const agent = await console_(t, lab, desk, 'r9001', AGENT)
  const leg = await (await agent.call('radio-old')).until('talking')
  const { channel } = await fact(desk, 'leg')
  const order = { port: 'old', epoch, voice: { kind: 'leg' as const, channel }, leaseMs: 2_000 }
  await desk.media.key(order)
  const air = await onAir(g)
  await until('the console is heard', () => air.sound.hears([AGENT]).length > 0)
  const renewing = setInterval(() => void desk.media.renew(order).catch(() => undefined), 700)
  t.teardown(() => clearInterval(renewing))
  await wait(3_000)
  t.equal(leg.state, 'talking', 'it stays while it sends')
  leg.sound.mute = true
  t.match(await fact(desk, 'leg', { where: (f) => !f.on }), { channel, station: 'r9001' })
  await leg.until('ended')
  clearInterval(renewing)
  await desk.media.unkey({ ...order, tailMs: 0 })
  t.equal(await packets(air, 500), 0)
})

t.test('a console hears no port that its agent may not hear, and dials nothing but a port', async (t) => {
  const lab = await radioLab(t)
  await gateway(t, lab, 'old')
  const desk = station(t, lab, { mayHear: async (_station, port) => port === 'old' })
  desk.media.want([wish('old'), wish('new')])
  await fact(desk, 'up', { port: 'old' })
  const agent = await console_(t, lab, desk, 'r9001', AGENT)
  const abroad = await agent.call('radio-new')
  await abroad.until('ended')
  t.equal(abroad.sound.packetsHeard, 0)
  for (const raw of ['radio-old%0d%0aEvent: Hangup', 'radio-', 'radio-nowhere', 's']) {
    const call = await agent.call(raw)
    await call.until('ended')
  }
  t.notOk(desk.facts.some((f) => f.type === 'leg'))
  await (await agent.call('radio-old')).until('talking')
})
