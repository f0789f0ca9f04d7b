import t from 'tap'
import { EVERYTHING, filterOf, neighbour, queryOf } from './filter.ts'

t.test('a filter goes into the address and comes back the same', async (t) => {
  const filter = {
    state: 'unassigned' as const,
    line: 'it',
    campus: 'new',
    mine: true,
    unclaimed: true,
    place: 'p1',
    q: '打印',
  }
  t.same(filterOf(queryOf(filter)), filter)
  t.equal(queryOf(EVERYTHING).toString(), '', 'nothing narrowed, nothing written')
})

t.test('an address somebody mangled narrows nothing it does not understand', async (t) => {
  t.same(filterOf(new URLSearchParams('state=lost&assignee=you')), EVERYTHING)
})

t.test('the selection stops at both ends of the list', async (t) => {
  t.equal(neighbour(['a', 'b'], 1, 1), 1)
  t.equal(neighbour(['a', 'b'], 0, -1), 0)
  t.equal(neighbour([], 0, 1), -1)
  t.equal(neighbour(['a', 'b'], -1, 1), 0)
})
