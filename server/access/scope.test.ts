/** Lists show what may() lets a person see, and nothing else: whoever they are, whatever the ticket. */
import fc from 'fast-check'
import t from 'tap'
import { database } from '../test/database.ts'
import { hospital } from '../test/hospital.ts'
import { readTickets, thing } from '../tickets/index.ts'
import { listTickets } from '../tickets/shown-store.ts'
import type { Role } from '../wire/words.ts'
import { listScope, may } from './index.ts'

const ROLES: Role[] = ['agent', 'supervisor', 'engineer', 'auditor', 'admin', 'reporter']

t.test('a list of tickets and may() never disagree', async (t) => {
  const db = await database(t)
  const house = await hospital(db)
  const people = [house.lin.personId, house.wei.personId, house.supervisor.personId]
  const somebody = fc.option(fc.constantFrom(...people), { nil: null })
  const aTicket = fc.record({
    campus: fc.constantFrom('old', 'new'),
    line: fc.constantFrom('it', 'property'),
    assignee_id: somebody,
    first_taker_id: somebody,
    reporter_id: somebody,
    offered_ids: fc.subarray(people),
  })
  const aGrant = fc.record({
    role: fc.constantFrom(...ROLES),
    campus: fc.constantFrom(null, 'old', 'new'),
    line: fc.constantFrom(null, 'it', 'property'),
  })
  const { organisationId } = house
  const some = fc.sample(aTicket, { numRuns: 60, seed: 20 })
  const year = 2026
  await db('tickets').insert(
    some.map(({ campus, line, ...ties }, number) => ({
      ...{ organisation_id: organisationId, year, number: number + 9_000, source: 'desk', reported_at: new Date() },
      ...{ campus_id: house.campuses[campus as 'new'], line_id: house.lines[line as 'it'], ...ties },
    })),
  )
  const all = await readTickets(
    db,
    (await db('tickets').select('id')).map(({ id }) => id),
  )
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...people), fc.array(aGrant, { maxLength: 3 }), async (personId, grants) => {
      const asker = { personId, organisationId, grants }
      const listed = await listTickets(db, organisationId, listScope(asker), {}, { limit: 500 })
      const seen = all.filter((ticket) => may(asker, 'see', thing(ticket)))
      return ids(listed) === ids(seen)
    }),
    { numRuns: 150, seed: 21 },
  )
  t.ok(all.length >= 60)
})

const ids = (tickets: { id: string }[]): string =>
  tickets
    .map(({ id }) => id)
    .sort()
    .join()
