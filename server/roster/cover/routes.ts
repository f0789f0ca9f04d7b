/** What must be covered, and the gaps in it, by HTTP. */
import type { Db } from '../../db/index.ts'
import { actorOf, answers, Id, idempotent, type Routes, Type, Version } from '../../web/index.ts'
import { CoverView, NeedForm } from '../../wire/roster.ts'
import type { Commit } from '../leading.ts'
import { addNeed, endNeed, readCover } from './index.ts'

const strict = { additionalProperties: false } as const

export const coverRoutes =
  ({ db, commit }: { db: Db; commit: Commit }): Routes =>
  async (app) => {
    app.get('/api/roster/cover', { schema: { response: answers(CoverView) } }, async (request) =>
      readCover(db, actorOf(request)),
    )
    app.post(
      '/api/roster/needs',
      { schema: { body: NeedForm } },
      idempotent(async (request, reply) => {
        const actor = actorOf(request)
        let needId = ''
        await commit(async (tx) => {
          const { id, events } = await addNeed(tx, actor, request.body as NeedForm)
          needId = id
          return events
        })
        reply.code(201)
        return { needId }
      }),
    )
    app.post(
      '/api/roster/needs/:id/end',
      { schema: { params: Type.Object({ id: Id }, strict), body: Type.Object({ version: Version }, strict) } },
      async (request) => {
        const actor = actorOf(request)
        await commit((tx) => endNeed(tx, actor, request.params.id, request.body.version))
        return { needId: request.params.id }
      },
    )
  }
