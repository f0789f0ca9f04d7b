import { setTimeout as wait } from 'node:timers/promises'
import t from 'tap'
import { house } from '../../test/house.ts'
import { PretendMedia, VirtualClock } from '../../test/radio/pretend-media.ts'
import { startRadio } from '../index.ts'
import { makePortAlarms } from './alarms.ts'
import { seedRadio } from './seed-store.ts'

const PORTS = [
  { port: 'old', nameZh: '老院区', nameEn: 'Old campus' },
  { port: 'new', nameZh: '新院区', nameEn: 'New campus' },
]
const MINUTE = 60_000

t.test('packets that reach a gateway though nobody speaks are on every desk, and counted', async (t) => {
  let now = Date.parse('2026-01-05T12:00:00Z')
  const alarms = makePortAlarms(() => now)
  t.same(alarms.now(PORTS), [])
  alarms.hear('old', 'sends_in_idle', true)
  now += 1_000
  alarms.hear('new', 'sends_in_idle', true)
  t.same(alarms.now(PORTS), [
    {
      kind: 'radio_sends_in_idle',
      callId: null,
      since: '2026-01-05T12:00:00.000Z',
      count: 2,
      ports: [
        { zh: '老院区', en: 'Old campus' },
        { zh: '新院区', en: 'New campus' },
      ],
    },
  ])
  t.match(alarms.raised(), { radio_sends_in_idle: 2, radio_gateway_moved: 0 })
  alarms.hear('old', 'sends_in_idle', false)
  alarms.hear('new', 'sends_in_idle', false)
  now += MINUTE / 2
  t.match(alarms.now(PORTS), [{ count: 2 }], 'whoever looked away for a moment sees it still')
  now += MINUTE
  t.same(alarms.now(PORTS), [], 'and then it is over')
  t.match(alarms.raised(), { radio_sends_in_idle: 2 })
})

t.test('each kind is shown by its own rule; a port that is taken away takes its alarms along', async (t) => {
  let now = Date.parse('2026-01-05T12:00:00Z')
  const alarms = makePortAlarms(() => now)
  for (const what of ['stuck', 'unrecorded', 'sends_elsewhere', 'gateway_moved'] as const)
    alarms.hear('old', what, true)
  const kinds = () => alarms.now(PORTS).map(({ kind }) => kind)
  t.same(kinds(), ['radio_not_believed', 'radio_unrecorded', 'radio_sends_elsewhere', 'radio_gateway_moved'])
  for (const what of ['stuck', 'unrecorded', 'sends_elsewhere'] as const) alarms.hear('old', what, false)
  t.same(kinds(), ['radio_sends_elsewhere', 'radio_gateway_moved'])
  now += 2 * MINUTE
  t.same(kinds(), ['radio_gateway_moved'], 'nobody takes it back, so it stands')
  alarms.hear('old', 'gateway_moved', true)
  t.match(alarms.raised(), { radio_gateway_moved: 2 }, 'once more is counted once more')
  now += 12 * 60 * MINUTE
  t.same(kinds(), [], 'for a shift')
  alarms.hear('old', 'stuck', true)
  t.same(alarms.now([]), [])
  t.same(kinds(), [], 'gone with its port')
})

t.test(
  'what the exchange tells becomes an alarm with the port’s name; a gateway’s address outlives the server',
  async (t) => {
    const { db, commit } = await house(t)
    await seedRadio(db, { demo: true, ports: [] })
    const begin = async () => {
      const media = new PretendMedia(new VirtualClock())
      const radio = startRadio({
        ...{
          db,
          commit,
          media,
          log: { info() {}, warn() {}, error() {} },
          isActing: () => true,
          tell() {},
        },
        soundDir: t.testdir({}),
      })
      while (!radio.engine.portsNow().some(({ port }) => port === 'old')) await wait(50)
      await wait(1_000)
      return { media, radio, kinds: () => radio.alarms().map(({ kind, ports }) => `${kind} ${ports?.[0]?.en}`) }
    }
    const first = await begin()
    t.same(first.kinds(), [])
    first.media.tell({ type: 'gateway-at', port: 'old', at: Date.now(), address: '10.1.0.9' })
    const stray = {
      type: 'evidence',
      port: 'old',
      sentPps: 50,
      heardPps: 0,
      roundTripMs: 2,
      isElsewhere: true,
    } as const
    await wait(2_600)
    for (let second = 0; second < 2; second += 1) first.media.tell({ ...stray, at: Date.now() })
    t.match(first.kinds(), [/^radio_sends_elsewhere \w/, /^radio_sends_in_idle \w/])
    t.match(first.radio.alarmsRaised(), { radio_sends_in_idle: 1, radio_sends_elsewhere: 1 })
    await first.radio.stop()
    t.equal((await db('radio_ports').where({ code: 'old' }).first()).gateway_address, '10.1.0.9')

    const second = await begin()
    second.media.tell({ type: 'gateway-at', port: 'old', at: Date.now(), address: '10.1.0.66' })
    t.match(second.kinds(), [/^radio_gateway_moved \w/], 'it moved while no server was there')
    await second.radio.stop()
    t.equal((await db('radio_ports').where({ code: 'old' }).first()).gateway_address, '10.1.0.66')
  },
)
