import { administrator } from '../../access/index.ts'
import type { Db } from '../../db/index.ts'
import type { Commit } from '../../desk.ts'
import { type App, actorOf, idempotent, type Routes, Type } from '../../web/index.ts'
import { runSheet, SHEET_BODY_MAX, sheetFits } from '../running.ts'
import { exportSheet, importSheet, SHEETS, type SheetWhat } from './index.ts'

/** The directory by spreadsheet: out, and in again after a dry run. For administrators. */
export const sheetRoutes =
  (parts: { db: Db; commit: Commit }): Routes =>
  async (app) => {
    for (const what of SHEETS) routesOf(app, parts, what)
  }

function routesOf(app: App, { db, commit }: { db: Db; commit: Commit }, what: SheetWhat): void {
  app.get(`/api/directory/${what}/export.csv`, async (request, reply) => {
    const { organisationId } = administrator(actorOf(request), 'export')
    const csv = await exportSheet(db, what, organisationId)
    return reply
      .header('content-disposition', `attachment; filename="${what}.csv"`)
      .type('text/csv; charset=utf-8')
      .send(csv)
  })
  const body = Type.Object({ csv: Type.String(), dryRun: Type.Boolean() })
  app.post(
    `/api/directory/${what}/import`,
    {
      bodyLimit: SHEET_BODY_MAX,
      schema: { body },
      // Before anything is made of it, its fingerprint included.
      preHandler: async (request) => sheetFits(request.body as { csv: string }),
    },
    idempotent(async (request) => {
      const by = administrator(actorOf(request), 'import')
      const { csv, dryRun } = request.body as { csv: string; dryRun: boolean }
      return runSheet({ db, commit }, dryRun, (tx) => importSheet(tx, what, by, { csv, dryRun }))
    }),
  )
}
