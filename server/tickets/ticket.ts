/** What may be asked of a ticket, what it means, and how the ticket stands afterwards. Pure. */
import type { CallRelation, Resolution, TicketState } from '../wire/tickets.ts'
import type { Changes, OfTicket, Standing } from './events.ts'
import {
  decideLife,
  type Leads,
  LIFE_LEADS,
  type LifeAsk,
  type LifeRefusal,
  lifeAfter,
  lifeIn,
  STAYS,
} from './life/life.ts'
import { CODES, type Ticket } from './shape.ts'

export * from './shape.ts'

/** What people, a call or the radio ask of a ticket. `reason` is only looked for here: its words stay out of the event. */
export type Ask = { byId: string | null } & (
  | { ask: 'take'; personId: string }
  /** what is left out stays as it is */
  | { ask: 'assign'; assigneeId?: string | null; crewId?: string | null }
  | { ask: 'done'; resolution?: Resolution | null; causeId?: string | null }
  | { ask: 'withdraw'; reason?: string }
  | { ask: 'give-up'; reason?: string }
  | { ask: 'reopen' }
  | { ask: 'urge'; callId: string | null }
  | { ask: 'note' }
  | { ask: 'change'; fields: string[]; to: Partial<Ticket> }
  | { ask: 'join'; callId: string; relation: CallRelation }
  /** `alone`: no other call is about it */
  | { ask: 'leave'; callId: string; alone: boolean }
  | { ask: 'first-take'; personId: string }
  | LifeAsk
)
/** Acts that move a ticket between its five states, each a route of its own since before `acts`. */
export type Act = Extract<Ask['ask'], 'take' | 'assign' | 'done' | 'withdraw' | 'give-up' | 'reopen'>

export type TicketRefusal =
  | 'ticket-not-in-that-state'
  | 'ticket-not-open'
  | 'reason-needed'
  | 'resolution-needed'
  | 'category-needed'
  | 'somebody-needed'
  | LifeRefusal

/** Act × state → where it leads. What is not in the table is refused. */
const LEADS: Record<Ask['ask'], Leads> = {
  take: { unassigned: 'in_progress', in_progress: 'in_progress' },
  assign: { unassigned: 'in_progress', in_progress: 'in_progress' },
  done: { unassigned: 'done', in_progress: 'done' },
  withdraw: { unassigned: 'withdrawn', in_progress: 'withdrawn' },
  'give-up': { in_progress: 'unresolved' },
  reopen: { done: 'unassigned', withdrawn: 'unassigned', unresolved: 'unassigned' },
  urge: { unassigned: 'unassigned', in_progress: 'in_progress' },
  note: STAYS,
  change: STAYS,
  join: STAYS,
  leave: STAYS,
  'first-take': STAYS,
  ...LIFE_LEADS,
}

/** The state an act leads to; undefined when the ticket is in no state for it. */
export const stateAfter = (state: TicketState, act: Ask['ask']): TicketState | undefined => LEADS[act][state]

const BY_HAND = [
  ...(['take', 'assign', 'arrive', 'wait', 'resume', 'done', 'return', 'transfer', 'withdraw', 'give-up'] as const),
  ...(['review', 'send-back', 'verify', 'not-fixed', 'rate', 'reopen', 'merge', 'split', 'instruct', 'urge'] as const),
]
export type ByHand = (typeof BY_HAND)[number]

/** What may be done to a ticket as it stands, whoever asks: a refusal says it, and the page offers it. */
export const acts = (ticket: Standing): ByHand[] =>
  BY_HAND.filter((act) => {
    if (!LEADS[act][ticket.state]) return false
    switch (act) {
      case 'arrive':
        return !ticket.arrivedAt
      case 'resume':
        return ticket.waitingFor !== null
      case 'review':
      case 'send-back':
        return !ticket.reviewedAt
      case 'verify':
        return ticket.reviewedAt !== null && !ticket.verifiedAt
      case 'not-fixed':
        return !ticket.verifiedAt
      case 'split':
        return ticket.survivorId !== null
      case 'reopen':
        return ticket.survivorId === null
      default:
        return true
    }
  })

/** What an ask means. What changes nothing is no event; what makes no sense is refused by its code. */
export function decide(ticket: Ticket, ask: Ask, at: Date): OfTicket[] | TicketRefusal {
  const { id: ticketId, state: from } = ticket
  const to = stateAfter(from, ask.ask)
  if (!to) return ask.ask === 'urge' ? 'ticket-not-open' : 'ticket-not-in-that-state'
  const next = { ticketId, at, byId: ask.byId, version: ticket.version + 1 }
  const becomes = { type: 'ticket.state', from, to, ...next } as const

  switch (ask.ask) {
    case 'take':
      return [becomes, assigned(ticket, { assigneeId: ask.personId }, next)]
    case 'assign': {
      const event = assigned(ticket, ask, next)
      if (event.assigneeId === null && event.crewId === null) return 'somebody-needed'
      if (from === to && event.assigneeId === ticket.assigneeId && event.crewId === ticket.crewId) return []
      return from === to ? [event] : [becomes, event]
    }
    case 'done':
      if (!ask.resolution) return 'resolution-needed'
      if (ticket.reportedCategoryId === null) return 'category-needed'
      return [{ ...becomes, resolution: ask.resolution, ...(ask.causeId && { causeId: ask.causeId }) }]
    case 'withdraw':
      return ask.reason?.trim() ? [becomes] : 'reason-needed'
    case 'give-up':
      return ask.reason?.trim() ? [becomes] : 'reason-needed'
    case 'reopen':
      return ticket.survivorId ? 'ticket-not-in-that-state' : [becomes]
    case 'urge':
      return urged(ticket, ask.callId, next)
    case 'note':
      return [{ type: 'ticket.noted', ...next, version: ticket.version }]
    case 'change':
      if (ask.fields.length === 0) return []
      return [{ type: 'ticket.changed', fields: ask.fields, changes: changesTo(ticket, ask.to), ...next }]
    case 'join':
      return [{ type: 'ticket.call-joined', callId: ask.callId, relation: ask.relation, ...next }]
    case 'leave': {
      const left: OfTicket = { type: 'ticket.call-left', callId: ask.callId, ...next }
      return ask.alone && isUntouched(ticket) ? [left, { ...becomes, to: 'withdrawn' }] : [left]
    }
    case 'first-take':
      return ticket.firstTakerId ? [] : [{ type: 'ticket.first-taken', firstTakerId: ask.personId, ...next }]
    default:
      return decideLife(ticket, ask, to, next)
  }
}

