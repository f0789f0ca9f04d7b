/** The roster by HTTP: who is here; shifts and who takes them over, who holds which handheld, who answers for which system. */

import type { Db } from '../db/index.ts'
import { actorOf, answers, Code, Id, idempotent, Nullable, type Routes, Time, Type } from '../web/index.ts'
import { OnDutyView } from '../wire/roster.ts'
import { SystemRole } from '../wire/words.ts'
import { coverRoutes } from './cover/routes.ts'
import { handoverRoutes } from './handovers/routes.ts'
import { type Commit, type Handhelds, type ShiftForm, ShiftLead, whoIsOnDuty } from './index.ts'
import { patternRoutes } from './patterns/routes.ts'
import { sheetRoutes } from './sheet/routes.ts'
import { swapRoutes } from './swaps/routes.ts'
import { weekRoutes } from './weeks/routes.ts'

const strict = { additionalProperties: false } as const
const One = Type.Object({ id: Id }, strict)

export const rosterRoutes =
  (parts: { db: Db; commit: Commit; handhelds: Handhelds }): Routes =>
  async (app) => {
    for (const routes of [weekRoutes, patternRoutes, swapRoutes, coverRoutes, handoverRoutes, sheetRoutes])
      await routes(parts)(app)
    app.get(
      '/api/roster/on-duty',
      {
        schema: {
          querystring: Type.Object({ at: Type.Optional(Time) }, strict),
          response: answers(OnDutyView),
        },
      },
      async (request) =>
        whoIsOnDuty(parts.db, actorOf(request), request.query.at ? new Date(request.query.at) : new Date()),
    )
  }

export const dutyRoutes = (parts: ConstructorParameters<typeof ShiftLead>[0]): Routes => {
  const lead = new ShiftLead(parts)
  return async (app) => {
    app.get(
      '/api/radio/duty',
      { schema: { querystring: Type.Object({ at: Type.Optional(Time) }, strict) } },
      async (request) => lead.duty(actorOf(request), request.query.at ? new Date(request.query.at) : new Date()),
    )

    const Shift = Type.Object(
      {
        personId: Id,
        campus: Nullable(Code),
        crew: Type.Optional(Nullable(Code)),
        unit: Type.Optional(Nullable(Code)),
        from: Time,
        to: Time,
      },
      strict,
    )
    app.post(
      '/api/radio/shifts',
      { schema: { body: Shift } },
      idempotent(async (request, reply) => {
        const made = await lead.plan(actorOf(request), request.body as ShiftForm)
        reply.code(201)
        return made
      }),
    )
    app.post(
      '/api/radio/shifts/:id/hand-over',
      { schema: { params: One, body: Type.Object({ personId: Id }, strict) } },
      async (request) => lead.handOver(actorOf(request), request.params.id, request.body.personId),
    )
    app.post('/api/radio/shifts/:id/end', { schema: { params: One } }, async (request) =>
      lead.end(actorOf(request), request.params.id),
    )

    app.post(
      '/api/radio/roles',
      { schema: { body: Type.Object({ system: Code, role: SystemRole, personId: Nullable(Id) }, strict) } },
      async (request) => lead.setRole(actorOf(request), request.body),
    )

    app.post(
      '/api/radio/units/:code/plan',
      {
        schema: {
          params: Type.Object({ code: Code }),
          body: Type.Object({ personId: Id, from: Time, to: Time }, strict),
        },
      },
      async (request, reply) => {
        const planned = await lead.planHandheld(actorOf(request), request.params.code, request.body)
        reply.code(201)
        return planned
      },
    )
    app.delete('/api/radio/plans/:id', { schema: { params: One } }, async (request) =>
      lead.dropPlan(actorOf(request), request.params.id),
    )
  }
}
