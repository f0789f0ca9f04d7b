import t from 'tap'
import { makePortAlarms } from './alarms-door.ts'

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
