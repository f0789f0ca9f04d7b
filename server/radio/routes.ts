/** The radio by HTTP: what was said, who said it and where it belongs, emergencies, patches, handhelds. Keys are not pressed here. */

import { type Actor, may } from '../access/index.ts'
import type { Db } from '../db/index.ts'
import { clock } from '../db/index.ts'
import type { Commit } from '../desk.ts'
import { notFound, Refusal } from '../refusal.ts'
import { isPerson } from '../roster/index.ts'
import { readTickets, thing } from '../tickets/index.ts'
import {
  actorOf,
  Code,
  cut,
  Id,
  isTimeCursor,
  Nullable,
  openCursor,
  PageQuery,
  type Routes,
  Text,
  Type,
} from '../web/index.ts'
import { readEmergencies } from './emergencies/store.ts'
import type { Radio } from './engine/radio.ts'
import { unitRoutes } from './handhelds/routes.ts'
import * as overs from './overs/store.ts'
import { portRoutes } from './ports/routes.ts'
import * as ports from './ports/store.ts'

const strict = { additionalProperties: false } as const
const One = Type.Object({ id: Id }, strict)
const Day = Type.String({ pattern: '^[1-9]\\d{3}-\\d{2}-\\d{2}$' })
/** A day of the calendar: there is no 30th of February. */
const isDay = (day: string): boolean => {
  const at = new Date(`${day}T00:00:00Z`)
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(day)
}

/** Campuses whose radio this person may hear of. */
async function campusesOf(db: Db, actor: Actor): Promise<string[]> {
  const all = [...new Set((await ports.readPorts(db, actor.organisationId)).map(({ campus }) => campus))]
  return all.filter((campus) => may(actor, 'see', ports.radioThing({ organisationId: actor.organisationId, campus })))
}

