import fc from 'fast-check'
import t from 'tap'
import type { Criterion } from '../wire/dispatch.ts'
import { FIRST_RULES } from './ladder.ts'
import { type Engineer, type Exclusion, type Job, type Reason, rank } from './rank.ts'

const AT = new Date('2026-12-01T02:00:00Z')
const later = (minutes: number) => new Date(AT.getTime() + minutes * 60_000)
const JOB: Job = {
  ticketId: 't',
  campusId: 'new',
  line: 'it',
  priority: 2,
  categories: ['hardware.printer', 'hardware'],
  places: [
    { id: 'room', level: 'room' },
    { id: 'floor', level: 'floor' },
    { id: 'building', level: 'building' },
    { id: 'campus', level: 'campus' },
  ],
}
const engineer = (personId: string, over: Partial<Engineer> = {}): Engineer => ({
  personId,
  crews: [{ crewId: 'c', line: 'it', categories: [], zones: [] }],
  zones: [],
  duty: 'shift',
  campusId: null,
  until: later(240),
  mayBeCalledOff: false,
  isConfirmed: true,
  isVendorAway: false,
  role: null,
  before: null,
  load: { open: 0, urgent: 0 },
  hasDeclined: false,
  barred: [],
  lastSeen: [],
  lastJobAt: null,
  ...over,
})
const first = (...people: Engineer[]) => rank(JOB, people, FIRST_RULES, AT).candidates[0]

t.test('each reason to be passed over says itself', async (t) => {
  const cases: [Partial<Engineer>, Exclusion][] = [
    [{ crews: [] }, { code: 'not-in-crew' }],
    [{ crews: [{ crewId: 'c', line: 'property', categories: [], zones: [] }] }, { code: 'not-in-crew' }],
    [{ crews: [{ crewId: 'c', line: 'it', categories: ['software'], zones: [] }] }, { code: 'not-in-crew' }],
    [{ duty: 'leave' }, { code: 'on-leave' }],
    [{ duty: 'off', until: null }, { code: 'off-shift' }],
    [{ campusId: 'old' }, { code: 'other-campus', campusId: 'old' }],
    [{ isVendorAway: true }, { code: 'vendor-away' }],
    [{ load: { open: 3, urgent: 1 } }, { code: 'at-limit', load: 4, limit: 4 }],
    [{ hasDeclined: true }, { code: 'declined' }],
    [{ barred: ['floor'] }, { code: 'place-forbidden', placeId: 'floor' }],
    [{ until: later(29) }, { code: 'shift-ends', until: later(29) }],
  ]
  for (const [over, because] of cases) {
    const { candidates, excluded } = rank(JOB, [engineer('x', over)], FIRST_RULES, AT)
    t.same(candidates, [], because.code)
    t.same(excluded, [{ personId: 'x', because: [because] }], because.code)
  }
})

t.test('what does not pass somebody over', async (t) => {
  const fits: Partial<Engineer>[] = [
    { crews: [{ crewId: 'c', line: null, categories: [], zones: [] }] },
    { crews: [{ crewId: 'c', line: 'it', categories: ['hardware'], zones: [] }] },
    { duty: 'call', until: null },
    { duty: 'off', until: null, mayBeCalledOff: true },
    { campusId: 'old', zones: ['building'] },
    { isConfirmed: false },
    { load: { open: 1, urgent: 1 } },
    { barred: ['elsewhere'] },
    { until: later(30) },
  ]
  for (const over of fits) t.equal(first(engineer('x', over))?.personId, 'x', JSON.stringify(over))
})

