/** What happens to a job that looks for somebody. Codes only. */
import type { AcceptedHow, DeclineReason, OfferTo, RungOutcome, RungTo, Way, WithdrawnWhy } from '../wire/dispatch.ts'

type About = { ticketId: string; at: Date; eventId?: string }

export type OfOffer = About & { offerId: string } & (
    | {
        type: 'dispatch.offered'
        round: number
        to: OfferTo
        ways: Way[]
        until: Date
        /** the ranking it came of; null: somebody was named by hand */
        decisionId: string | null
        byId: string | null
      }
    | { type: 'dispatch.accepted'; personId: string; how: AcceptedHow; byId: string | null }
    | { type: 'dispatch.declined'; personId: string; how: AcceptedHow; reason: DeclineReason; byId: string | null }
    | { type: 'dispatch.lapsed'; to: OfferTo }
    | { type: 'dispatch.withdrawn'; why: WithdrawnWhy; byId: string | null }
  )

export type DispatchEvent =
  | OfOffer
  | (About &
      (
        | { type: 'dispatch.rung'; run: number; n: number; to: RungTo; outcome: RungOutcome }
        /** somebody above is told, who is offered nothing: the job is not theirs to do */
        | { type: 'dispatch.escalated'; to: RungTo; personIds: string[]; ways: Way[] }
        /** no rung is left and nobody has it */
        | { type: 'dispatch.stuck'; run: number }
      ))
  | { type: 'dispatch.rules-changed'; at: Date; line: string; versionId: string; byId: string }
