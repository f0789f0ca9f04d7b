/** The sound of an over, by HTTP, to those who may listen to this campus's radio. */

import { may } from '../../access/index.ts'
import { listened, type Recordings, readRange } from '../../archive/index.ts'
import type { Db } from '../../db/index.ts'
import type { Commit } from '../../desk.ts'
import { notFound, Refusal } from '../../refusal.ts'
import { actorOf, Id, type Routes, sendSound, Type } from '../../web/index.ts'
import { radioThing } from '../ports/store.ts'
import { clipOfOver } from './recording.ts'
import { listOvers } from './store.ts'

const One = Type.Object({ id: Id }, { additionalProperties: false })

/** `GET /api/radio/overs/:id/audio`: what was said, half a second before it included; received left, transmitted right. */
export const clipRoutes =
  ({ db, commit, recordings }: { db: Db; commit: Commit; recordings: Recordings }): Routes =>
  async (app) => {
    app.get('/api/radio/overs/:id/audio', { schema: { params: One } }, async (request, reply) => {
      const actor = actorOf(request)
      const { organisationId, personId } = actor
      const [over] = await listOvers(db, { organisationId, ids: [request.params.id], limit: 1 })
      if (!over || !may(actor, 'see', radioThing(over))) throw notFound('over')
      if (!may(actor, 'listen', radioThing(over))) throw new Refusal('not-allowed')
      const { recordingIds, bytes, read } = await clipOfOver(db, recordings, over)
      return sendSound(request, reply, { bytes, read }, readRange(request.headers.range, bytes), () =>
        commit(async (tx) => {
          const told = []
          for (const recordingId of recordingIds)
            told.push(...(await listened(tx, { recordingId, callId: null, personId, address: request.ip })))
          return told
        }),
      )
    })
  }
