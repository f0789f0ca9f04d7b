import t from 'tap'
import { begin, decide, evolve, type Handover, type HandoverAsk, type HandoverState, withNothing } from './handover.ts'

const at = new Date('2026-12-01T08:00:00Z')
const aHandover = (but: Partial<Handover> = {}): Handover => ({
  ...{ id: 'h1', campusId: 'new', fromId: 'lin', toId: 'wei', state: 'open' },
  items: [
    { id: 'i1', acknowledged: false },
    { id: 'i2', acknowledged: false },
  ],
  ...but,
})
const acknowledge = (itemId: string, byId = 'wei'): HandoverAsk => ({ ask: 'acknowledge', byId, itemId })
const said = (handover: Handover, ask: HandoverAsk) => {
  const decided = decide(handover, ask, at)
  return typeof decided === 'string'
    ? decided
    : decided.map(({ type }) => type.replace('roster.handover-', '')).join(' ')
}

t.test('what may be asked of a handover, in each of its states', async (t) => {
  const states: Record<HandoverState, string[]> = {
    open: ['acknowledged', 'handover-item-not-found', 'ended'],
    taken: Array(3).fill('handover-is-over'),
    withdrawn: Array(3).fill('handover-is-over'),
  }
  for (const [state, expected] of Object.entries(states)) {
    const handover = aHandover({ state: state as HandoverState })
    const asks: HandoverAsk[] = [acknowledge('i1'), acknowledge('i9'), { ask: 'withdraw', byId: 'lin' }]
    t.same(
      asks.map((ask) => said(handover, ask)),
      expected,
      state,
    )
  }
})

t.test('only the next lead acknowledges, and only who began it withdraws it', async (t) => {
  for (const byId of ['lin', 'zhou']) t.equal(said(aHandover(), acknowledge('i1', byId)), 'handover-is-not-yours')
  for (const byId of ['wei', 'zhou']) t.equal(said(aHandover(), { ask: 'withdraw', byId }), 'handover-is-not-yours')
})

t.test('it is taken when the last item is acknowledged, and twice is once', async (t) => {
  const step = (handover: Handover, ask: HandoverAsk) => {
    const decided = decide(handover, ask, at)
    return typeof decided === 'string' ? handover : decided.reduce(evolve, handover)
  }
  const one = step(aHandover(), acknowledge('i2'))
  t.match(one, { state: 'open', items: [{ acknowledged: false }, { acknowledged: true }] })
  t.equal(said(one, acknowledge('i2')), '', 'it is acknowledged already')
  t.equal(said(one, acknowledge('i1')), 'acknowledged ended')
  t.equal(step(one, acknowledge('i1')).state, 'taken')
  t.equal(step(one, { ask: 'withdraw', byId: 'lin' }).state, 'withdrawn')
})

t.test('nobody hands over to themselves, and nothing to leave is an item', async (t) => {
  t.equal(begin({ ...aHandover(), toId: 'lin' }, 2, at), 'handover-to-oneself')
  const begun = begin(aHandover(), 2, at)
  t.match(begun, [{ type: 'roster.handover-begun', items: 2, byId: 'lin' }])
  if (typeof begun !== 'string') t.same(begun.reduce(evolve, aHandover()), aHandover())
  t.same(withNothing([]), [{ kind: 'nothing' }])
  t.same(withNothing([{ kind: 'note', note: 'x' }]), [{ kind: 'note', note: 'x' }])
})
