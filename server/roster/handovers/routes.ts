/** Handing over by HTTP. */
import type { Actor } from '../../access/index.ts'
import type { Db } from '../../db/index.ts'
import { handoverLabels, openAt } from '../../screens/index.ts'
import { actorOf, answers, Code, Id, idempotent, type Routes, Text, Type } from '../../web/index.ts'
import { HandoverDraft, HandoverList } from '../../wire/roster.ts'
import type { Commit, Handhelds } from '../leading.ts'
import { acknowledge, beginHandover, draft, readHandovers, withdraw } from './index.ts'

const strict = { additionalProperties: false } as const
const One = Type.Object({ id: Id }, strict)
type Begin = { campus: string; toId: string; notes: string[] }

export const handoverRoutes =
  ({ db, commit, handhelds }: { db: Db; commit: Commit; handhelds: Handhelds }): Routes =>
  async (app) => {
    const parts = { handhelds, open: (actor: Actor, campus: string) => openAt(db, actor, campus) }

    app.get('/api/roster/handovers', { schema: { response: answers(HandoverList) } }, async (request) => {
      const actor = actorOf(request)
      const handovers = await readHandovers(db, actor)
      const labels = await handoverLabels(
        db,
        actor,
        handovers.flatMap(({ items }) => items),
      )
      return {
        items: handovers.map(({ begunAt, endedAt, items, ...one }) => ({
          ...one,
          begunAt: begunAt.toISOString(),
          endedAt: endedAt?.toISOString() ?? null,
          items: items.map(({ subjectId, ...item }) => ({ ...item, ...labels({ kind: item.kind, subjectId }) })),
        })),
      }
    })
    app.get(
      '/api/roster/handovers/draft',
      { schema: { querystring: Type.Object({ campus: Code }, strict), response: answers(HandoverDraft) } },
      async (request) => {
        const actor = actorOf(request)
        const subjects = await draft(db, actor, request.query.campus, parts)
        const labels = await handoverLabels(db, actor, subjects)
        return { items: subjects.map((one) => ({ kind: one.kind, code: one.code ?? null, ...labels(one) })) }
      },
    )
    app.post(
      '/api/roster/handovers',
      {
        schema: {
          body: Type.Object({ campus: Code, toId: Id, notes: Type.Array(Text(500), { maxItems: 20 }) }, strict),
        },
      },
      idempotent(async (request, reply) => {
        const actor = actorOf(request)
        const form = request.body as Begin
        const open = await draft(db, actor, form.campus, parts)
        let handoverId = ''
        await commit(async (tx) => {
          const { id, events } = await beginHandover(tx, actor, form, open)
          handoverId = id
          return events
        })
        reply.code(201)
        return { handoverId }
      }),
    )
    app.post(
      '/api/roster/handovers/:id/acknowledge',
      { schema: { params: One, body: Type.Object({ itemId: Id }, strict) } },
      async (request) => {
        const actor = actorOf(request)
        await commit((tx) => acknowledge(tx, actor, request.params.id, request.body.itemId))
        return { handoverId: request.params.id }
      },
    )
    app.post('/api/roster/handovers/:id/withdraw', { schema: { params: One } }, async (request) => {
      const actor = actorOf(request)
      await commit((tx) => withdraw(tx, actor, request.params.id))
      return { handoverId: request.params.id }
    })
  }
