/** The register of handhelds by HTTP, its spreadsheet, who is to hold which, and who is on duty. */
import { clock, type Db, type Tx } from '../db/index.ts'
import type { Commit } from '../desk.ts'
import { type Actor, may } from '../people/index.ts'
import {
  actorOf,
  Code,
  Id,
  idempotent,
  Nullable,
  notFound,
  Refusal,
  type Routes,
  Text,
  Type,
  Version,
} from '../web/index.ts'
import { listUnits, readPorts, readRoster } from './port-store.ts'
import type { Radio } from './radio-door.ts'
import { importUnits, takenField, unitSheet } from './unit-sheet-door.ts'
import * as store from './unit-store.ts'

const strict = { additionalProperties: false } as const
const One = Type.Object({ id: Id }, strict)
const Sent = Type.Optional(Nullable(Type.String({ pattern: '^[0-9A-Fa-f*#]{1,16}$' })))
const Fields = {
  alias: Type.Optional(Text(40)),
  gateway: Sent,
  mdc1200: Sent,
  fiveTone: Sent,
  dtmf: Sent,
  crew: Type.Optional(Nullable(Code)),
}
const SHEET_MAX = 1024 * 1024
type Sent = Partial<store.UnitFields>

export const unitRoutes =
  ({ db, commit, radio }: { db: Db; commit: Commit; radio: Radio }): Routes =>
  async (app) => {
    const administrator = (actor: Actor): Actor => {
      if (!may(actor, 'administer', { kind: 'radio', campus: '' })) throw new Refusal('not-allowed', {}, 403)
      return actor
    }
    const named = async (tx: Tx, organisationId: string, { campus, crew }: Sent) => {
      const codes = await store.unitCodes(tx, organisationId)
      if (campus !== undefined && !codes.campuses.has(campus)) throw new Refusal('no-such-campus', { field: 'campus' })
      if (crew && !codes.crews.has(crew)) throw new Refusal('no-such-crew', { field: 'crew' })
      return codes
    }
    const keep = async (work: (tx: Tx) => Promise<{ unitId: string; fields: string[] }>, byId: string) => {
      let id = ''
      try {
        await commit(async (tx) => {
          const { unitId, fields } = await work(tx)
          id = unitId
          return [{ type: 'radio.unit-changed', unitId, fields, at: await clock(tx), byId }]
        })
      } catch (error) {
        const taken = takenField(error)
        throw taken ? new Refusal('handheld-taken', { field: taken.field }) : error
      }
      await radio.refresh()
      return id
    }
    const whole = async (organisationId: string, id: string) =>
      (await listUnits(db, organisationId)).find(({ unitId }) => unitId === id)

    app.post(
      '/api/radio/units',
      { schema: { body: Type.Object({ code: Code, campus: Code, ...Fields }, strict) } },
      idempotent(async (request, reply) => {
        const { organisationId, personId } = administrator(actorOf(request))
        const { code, ...fields } = request.body as { code: string } & Sent
        const id = await keep(async (tx) => {
          const codes = await named(tx, organisationId, fields)
          return {
            unitId: await store.insertUnit(tx, organisationId, code, fields, codes),
            fields: Object.keys(fields),
          }
        }, personId)
        reply.code(201)
        return whole(organisationId, id)
      }),
    )
    app.patch(
      '/api/radio/units/:id',
      {
        schema: {
          params: One,
          body: Type.Object(
            { version: Version, campus: Type.Optional(Code), retired: Type.Optional(Type.Boolean()), ...Fields },
            strict,
          ),
        },
      },
      async (request) => {
        const { organisationId, personId } = administrator(actorOf(request))
        const { version, ...fields } = request.body as { version: number } & Sent
        const unit = await whole(organisationId, request.params.id)
        if (!unit) throw notFound('unit')
        await keep(async (tx) => {
          const codes = await named(tx, organisationId, fields)
          if (!(await store.updateUnit(tx, { id: unit.unitId, version }, fields, codes)))
            throw new Refusal('changed-meanwhile', { theirs: unit })
          return { unitId: unit.unitId, fields: Object.keys(fields) }
        }, personId)
        return whole(organisationId, unit.unitId)
      },
    )
    app.get('/api/radio/units/export.csv', async (request, reply) => {
      const { organisationId } = administrator(actorOf(request))
      return reply
        .header('content-disposition', 'attachment; filename="handhelds.csv"')
        .type('text/csv; charset=utf-8')
        .send(unitSheet(await store.readUnits(db, organisationId)))
    })
    app.post(
      '/api/radio/units/import',
      {
        bodyLimit: SHEET_MAX + 1024,
        schema: { body: Type.Object({ csv: Type.String({ maxLength: SHEET_MAX }), dryRun: Type.Boolean() }) },
      },
      idempotent(async (request) => {
        const { organisationId, personId: byId } = administrator(actorOf(request))
        const sent = request.body as { csv: string; dryRun: boolean }
        if (sent.dryRun) {
          const tx = await db.transaction()
          return importUnits(tx, organisationId, sent).finally(() => tx.rollback().catch(() => {}))
        }
        let result: unknown
        await commit(async (tx) => {
          const done = await importUnits(tx, organisationId, sent)
          if (done.bad.length > 0) throw new Refusal('import-has-bad-rows', { ...done })
          result = done
          const at = await clock(tx)
          const ids = new Map((await store.readUnits(tx, organisationId)).map(({ id, code }) => [code, id]))
          return done.changes.map(({ key, fields }) => ({
            type: 'radio.unit-changed' as const,
            unitId: ids.get(key) ?? '',
            fields: Object.keys(fields),
            at,
            byId,
          }))
        })
        await radio.refresh()
        return result
      }),
    )

    const campusesOf = async (actor: Actor) =>
      [...new Set((await readPorts(db)).map(({ campus }) => campus))].filter((campus) =>
        may(actor, 'see', { kind: 'radio', campus }),
      )
    app.get(
      '/api/radio/duty',
      { schema: { querystring: Type.Object({ at: Type.Optional(Type.String({ format: 'date-time' })) }, strict) } },
      async (request) => {
        const actor = actorOf(request)
        const at = request.query.at ? new Date(request.query.at) : new Date()
        const campuses = await campusesOf(actor)
        if (campuses.length === 0) return { at: at.toISOString(), shifts: [], roles: [], holders: [] }
        const duty = await store.readDuty(db, actor.organisationId, at)
        return { at: at.toISOString(), ...duty, holders: await store.readPlans(db, actor.organisationId, campuses) }
      },
    )
    app.post(
      '/api/radio/units/:code/plan',
      {
        schema: {
          params: Type.Object({ code: Code }),
          body: Type.Object(
            { personId: Id, from: Type.String({ format: 'date-time' }), to: Type.String({ format: 'date-time' }) },
            strict,
          ),
        },
      },
      async (request, reply) => {
        const actor = actorOf(request)
        const { code } = request.params
        const unit = (await readRoster(db)).find((one) => one.code === code)
        if (!unit || !may(actor, 'see', { kind: 'radio', campus: unit.campus })) throw notFound('unit')
        if (!may(actor, 'change', { kind: 'radio', campus: unit.campus })) throw new Refusal('not-allowed', {}, 403)
        const { personId, from, to } = request.body
        if (Date.parse(from) >= Date.parse(to)) throw new Refusal('ends-before-it-begins', { field: 'to' })
        const byId = actor.personId
        try {
          await commit(async (tx) => {
            await store.insertPlan(tx, { unit: code, personId, from, to, byId })
            return [{ type: 'radio.holder-changed', unit: code, personId, at: await clock(tx), byId }]
          })
        } catch (error) {
          const why = (error as { code?: string }).code
          // exclusion_violation: somebody holds it then; foreign_key_violation: nobody there
          if (why === '23P01') throw new Refusal('handheld-held-then', { unit: code })
          throw why === '23503' ? notFound('person') : error
        }
        reply.code(201)
        return {
          items: (await store.readPlans(db, actor.organisationId, [unit.campus])).filter((one) => one.unit === code),
        }
      },
    )
    app.delete('/api/radio/plans/:id', { schema: { params: One } }, async (request) => {
      const actor = actorOf(request)
      const found = (await store.readPlans(db, actor.organisationId, await campusesOf(actor))).find(
        ({ planId }) => planId === request.params.id,
      )
      const unit = found && (await readRoster(db)).find(({ code }) => code === found.unit)
      if (!found || !unit) throw notFound('plan')
      if (!may(actor, 'change', { kind: 'radio', campus: unit.campus })) throw new Refusal('not-allowed', {}, 403)
      await commit(async (tx) => {
        if (!(await store.deletePlan(tx, found.planId))) throw new Refusal('plan-has-begun', {})
        return [
          { type: 'radio.holder-changed', unit: unit.code, personId: null, at: await clock(tx), byId: actor.personId },
        ]
      })
      return { planId: found.planId }
    })
  }
