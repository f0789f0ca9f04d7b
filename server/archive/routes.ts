import type { Recordings } from '../../recordings/index.ts'
import type { Db } from '../db/index.ts'
import type { Commit } from '../desk.ts'
import { notFound } from '../refusal.ts'
import { actorOf, answers, Id, type Routes, sendSound, Type } from '../web/index.ts'
import { List, ListeningView, RecordingView } from '../wire/views.ts'
import { acknowledgeAlarms, listened, listeningsOf, peaksFor, readRange, recordingFor, soundFor } from './index.ts'

const One = Type.Object({ id: Id })

const Peaks = Type.Object({
  left: Type.Array(Type.Integer(), { description: "the caller's side: 1,000 heights of 0 to 255" }),
  right: Type.Array(Type.Integer(), { description: "the agents' side" }),
})

/** What a recording is, its waveform, and its sound: streamed by us, never by a link that outlives the permission. */
export const archiveRoutes =
  ({ db, commit, recordings }: { db: Db; commit: Commit; recordings: Recordings }): Routes =>
  async (app) => {
    app.get('/api/recordings/:id', { schema: { params: One, response: answers(RecordingView) } }, (request) =>
      recordingFor(db, actorOf(request), request.params.id),
    )

    app.get(
      '/api/recordings/:id/listenings',
      { schema: { params: One, response: answers(List(ListeningView)) } },
      async (request) => ({
        items: await listeningsOf(db, actorOf(request), request.params.id),
        next: null,
      }),
    )

    app.post('/api/calls/:id/recording/acknowledge', { schema: { params: One } }, async (request, reply) => {
      const actor = actorOf(request)
      await commit((tx) => acknowledgeAlarms(tx, actor, request.params.id))
      return reply.code(204).send()
    })

    app.get('/api/recordings/:id/peaks', { schema: { params: One, response: answers(Peaks) } }, async (request) => {
      const peaks = await peaksFor(db, actorOf(request), request.params.id)
      if (!peaks) throw notFound('peaks')
      const half = peaks.length / 2
      return { left: [...peaks.subarray(0, half)], right: [...peaks.subarray(half)] }
    })

    app.get('/api/recordings/:id/audio', { schema: { params: One } }, async (request, reply) => {
      const actor = actorOf(request)
      const { recordingId, callId, bytes, read } = await soundFor(db, actor, recordings, request.params.id)
      const range = readRange(request.headers.range, bytes)
      return sendSound(request, reply, { bytes, read }, range, () =>
        commit((tx) => listened(tx, { recordingId, callId, personId: actor.personId, address: request.ip })),
      )
    })
  }
