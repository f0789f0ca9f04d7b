/** Ports by HTTP, for administrators. */
import { actorOf, idempotent, type Routes } from '../../web/index.ts'
import { CommissioningWitness, NewPort, OneById, PortChange } from '../../wire/radio.ts'
import type { RadioDesk } from '../engine/radio.ts'
import { addPort, changePort, commission, commissioningOf, portsFor, witness } from './index.ts'

export const portRoutes =
  (desk: RadioDesk): Routes =>
  async (app) => {
    app.get('/api/radio/ports', (request) => portsFor(desk, actorOf(request)))
    app.post(
      '/api/radio/ports',
      { schema: { body: NewPort } },
      idempotent(async (request, reply) => {
        const port = await addPort(desk, actorOf(request), request.body as NewPort)
        reply.code(201)
        return port
      }),
    )
    app.patch('/api/radio/ports/:id', { schema: { params: OneById, body: PortChange } }, (request) =>
      changePort(desk, actorOf(request), request.params.id, request.body),
    )
    app.get('/api/radio/ports/:id/commission', { schema: { params: OneById } }, (request) =>
      commissioningOf(desk, actorOf(request), request.params.id),
    )
    app.post('/api/radio/ports/:id/commission', { schema: { params: OneById } }, async (request, reply) => {
      const begun = await commission(desk, actorOf(request), request.params.id)
      reply.code(202)
      return begun
    })
    app.post(
      '/api/radio/ports/:id/commission/witness',
      { schema: { params: OneById, body: CommissioningWitness } },
      (request) => witness(desk, actorOf(request), request.params.id, request.body),
    )
  }
