/** Overs by HTTP. */
import { actorOf, cut, isTimeCursor, openCursor, PageQuery, type Routes, Type } from '../../web/index.ts'
import { AttachOver, OneById, OverQuery, SayWho } from '../../wire/radio.ts'
import type { RadioDesk } from '../engine/radio.ts'
import { attachOver, countUntagged, overFor, oversFor, sayWho } from './index.ts'

const Query = Type.Object({ ...PageQuery, ...OverQuery.properties }, { additionalProperties: false })

export const overRoutes =
  (desk: RadioDesk): Routes =>
  async (app) => {
    app.get('/api/radio/overs', { schema: { querystring: Query } }, async (request) => {
      const { limit, after, ...asked } = request.query
      const page = { before: openCursor(after, isTimeCursor), limit: limit + 1 }
      const overs = await oversFor(desk.db, actorOf(request), asked, page)
      return cut(overs, limit, ({ from, overId }) => ({ at: from, id: overId }))
    })
    app.get('/api/radio/overs/untagged', (request) => countUntagged(desk.db, actorOf(request)))
    app.get('/api/radio/overs/:id', { schema: { params: OneById } }, (request) =>
      overFor(desk.db, actorOf(request), request.params.id),
    )
    app.post('/api/radio/overs/:id/attach', { schema: { params: OneById, body: AttachOver } }, (request) =>
      attachOver(desk, actorOf(request), request.params.id, request.body.ticketId),
    )
    app.post('/api/radio/overs/:id/who', { schema: { params: OneById, body: SayWho } }, (request) =>
      sayWho(desk, actorOf(request), request.params.id, request.body.unit),
    )
  }
