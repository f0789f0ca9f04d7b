import t from 'tap'
import type { CallbackRow } from '../wire.ts'
import { repeated, standing } from './standing.ts'

const aCallback = (but: Partial<CallbackRow> = {}): CallbackRow => ({
  callbackId: 'k1',
  callId: 'c1',
  campus: 'new',
  line: 'it',
  number: '62117',
  place: null,
  owedAt: '2026-11-19T06:00:00Z',
  why: 'abandoned',
  takenBy: null,
  leaseUntil: null,
  tries: 0,
  clearedAt: null,
  clearedHow: null,
  ...but,
})

t.test('a callback somebody took is theirs until the lease runs out', async (t) => {
  const taken = aCallback({ takenBy: { id: 'he', name: '何静', title: null }, leaseUntil: '2026-11-19T06:10:00Z' })
  t.equal(standing(taken, 'me', '2026-11-19T06:09:00Z'), 'theirs')
  t.equal(standing(taken, 'me', '2026-11-19T06:11:00Z'), 'free')
  t.equal(standing(taken, 'he', '2026-11-19T06:11:00Z'), 'mine')
  t.equal(standing(aCallback(), 'me', '2026-11-19T06:00:00Z'), 'free')
})

t.test('the same extension on the two campuses is two wards', async (t) => {
  const rows = [aCallback(), aCallback({ callbackId: 'k2' }), aCallback({ callbackId: 'k3', campus: 'old' })]
  t.same([...repeated(rows)], ['k2'])
})
