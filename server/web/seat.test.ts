import t from 'tap'
import { understand } from './seat.ts'

const hear = (said: unknown) => understand(Buffer.from(JSON.stringify(said)))
const ticketId = '018f4d3a-0000-7000-8000-000000000001'

t.test('a press, its heartbeat and its release are understood', async (t) => {
  t.same(hear({ kind: 'ptt', press: 3, ports: ['old', 'new'] }), { kind: 'ptt', press: 3, ports: ['old', 'new'] })
  t.same(hear({ kind: 'ptt', press: 3, ports: ['old'], override: true, ticketId }), {
    kind: 'ptt',
    press: 3,
    ports: ['old'],
    override: true,
    ticketId,
  })
  t.same(hear({ kind: 'held', press: 3 }), { kind: 'held', press: 3 })
  t.same(hear({ kind: 'unptt', press: 3 }), { kind: 'unptt', press: 3 })
})

t.test('a press without a number, of no port, of one twice or with anything more is not understood', async (t) => {
  for (const wrong of [
    { kind: 'ptt', ports: ['old'] },
    { kind: 'ptt', press: -1, ports: ['old'] },
    { kind: 'ptt', press: 1.5, ports: ['old'] },
    { kind: 'ptt', press: 1, ports: [] },
    { kind: 'ptt', press: 1, ports: ['old', 'old'] },
    { kind: 'ptt', press: 1, ports: ['../old'] },
    { kind: 'ptt', press: 1, ports: Array.from({ length: 17 }, (_, i) => `p${i}`) },
    { kind: 'ptt', press: 1, ports: ['old'], override: 'yes' },
    { kind: 'ptt', press: 1, ports: ['old'], ticketId: '1' },
    { kind: 'ptt', press: 1, ports: ['old'], prio: 100 },
    { kind: 'held', press: 1, ports: ['old'] },
    { kind: 'unptt' },
    { kind: 'ptt', press: 1, ports: ['old'], ticketId: ticketId.toUpperCase() },
    { kind: 'unptt', press: 2 ** 53 },
    { kind: 'painted', callId: ticketId, legUniqueid: 'a b', afterMs: 1 },
    { kind: 'again', after: -1 },
    { kind: 'again', after: 1, more: 1 },
    null,
    'again',
  ]) {
    t.equal(hear(wrong), undefined, JSON.stringify(wrong))
  }
})
