import t from 'tap'
import type { CallbackRow } from '../../../../server/wire/views.ts'
import { owed, repeated, standing } from './owed.ts'

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

t.test('the list holds what is owed, the longest waiting first, and lets go of what is cleared', async (t) => {
  const rows = [
    aCallback({ callbackId: 'late', owedAt: '2026-11-19T06:20:00Z' }),
    aCallback({ callbackId: 'early' }),
    aCallback({ callbackId: 'done', clearedAt: '2026-11-19T06:21:00Z', clearedHow: 'caller_got_through' }),
  ]
  t.same(
    owed(rows).map((row) => row.callbackId),
    ['early', 'late'],
  )
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
