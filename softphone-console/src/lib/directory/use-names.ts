import { type App, useApp } from '../app.ts'
import { Names } from './names.ts'
import type { Row } from './subject.ts'

const held = new WeakMap<App, Names>()

/** The names this console has learnt; one for the whole app. */
export function useNames(): Names {
  const app = useApp()
  const kept = held.get(app)
  if (kept) return kept
  const names = new Names((what, id) => app.api.get<Row>(`/api/directory/${what}/${id}`))
  held.set(app, names)
  return names
}
