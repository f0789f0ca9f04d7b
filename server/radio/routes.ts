/** The radio by HTTP. Keys are not pressed here. */
import { actorOf, type Routes } from '../web/index.ts'
import { NewPatch, OneById } from '../wire/radio.ts'
import { emergencyRoutes } from './emergencies/routes.ts'
import type { RadioDesk } from './engine/radio.ts'
import { handheldRoutes } from './handhelds/routes.ts'
import { radioNow } from './index.ts'
import { overRoutes } from './overs/routes.ts'
import { portRoutes } from './ports/routes.ts'

export const radioRoutes =
  (desk: RadioDesk): Routes =>
  async (app) => {
    for (const routes of [portRoutes, handheldRoutes, overRoutes, emergencyRoutes]) await routes(desk)(app)
    const { patching } = desk.radio

    app.get('/api/radio', (request) => radioNow(desk, actorOf(request)))
    app.post('/api/radio/patches', { schema: { body: NewPatch } }, (request) => {
      const { ports = [], port, callId } = request.body
      return callId === undefined
        ? patching.joinPorts(actorOf(request), ports)
        : patching.joinCaller(actorOf(request), port, callId)
    })
    app.delete('/api/radio/patches/:id', { schema: { params: OneById } }, (request) =>
      patching.part(actorOf(request), request.params.id),
    )
  }
