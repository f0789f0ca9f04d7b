import type { Db } from '../db/index.ts'
import type { Commit } from '../desk.ts'
import { notFound } from '../refusal.ts'
import { cardsFor } from '../screens/index.ts'
import { actorOf, Id, type Routes, Type } from '../web/index.ts'
import { type AboutCall, endCall } from './index.ts'

/** What is done to a call itself. Calls as a person may see them, with their tickets and recordings, are the screens'. */
export function callRoutes({ db, commit, aboutCall }: { db: Db; commit: Commit; aboutCall: AboutCall }): Routes {
  const params = Type.Object({ id: Id }, { additionalProperties: false })
  return async (app) => {
    app.post('/api/calls/:id/end', { schema: { params } }, async (request) => {
      const actor = actorOf(request)
      const { id } = request.params
      await commit((tx) => endCall(tx, actor, id, aboutCall))
      const card = (await cardsFor(db, actor, [id])).get(id)
      if (!card) throw notFound('call')
      return card
    })
  }
}
