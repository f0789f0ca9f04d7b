import { type Actor, listScope, may } from '../access/index.ts'
import { recordingsOf } from '../archive/index.ts'
import type { Db } from '../db/index.ts'
import type { Commit } from '../desk.ts'
import { personRefs, placeRefs } from '../directory/index.ts'
import { notFound } from '../refusal.ts'
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
import { NewTicket, TicketAct, TicketAssign, TicketChange, TicketState } from '../wire/tickets.ts'
import { List, type TicketPage, TicketRow, type TimelineItem } from '../wire/views.ts'
import {
  act,
  callsOf,
  change,
  entriesOf,
  listTickets,
  note,
  openAtDesk,
  readTickets,
  thing,
  ticketRows,
  urge,
} from './index.ts'
import type { Act } from './ticket.ts'
import { timeline } from './timeline.ts'

const strict = { additionalProperties: false } as const
const One = Type.Object({ id: Id }, strict)
/** What else happened around a ticket, told by a room that tickets do not know of. */
export type MoreTimeline = (actor: Actor, ticketId: string) => Promise<TimelineItem[]>

/** Tickets: list, open, page, change as typed, and what people do to them. */
export function ticketRoutes({ db, commit, more }: { db: Db; commit: Commit; more?: MoreTimeline }): Routes {
  const page = async (actor: Actor, id: string, but?: { changed: true }): Promise<TicketPage> => {
    const [shown, others] = await Promise.all([pageOf(db, actor, id, but), more?.(actor, id) ?? []])
    const timeline = [...shown.timeline, ...others].sort((a, b) => b.at.localeCompare(a.at))
    return { ...shown, timeline }
  }
  /** What was committed is answered as done, also to who sees the ticket for the last time: they moved it, or gave it back. */
  const changed = (actor: Actor, id: string) => page(actor, id, { changed: true })
  type Asking = Parameters<typeof actorOf>[0] & { params: unknown }
  const seenPage = (request: Asking) => page(actorOf(request), (request.params as { id: string }).id)
  const seen = async (request: Asking, first: TicketRow) => {
    await page(actorOf(request), first.ticketId)
    return first
  }
  return async (app) => {
    app.get(
      '/api/tickets',
      {
        schema: {
          querystring: Type.Object(
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
          ),
          response: answers(List(TicketRow)),
        },
      },
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

    app.post(
      '/api/tickets',
      {
        schema: { body: NewTicket },
      },
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
}

/** What was noted of a call that this person may not see does not name the call. */
function withoutHidden<T extends { body: Record<string, unknown> }>(entry: T, seen: ReadonlyMap<string, unknown>): T {
  const { callId, ...body } = entry.body
  return typeof callId !== 'string' || seen.has(callId) ? entry : { ...entry, body }
}

/**
 * One ticket with its calls, recordings and timeline, as this person may see it. Hidden answers as absent. `changed`: this
 * person's own change, which they might make, has just been committed.
 */
async function pageOf(db: Db, actor: Actor, id: string, { changed = false } = {}): Promise<TicketPage> {
  const [ticket] = await readTickets(db, [id])
  if (!ticket || !(changed || may(actor, 'see', thing(ticket)))) throw notFound('ticket')
  const links = await callsOf(db, id)
  const callIds = links.map((link) => link.callId)
  const [cards, recordings, entries, confirmed] = await Promise.all([
    cardsFor(db, actor, callIds),
    callIds.length > 0 ? recordingsOf(db, actor, callIds) : [],
    entriesOf(db, id),
    placeRefs(db, [ticket.confirmedPlaceId]),
  ])
  const items = timeline(
    ticket,
    entries.map((entry) => withoutHidden(entry, cards)),
    [...cards.values()],
    recordings,
  )
  const people = await personRefs(
    db,
    items.map((item) => item.byId),
  )
  const [row] = ticketRows([ticket])
  if (!row) throw notFound('ticket')
  return {
    ...row,
    notes: ticket.notes,
    confirmedPlace: (ticket.confirmedPlaceId && confirmed.get(ticket.confirmedPlaceId)) || null,
    confirmedCategoryId: ticket.confirmedCategoryId,
    reportedImpact: ticket.reportedImpact,
    reportedUrgency: ticket.reportedUrgency,
    confirmedImpact: ticket.confirmedImpact,
    confirmedUrgency: ticket.confirmedUrgency,
    ipAddress: ticket.ipAddress,
    resolution: ticket.resolution,
    faultCause: ticket.faultCause,
    respondedAt: ticket.respondedAt?.toISOString() ?? null,
    calls: links.flatMap(({ callId, relation }) => {
      const card = cards.get(callId)
      return card
        ? [{ ...card, relation, recordings: recordings.filter((recording) => recording.callId === callId) }]
        : []
    }),
    timeline: items.map(({ byId, ...item }) => ({ ...item, by: (byId && people.get(byId)) || null })),
  }
}
