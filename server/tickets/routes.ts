import { type Actor, listScope } from '../access/index.ts'
import type { Db } from '../db/index.ts'
import type { Commit } from '../desk.ts'
import type { DeskEvent } from '../journey.ts'
import { cardsFor } from '../screens/index.ts'
import {
  actorOf,
  answers,
  Code,
  cut,
  Id,
  idempotentWhileSeen,
  isTimeCursor,
  Nullable,
  openCursor,
  PageQuery,
  type Routes,
  Text,
  Type,
} from '../web/index.ts'
import { AnyAct, CauseView, CauseWish } from '../wire/life.ts'
import { NewTicket, TicketAct, TicketAssign, TicketChange, TicketState } from '../wire/tickets.ts'
import { List, type TicketPage, TicketRow, type TimelineItem } from '../wire/views.ts'
import {
  act,
  causes,
  change,
  changeCause,
  doAct,
  listTickets,
  note,
  openAtDesk,
  type Sending,
  ticketRows,
  urge,
} from './index.ts'
import { pageOf } from './page.ts'
import type { Act } from './ticket.ts'

const strict = { additionalProperties: false } as const
const One = Type.Object({ id: Id }, strict)
/** What else happened around a ticket, told by a room that tickets do not know of. */
export type MoreTimeline = (actor: Actor, ticketId: string) => Promise<TimelineItem[]>

type Parts = { db: Db; commit: Commit; more?: MoreTimeline; sending: Sending<DeskEvent> }
type Asking = Parameters<typeof actorOf>[0] & { params: unknown }

/** Tickets: list, open, page, change as typed, and what people do to them. */
export const ticketRoutes =
  (parts: Parts): Routes =>
  async (app) => {
    await listRoutes(parts)(app)
    await changeRoutes(parts)(app)
    await actRoutes(parts)(app)
    await causeRoutes(parts)(app)
  }

/** A ticket's page as this person sees it; after a change of theirs also to who sees it for the last time. */
function pages({ db, more }: Parts) {
  const page = async (actor: Actor, id: string, but?: { changed: true }): Promise<TicketPage> => {
    const [shown, others] = await Promise.all([pageOf(db, actor, id, { cardsFor, ...but }), more?.(actor, id) ?? []])
    const timeline = [...shown.timeline, ...others].sort((a, b) => b.at.localeCompare(a.at))
    return { ...shown, timeline }
  }
  const changed = (actor: Actor, id: string) => page(actor, id, { changed: true })
  const seenPage = (request: Asking) => page(actorOf(request), (request.params as { id: string }).id)
  return { page, changed, seenPage }
}

const TicketsAsked = Type.Object(
  {
    ...PageQuery,
    state: Type.Optional(TicketState),
    line: Type.Optional(Code),
    campus: Type.Optional(Code),
    assignee: Type.Optional(Type.Union([Type.Literal('me'), Id])),
    /** none: what no agent took */
    taker: Type.Optional(Type.Literal('none')),
    place: Type.Optional(Id),
    q: Type.Optional(Text(100)),
  },
  strict,
)

const listRoutes =
  ({ db }: Parts): Routes =>
  async (app) => {
    app.get(
      '/api/tickets',
      { schema: { querystring: TicketsAsked, response: answers(List(TicketRow)) } },
      async (request) => {
        const actor = actorOf(request)
        const { limit, after, state, line, campus, assignee, taker, place, q } = request.query
        const cursor = openCursor(after, isTimeCursor)
        const found = await listTickets(
          db,
          actor.organisationId,
          listScope(actor),
          {
            ...(state !== undefined && { state }),
            ...(line && { line }),
            ...(campus && { campus }),
            ...(assignee && { assigneeId: assignee === 'me' ? actor.personId : assignee }),
            ...(taker && { unclaimed: true }),
            ...(place && { openOf: { placeId: place, reporterId: null } }),
            ...(q && q.trim() !== '' && { q }),
          },
          { limit: limit + 1, ...(cursor && { after: cursor }) },
        )
        const page = cut(found, limit, (ticket) => ({ at: ticket.reportedAt.toISOString(), id: ticket.id }))
        return { items: ticketRows(page.items), next: page.next }
      },
    )
  }

