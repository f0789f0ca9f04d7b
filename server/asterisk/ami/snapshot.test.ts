import t from 'tap'
import { missing, type OpenCall } from './snapshot.ts'

const noon = Date.parse('2026-01-05T04:00:00Z')
const at = (seconds: number) => new Date(noon + seconds * 1000)
const leg = (uniqueid: string, station: string, endedAt: Date | null = null) => ({
  id: uniqueid,
  uniqueid,
  side: station.startsWith('b') ? ('agent' as const) : ('caller' as const),
  station,
  personId: null,
  startedAt: at(1),
  answeredAt: null,
  endedAt,
  cause: null,
  lost: false,
  talks: [],
})
const open = (but: Partial<OpenCall> = {}): OpenCall => ({
  id: 'c1',
  bootId: 'one',
  root: 'ward',
  lastAt: at(0),
  legs: [leg('ward', 'new'), leg('agent', 'b1001')],
  ...but,
})
const when = { diedAt: at(20), now: at(60) }
const say = (call: OpenCall, bootId: string, channels: string[]) =>
  missing([call], { bootId, channels: new Set(channels) }, when, 1)

t.test('a call whose channels all stand is left alone', async (t) => {
  t.same(say(open(), 'one', ['ward', 'agent']), [])
})

t.test('after a restart of the exchange its old calls ended when it died, with that reason', async (t) => {
  t.match(say(open(), 'two', []), [
    { type: 'leg-ended', uniqueid: 'ward', endedBy: 'pbx_restart', at: at(20) },
    { type: 'leg-ended', uniqueid: 'agent', endedBy: 'pbx_restart' },
    { type: 'call-over', by: 'pbx_restart', at: at(20), recovered: true },
  ])
})

t.test('a call of the new life that was read under the old one lives on', async (t) => {
  t.same(say(open(), 'two', ['ward', 'agent']), [])
})

t.test('a call that is gone without a word is over; a leg that is gone leaves its caller waiting', async (t) => {
  t.match(say(open(), 'one', []).at(-1), { type: 'call-over', by: 'system', at: at(60) })
  t.match(say(open(), 'one', ['ward']), [{ type: 'leg-ended', uniqueid: 'agent', endedBy: 'system' }])
})

t.test('a call that has only just begun is not judged by a list made before it', async (t) => {
  t.same(missing([open()], { bootId: 'one', channels: new Set() }, { diedAt: at(3), now: at(3) }, 1), [])
})

t.test('a call of which nobody knows how it began still gets a beginning and an end', async (t) => {
  const facts = say(open({ root: '?c1' }), 'one', [])
  t.same(
    facts.map((fact) => fact.type),
    ['leg-ended', 'leg-ended', 'caller-arrived', 'call-over'],
  )
  t.match(facts[2], { root: 'ward' })
})

t.test('a call of ours of which only its own leg was heard is never told as one that came in', async (t) => {
  const facts = say(open({ root: '?c1', legs: [leg('desk-c1', 'b1001')] }), 'one', [])
  t.match(
    facts.find((fact) => fact.type === 'caller-arrived'),
    { direction: 'outbound', root: 'desk-c1' },
  )
})
