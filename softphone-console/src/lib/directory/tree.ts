import type { Row } from './subject.ts'

export type Branch = { row: Row; level: number; hasUnder: boolean }

/**
 * The rows of a tree that are on the screen, in order: a row's own are under it while it is unfolded. A row whose parent
 * is not there (retired, or not fetched) stands at the top.
 */
export function branches(rows: readonly Row[], unfolded: { has: (id: string) => boolean }): Branch[] {
  const ids = new Set(rows.map((row) => row.id))
  const under = new Map<string, Row[]>()
  for (const row of rows) {
    const parent =
      typeof row.parentId === 'string' && ids.has(row.parentId) && row.parentId !== row.id ? row.parentId : ''
    const held = under.get(parent)
    if (held) held.push(row)
    else under.set(parent, [row])
  }
  const shown: Branch[] = []
  const walk = (parent: string, level: number): void => {
    for (const row of under.get(parent) ?? []) {
      const hasUnder = under.has(row.id)
      shown.push({ row, level, hasUnder })
      if (hasUnder && unfolded.has(row.id)) walk(row.id, level + 1)
    }
  }
  walk('', 1)
  return shown
}
