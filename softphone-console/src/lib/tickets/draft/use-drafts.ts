import { type App, useApp } from '../../app.ts'
import type { TicketPage } from '../../wire.ts'
import { Drafts } from './drafts.ts'

const held = new WeakMap<App, { personId: string; drafts: Drafts }>()

/**
 * The drafts of this console: made once for each person who signs in, kept while pages turn, so that what was typed
 * stays. What another person typed at this seat stays theirs.
 */
export function useDrafts(): Drafts {
  const app = useApp()
  const personId = app.desk.me?.personId ?? ''
  const kept = held.get(app)
  if (kept?.personId === personId) return kept.drafts
  const drafts = makeDrafts(app, `desk.draft.${personId}.`)
  held.set(app, { personId, drafts })
  app.desk.listen((frame) => drafts.hear(frame))
  return drafts
}

function makeDrafts(app: App, prefix: string): Drafts {
  return new Drafts({
    read: (id) => app.api.get<TicketPage>(`/api/tickets/${id}`),
    write: (id, change) => app.api.patch<TicketPage>(`/api/tickets/${id}`, change),
    now: () => new Date(app.clock.read()).toISOString(),
    storage: {
      getItem: (key) => sessionStorage.getItem(prefix + key),
      setItem: (key, value) => sessionStorage.setItem(prefix + key, value),
      removeItem: (key) => sessionStorage.removeItem(prefix + key),
    },
    later: (ms, work) => {
      const timer = setTimeout(work, ms)
      return () => clearTimeout(timer)
    },
  })
}
