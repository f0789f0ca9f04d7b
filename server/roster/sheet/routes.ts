/** The roster's spreadsheet by HTTP. */
import type { Db } from '../../db/index.ts'
import { Refusal } from '../../refusal.ts'
import { actorOf, idempotent, type Routes, Type } from '../../web/index.ts'
import type { Commit } from '../leading.ts'
import { importRoster } from './index.ts'

/** Characters of a sheet: two months of a large hospital. */
const SHEET_MAX = 1024 * 1024
/** Bytes of it on the way here: a Chinese character is three, and JSON writes an apostrophe or a line end as two. */
const BODY_MAX = 4 * 1024 * 1024
type Sheet = { csv: string; dryRun: boolean }

export const sheetRoutes =
  (parts: { db: Db; commit: Commit }): Routes =>
  async (app) => {
    app.post(
      '/api/roster/import',
      {
        bodyLimit: BODY_MAX,
        schema: { body: Type.Object({ csv: Type.String(), dryRun: Type.Boolean() }, { additionalProperties: false }) },
        preHandler: async (request) => {
          if ((request.body as Sheet).csv.length > SHEET_MAX) throw new Refusal('sheet-too-big', { most: SHEET_MAX })
        },
      },
      idempotent((request) => importRoster(parts, actorOf(request), request.body as Sheet)),
    )
  }
