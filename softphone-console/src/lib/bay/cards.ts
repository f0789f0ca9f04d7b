import type { PhoneCall } from '../phone/phone.ts'
import type { AgentView, CallCard, PopCard } from '../wire.ts'

/**
 * What the call lane shows. A card is one call as both witnesses tell it: the phone in this browser, and the server.
 * Either may be missing: the server may be dead, the phone may be in another tab or on the desk.
 *
 *   ringing ─▶ talking ─▶ wrap-up
 */
export type Card = {
  key: string
  state: 'ringing' | 'talking' | 'wrap-up'
  /** null: this browser has no phone leg for it */
  phone: PhoneCall | null
  /** null: the server has not told of it */
  call: CallCard | null
  pop: PopCard | null
}

export type Known = {
  phones: PhoneCall[]
  me: AgentView | undefined
  station: string | null
  live: CallCard[]
  popOf: (callId: string) => PopCard | undefined
  callOf: (callId: string) => CallCard | undefined
  /** calls whose leg in this browser is over; the server's word of it is on its way */
  left: ReadonlySet<string>
  /** since when the server cannot be seen, browser's ms; null while it can */
  blindSince: number | null
}

/**
 * While blind the phone alone is believed: what the server said last may be over, and a leg that came since has no pop.
 *
 * The cards, the one to show whole first. A call in the ear stays first; a later one stacks below and overwrites nothing.
 */
export function cardsOf({ phones, me, station, live, popOf, callOf, left, blindSince }: Known): Card[] {
  const mine = live.filter((call) => station !== null && call.station === station && isOn(call))
  const free = new Set(mine)
  const cards = phones
    .filter((phone) => phone.state !== 'ended')
    .map((phone): Card => {
      const isSeen = blindSince === null || phone.since <= blindSince
      const call = (isSeen && matchOf(phone, [...free])) || null
      if (call) free.delete(call)
      return {
        key: phone.id,
        state: phone.state === 'ringing' ? 'ringing' : 'talking',
        phone,
        call,
        pop: (call && popOf(call.callId)) ?? null,
      }
    })
  for (const call of blindSince === null ? free : []) {
    if (left.has(call.callId)) continue
    cards.push({
      key: call.callId,
      state: call.state === 'talking' ? 'talking' : 'ringing',
      phone: null,
      call,
      pop: popOf(call.callId) ?? null,
    })
  }
  cards.sort((a, b) => Number(b.state === 'talking') - Number(a.state === 'talking') || sinceOf(a) - sinceOf(b))
  const after = me?.state === 'wrap_up' && me.wrapUpCallId
  if (after && !cards.some((card) => card.state === 'talking')) {
    const call = callOf(after) ?? null
    cards.push({ key: `after ${after}`, state: 'wrap-up', phone: null, call, pop: popOf(after) ?? null })
  }
  return cards
}

const isOn = (call: CallCard): boolean => call.state === 'offered' || call.state === 'talking'

/**
 * By the call's own name when the INVITE carried it; else by number; else, a leg that just rings is the call the server
 * says it is ringing here for.
 */
function matchOf(phone: PhoneCall, calls: CallCard[]): CallCard | undefined {
  if (phone.callId) return calls.find((call) => call.callId === phone.callId)
  const number = /^(anonymous|unknown)?$/i.test(phone.number) ? '' : phone.number
  const same = calls.find((call) => (call.direction === 'inbound' ? call.ani : call.dialled || call.ani) === number)
  if (same) return same
  const offered = calls.filter((call) => call.state === 'offered')
  return phone.state === 'ringing' && offered.length === 1 ? offered[0] : undefined
}

function sinceOf(card: Card): number {
  return card.phone?.since ?? (card.call ? Date.parse(card.call.queuedAt ?? card.call.arrivedAt) : 0)
}
