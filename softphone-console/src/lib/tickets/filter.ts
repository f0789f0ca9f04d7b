import { TICKET_STATES, type TicketState } from '../wire.ts'

/** What a list of tickets is narrowed to. The address bar holds it, so that a list can be sent to a colleague. */
export type Filter = {
  state: TicketState | null
  line: string | null
  campus: string | null
  mine: boolean
  /** what no agent took */
  unclaimed: boolean
  place: string | null
  q: string
}

export const EVERYTHING: Filter = {
  state: null,
  line: null,
  campus: null,
  mine: false,
  unclaimed: false,
  place: null,
  q: '',
}

/** Reads a filter from an address; what is not understood is left out. */
export function filterOf(search: Pick<URLSearchParams, 'get'>): Filter {
  const state = search.get('state')
  return {
    state: TICKET_STATES.find((known) => known === state) ?? null,
    line: search.get('line') || null,
    campus: search.get('campus') || null,
    mine: search.get('assignee') === 'me',
    unclaimed: search.get('taker') === 'none',
    place: search.get('place') || null,
    q: (search.get('q') ?? '').slice(0, 100),
  }
}

/** The filter as a query, for the address bar and for `GET /api/tickets` alike. Empty when it narrows nothing. */
export function queryOf(filter: Filter): URLSearchParams {
  const query = new URLSearchParams()
  if (filter.state) query.set('state', filter.state)
  if (filter.line) query.set('line', filter.line)
  if (filter.campus) query.set('campus', filter.campus)
  if (filter.mine) query.set('assignee', 'me')
  if (filter.unclaimed) query.set('taker', 'none')
  if (filter.place) query.set('place', filter.place)
  if (filter.q.trim() !== '') query.set('q', filter.q.trim())
  return query
}

/** Where ↑ ↓ lead from the selected row; the ends hold. */
export function neighbour<T>(items: readonly T[], selected: number, step: 1 | -1): number {
  if (items.length === 0) return -1
  return Math.min(items.length - 1, Math.max(0, selected + step))
}
