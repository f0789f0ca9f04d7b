import type { CallbackRow } from '../wire.ts'

export type Standing = 'free' | 'mine' | 'theirs'

/**
 * Whose a callback is now. A lease that has run out is nobody's: the one who took it may have gone home.
 * `now` is the server's time in ISO 8601.
 */
export function standing(row: CallbackRow, meId: string, now: string): Standing {
  if (!row.takenBy) return 'free'
  if (row.takenBy.id === meId) return 'mine'
  return row.leaseUntil !== null && row.leaseUntil < now ? 'free' : 'theirs'
}

/** A number seen twice in the list is one ward that keeps trying: all its rows after the oldest. */
export function repeated(rows: readonly CallbackRow[]): Set<string> {
  const seen = new Set<string>()
  const again = new Set<string>()
  for (const row of rows) {
    const key = `${row.campus ?? ''}/${row.number}`
    if (row.number !== '' && seen.has(key)) again.add(row.callbackId)
    seen.add(key)
  }
  return again
}
