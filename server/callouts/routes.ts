/** Calling out by radio from a ticket, by HTTP. What is said and who must not be heard is decided behind the door. */
import { actorOf, Code, Id, idempotentWhileSeen, Nullable, type Routes, Text, Type } from '../web/index.ts'
import { Locale } from '../wire/words.ts'
import * as callouts from './index.ts'

const strict = { additionalProperties: false } as const
const One = Type.Object({ id: Id }, strict)
const Said = {
  language: Locale,
  text: Type.Optional(Text(200, 1)),
  toUnit: Type.Optional(Nullable(Code)),
}
const CalloutBody = Type.Object({ ...Said, port: Code, confirmPatient: Type.Optional(Type.Boolean()) }, strict)

export const calloutRoutes =
  (parts: callouts.CalloutAskParts): Routes =>
  async (app) => {
    const { db } = parts
    const seen = async (request: Parameters<typeof actorOf>[0] & { params: unknown }, first: unknown) => {
      await callouts.ticketFor(db, actorOf(request), (request.params as { id: string }).id, 'see')
      return first
    }

    app.get('/api/tickets/:id/callouts', { schema: { params: One } }, async (request) => ({
      items: await callouts.calloutsOf(db, actorOf(request), request.params.id),
      next: null,
    }))

    app.post(
      '/api/radio/callouts/preview',
      { schema: { body: Type.Object({ ...Said, ticketId: Id, port: Type.Optional(Code) }, strict) } },
      async (request) => callouts.preview(db, actorOf(request), request.body),
    )

    app.post(
      '/api/tickets/:id/callouts',
      { schema: { params: One, body: CalloutBody } },
      idempotentWhileSeen(seen, async (request, reply) => {
        const wish = request.body as Parameters<typeof callouts.callOut>[3]
        const made = await callouts.callOut(parts, actorOf(request), (request.params as { id: string }).id, wish)
        reply.code(201)
        return made
      }),
    )

    app.post(
      '/api/radio/callouts/:id/acknowledge',
      { schema: { params: One, body: Type.Object({ unit: Type.Optional(Code) }, strict) } },
      async (request) => callouts.acknowledgeBy(parts, actorOf(request), request.params.id, request.body.unit),
    )
    app.post('/api/radio/callouts/:id/cancel', { schema: { params: One } }, async (request) =>
      callouts.cancelBy(parts, actorOf(request), request.params.id),
    )
  }