export const radioRoutes =
  ({ db, commit, radio }: { db: Db; commit: Commit; radio: Radio }): Routes =>
  async (app) => {
    for (const routes of [portRoutes, unitRoutes]) await routes({ db, commit, radio })(app)

    type OnRadio = { organisationId: string; campus: string }
    const allow = (actor: Actor, verb: 'change' | 'clear' | 'listen' | 'key', one: OnRadio, what: string): void => {
      if (!may(actor, 'see', ports.radioThing(one))) throw notFound(what)
      if (!may(actor, verb, ports.radioThing(one))) throw new Refusal('not-allowed')
    }
    const ticketFor = async (actor: Actor, id: string, verb: 'see' | 'change') => {
      const [ticket] = await readTickets(db, [id])
      if (!ticket || !may(actor, 'see', thing(ticket))) throw notFound('ticket')
      if (!may(actor, verb, thing(ticket))) throw new Refusal('not-allowed')
    }
    const overFor = async (actor: Actor, id: string, verb: 'change' | 'listen') => {
      const [over] = await overs.listOvers(db, { organisationId: actor.organisationId, ids: [id], limit: 1 })
      if (!over) throw notFound('over')
      allow(actor, verb, over, 'over')
      return over
    }
    const shown = (actor: Actor, { organisationId, ticket, ...over }: overs.ShownOver) => ({
      ...(ticket === null || may(actor, 'see', ticket) ? over : overs.unticketed(over)),
      mayListen: may(actor, 'listen', ports.radioThing({ organisationId, campus: over.campus })),
    })

    app.get('/api/radio', async (request) => {
      const actor = actorOf(request)
      const campuses = new Set(await campusesOf(db, actor))
      const latched = await readEmergencies(db, actor.organisationId)
      return {
        ports: radio.portsNow(actor.organisationId).filter(({ campus }) => campuses.has(campus)),
        emergencies: latched
          .filter(({ campus }) => campuses.has(campus))
          .map(({ cleared: _, ackedById: __, campus: ___, organisationId: ____, ...one }) => one),
        units: await ports.listUnits(db, actor.organisationId, [...campuses]),
      }
    })

    app.get(
      '/api/radio/overs',
      {
        schema: {
          querystring: Type.Object(
            {
              ...PageQuery,
              port: Type.Optional(Code),
              campus: Type.Optional(Code),
              ticketId: Type.Optional(Id),
              untagged: Type.Optional(Type.Boolean()),
              day: Type.Optional(Day),
            },
            strict,
          ),
        },
      },
      async (request) => {
        const actor = actorOf(request)
        const { limit, after, port, campus, ticketId, untagged, day } = request.query
        if (day !== undefined && !isDay(day)) throw new Refusal('no-such-day', { day })
        if (ticketId !== undefined) await ticketFor(actor, ticketId, 'see')
        const campuses = await campusesOf(db, actor)
        const rows = await overs.listOvers(db, {
          organisationId: actor.organisationId,
          campuses: campus === undefined ? campuses : campuses.filter((one) => one === campus),
          port,
          ticketId,
          untagged,
          day,
          before: openCursor(after, isTimeCursor),
          limit: limit + 1,
        })
        const page = cut(rows, limit, (row) => ({ at: row.from, id: row.overId }))
        return { items: page.items.map((over) => shown(actor, over)), next: page.next }
      },
    )

    app.get('/api/radio/overs/untagged', async (request) => {
      const { organisationId } = actorOf(request)
      return { count: await overs.countUntagged(db, organisationId, await campusesOf(db, actorOf(request))) }
    })

    app.get('/api/radio/overs/:id', { schema: { params: One } }, async (request) => {
      const actor = actorOf(request)
      const [over] = await overs.listOvers(db, {
        organisationId: actor.organisationId,
        campuses: await campusesOf(db, actor),
        ids: [request.params.id],
        limit: 1,
      })
      if (!over) throw notFound('over')
      return shown(actor, over)
    })

    app.post(
      '/api/radio/overs/:id/attach',
      { schema: { params: One, body: Type.Object({ ticketId: Nullable(Id) }, strict) } },
      async (request) => {
        const actor = actorOf(request)
        const { ticketId } = request.body
        const over = await overFor(actor, request.params.id, 'change')
        // What is filed under another line's ticket is theirs to file elsewhere.
        if (over.ticket && !may(actor, 'change', over.ticket)) throw new Refusal('ticket-of-another-line')
        if (ticketId !== null) await ticketFor(actor, ticketId, 'change')
        await commit(async (tx) => {
          await overs.attach(tx, over.overId, ticketId, 'hand')
          const at = await clock(tx)
          const about = { overId: over.overId, ticketId, wasTicketId: over.ticketId }
          return [{ type: 'radio.over-attached', ...about, at, byId: actor.personId }]
        })
        const [now] = await overs.listOvers(db, { organisationId: actor.organisationId, ids: [over.overId], limit: 1 })
        return now && shown(actor, now)
      },
    )

    app.post(
      '/api/radio/overs/:id/who',
      { schema: { params: One, body: Type.Object({ unit: Code }, strict) } },
      async (request) => {
        const actor = actorOf(request)
        const over = await overFor(actor, request.params.id, 'change')
        const unit = (await ports.readRoster(db, actor.organisationId)).find(({ code }) => code === request.body.unit)
        if (!unit) throw new Refusal('no-such-handheld', { unit: request.body.unit })
        if (over.kind !== 'rx') throw new Refusal('over-not-received')
        await commit(async (tx) => {
          await overs.tag(tx, over.overId, unit.code, unit.holderId, actor.personId)
          return [{ type: 'radio.over-named', overId: over.overId, at: await clock(tx), byId: actor.personId }]
        })
        radio.engine.tag(over.overId, unit)
        const [now] = await overs.listOvers(db, { organisationId: actor.organisationId, ids: [over.overId], limit: 1 })
        return now && shown(actor, now)
      },
    )

    app.post(
      '/api/radio/emergencies',
      { schema: { body: Type.Object({ port: Code, unit: Type.Optional(Code) }, strict) } },
      async (request) => {
        const actor = actorOf(request)
        const port = (await ports.readPorts(db, actor.organisationId)).find((one) => one.port === request.body.port)
        if (!port) throw notFound('port')
        allow(actor, 'key', port, 'port')
        // Never refused for a wrong number: what is no handheld this person knows of is told as that number.
        const { unit: code = null } = request.body
        const roster = code === null ? [] : await ports.readRoster(db, actor.organisationId)
        const unit = roster.find((one) => one.code === code && may(actor, 'see', ports.radioThing(one)))
        const emergencyId = radio.engine.raise({
          port: port.port,
          unit: unit?.code ?? null,
          raw: unit ? null : code,
          how: 'agent',
        })
        return { emergencyId }
      },
    )

    const latched = async (actor: Actor, id: string, verb: 'change' | 'clear') => {
      const [one] = await readEmergencies(db, actor.organisationId, [id])
      if (!one) throw notFound('emergency')
      allow(actor, verb, one, 'emergency')
      return one
    }
    app.post('/api/radio/emergencies/:id/acknowledge', { schema: { params: One } }, async (request) => {
      const actor = actorOf(request)
      const one = await latched(actor, request.params.id, 'change')
      if (one.ackedAt === null) radio.engine.acknowledge(one.emergencyId, actor.personId)
      await radio.keeper.settle(2_000)
      const [now] = await readEmergencies(db, actor.organisationId, [one.emergencyId])
      return { emergencyId: one.emergencyId, ackedAt: now?.ackedAt ?? null, ackedBy: now?.ackedBy ?? null }
    })
    app.post(
      '/api/radio/emergencies/:id/clear',
      { schema: { params: One, body: Type.Object({ reason: Text(400, 1) }, strict) } },
      async (request) => {
        const actor = actorOf(request)
        const one = await latched(actor, request.params.id, 'clear')
        if (one.cleared) return { emergencyId: one.emergencyId, cleared: true }
        const why = radio.engine.clear(one.emergencyId, actor.personId, request.body.reason)
        if (why === 'unknown') throw new Refusal('radio-not-here')
        if (why) throw new Refusal(`emergency-${why.replace('_', '-')}`)
        await radio.keeper.settle(2_000)
        return { emergencyId: one.emergencyId, cleared: true }
      },
    )

    app.post(
      '/api/radio/patches',
      {
        schema: {
          body: Type.Object(
            {
              ports: Type.Optional(Type.Array(Code, { minItems: 2, maxItems: 8 })),
              /** with `callId`: the caller the agent talks with, joined to this port */
              port: Type.Optional(Code),
              callId: Type.Optional(Id),
            },
            strict,
          ),
        },
      },
      async (request) => {
        const actor = actorOf(request)
        const all = await ports.readPorts(db, actor.organisationId)
        const { callId } = request.body
        if (callId !== undefined) {
          const port = all.find((one) => one.port === request.body.port)
          if (!port) throw notFound('port')
          allow(actor, 'change', port, 'port')
          return { patchId: await radio.phones.join(actor, port, callId), ports: [port.port] }
        }
        const wanted = [...new Set(request.body.ports ?? [])].map((code) => all.find(({ port }) => port === code))
        const rows = wanted.filter((port) => port !== undefined)
        if (rows.length !== wanted.length || rows.length < 2) throw notFound('port')
        for (const port of rows) allow(actor, 'change', port, 'port')
        const codes = rows.map(({ port }) => port)
        const patchId = crypto.randomUUID()
        const why = radio.engine.patch(patchId, codes)
        if (why) throw new Refusal('ports-not-patched', { why })
        await commit(async (tx) => {
          await ports.savePatch(tx, { patchId, portIds: rows.map(({ id }) => id), callId: null, byId: actor.personId })
          return [{ type: 'radio.patched', patchId, ports: codes, at: await clock(tx), byId: actor.personId }]
        })
        return { patchId, ports: codes }
      },
    )
    app.delete('/api/radio/patches/:id', { schema: { params: One } }, async (request) => {
      const actor = actorOf(request)
      const patchId = request.params.id
      const members = radio.portsNow(actor.organisationId).filter(({ patch }) => patch?.patchId === patchId)
      if (members.length === 0) throw notFound('patch')
      const { organisationId } = actor
      for (const { campus } of members) allow(actor, 'change', { organisationId, campus }, 'patch')
      radio.phones.parted(patchId)
      await radio.engine.part(patchId)
      await commit(async (tx) => {
        await ports.endPatch(tx, patchId, actor.personId)
        const codes = members.map(({ port }) => port)
        return [{ type: 'radio.parted', patchId, ports: codes, at: await clock(tx), byId: actor.personId }]
      })
      return { patchId }
    })

    app.get('/api/radio/units', async (request) => {
      const actor = actorOf(request)
      // who keeps the register sees all of it
      const all = may(actor, 'administer', ports.radioThing({ organisationId: actor.organisationId, campus: '' }))
      const campuses = all ? undefined : await campusesOf(db, actor)
      return { items: await ports.listUnits(db, actor.organisationId, campuses), next: null }
    })
    app.post(
      '/api/radio/units/:code/holder',
      { schema: { params: Type.Object({ code: Code }), body: Type.Object({ personId: Nullable(Id) }, strict) } },
      async (request) => {
        const actor = actorOf(request)
        const { code } = request.params
        const unit = (await ports.readRoster(db, actor.organisationId)).find((one) => one.code === code)
        if (!unit) throw notFound('unit')
        allow(actor, 'change', unit, 'unit')
        const { personId } = request.body
        await commit(async (tx) => {
          if (personId !== null && !(await isPerson(tx, actor.organisationId, personId))) throw notFound('person')
          const unitId = await ports.handOver(tx, actor.organisationId, code, personId, actor.personId)
          if (!unitId) throw notFound('unit')
          const at = await clock(tx)
          return [{ type: 'radio.holder-changed', unit: code, personId, at, byId: actor.personId }]
        })
        await radio.refresh()
        const units = await ports.listUnits(db, actor.organisationId)
        return units.find((one) => one.code === code)
      },
    )
  }
