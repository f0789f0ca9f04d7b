import { type Actor, may } from '../access/index.ts'
import type { Db } from '../db/index.ts'
import type { Commit } from '../desk.ts'
import { notFound } from '../refusal.ts'
import { cardsFor } from '../screens/index.ts'
import { actorOf, Code, Id, idempotent, idempotentWhileSeen, Nullable, type Routes, Text, Type } from '../web/index.ts'
import { JoinRelation, SaidReason } from '../wire/tickets.ts'
import type { TicketRow } from '../wire/views.ts'
import { type Dial, dial, explain, join, openSecond, readTickets, thing, ticketRows } from './index.ts'

const strict = { additionalProperties: false } as const
const One = Type.Object({ id: Id }, strict)

/** What a call and a ticket do to each other, and calls we make. */
export function callTicketRoutes({ db, commit }: { db: Db; commit: Commit }): Routes {
  const card = async (actor: Actor, id: string) => {
    const shown = (await cardsFor(db, actor, [id])).get(id)
    if (!shown) throw notFound('call')
    return shown
  }
  const row = async (id: string) => ticketRows(await readTickets(db, [id]))[0]
  const seen = async (request: Parameters<typeof actorOf>[0], first: TicketRow) => {
    const [ticket] = await readTickets(db, [first.ticketId])
    if (!ticket || !may(actorOf(request), 'see', thing(ticket))) throw notFound('ticket')
    return first
  }

  return async (app) => {
    app.post(
      '/api/calls/:id/join',
      {
        schema: {
          params: One,
          body: Type.Object(
            {
              ticketId: Id,
              relation: JoinRelation,
            },
            strict,
          ),
        },
      },
      async (request) => {
        const actor = actorOf(request)
        const { ticketId, relation } = request.body
        await commit((tx) => join(tx, actor, request.params.id, ticketId, relation))
        return row(ticketId)
      },
    )

    app.post(
      '/api/calls/:id/ticket',
      { schema: { params: One } },
      idempotentWhileSeen(seen, async (request, reply) => {
        const actor = actorOf(request)
        const told = await commit((tx) => openSecond(tx, actor, (request.params as { id: string }).id))
        reply.code(201)
        return row(told.find((event) => event.type === 'ticket.opened')?.ticketId ?? '')
      }),
    )

    app.post(
      '/api/calls/:id/explain',
      {
        schema: {
          params: One,
          body: Type.Object(
            {
              reason: SaidReason,
              note: Type.Optional(Nullable(Text(500))),
            },
            strict,
          ),
        },
      },
      async (request) => {
        const actor = actorOf(request)
        const { reason, note } = request.body
        await commit((tx) => explain(tx, actor, request.params.id, reason, note ?? null))
        return card(actor, request.params.id)
      },
    )

    app.post(
      '/api/calls/dial',
      {
        schema: {
          body: Type.Object(
            {
              number: Type.Optional(Text(40)),
              campus: Type.Optional(Code),
              line: Type.Optional(Code),
              ticketId: Type.Optional(Id),
              callbackId: Type.Optional(Id),
            },
            strict,
          ),
        },
      },
      idempotent(async (request, reply) => {
        const actor = actorOf(request)
        const callId = await dial(db, commit, actor, request.body as Dial)
        reply.code(202)
        return { callId }
      }),
    )
  }
}
