import t from 'tap'
import { decide, evolve, plan, planned, restOf, type Shift, type ShiftAsk, type ShiftWish } from './shift.ts'

const clock = (hour: number) => new Date(Date.UTC(2026, 11, 1, hour))
const wish = (but: Partial<ShiftWish> = {}): ShiftWish => ({
  ...{ id: 's1', kind: 'work', personId: 'lin', crewId: 'c1', campusId: 'new', from: clock(8), to: clock(16) },
  ...but,
})
const aShift = (but: Partial<ShiftWish> = {}): Shift => ({ ...planned(wish(but)), byHand: false })
const of = { type: 'radio.shift-changed', byId: 'lead' } as const

const STATES: Record<string, [Shift, Date]> = {
  'vacant, to come': [aShift({ personId: null }), clock(7)],
  'vacant, running': [aShift({ personId: null }), clock(9)],
  planned: [aShift(), clock(7)],
  running: [aShift(), clock(9)],
  over: [aShift(), clock(16)],
  leave: [aShift({ kind: 'leave' }), clock(9)],
}
const ASKS: Record<string, ShiftAsk> = {
  'hand-over': { ask: 'hand-over', byId: 'lead', personId: 'wei', toShiftId: 's2' },
  'hand-over to oneself': { ask: 'hand-over', byId: 'lead', personId: 'lin', toShiftId: 's2' },
  end: { ask: 'end', byId: 'lead' },
  give: { ask: 'give', byId: 'lead', personId: 'wei', why: 'override' },
  'give to who has it': { ask: 'give', byId: 'lead', personId: 'lin', why: 'filled' },
  vacate: { ask: 'give', byId: 'lead', personId: null, why: 'leave' },
}
/** What each ask does in each state, in the order of ASKS: a verb, a refusal, or nothing. */
const TABLE: Record<keyof typeof STATES, string[]> = {
  'vacant, to come': ['shift-is-vacant', 'shift-is-vacant', 'removed', 'given', 'given', '-'],
  'vacant, running': ['shift-is-vacant', 'shift-is-vacant', 'ended', 'given', 'given', '-'],
  planned: ['taken', 'to-the-same-person', 'removed', 'given', '-', 'given'],
  running: ['taken', 'to-the-same-person', 'ended', 'shift-has-begun', '-', 'shift-has-begun'],
  over: Array(6).fill('shift-is-over'),
  leave: [
    'leave-is-not-handed-over',
    'leave-is-not-handed-over',
    'ended',
    ...Array(3).fill('leave-is-not-handed-over'),
  ],
}

t.test('what may be asked of a shift, in each of its states', async (t) => {
  for (const [state, [shift, at]] of Object.entries(STATES)) {
    const said = Object.values(ASKS).map((ask) => {
      const decided = decide(shift, ask, at)
      return typeof decided === 'string' ? decided : (decided[0]?.verb ?? '-')
    })
    t.same(said, TABLE[state], state)
  }
})

t.test('a shift that was removed is over, whenever', async (t) => {
  const removed = evolve(aShift(), { ...of, verb: 'removed', shiftId: 's1', personId: 'lin', at: clock(7) })
  t.equal(decide(removed, { ask: 'end', byId: null }, clock(7)), 'shift-is-over')
})

t.test('whoever hands over keeps what they worked, and the other gets the rest', async (t) => {
  const [taken] = decide(aShift(), ASKS['hand-over'] as ShiftAsk, clock(10))
  if (typeof taken !== 'object' || taken.verb !== 'taken') return t.fail('it is taken')
  t.match(evolve(aShift(), taken), { personId: 'lin', to: clock(10), plannedTo: clock(16), removed: false })
  t.match(restOf(aShift(), taken), { id: 's2', personId: 'wei', crewId: 'c1', from: clock(10), to: clock(16) })
})

t.test('a shift that has not begun is handed over whole', async (t) => {
  const [taken] = decide(aShift(), ASKS['hand-over'] as ShiftAsk, clock(7))
  if (typeof taken !== 'object' || taken.verb !== 'taken') return t.fail('it is taken')
  t.equal(evolve(aShift(), taken).removed, true)
  t.match(restOf(aShift(), taken), { from: clock(8), to: clock(16) })
})

t.test('an event of before shifts had a beginning of their own changes no other shift', async (t) => {
  const old = { ...of, verb: 'taken', shiftId: 's9', personId: 'wei', at: clock(9) } as const
  t.same(evolve(aShift(), old), aShift())
})

t.test('who has it now is what the last event says, and a person has changed it', async (t) => {
  const given = decide(aShift({ personId: null }), ASKS.give as ShiftAsk, clock(7))
  if (typeof given === 'string') return t.fail(given)
  t.match(given, [{ was: null, personId: 'wei', why: 'override' }])
  t.match(given.reduce(evolve, aShift({ personId: null })), { personId: 'wei', byHand: true, to: clock(16) })
})

t.test('a new shift ends after it begins, and lasts no longer than its kind does', async (t) => {
  t.match(plan(wish(), 'lead', clock(7)), [{ verb: 'planned', shiftId: 's1', personId: 'lin', kind: 'work' }])
  t.equal(plan(wish({ to: clock(8) }), 'lead', clock(7)), 'ends-before-it-begins')
  t.equal(plan(wish({ to: clock(8 + 37) }), 'lead', clock(7)), 'shift-too-long')
  t.match(plan(wish({ kind: 'on_call', to: clock(8 + 37) }), 'lead', clock(7)), [{ kind: 'on_call' }])
  t.equal(plan(wish({ kind: 'on_call', to: clock(8 + 9 * 24) }), 'lead', clock(7)), 'shift-too-long')
  t.match(plan(wish({ kind: 'leave', to: clock(8 + 9 * 24) }), 'lead', clock(7)), [{ kind: 'leave' }])
})
