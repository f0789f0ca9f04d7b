import { administrator } from '../../access/index.ts'
import type { Db } from '../../db/index.ts'
import type { Commit } from '../../desk.ts'
import { Refusal } from '../../refusal.ts'
import { type App, actorOf, idempotent, type Routes, Type } from '../../web/index.ts'
import { SHEET_MAX } from '../lines.ts'
import { exportSheet, importSheet, SHEETS, type SheetWhat } from './index.ts'

/** Bytes of a spreadsheet on the way here: a Chinese character is three of them (../lines.ts bounds the text). */
const BODY_MAX = 8 * 1024 * 1024

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
      bodyLimit: BODY_MAX,
      schema: { body },
      // Before anything is made of it, its fingerprint included.
      preHandler: async (request) => {
        if ((request.body as { csv: string }).csv.length > SHEET_MAX)
          throw new Refusal('sheet-too-big', { most: SHEET_MAX })
      },
    },
    idempotent(async (request) => {
      const by = administrator(actorOf(request), 'import')
      const { csv, dryRun } = request.body as { csv: string; dryRun: boolean }
      if (dryRun) return rehearse(db, (tx) => importSheet(tx, what, by, { csv, dryRun: true }))
      let result: unknown
      await commit(async (tx) => {
        const done = await importSheet(tx, what, by, { csv, dryRun: false })
        // One bad row and nothing is written: a half-imported directory is worse than an old one.
        if (done.result.bad.length > 0) throw new Refusal('import-has-bad-rows', { ...done.result })
        result = done.result
        return done.events
      })
      return result
    }),
  )
}

/** Does it all and takes it all back: a dry run meets whatever the real one would meet. */
async function rehearse<T extends { result: unknown }>(
  db: Db,
  work: (tx: Parameters<Parameters<Db['transaction']>[0]>[0]) => Promise<T>,
): Promise<unknown> {
  const tx = await db.transaction()
  try {
    return (await work(tx)).result
  } finally {
    await tx.rollback().catch(() => {})
  }
}