const changeRoutes =
  (parts: Parts): Routes =>
  async (app) => {
    const { commit } = parts
    const { page, changed, seenPage } = pages(parts)
    const seen = async (request: Asking, first: TicketRow) => {
      await page(actorOf(request), first.ticketId)
      return first
    }
    app.post(
      '/api/tickets',
      { schema: { body: NewTicket } },
      idempotentWhileSeen(seen, async (request, reply) => {
        const actor = actorOf(request)
        let row: TicketRow | undefined
        await commit(async (tx) => {
          const { events, ticket } = await openAtDesk(tx, actor, request.body as NewTicket)
          row = ticketRows([ticket])[0]
          return events
        })
        reply.code(201)
        return row
      }),
    )

    app.get('/api/tickets/:id', { schema: { params: One } }, async (request) =>
      page(actorOf(request), request.params.id),
    )

    app.patch('/api/tickets/:id', { schema: { params: One, body: TicketChange } }, async (request) => {
      const actor = actorOf(request)
      await commit((tx) => change(tx, actor, request.params.id, request.body))
      return changed(actor, request.params.id)
    })

    app.post(
      '/api/tickets/:id/notes',
      { schema: { params: One, body: Type.Object({ text: Text(4_000, 1) }, strict) } },
      idempotentWhileSeen(seenPage, async (request) => {
        const actor = actorOf(request)
        const { id } = request.params as { id: string }
        await commit((tx) => note(tx, actor, id, (request.body as { text: string }).text))
        return page(actor, id)
      }),
    )
  }

const actRoutes =
  (parts: Parts): Routes =>
  async (app) => {
    const { commit, sending } = parts
    const { page, changed, seenPage } = pages(parts)

    app.post(
      '/api/tickets/:id/acts',
      { schema: { params: One, body: AnyAct } },
      idempotentWhileSeen(seenPage, async (request) => {
        const actor = actorOf(request)
        const { id } = request.params as { id: string }
        await commit((tx) => doAct(tx, actor, id, request.body as AnyAct, sending))
        return changed(actor, id)
      }),
    )

    app.post('/api/tickets/:id/urge', { schema: { params: One } }, async (request) => {
      const actor = actorOf(request)
      await commit((tx) => urge(tx, actor, request.params.id))
      return page(actor, request.params.id)
    })

    for (const what of ['take', 'withdraw', 'done', 'reopen', 'give-up'] satisfies Act[]) {
      app.post(
        `/api/tickets/:id/${what}`,
        { schema: { params: One, body: Type.Optional(Nullable(TicketAct)) } },
        async (request) => {
          const actor = actorOf(request)
          await commit((tx) => act(tx, actor, request.params.id, what, request.body ?? {}))
          return changed(actor, request.params.id)
        },
      )
    }

    app.post('/api/tickets/:id/assign', { schema: { params: One, body: TicketAssign } }, async (request) => {
      const actor = actorOf(request)
      await commit((tx) => act(tx, actor, request.params.id, 'assign', request.body))
      return changed(actor, request.params.id)
    })
  }

const causeRoutes =
  ({ db, commit }: Parts): Routes =>
  async (app) => {
    app.get('/api/causes', { schema: { response: answers(List(CauseView)) } }, async (request) => ({
      items: await causes(db, actorOf(request)),
      next: null,
    }))

    app.put('/api/causes', { schema: { body: CauseWish } }, async (request, reply) => {
      const actor = actorOf(request)
      await commit(async (tx) => changeCause(tx, actor, request.body))
      return reply.code(204).send()
    })
  }
