/** Who goes, by HTTP: the proposal, whom the desk sends, what they answer, and the rules of each line. */
import { type Actor, may } from '../access/index.ts'
import type { Db } from '../db/index.ts'
import type { Commit } from '../desk.ts'
import { notFound } from '../refusal.ts'
import { readTickets, thing } from '../tickets/index.ts'
import { actorOf, answers, Code, Id, idempotentWhileSeen, type Routes, Type } from '../web/index.ts'
import {
  AcceptWish,
  CrewRef,
  DeclineWish,
  DispatchWish,
  OfferView,
  ProposalView,
  RulesChange,
  RulesView,
} from '../wire/dispatch.ts'
import { List } from '../wire/views.ts'
import * as dispatch from './index.ts'

const strict = { additionalProperties: false } as const
const One = Type.Object({ id: Id }, strict)
const OfLine = Type.Object({ line: Code }, strict)

export const dispatchRoutes =
  ({ db, commit }: { db: Db; commit: Commit }): Routes =>
  async (app) => {
    const proposal = async (actor: Actor, id: string) => {
      const [ticket] = await readTickets(db, [id])
      if (!ticket || !may(actor, 'see', thing(ticket))) throw notFound('ticket')
      return dispatch.proposalOf(db, ticket)
    }

    app.get(
      '/api/tickets/:id/proposal',
      { schema: { params: One, response: answers(ProposalView) } },
      async (request) => proposal(actorOf(request), request.params.id),
    )

    app.post(
      '/api/tickets/:id/offers',
      { schema: { params: One, body: DispatchWish } },
      idempotentWhileSeen(
        (request) => proposal(actorOf(request), (request.params as { id: string }).id),
        async (request) => {
          const actor = actorOf(request)
          const { id } = request.params as { id: string }
          await commit((tx) => dispatch.send(tx, actor, id, request.body as DispatchWish))
          return proposal(actor, id)
        },
      ),
    )

    app.get('/api/crews', { schema: { response: answers(List(CrewRef)) } }, async (request) => ({
      items: await dispatch.crews(db, actorOf(request)),
      next: null,
    }))

    app.get('/api/offers', { schema: { response: answers(List(OfferView)) } }, async (request) => ({
      items: await dispatch.offersTo(db, actorOf(request)),
      next: null,
    }))

    app.post(
      '/api/offers/:id/accept',
      { schema: { params: One, body: AcceptWish, response: answers(OfferView) } },
      async (request) => {
        const actor = actorOf(request)
        await commit((tx) => dispatch.acceptBy(tx, actor, request.params.id, request.body))
        return dispatch.offer(db, request.params.id)
      },
    )
    app.post(
      '/api/offers/:id/decline',
      { schema: { params: One, body: DeclineWish, response: answers(OfferView) } },
      async (request) => {
        const actor = actorOf(request)
        await commit((tx) => dispatch.declineBy(tx, actor, request.params.id, request.body))
        return dispatch.offer(db, request.params.id)
      },
    )

    app.get(
      '/api/dispatch/rules/:line',
      { schema: { params: OfLine, response: answers(RulesView) } },
      async (request) => dispatch.rulesOfLine(db, actorOf(request), request.params.line),
    )
    app.put(
      '/api/dispatch/rules/:line',
      { schema: { params: OfLine, body: RulesChange, response: answers(RulesView) } },
      async (request) => {
        const actor = actorOf(request)
        const { line } = request.params
        await commit((tx) => dispatch.changeRules(tx, actor, line, request.body))
        return dispatch.rulesOfLine(db, actor, line)
      },
    )
  }
