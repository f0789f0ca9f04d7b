import t from 'tap'
import { historyFilterOf, historyQueryOf, ledTo } from './history.ts'

t.test('a filter of calls goes into the address and comes back', async (t) => {
  const filter = { mine: true, open: false, ani: '62041', place: null, alarm: true }
  t.same(historyFilterOf(historyQueryOf(filter)), filter)
  t.equal(historyQueryOf(filter).get('recording'), 'alarm', 'as the alarm links to it')
})

t.test('an ended call that led to nothing is told as such; one that goes on is not', async (t) => {
  const nothing = { ticketId: null, callbackId: null, reason: null }
  t.equal(ledTo({ ...nothing, state: 'ended' }), 'nothing')
  t.equal(ledTo({ ...nothing, state: 'talking' }), 'open')
  t.equal(ledTo({ ...nothing, state: 'ended', reason: 'test_call' }), 'reason')
  t.equal(ledTo({ ...nothing, state: 'ended', callbackId: 'k', ticketId: 't' }), 'ticket')
})
