import t from 'tap'
import { shortRests, type Worked } from './rest.ts'

const at = (hour: number) => new Date(Date.UTC(2026, 11, 1, hour))
const worked = (shiftId: string, from: number, to: number, but: Partial<Worked> = {}): Worked => ({
  ...{ shiftId, personId: 'lin', kind: 'work', from: at(from), to: at(to) },
  ...but,
})

t.test('who begins again before eleven hours are over has rested too little', async (t) => {
  t.same(shortRests([worked('two', 26, 34), worked('one', 8, 16)]), [
    { shiftId: 'two', personId: 'lin', afterShiftId: 'one', hours: 10 },
  ])
  t.same(shortRests([worked('one', 8, 16), worked('two', 27, 34)]), [], 'eleven are enough')
})

t.test('being on call, being away, other people and nobody do not count', async (t) => {
  const one = worked('one', 8, 16)
  for (const but of [{ kind: 'on_call' }, { kind: 'leave' }, { personId: 'wei' }, { personId: null }])
    t.same(shortRests([one, worked('two', 17, 20, but)]), [], JSON.stringify(but))
  t.same(shortRests([one, worked('call', 16, 24, { kind: 'on_call' }), worked('two', 24, 32)]).length, 1)
})
