/** The register of handhelds by HTTP, and its spreadsheet. */
import { Refusal } from '../../refusal.ts'
import { actorOf, idempotent, type Routes } from '../../web/index.ts'
import { HandheldChange, HandheldSheet, HeldBy, NewHandheld, OneByCode, OneById } from '../../wire/radio.ts'
import type { RadioDesk } from '../engine/radio.ts'
import { addHandheld, changeHandheld, exportHandhelds, handHandheld, handheldsFor, importHandhelds } from './index.ts'

/** Characters of a register of handhelds: far more than a hospital has. */
const SHEET_MAX = 1024 * 1024
/** Bytes of it on the way here: a Chinese character is three, and JSON writes an apostrophe or a line end as two. */
const BODY_MAX = 4 * 1024 * 1024

export const handheldRoutes =
  (desk: RadioDesk): Routes =>
  async (app) => {
    app.get('/api/radio/units', async (request) => ({
      items: await handheldsFor(desk.db, actorOf(request)),
      next: null,
    }))
    app.post('/api/radio/units/:code/holder', { schema: { params: OneByCode, body: HeldBy } }, (request) =>
      handHandheld(desk, actorOf(request), request.params.code, request.body.personId),
    )
    app.post(
      '/api/radio/units',
      { schema: { body: NewHandheld } },
      idempotent(async (request, reply) => {
        const unit = await addHandheld(desk, actorOf(request), request.body as NewHandheld)
        reply.code(201)
        return unit
      }),
    )
    app.patch('/api/radio/units/:id', { schema: { params: OneById, body: HandheldChange } }, (request) =>
      changeHandheld(desk, actorOf(request), request.params.id, request.body),
    )
    app.get('/api/radio/units/export.csv', async (request, reply) => {
      const sheet = await exportHandhelds(desk.db, actorOf(request))
      return reply
        .header('content-disposition', 'attachment; filename="handhelds.csv"')
        .type('text/csv; charset=utf-8')
        .send(sheet)
    })
    app.post(
      '/api/radio/units/import',
      {
        bodyLimit: BODY_MAX,
        schema: { body: HandheldSheet },
        preHandler: async (request) => {
          if ((request.body as HandheldSheet).csv.length > SHEET_MAX)
            throw new Refusal('sheet-too-big', { most: SHEET_MAX })
        },
      },
      idempotent((request) => importHandhelds(desk, actorOf(request), request.body as HandheldSheet)),
    )
  }