t.test('each criterion tells two apart, and says so', async (t) => {
  const pairs: [Criterion, Partial<Engineer>, Partial<Engineer>, Reason][] = [
    ['duty', {}, { duty: 'call' }, { code: 'on-shift', until: later(240), isConfirmed: true }],
    ['duty', {}, { isConfirmed: false }, { code: 'on-shift', until: later(240), isConfirmed: true }],
    ['role', { role: 'A' }, { role: 'B' }, { code: 'system-role', role: 'A' }],
    ['role', { role: 'B' }, {}, { code: 'system-role', role: 'B' }],
    ['zone', { zones: ['floor'] }, { zones: ['building'] }, { code: 'zone', placeId: 'floor', level: 'floor' }],
    [
      'zone',
      { crews: [{ crewId: 'c', line: 'it', categories: [], zones: ['campus'] }] },
      {},
      { code: 'zone', placeId: 'campus', level: 'campus' },
    ],
    ['before', { before: 'asset' }, { before: 'fault' }, { code: 'worked-before', on: 'asset' }],
    ['load', { load: { open: 1, urgent: 0 } }, { load: { open: 1, urgent: 1 } }, { code: 'load', load: 1, limit: 4 }],
    [
      'near',
      { lastSeen: [{ id: 'building', level: 'building' }] },
      { lastSeen: [{ id: 'campus', level: 'campus' }] },
      { code: 'near', placeId: 'building', level: 'building' },
    ],
    ['idle', { lastJobAt: later(-90) }, { lastJobAt: later(-30) }, { code: 'idle-since', at: later(-90) }],
    ['idle', {}, { lastJobAt: later(-30) }, { code: 'no-job-yet' }],
  ]
  for (const [criterion, better, worse, reason] of pairs) {
    // the better one has the later id, so that ids alone would put them last
    const best = first(engineer('a', worse), engineer('b', better))
    t.equal(best?.personId, 'b', criterion)
    t.equal(best?.ahead, criterion)
    t.ok(
      best?.reasons.some((one) => JSON.stringify(one) === JSON.stringify(reason)),
      criterion,
    )
  }
})

t.test('a crew of another field lends its zone to nobody', async (t) => {
  const crews = [
    { crewId: 'c', line: 'it', categories: [], zones: [] },
    { crewId: 'd', line: 'property', categories: [], zones: ['room'] },
  ]
  t.notOk(first(engineer('x', { crews }))?.reasons.some(({ code }) => code === 'zone'))
})

t.test('the order of criteria is the line’s to change', async (t) => {
  const people = [engineer('a', { zones: ['room'], load: { open: 2, urgent: 0 } }), engineer('b')]
  t.equal(first(...people)?.personId, 'a')
  const order: Criterion[] = ['load', 'zone']
  const { candidates } = rank(JOB, people, { ...FIRST_RULES, order }, AT)
  t.equal(candidates[0]?.personId, 'b')
  t.same(
    candidates[0]?.reasons.map(({ code }) => code),
    ['load'],
    'a criterion that is not looked at gives no reason',
  )
})

t.test('nobody fits: those who fall out by least come first', async (t) => {
  const { candidates, excluded } = rank(
    JOB,
    [engineer('a', { duty: 'leave', hasDeclined: true }), engineer('b', { hasDeclined: true })],
    FIRST_RULES,
    AT,
  )
  t.same(candidates, [])
  t.same(
    excluded.map(({ personId }) => personId),
    ['b', 'a'],
  )
})

const anybody = fc.record({
  duty: fc.constantFrom('shift' as const, 'call' as const, 'off' as const, 'leave' as const),
  zones: fc.subarray(['room', 'floor', 'building', 'campus', 'elsewhere']),
  role: fc.constantFrom(null, 'A' as const, 'B' as const),
  before: fc.constantFrom(null, 'asset' as const, 'fault' as const),
  load: fc.record({ open: fc.nat(5), urgent: fc.nat(2) }),
  hasDeclined: fc.boolean(),
  isConfirmed: fc.boolean(),
  lastJobAt: fc.option(
    fc.nat(300).map((minutes) => later(-minutes)),
    { nil: null },
  ),
})

t.test('everybody is a candidate or passed over, once, in whatever order they were given', async () => {
  fc.assert(
    fc.property(fc.array(anybody, { maxLength: 20 }), fc.infiniteStream(fc.nat()), (all, dice) => {
      const people = all.map((one, i) => engineer(`p${String(i).padStart(2, '0')}`, one))
      const ranking = rank(JOB, people, FIRST_RULES, AT)
      const named = [...ranking.candidates, ...ranking.excluded].map(({ personId }) => personId)
      const once = [...named].sort().join() === people.map(({ personId }) => personId).join()
      const shuffled = people
        .map((person) => ({ person, key: dice.next().value }))
        .sort((a, b) => a.key - b.key)
        .map(({ person }) => person)
      return once && JSON.stringify(rank(JOB, shuffled, FIRST_RULES, AT)) === JSON.stringify(ranking)
    }),
  )
})
