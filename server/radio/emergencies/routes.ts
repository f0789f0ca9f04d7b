/** Emergencies by HTTP. */
import { actorOf, type Routes } from '../../web/index.ts'
import { ClearEmergency, OneById, RaiseEmergency } from '../../wire/radio.ts'
import type { RadioDesk } from '../engine/radio.ts'
import { acknowledgeEmergency, clearEmergency, raiseEmergency } from './index.ts'

export const emergencyRoutes =
  (desk: RadioDesk): Routes =>
  async (app) => {
    app.post('/api/radio/emergencies', { schema: { body: RaiseEmergency } }, (request) =>
      raiseEmergency(desk, actorOf(request), request.body),
    )
    app.post('/api/radio/emergencies/:id/acknowledge', { schema: { params: OneById } }, (request) =>
      acknowledgeEmergency(desk, actorOf(request), request.params.id),
    )
    app.post('/api/radio/emergencies/:id/clear', { schema: { params: OneById, body: ClearEmergency } }, (request) =>
      clearEmergency(desk, actorOf(request), request.params.id, request.body),
    )
  }
