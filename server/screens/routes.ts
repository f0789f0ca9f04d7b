import { type Actor, listScope } from '../access/index.ts'
import { alarmsOf, recordingsOf } from '../archive/index.ts'
import { type IdentifyTarget, identifyCall, legsOf, readCall } from '../calls/index.ts'
import { type Db, journalHead } from '../db/index.ts'
import type { Commit } from '../desk.ts'
import { normaliseCaller } from '../directory/index.ts'
import { notFound, Refusal } from '../refusal.ts'
import { actorOf, Code, cut, Id, isTimeCursor, openCursor, PageQuery, type Routes, Text, Type } from '../web/index.ts'
import type { Health } from '../wire/views.ts'
import { callIds, cardsFor, markPainted, mayDo, offersOf, type Painted, popFor, snapshot } from './index.ts'

const strict = { additionalProperties: false } as const
const Call = Type.Object({ id: Id }, strict)

const CallsAsked = Type.Object(
  {
    ...PageQuery,
    mine: Type.Optional(Type.Boolean()),
    open: Type.Optional(Type.Boolean()),
    ani: Type.Optional(Text(40)),
    place: Type.Optional(Id),
    campus: Type.Optional(Code),
    line: Type.Optional(Code),
    recording: Type.Optional(Type.Literal('alarm')),
  },
  strict,
)
const Shown = Type.Object({ legUniqueid: Text(80, 1), afterMs: Type.Number({ minimum: 0, maximum: 600_000 }) }, strict)
const Target = Type.Object(
  { number: Type.Optional(Text(40, 1)), personId: Type.Optional(Id), placeId: Type.Optional(Id) },
  { ...strict, minProperties: 1, maxProperties: 1 },
)

type Parts = { db: Db; commit: Commit; health: () => Health; painted: (pop: Painted) => void }

/** The console's start, and calls as a person may see them. `painted` hears of each pop that is on the screen. */
export const popRoutes =
  (parts: Parts): Routes =>
  async (app) => {
    await callListRoutes(parts)(app)
    await oneCallRoutes(parts)(app)
  }

const callListRoutes =
  ({ db, health }: Parts): Routes =>
  async (app) => {
    app.get('/api/desk', async (request) => snapshot(db, actorOf(request), await journalHead(db), health()))

    app.get('/api/calls', { schema: { querystring: CallsAsked } }, async (request) => {
      const actor = actorOf(request)
      const { limit, after, mine, open, ani, place, campus, line, recording } = request.query
      const cursor = openCursor(after, isTimeCursor)
      const rows = await callIds(
        db,
        actor.organisationId,
        listScope(actor),
        {
          ...(mine && { personId: actor.personId }),
          ...(open && { open }),
          // As it was kept when the call came in (directory/caller.ts).
          ...(ani && { ani: normaliseCaller({ ani, aniName: '' }).ani || ani }),
          ...(place && { placeId: place }),
          ...(campus && { campus }),
          ...(line && { line }),
          ...(recording && { recordingAlarm: true }),
        },
        { limit: limit + 1, ...(cursor && { after: cursor }) },
      )
      const page = cut(rows, limit, (row) => ({ at: row.at.toISOString(), id: row.id }))
      const ids = page.items.map((row) => row.id)
      const cards = await cardsFor(db, actor, ids)
      return { items: ids.flatMap((id) => cards.get(id) ?? []), next: page.next }
    })
  }

const oneCallRoutes =
  ({ db, commit, painted }: Parts): Routes =>
  async (app) => {
    const mine = async (actor: Actor, id: string) => {
      const card = (await cardsFor(db, actor, [id])).get(id)
      if (!card) throw notFound('call')
      return card
    }

    app.get('/api/calls/:id', { schema: { params: Call } }, async (request) => {
      const actor = actorOf(request)
      const card = await mine(actor, request.params.id)
      const [recordings, alarms, legs, offers] = await Promise.all([
        recordingsOf(db, actor, [card.callId]),
        alarmsOf(db, actor, card.callId),
        legsOf(db, card.callId),
        offersOf(db, card.callId),
      ])
      return { ...card, recordings, recordingAlarms: alarms, legs, offers }
    })

    app.get('/api/calls/:id/pop', { schema: { params: Call } }, async (request) => {
      const actor = actorOf(request)
      const card = await mine(actor, request.params.id)
      // Only whoever is rung or talks gets the pop.
      if (card.agent?.id !== actor.personId || !card.legUniqueid) throw notFound('pop')
      const pop = await popFor(db, card.callId, card.legUniqueid, actor.personId)
      if (!pop) throw notFound('pop')
      return pop
    })

    app.post('/api/calls/:id/painted', { schema: { params: Call, body: Shown } }, async (request, reply) => {
      const saidAt = Date.now()
      const actor = actorOf(request)
      const ringAt = await markPainted(db, request.params.id, request.body.legUniqueid, actor.personId)
      if (ringAt) painted({ ringAt, saidAt, browserMs: request.body.afterMs })
      return reply.code(204).send()
    })

    app.post('/api/calls/:id/identify', { schema: { params: Call, body: Target } }, async (request) => {
      const actor = actorOf(request)
      await mine(actor, request.params.id)
      if (!(await mayDo(db, actor, 'change', request.params.id))) throw new Refusal('not-allowed')
      const call = await readCall(db, request.params.id)
      if (!call) throw notFound('call')
      await commit((tx) => identifyCall(tx, call.id, actor, request.body as IdentifyTarget))
      return mine(actor, call.id)
    })
  }
