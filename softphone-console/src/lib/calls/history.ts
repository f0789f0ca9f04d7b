import type { CallCard } from '../wire.ts'

/** What the list of calls is narrowed to; the address bar holds it. */
export type HistoryFilter = { mine: boolean; open: boolean; ani: string; place: string | null; alarm: boolean }

/** Reads a filter from an address; what is not understood is left out. */
export function historyFilterOf(search: Pick<URLSearchParams, 'get'>): HistoryFilter {
  return {
    mine: search.get('mine') === 'true',
    open: search.get('open') === 'true',
    ani: (search.get('ani') ?? '').slice(0, 40),
    place: search.get('place') || null,
    alarm: search.get('recording') === 'alarm',
  }
}

/** The filter as a query, for the address bar and for `GET /api/calls` alike. */
export function historyQueryOf(filter: HistoryFilter): URLSearchParams {
  const query = new URLSearchParams()
  if (filter.mine) query.set('mine', 'true')
  if (filter.open) query.set('open', 'true')
  if (filter.ani.trim() !== '') query.set('ani', filter.ani.trim())
  if (filter.place) query.set('place', filter.place)
  if (filter.alarm) query.set('recording', 'alarm')
  return query
}

export type LedTo = 'ticket' | 'callback' | 'reason' | 'nothing' | 'open'

/** What became of a call: every ended one leads to a ticket, a callback owed or a written reason, or it is an alarm. */
export function ledTo(call: Pick<CallCard, 'state' | 'ticketId' | 'callbackId' | 'reason'>): LedTo {
  if (call.ticketId) return 'ticket'
  if (call.callbackId) return 'callback'
  if (call.reason) return 'reason'
  return call.state === 'ended' ? 'nothing' : 'open'
}
