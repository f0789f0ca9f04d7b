import { may } from '../../access/index.ts'
import type { Db, Tx } from '../../db/index.ts'
import type { Commit } from '../../desk.ts'
import { actorOf, answers, Id, Nullable, type Routes, Text, Type } from '../../web/index.ts'
import { ClearedByHand } from '../../wire/tickets.ts'
import { CallbackRow, List } from '../../wire/views.ts'
import type { CallbackEvent } from './callback.ts'
import {
  callbackRows,
  callbackThing,
  clearCallback,
  owedCallbacks,
  readCallbacks,
  releaseCallback,
  takeCallback,
} from './index.ts'

const strict = { additionalProperties: false } as const
const One = Type.Object({ id: Id }, strict)

/** Callbacks owed: the list, and what people do to one. */
export function callbackRoutes({ db, commit }: { db: Db; commit: Commit }): Routes {
  const changed = async (id: string, work: (tx: Tx, id: string) => Promise<CallbackEvent[]>) => {
    await commit((tx) => work(tx, id))
    return (await callbackRows(db, await readCallbacks(db, [id])))[0]
  }
  return async (app) => {
    app.get('/api/callbacks', { schema: { response: answers(List(CallbackRow)) } }, async (request) => {
      const actor = actorOf(request)
      const owed = await owedCallbacks(db, actor.organisationId)
      const seen = owed.filter((one) => may(actor, 'see', callbackThing(one)))
      return { items: await callbackRows(db, seen), next: null }
    })

    app.post(
      '/api/callbacks/:id/take',
      { schema: { params: One, response: answers(CallbackRow) } },
      async (request) => {
        return changed(request.params.id, (tx, id) => takeCallback(tx, actorOf(request), id))
      },
    )
    app.post(
      '/api/callbacks/:id/release',
      { schema: { params: One, response: answers(CallbackRow) } },
      async (request) => {
        return changed(request.params.id, (tx, id) => releaseCallback(tx, actorOf(request), id))
      },
    )
    app.post(
      '/api/callbacks/:id/clear',
      {
        schema: {
          params: One,
          body: Type.Object(
            {
              how: ClearedByHand,
              note: Type.Optional(Nullable(Text(500))),
            },
            strict,
          ),
        },
      },
      async (request) => {
        const { how, note } = request.body
        return changed(request.params.id, (tx, id) => clearCallback(tx, actorOf(request), id, how, note ?? null))
      },
    )
  }
}
