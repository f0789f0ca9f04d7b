/** The roster of a week or a month by HTTP: read, filled, changed for a day; leave; who can be reached. */
import type { Db } from '../../db/index.ts'
import { actorOf, answers, Code, Id, idempotent, Nullable, type Routes, Time, Type, Version } from '../../web/index.ts'
import { ReachWay, RosterShiftForm, RosterView } from '../../wire/roster.ts'
import type { Commit } from '../leading.ts'
import { noteReachable, sayReachable } from '../reach/index.ts'
import { addShift, endShift, giveShift, grantLeave, readRoster } from './index.ts'

const strict = { additionalProperties: false } as const
const One = Type.Object({ id: Id }, strict)
const LeaveForm = Type.Object({ personId: Id, from: Time, to: Time }, strict)

export const weekRoutes =
  ({ db, commit }: { db: Db; commit: Commit }): Routes =>
  async (app) => {
    app.get(
      '/api/roster',
      {
        schema: {
          querystring: Type.Object({ from: Time, to: Time, crew: Type.Optional(Code) }, strict),
          response: answers(RosterView),
        },
      },
      async (request) => {
        const { from, to, crew } = request.query
        return readRoster(db, actorOf(request), { from: new Date(from), to: new Date(to), crew })
      },
    )
    app.post(
      '/api/roster/shifts',
      { schema: { body: RosterShiftForm } },
      idempotent(async (request, reply) => {
        const actor = actorOf(request)
        let shiftId = ''
        await commit(async (tx) => {
          const { id, events } = await addShift(tx, actor, request.body as RosterShiftForm)
          shiftId = id
          return events
        })
        reply.code(201)
        return { shiftId }
      }),
    )
    app.post(
      '/api/roster/shifts/:id/give',
      {
        schema: {
          params: One,
          body: Type.Object(
            { personId: Nullable(Id), version: Version, knowingly: Type.Optional(Type.Boolean()) },
            strict,
          ),
        },
      },
      async (request) => {
        const actor = actorOf(request)
        await commit((tx) => giveShift(tx, actor, request.params.id, request.body))
        return { shiftId: request.params.id }
      },
    )
    app.post(
      '/api/roster/shifts/:id/end',
      { schema: { params: One, body: Type.Object({ version: Version }, strict) } },
      async (request) => {
        const actor = actorOf(request)
        await commit((tx) => endShift(tx, actor, request.params.id, request.body.version))
        return { shiftId: request.params.id }
      },
    )
    app.post(
      '/api/roster/leave',
      { schema: { body: LeaveForm } },
      idempotent(async (request, reply) => {
        const actor = actorOf(request)
        let made = { shiftId: '', vacated: 0 }
        await commit(async (tx) => {
          const { id, vacated, events } = await grantLeave(
            tx,
            actor,
            request.body as { personId: string; from: string; to: string },
          )
          made = { shiftId: id, vacated }
          return events
        })
        reply.code(201)
        return made
      }),
    )
    app.post('/api/roster/here', async (request) => {
      const actor = actorOf(request)
      await commit((tx) => sayReachable(tx, actor))
      return { here: true }
    })
    app.post(
      '/api/roster/shifts/:id/reached',
      { schema: { params: One, body: Type.Object({ way: ReachWay }, strict) } },
      async (request) => {
        const actor = actorOf(request)
        await commit((tx) => noteReachable(tx, actor, request.params.id, request.body.way))
        return { shiftId: request.params.id }
      },
    )
  }
