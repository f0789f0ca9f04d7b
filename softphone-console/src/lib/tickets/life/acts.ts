/** Acts of a ticket's life as the page offers them: in which order, which is next, and what each asks. Pure. */
import type { TicketActName, TicketPage } from '../../wire.ts'

export type LifeAct = Exclude<
  TicketActName,
  'take' | 'assign' | 'dispatch' | 'accept' | 'decline' | 'done' | 'urge' | 'note' | 'withdraw' | 'unlink'
>
/** What an act asks before it is done; nothing: it is done by the button. */
export type Asks = readonly (
  | 'text'
  | 'why'
  | 'waitingFor'
  | 'until'
  | 'to'
  | 'crew'
  | 'stars'
  | 'ticket'
  | 'about'
  | 'complaint'
)[]

/** `text` alone of these may be left out where the act does not need it. */
export const ASKS: Record<LifeAct, Asks> = {
  arrive: [],
  resume: [],
  wait: ['waitingFor', 'until', 'text'],
  return: ['why', 'text'],
  transfer: ['to', 'text'],
  'join-in': ['crew', 'text'],
  review: [],
  'send-back': ['text'],
  verify: [],
  'not-fixed': ['text'],
  rate: ['stars', 'text'],
  reopen: [],
  split: [],
  merge: ['ticket', 'text'],
  link: ['ticket'],
  complain: ['about', 'text'],
  'answer-complaint': ['complaint', 'text'],
  instruct: ['until', 'text'],
  'give-up': ['text'],
}
const NEEDS_TEXT: ReadonlySet<LifeAct> = new Set([
  ...(['transfer', 'join-in', 'send-back', 'merge', 'complain', 'answer-complaint', 'give-up'] as const),
])
export const needsText = (act: LifeAct): boolean => NEEDS_TEXT.has(act)

/** Those with a button of their own at the foot, the rest under “more”. */
const NEXT: readonly LifeAct[] = ['arrive', 'resume', 'wait', 'review', 'verify', 'not-fixed', 'split']
const ORDER = Object.keys(ASKS) as LifeAct[]

export type Offered = { next: LifeAct[]; more: LifeAct[] }

/** What the page offers, from what the server says this person may do. */
export function offered(life: TicketPage['life']): Offered {
  const may = ORDER.filter((act) => life?.acts.includes(act))
  const next = NEXT.filter((act) => may.includes(act))
  return { next, more: may.filter((act) => !next.includes(act)) }
}

/** A time as `<input type="datetime-local">` holds it, so many minutes from `now` (ms), on this machine's clock. */
export function localTime(now: number, minutes: number): string {
  const at = new Date(now + minutes * 60_000)
  const two = (n: number) => String(n).padStart(2, '0')
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}`
}
