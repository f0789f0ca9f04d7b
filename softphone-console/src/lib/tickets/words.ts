import { named, t } from '../i18n/index.ts'
import { impacts, priorities, tickets, urgencies } from '../i18n/tickets.ts'
import { day, hhmm } from '../live/time.ts'
import type { Catalogue, CategoryView, TicketRow } from '../wire.ts'

/** Impact, urgency and priority by number (1 is most); '' for a number the desk does not know. */
export const impactWord = (n: number | null): string => wordAt(impacts, n)
export const urgencyWord = (n: number | null): string => wordAt(urgencies, n)
export const priorityWord = (n: number | null): string => wordAt(priorities, n)

function wordAt(words: { zh: string; en: string }[], n: number | null): string {
  const word = n === null ? undefined : words[n - 1]
  return word ? t(word) : ''
}

/** The row of the table impact × urgency; the lowest when the table has a hole. */
export function priorityOf(catalogue: Catalogue | null, impact: number, urgency: number): number {
  return catalogue?.priorities[impact - 1]?.[urgency - 1] ?? 4
}

/** A category with the level above it: `硬件 · 打印机`. */
export function categoryWord(categories: CategoryView[] | undefined, id: string | null): string {
  const category = categories?.find((one) => one.id === id)
  const parent = categories?.find((one) => one.id === category?.parentId)
  return [parent, category]
    .filter((one) => one !== undefined)
    .map((one) => named(one))
    .join(' · ')
}

/** Where, in words: the place, else what was written of it. */
export const whereWord = (ticket: Pick<TicketRow, 'place' | 'placeText'>): string =>
  named(ticket.place) || ticket.placeText

export const whoWord = (ticket: Pick<TicketRow, 'reporter' | 'reporterName'>): string =>
  ticket.reporter?.name ?? ticket.reporterName

/** How long ago in one unit, as a person would say it. */
export function age(since: string, now: number): string {
  const minutes = Math.max(0, Math.floor((now - Date.parse(since)) / 60_000))
  if (minutes < 60) return t(tickets.minutes, minutes)
  if (minutes < 48 * 60) return t(tickets.hours, Math.floor(minutes / 60))
  return t(tickets.days, Math.floor(minutes / 1440))
}

/** `14:06` today, `昨天 14:06`, `11-19 14:06`. */
export function dayTime(at: string, now: number): string {
  const date = day(at, now)
  const time = hhmm(at)
  return date === day(now, now) ? time : `${date} ${time}`
}
