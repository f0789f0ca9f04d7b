import t from 'tap'
import { aRadio } from '../../test/pretend-radio.ts'

t.test('packets that reach a gateway while nobody speaks raise an alarm', async (t) => {
  const radio = await aRadio(t)
  await radio.clock.run(5_000)
  for (let second = 0; second < 3; second += 1) {
    radio.media.tell({ type: 'evidence', port: 'old', at: radio.clock.now, sentPps: 50, heardPps: 0, roundTripMs: 2 })
    await radio.clock.run(1_000)
  }
  t.same(radio.cries, ['old sends_in_idle true'])
  radio.media.tell({ type: 'evidence', port: 'old', at: radio.clock.now, sentPps: 0, heardPps: 0, roundTripMs: 2 })
  t.same(radio.cries, ['old sends_in_idle true', 'old sends_in_idle false'])
})

t.test('a recording is cut once an hour, when nobody speaks', async (t) => {
  const radio = await aRadio(t)
  for (const side of ['rx', 'tx'] as const) {
    radio.media.tell({ type: 'recording', port: 'old', side, segment: 's', startedAt: radio.clock.now, on: true })
  }
  await radio.clock.run(59 * 60_000)
  t.notOk(radio.media.said.includes('cut old'))
  await radio.clock.run(2 * 60_000)
  t.equal(radio.media.said.filter((one) => one === 'cut old').length, 1)
})

t.test('a port that is up and not recorded raises an alarm until it is', async (t) => {
  const { media, engine, cries, clock } = await aRadio(t)
  const recording = (side: 'rx' | 'tx', on: boolean) =>
    media.tell({ type: 'recording', port: 'old', side, segment: `one-${side}`, startedAt: clock.now, on })
  recording('rx', true)
  recording('tx', true)
  await clock.run(9_000)
  t.same(engine.unrecorded(), [], 'a recorder may take its time to begin')
  await clock.run(6_000)
  t.match(engine.unrecorded(), [{ port: 'new' }])
  t.same(cries, ['new unrecorded true'])

  recording('tx', false)
  await clock.run(15_000)
  t.match(
    engine.unrecorded().map(({ port }) => port),
    ['old', 'new'],
    'one side alone is not enough',
  )
  recording('tx', true)
  await clock.run(2_000)
  t.ok(cries.includes('old unrecorded false'))

  media.control(false)
  media.control(true)
  for (const port of ['old', 'new']) media.up(port)
  await clock.run(15_000)
  t.match(
    engine.unrecorded().map(({ port }) => port),
    ['old', 'new'],
    'what was recorded before is not believed to go on',
  )
  media.down('old')
  await clock.run(2_000)
  t.match(
    engine.unrecorded().map(({ port }) => port),
    ['new'],
    'without its gateway there is nothing to record',
  )
})

t.test('sound that is addressed to another than the gateway raises an alarm until it is not', async (t) => {
  const { media, cries, clock } = await aRadio(t)
  const evidence = (isElsewhere: boolean) =>
    media.tell({ type: 'evidence', port: 'old', at: clock.now, sentPps: 0, heardPps: 0, roundTripMs: 2, isElsewhere })
  evidence(false)
  evidence(true)
  evidence(true)
  t.same(cries, ['old sends_elsewhere true'])
  evidence(false)
  t.same(cries, ['old sends_elsewhere true', 'old sends_elsewhere false'])
})

t.test(
  'a gateway that registers from another address raises an alarm, also after a restart of the server',
  async (t) => {
    const { media, engine, ports, cries, clock } = await aRadio(t)
    const at = (port: string, address: string) => media.tell({ type: 'gateway-at', port, at: clock.now, address })
    at('old', '10.1.0.9')
    at('old', '10.1.0.9')
    t.same(cries, ['old at 10.1.0.9'], 'the first is believed and kept')
    at('old', '10.1.0.66')
    at('old', '10.1.0.9')
    t.same(cries.slice(1), ['old gateway_moved true', 'old at 10.1.0.66', 'old gateway_moved true', 'old at 10.1.0.9'])
    engine.setPorts(ports.map((port) => (port.port === 'new' ? { ...port, gatewayAddress: '10.2.0.9' } : port)))
    at('new', '10.2.0.66')
    t.match(cries.slice(5), ['new gateway_moved true', 'new at 10.2.0.66'], 'against what an earlier server kept')
  },
)
