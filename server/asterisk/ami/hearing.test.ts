import { setTimeout as wait } from 'node:timers/promises'
import t from 'tap'
import type { CallFact } from '../../calls/index.ts'
import { makeMeters } from '../meters.ts'
import { type HearingOptions, makeHearing } from './hearing.ts'

const fact = (callId: string, n: number, recovered = false): CallFact =>
  ({ type: 'unrecorded', callId, at: new Date(n), pbx: 1, bootId: 'b', why: String(n), recovered }) as CallFact
const quiet = { error() {}, warn() {} }

function hearing(but: Partial<HearingOptions> = {}) {
  const heard: string[] = []
  const lost: string[] = []
  const meters = makeMeters()
  const it = makeHearing({
    hear: async (facts) => {
      await wait(2)
      heard.push(...facts.map((one) => `${one.callId}${one.at.getTime()}`))
    },
    databaseIsThere: async () => true,
    onLost: (why) => lost.push(why),
    meters,
    log: quiet,
    ...but,
  })
  return { it, heard, lost, meters }
}

t.test('what is said of one call is written in the order it was said, whatever other calls do', async (t) => {
  const { it, heard } = hearing()
  for (let n = 1; n <= 40; n++) for (const call of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) it.live(fact(call, n))
  await it.idle()
  t.equal(heard.length, 320)
  const ofA = heard.filter((one) => one.startsWith('a'))
  t.same(
    ofA,
    Array.from({ length: 40 }, (_, i) => `a${i + 1}`),
  )
})

t.test('while we get up to date, live words wait; then they follow', async (t) => {
  const { it, heard } = hearing()
  it.hold()
  it.live(fact('a', 2))
  await it.late([fact('a', 1, true), fact('b', 1, true)])
  t.same(heard.toSorted(), ['a1', 'b1'])
  it.release()
  await it.idle()
  t.same(heard.at(-1), 'a2')
})

t.test('with the database gone nothing is kept and nothing waits; it is said that something was lost', async (t) => {
  const { it, lost, meters } = hearing({
    hear: async () => {
      throw new Error('ECONNREFUSED')
    },
    databaseIsThere: async () => {
      throw new Error('ECONNREFUSED')
    },
  })
  it.live(fact('a', 1))
  await it.idle()
  t.same(lost, ['database'])
  t.equal(meters.read().counters.facts_dropped_total, 1)
  await t.rejects(it.late([fact('a', 1, true)]), /ECONNREFUSED/, 'and the record is not taken as read')
})

t.test('one call that cannot be digested stops no other, and is counted', async (t) => {
  const { it, heard, lost, meters } = hearing({
    hear: async (facts) => {
      if (facts[0]?.callId === 'bad') throw new Error('a bug of ours')
      heard.push(...facts.map((one) => one.callId))
    },
  })
  await it.late([fact('bad', 1, true), fact('good', 1, true)])
  t.same(heard, ['good'])
  t.same(lost, [])
  t.equal(meters.read().counters.facts_refused_total, 1)
})
