/** Swaps by HTTP. */
import type { Db } from '../../db/index.ts'
import { actorOf, answers, Id, idempotent, Nullable, type Routes, Type } from '../../web/index.ts'
import { SwapView } from '../../wire/roster.ts'
import type { Commit } from '../leading.ts'
import { answerSwap, askSwap, readSwaps, type SwapWish } from './index.ts'

const strict = { additionalProperties: false } as const

export const swapRoutes =
  ({ db, commit }: { db: Db; commit: Commit }): Routes =>
  async (app) => {
    app.get(
      '/api/roster/swaps',
      { schema: { response: answers(Type.Object({ items: Type.Array(SwapView) })) } },
      async (request) => ({ items: await readSwaps(db, actorOf(request)) }),
    )
    app.post(
      '/api/roster/swaps',
      { schema: { body: Type.Object({ shiftId: Id, toId: Id, forShiftId: Nullable(Id) }, strict) } },
      idempotent(async (request, reply) => {
        const actor = actorOf(request)
        let swapId = ''
        await commit(async (tx) => {
          const { id, events } = await askSwap(tx, actor, request.body as SwapWish)
          swapId = id
          return events
        })
        reply.code(201)
        return { swapId }
      }),
    )
    for (const answer of ['agree', 'refuse', 'withdraw', 'see'] as const)
      app.post(
        `/api/roster/swaps/:id/${answer}`,
        { schema: { params: Type.Object({ id: Id }, strict) } },
        async (request) => {
          const actor = actorOf(request)
          await commit((tx) => answerSwap(tx, actor, request.params.id, answer))
          return { swapId: request.params.id }
        },
      )
  }
