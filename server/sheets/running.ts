/** A sheet that came in: looked at for its size, rehearsed or done. */
import type { Db, Tx } from '../db/index.ts'
import { Refusal } from '../refusal.ts'
import type { ImportResult } from '../wire/api.ts'
import { SHEET_MAX } from './lines.ts'

/** Bytes of a spreadsheet on the way here: a Chinese character is three of them (lines.ts bounds the text). */
export const SHEET_BODY_MAX = 8 * 1024 * 1024

/** Asked before anything is made of a body, its fingerprint included. @throws Refusal sheet-too-big */
export function sheetFits({ csv }: { csv: string }): void {
  if (csv.length > SHEET_MAX) throw new Refusal('sheet-too-big', { most: SHEET_MAX })
}

/**
 * Does it; a dry run does it all and takes it all back, so that it meets whatever the real one would meet.
 * @throws Refusal import-has-bad-rows: one bad row and nothing is written, a half-imported list is worse than an old one.
 */
export async function runSheet<E>(
  { db, commit }: { db: Db; commit: (work: (tx: Tx) => Promise<E[]>) => Promise<unknown> },
  dryRun: boolean,
  work: (tx: Tx) => Promise<{ result: ImportResult; events: E[] }>,
): Promise<ImportResult> {
  if (dryRun) {
    const tx = await db.transaction()
    try {
      return (await work(tx)).result
    } finally {
      await tx.rollback().catch(() => {})
    }
  }
  let result: ImportResult | undefined
  await commit(async (tx) => {
    const done = await work(tx)
    if (done.result.bad.length > 0) throw new Refusal('import-has-bad-rows', { ...done.result })
    result = done.result
    return done.events
  })
  return result as ImportResult
}
