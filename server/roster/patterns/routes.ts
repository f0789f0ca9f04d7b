/** Patterns by HTTP. */
import type { Db } from '../../db/index.ts'
import { actorOf, answers, Id, idempotent, type Routes, Type, Version } from '../../web/index.ts'
import { PatternForm, PatternView } from '../../wire/roster.ts'
import type { Commit } from '../leading.ts'
import { changePattern, createPattern, endPattern, readPatterns } from './index.ts'

const strict = { additionalProperties: false } as const
const One = Type.Object({ id: Id }, strict)

export const patternRoutes =
  ({ db, commit }: { db: Db; commit: Commit }): Routes =>
  async (app) => {
    app.get(
      '/api/roster/patterns',
      { schema: { response: answers(Type.Object({ items: Type.Array(PatternView) })) } },
      async (request) => ({ items: await readPatterns(db, actorOf(request)) }),
    )
    app.post(
      '/api/roster/patterns',
      { schema: { body: PatternForm } },
      idempotent(async (request, reply) => {
        const actor = actorOf(request)
        const form = request.body as PatternForm
        let patternId = ''
        await commit(async (tx) => {
          const { id, events } = await createPattern(tx, actor, form)
          patternId = id
          return events
        })
        reply.code(201)
        return { patternId }
      }),
    )
    app.patch(
      '/api/roster/patterns/:id',
      { schema: { params: One, body: Type.Object({ ...PatternForm.properties, version: Version }, strict) } },
      async (request) => {
        const actor = actorOf(request)
        await commit((tx) => changePattern(tx, actor, request.params.id, request.body))
        return { patternId: request.params.id }
      },
    )
    app.post(
      '/api/roster/patterns/:id/end',
      { schema: { params: One, body: Type.Object({ version: Version }, strict) } },
      async (request) => {
        const actor = actorOf(request)
        await commit((tx) => endPattern(tx, actor, request.params.id, request.body.version))
        return { patternId: request.params.id }
      },
    )
  }