/** The third urge goes above: whoever was urged twice did not bring it on. */
const URGES_THAT_ESCALATE = 3
function urged(ticket: Ticket, callId: string | null, next: About & { byId: string | null }): OfTicket[] {
  const count = ticket.urged + 1
  const told: OfTicket = { type: 'ticket.urged', callId, urged: [ticket.urged, count], ...next }
  const isOften = count >= URGES_THAT_ESCALATE && !ticket.escalated
  return isOften ? [told, { type: 'ticket.escalated', ...next, byId: null }] : [told]
}

type About = Pick<OfTicket, 'ticketId' | 'at' | 'version'> & { byId: string | null }
function assigned(ticket: Ticket, to: { assigneeId?: string | null; crewId?: string | null }, about: About) {
  const { assigneeId, crewId } = ticket
  const now = {
    assigneeId: to.assigneeId === undefined ? assigneeId : to.assigneeId,
    crewId: to.crewId === undefined ? crewId : to.crewId,
  }
  return { type: 'ticket.assigned', ...now, was: { assigneeId, crewId }, ...about } as const
}

function changesTo(ticket: Ticket, to: Partial<Ticket>): Changes {
  const changed = CODES.filter((field) => field in to && to[field] !== ticket[field])
  return Object.fromEntries(changed.map((field) => [field, [ticket[field], to[field]]]))
}

/** The ticket as it stands after an event. The only place its codes change; its words go with it untouched. */
export function evolve<T extends Standing>(ticket: T, event: OfTicket): T {
  const { at, version } = event
  switch (event.type) {
    case 'ticket.opened':
    case 'ticket.stood':
      return { ...ticket, ...event.stands }
    case 'ticket.changed': {
      const after = Object.entries(event.changes).map(([field, [, value]]) => [field, value])
      return { ...ticket, ...Object.fromEntries(after), version }
    }
    case 'ticket.first-taken':
      return { ...ticket, firstTakerId: event.firstTakerId, version }
    case 'ticket.urged':
      return { ...ticket, urged: event.urged?.[1] ?? ticket.urged + 1, version }
    case 'ticket.assigned': {
      const { assigneeId, crewId } = event
      // Whoever has it now has not arrived because another had.
      const arrivedAt = assigneeId === ticket.assigneeId ? ticket.arrivedAt : null
      return { ...ticket, assigneeId, crewId, arrivedAt, respondedAt: ticket.respondedAt ?? at, version }
    }
    case 'ticket.state':
      return { ...ticket, ...settled(ticket, event), state: event.to, version }
    default:
      return { ...ticket, ...lifeAfter(ticket, event), version }
  }
}

function settled(ticket: Standing, event: Extract<OfTicket, { type: 'ticket.state' }>): Partial<Standing> {
  const { to, at, resolution } = event
  const life = lifeIn(event)
  switch (to) {
    case 'unassigned':
      return { ...life, finishedAt: null, resolution: null, assigneeId: null, crewId: null }
    case 'in_progress':
      return { ...life, respondedAt: ticket.respondedAt ?? at }
    case 'done':
      return { ...life, respondedAt: ticket.respondedAt ?? at, finishedAt: at, resolution: resolution ?? null }
    case 'withdrawn':
    case 'unresolved':
      return { ...life, finishedAt: at }
  }
}

/** Shown short: the number within its year, at least four digits. */
export const shownNumber = (number: number): string => String(number).padStart(4, '0')

/** The longest texts we keep, in characters; what is longer is refused, never cut. */
export const LONGEST = { what: 2_000, notes: 20_000, short: 200 } as const

/** IPv4 or IPv6, without a prefix length. */
export function isIpAddress(text: string): boolean {
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) return text.split('.').every((part) => Number(part) <= 255)
  return URL.canParse(`http://[${text}]/`)
}

/**
 * A change made against an older version still fits when nobody touched the same fields since. Answers the fields
 * that collide: none means the change may be made.
 */
export function collisions(mine: string[], theirs: { fields: string[] }[]): string[] {
  const touched = new Set(theirs.flatMap((change) => change.fields))
  return mine.filter((field) => touched.has(field))
}

/** Nothing was written on it beyond what the call itself filled in: it may be withdrawn without loss. */
export function isUntouched(ticket: Pick<Ticket, 'state' | 'what' | 'notes' | 'reportedCategoryId'>): boolean {
  return ticket.state === 'unassigned' && !ticket.what && !ticket.notes && !ticket.reportedCategoryId
}

/** Third call of one number in 24 h raises the flag. */
export const REPEAT_CALLS = 3
