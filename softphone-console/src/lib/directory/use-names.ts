import { type App, useApp } from '../app.ts'
import { query } from '../live/api.ts'
import type { List } from '../wire.ts'
import { type Named, Names } from './names.ts'
import type { Row } from './subject.ts'

const held = new WeakMap<App, Names>()

/** The names this console has learnt; one for the whole app. */
export function useNames(): Names {
  const app = useApp()
  const kept = held.get(app)
  if (kept) return kept
  const names = new Names({
    one: (what, id) => app.api.get<Row>(`/api/directory/${what}/${id}`),
    all: (what) => everyRow(app, what),
  })
  held.set(app, names)
  return names
}

/** More than this is asked for one by one: names are a convenience, not worth holding a hospital system in memory. */
const MOST = 5_000

async function everyRow(app: App, what: Named): Promise<Row[]> {
  const rows: Row[] = []
  let after: string | null = null
  do {
    const page: List<Row> = await app.api.get<List<Row>>(`/api/directory/${what}${query({ limit: 500, after })}`)
    rows.push(...page.items)
    after = page.next
  } while (after !== null && rows.length < MOST)
  return rows
}
