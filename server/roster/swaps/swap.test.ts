import t from 'tap'
import { ask, decide, evolve, type Swap, type SwapAsk, type SwapState } from './swap.ts'

const at = new Date('2026-12-01T08:00:00Z')
const aSwap = (state: SwapState): Swap => ({
  ...{ id: 'w1', shiftId: 's1', forShiftId: null, fromId: 'lin', toId: 'wei', state },
})
const ASKS: SwapAsk[] = [
  { ask: 'agree', byId: 'wei' },
  { ask: 'refuse', byId: 'wei' },
  { ask: 'withdraw', byId: 'lin' },
  { ask: 'see', byId: 'lead', leads: true },
]
const NOT_OPEN = ['swap-is-not-open', 'swap-is-not-open', 'swap-is-not-open']
const TABLE: Record<SwapState, string[]> = {
  asked: ['agreed', 'refused', 'withdrawn', 'swap-not-agreed'],
  agreed: [...NOT_OPEN, 'seen'],
  refused: [...NOT_OPEN, 'swap-not-agreed'],
  withdrawn: [...NOT_OPEN, 'swap-not-agreed'],
  seen: [...NOT_OPEN, '-'],
}

t.test('what may be asked of a swap, in each of its states', async (t) => {
  for (const [state, expected] of Object.entries(TABLE)) {
    const said = ASKS.map((asked) => {
      const decided = decide(aSwap(state as SwapState), asked, at)
      return typeof decided === 'string' ? decided : (decided[0]?.verb ?? '-')
    })
    t.same(said, expected, state)
  }
})

t.test('only who was asked agrees or refuses, only who asked withdraws, only who leads has seen it', async (t) => {
  const who = (asked: SwapAsk, state: SwapState = 'asked') => decide(aSwap(state), asked, at)
  for (const ask of ['agree', 'refuse'] as const) t.equal(who({ ask, byId: 'lin' }), 'swap-is-not-yours')
  t.equal(who({ ask: 'withdraw', byId: 'wei' }), 'swap-is-not-yours')
  t.equal(who({ ask: 'agree', byId: 'zhou' }), 'swap-is-not-yours')
  t.equal(who({ ask: 'see', byId: 'wei', leads: false }, 'agreed'), 'not-allowed')
})

t.test('nobody swaps with themselves', async (t) => {
  t.match(ask(aSwap('asked'), at), [{ verb: 'asked', byId: 'lin' }])
  t.equal(ask({ ...aSwap('asked'), toId: 'lin' }, at), 'swap-with-oneself')
})

t.test('a swap is in the state its last event says', async (t) => {
  const agreed = decide(aSwap('asked'), ASKS[0] as SwapAsk, at)
  if (typeof agreed === 'string') return t.fail(agreed)
  t.equal(agreed.reduce(evolve, aSwap('asked')).state, 'agreed')
})
