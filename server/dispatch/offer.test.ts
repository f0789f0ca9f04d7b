import t from 'tap'
import type { OfferState } from '../wire/dispatch.ts'
import type { OfOffer } from './events.ts'
import { decide, evolve, type Offer, type OfferAsk } from './offer.ts'

const UNTIL = new Date('2026-12-01T02:00:45Z')
const AT = new Date('2026-12-01T02:00:30Z')
const OFFER: Offer = {
  id: 'o',
  organisationId: 'org',
  ticketId: 't',
  round: 1,
  to: { personId: 'me', crewId: null, companyId: null },
  state: 'open',
  ways: ['console'],
  until: UNTIL,
  answeredById: null,
}
const CREW: Offer = { ...OFFER, to: { personId: null, crewId: 'c', companyId: null } }
const ASKS: Record<OfferAsk['ask'], OfferAsk> = {
  accept: { ask: 'accept', personId: 'me', how: 'radio', byId: null },
  decline: { ask: 'decline', personId: 'me', how: 'phone', reason: 'busy', byId: null },
  lapse: { ask: 'lapse' },
  withdraw: { ask: 'withdraw', why: 'taken', byId: 'desk' },
}
const LEADS: Record<OfferAsk['ask'], OfferState> = {
  accept: 'accepted',
  decline: 'declined',
  lapse: 'lapsed',
  withdraw: 'withdrawn',
}
const after = (offer: Offer, ask: OfferAsk, at = UNTIL, members?: string[]): OfferState | string => {
  const decided = decide(offer, ask, at, members)
  return typeof decided === 'string' ? decided : decided.reduce(evolve, offer).state
}

t.test('every ask in every state', async (t) => {
  for (const ask of Object.values(ASKS)) {
    t.equal(after(OFFER, ask), LEADS[ask.ask], `open: ${ask.ask}`)
    for (const state of ['accepted', 'declined', 'lapsed', 'withdrawn'] as const) {
      const refused = ask.ask === 'accept' || ask.ask === 'decline'
      t.equal(after({ ...OFFER, state }, ask), refused ? 'offer-not-open' : state, `${state}: ${ask.ask}`)
    }
  }
})

t.test('it lapses at its end and not before; until then an answer counts', async (t) => {
  t.equal(after(OFFER, ASKS.lapse, AT), 'open')
  t.equal(after(OFFER, ASKS.lapse, UNTIL), 'lapsed')
  t.equal(
    after(OFFER, ASKS.accept, new Date(UNTIL.getTime() + 60_000)),
    'accepted',
    'late, and nobody has lapsed it yet',
  )
})

t.test('only whom it is made to answers it', async (t) => {
  t.equal(after(OFFER, { ...ASKS.accept, personId: 'you' } as OfferAsk), 'offer-to-another')
  t.equal(after(CREW, ASKS.accept, AT, ['you']), 'offer-to-another')
  t.equal(after(CREW, ASKS.accept, AT, ['me', 'you']), 'accepted')
})

t.test('one member’s no leaves a crew’s offer open, and is told', async (t) => {
  const decided = decide(CREW, ASKS.decline, AT, ['me', 'you']) as OfOffer[]
  t.match(decided, [{ type: 'dispatch.declined', personId: 'me', reason: 'busy' }])
  t.equal(decided.reduce(evolve, CREW).state, 'open')
})

t.test('who answered is kept', async (t) => {
  const decided = decide(OFFER, ASKS.accept, AT) as OfOffer[]
  t.equal(decided.reduce(evolve, OFFER).answeredById, 'me')
})
