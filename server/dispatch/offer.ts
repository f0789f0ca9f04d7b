/**
 * An offer: one job, offered to one person, one crew or one company, until an end.
 *
 *   open ──accept──► accepted
 *     ├──decline──► declined     ├──lapse──► lapsed     └──withdraw──► withdrawn
 *
 * Of the offers of one round only one is accepted: whoever accepts withdraws the others in the same breath.
 */
import type { AcceptedHow, DeclineReason, OfferState, OfferTo, Way, WithdrawnWhy } from '../wire/dispatch.ts'
import type { OfOffer } from './events.ts'

export type Offer = {
  id: string
  organisationId: string
  ticketId: string
  round: number
  to: OfferTo
  state: OfferState
  ways: Way[]
  until: Date
  /** whoever accepted or declined */
  answeredById: string | null
}

/** `byId`: whose hand it was; an agent accepts for the engineer heard on the air. */
export type OfferAsk =
  | { ask: 'accept'; personId: string; how: AcceptedHow; byId: string | null }
  | { ask: 'decline'; personId: string; reason: DeclineReason; how: AcceptedHow; byId: string | null }
  | { ask: 'lapse' }
  | { ask: 'withdraw'; why: WithdrawnWhy; byId: string | null }

export type OfferRefusal = 'offer-not-open' | 'offer-to-another'

/** `members`: of the crew or the company it is made to; of no weight where it is made to one person. */
export function decide(
  offer: Offer,
  ask: OfferAsk,
  at: Date,
  members: readonly string[] = [],
): OfOffer[] | OfferRefusal {
  const about = { offerId: offer.id, ticketId: offer.ticketId, at }
  switch (ask.ask) {
    case 'accept':
    case 'decline': {
      if (offer.state !== 'open') return 'offer-not-open'
      const { personId, how, byId } = ask
      if (offer.to.personId ? offer.to.personId !== personId : !members.includes(personId)) return 'offer-to-another'
      if (ask.ask === 'accept') return [{ type: 'dispatch.accepted', ...about, personId, how, byId }]
      return [{ type: 'dispatch.declined', ...about, personId, how, reason: ask.reason, byId }]
    }
    case 'lapse':
      return offer.state === 'open' && at >= offer.until ? [{ type: 'dispatch.lapsed', ...about, to: offer.to }] : []
    case 'withdraw':
      return offer.state === 'open' ? [{ type: 'dispatch.withdrawn', ...about, why: ask.why, byId: ask.byId }] : []
  }
}

/** One member's no does not end an offer to a crew or a company. */
export function evolve(offer: Offer, event: OfOffer): Offer {
  switch (event.type) {
    case 'dispatch.offered':
      return { ...offer, state: 'open' }
    case 'dispatch.accepted':
      return { ...offer, state: 'accepted', answeredById: event.personId }
    case 'dispatch.declined':
      return offer.to.personId ? { ...offer, state: 'declined', answeredById: event.personId } : offer
    case 'dispatch.lapsed':
      return { ...offer, state: 'lapsed' }
    case 'dispatch.withdrawn':
      return { ...offer, state: 'withdrawn' }
  }
}
