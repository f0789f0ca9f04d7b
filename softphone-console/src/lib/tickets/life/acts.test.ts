import t from 'tap'
import type { TicketLife } from '../../wire.ts'
import { ASKS, localTime, needsText, offered } from './acts.ts'

const life = (acts: TicketLife['acts']): TicketLife => ({
  ...{ acts, waitingFor: null, waitingUntil: null, arrivedAt: null, reviewedAt: null, verifyBy: null },
  ...{ verifiedAt: null, returned: 0, moved: 0, escalated: false, actBy: null, stars: null, cause: null },
  ...{ survivor: null, links: [], complaints: [] },
})

t.test('what is next has a button, the rest stands under more, and nothing that may not be done', async (t) => {
  t.same(offered(life(['take', 'arrive', 'wait', 'return', 'merge', 'note'])), {
    next: ['arrive', 'wait'],
    more: ['return', 'merge'],
  })
  t.same(offered(null), { next: [], more: [] }, 'not fetched')
})

t.test('an act that needs words asks for them', async (t) => {
  for (const act of Object.keys(ASKS) as (keyof typeof ASKS)[])
    if (needsText(act)) t.ok(ASKS[act].includes('text'), act)
})

t.test('a time ahead is written as the field holds it', async (t) => {
  t.match(localTime(Date.parse('2026-12-01T04:00:00Z'), 60), /^\d{4}-\d\d-\d\dT\d\d:00$/)
})
