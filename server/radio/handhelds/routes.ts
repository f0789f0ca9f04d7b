/** The register of handhelds by HTTP, and its spreadsheet. */

import { type Actor, may } from '../../access/index.ts'
import { clock, type Db, type Tx } from '../../db/index.ts'
import type { Commit } from '../../desk.ts'
import { notFound, Refusal } from '../../refusal.ts'
import { actorOf, Code, Id, idempotent, Nullable, type Routes, Text, Type, Version } from '../../web/index.ts'
import type { Radio } from '../engine/radio.ts'
import { listUnits, radioThing } from '../ports/store.ts'
import { importUnits, takenField, unitSheet } from './sheet.ts'
import * as store from './store.ts'

const strict = { additionalProperties: false } as const
const One = Type.Object({ id: Id }, strict)
const Sent = Type.Optional(Nullable(Type.String({ pattern: '^[0-9A-Fa-f*#]{1,16}$' })))
const Fields = {
  alias: Type.Optional(Nullable(Text(40))),
  gateway: Sent,
  mdc1200: Sent,
  fiveTone: Sent,
  dtmf: Sent,
  crew: Type.Optional(Nullable(Code)),
}
/** Characters of a register of handhelds: far more than a hospital has. */
const SHEET_MAX = 1024 * 1024
/** Bytes of it on the way here: a Chinese character is three, and JSON writes an apostrophe or a line end as two. */
const BODY_MAX = 4 * 1024 * 1024
type Sent = Partial<store.UnitFields>

export const unitRoutes =
  ({ db, commit, radio }: { db: Db; commit: Commit; radio: Radio }): Routes =>
  async (app) => {
    const administrator = (actor: Actor): Actor => {
      if (!may(actor, 'administer', radioThing({ organisationId: actor.organisationId, campus: '' })))
        throw new Refusal('not-allowed')
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
        bodyLimit: BODY_MAX,
        schema: { body: Type.Object({ csv: Type.String(), dryRun: Type.Boolean() }) },
        preHandler: async (request) => {
          if ((request.body as { csv: string }).csv.length > SHEET_MAX)
            throw new Refusal('sheet-too-big', { most: SHEET_MAX })
        },
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
          const units = done.changes.map(({ key, fields }) => ({
            unitId: ids.get(key) ?? '',
            fields: Object.keys(fields),
          }))
          return units.length > 0 ? [{ type: 'radio.units-imported' as const, units, at, byId }] : []
        })
        await radio.refresh()
        return result
      }),
    )
  }
