/** What a screen is shown of a job that looks for somebody. */
import type { Db } from '../db/index.ts'
import { personRefs, placeRefs } from '../directory/index.ts'
import type { Ticket } from '../tickets/index.ts'
import type { OfferView, ProposalView } from '../wire/dispatch.ts'
import { rulesFor } from './ladder.ts'
import { propose } from './running.ts'
import * as store from './store.ts'

/** Who could go, who not and why, what was offered, when it goes on: with the names that the codes point to. */
export async function proposalOf(db: Db, ticket: Ticket): Promise<ProposalView> {
  const { ranking, rules, crews, at } = await db.transaction((tx) => propose(tx, ticket))
  const offers = await store.readOffers(db, { ticketId: ticket.id })
  const { candidates, excluded } = ranking
  const placed = [...candidates.flatMap(({ reasons }) => reasons), ...excluded.flatMap(({ because }) => because)]
  const [people, places, nextAt] = await Promise.all([
    personRefs(db, [...candidates, ...excluded].map(({ personId }) => personId).concat(namesIn(offers))),
    placeRefs(
      db,
      placed.flatMap((one) => ('placeId' in one ? one.placeId : [])),
    ),
    store.nextRungAt(db, ticket.id),
  ])
  return {
    ticketId: ticket.id,
    at: at.toISOString(),
    mode: rulesFor(rules.body, ticket.priority).mode,
    versionId: rules.versionId,
    candidates: candidates.map(({ reasons, ...one }) => ({ ...one, reasons: reasons.map(shown) })),
    excluded: excluded.map(({ because, ...one }) => ({ ...one, because: because.map(shown) })),
    offers,
    nextAt: nextAt?.toISOString() ?? null,
    people: [...people.values()],
    crews: crews.map(({ crewId, code, zh, en }) => ({ crewId, code, zh, en })),
    places: [...places.values()],
  } as ProposalView
}

/** As the wire has it: times as text. */
const shown = <T extends object>(coded: T) =>
  Object.fromEntries(
    Object.entries(coded).map(([field, value]) => [field, value instanceof Date ? value.toISOString() : value]),
  )

/** The people that offers name. */
export const namesIn = (offers: OfferView[]): string[] =>
  offers.flatMap(({ personId, answeredById }) => [personId, answeredById]).filter((id) => id !== null)
