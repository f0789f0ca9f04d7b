import t from 'tap'
import type { PhoneCall } from '../phone/phone.ts'
import type { AgentView, CallCard, PopCard } from '../wire.ts'
import { type Card, cardsOf, type Known } from './cards.ts'

const at = (second: number) => new Date(1_000_000 + second * 1000).toISOString()
const aCall = (but: Partial<CallCard> = {}): CallCard =>
  ({
    callId: 'c1',
    direction: 'inbound',
    state: 'offered',
    ani: '62041',
    dialled: '8102',
    station: 'b1001',
    arrivedAt: at(0),
    queuedAt: at(0),
    ...but,
  }) as CallCard
const aLeg = (but: Partial<PhoneCall> = {}): PhoneCall => ({
  id: 's1',
  direction: 'incoming',
  state: 'ringing',
  number: '62041',
  name: '',
  callId: null,
  since: 1_005_000,
  talkingSince: null,
  muted: false,
  quietSince: null,
  silenceMs: null,
  ended: null,
  ...but,
})
const cards = (but: Partial<Known>): Card[] =>
  cardsOf({
    phones: [],
    me: undefined,
    station: 'b1001',
    live: [],
    popOf: (callId) => ({ call: { callId } }) as PopCard,
    callOf: () => undefined,
    left: new Set(),
    blindSince: null,
    ...but,
  })

t.test('a ringing phone and the call the server offers here are one card, with its pop', async (t) => {
  const [card, ...rest] = cards({ phones: [aLeg()], live: [aCall()] })
  t.match(card, { state: 'ringing', phone: { id: 's1' }, call: { callId: 'c1' }, pop: { call: { callId: 'c1' } } })
  t.equal(rest.length, 0)
})

t.test('a leg that names its call is that call, whatever its number', async (t) => {
  const live = [aCall({ callId: 'c1' }), aCall({ callId: 'c2', ani: '30712' })]
  const found = cards({ phones: [aLeg({ callId: 'c2' })], live }).find((card) => card.phone)
  t.equal(found?.call?.callId, 'c2')
})

t.test('a caller without a number is still matched to the call that rings here', async (t) => {
  const [card] = cards({ phones: [aLeg({ number: 'anonymous' })], live: [aCall({ ani: '' })] })
  t.equal(card?.call?.callId, 'c1')
})

t.test('a call I dialled is known by the number I dialled', async (t) => {
  const dialled = aCall({ direction: 'callback', state: 'talking', ani: '8102', dialled: '30712' })
  const [card] = cards({ phones: [aLeg({ number: '30712', state: 'talking' })], live: [dialled] })
  t.equal(card?.call?.callId, 'c1')
})

t.test('a call at another station is not mine', async (t) => {
  t.same(cards({ live: [aCall({ station: 'b1002' })] }), [])
})

t.test('a call the server offers here is shown even before this phone rings', async (t) => {
  const [card] = cards({ live: [aCall()] })
  t.match(card, { state: 'ringing', phone: null })
})

t.test('a call I hung up is over here, though the server has not said so yet', async (t) => {
  t.same(cards({ live: [aCall({ state: 'talking' })], left: new Set(['c1']) }), [])
})

t.test('a call that comes back after its leg was lost rings again with what is known of it', async (t) => {
  const [card] = cards({ phones: [aLeg({ id: 's2' })], live: [aCall()], left: new Set(['c1']) })
  t.match(card, { state: 'ringing', call: { callId: 'c1' } })
})

t.test('a second call stacks below the one in the ear and overwrites nothing', async (t) => {
  const phones = [aLeg({ id: 's2', number: '30712', since: 900_000 }), aLeg({ state: 'talking' })]
  const live = [aCall({ state: 'talking' }), aCall({ callId: 'c2', ani: '30712' })]
  const found = cards({ phones, live })
  t.same(
    found.map((card) => [card.state, card.call?.callId]),
    [
      ['talking', 'c1'],
      ['ringing', 'c2'],
    ],
  )
})

t.test(
  'while the server is out of sight a new ring has no pop, and an old call is not shown as going on',
  async (t) => {
    const [card, ...rest] = cards({ phones: [aLeg()], live: [aCall({ state: 'talking' })], blindSince: 1_004_000 })
    t.match(card, { phone: { id: 's1' }, call: null, pop: null })
    t.equal(rest.length, 0)
  },
)

t.test('a call that was on when the server went away keeps what was known of it', async (t) => {
  const phones = [aLeg({ state: 'talking' })]
  const [card] = cards({ phones, live: [aCall({ state: 'talking' })], blindSince: 1_006_000 })
  t.equal(card?.call?.callId, 'c1')
})

t.test('after the call its card stays through wrap-up, and gives way to a call in the ear', async (t) => {
  const me = { state: 'wrap_up', wrapUpCallId: 'c9' } as AgentView
  const callOf = () => aCall({ callId: 'c9', state: 'ended' })
  t.match(cards({ me, callOf }), [{ state: 'wrap-up', call: { callId: 'c9' } }])
  const talking = cards({ me, callOf, phones: [aLeg({ state: 'talking' })], live: [aCall({ state: 'talking' })] })
  t.same(
    talking.map((card) => card.state),
    ['talking'],
  )
})
