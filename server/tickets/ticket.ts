import type { CallRelation, Resolution, TicketState } from '../wire/tickets.ts'
import type { Changes, OfTicket, Standing } from './events.ts'

export type { Standing } from './events.ts'

/**
 * A ticket.
 *
 *   unassigned ──take/assign──► in_progress ──done──► done
 *       │  ▲                        │  │                │
 *       │  └────────reopen──────────┼──┼────────────────┘
 *       ├──withdraw──► withdrawn ◄──┘  └──give up──► unresolved
 *       └──done (solved on the phone)──► done
 *
 * `offeredIds`: whom it is offered to now; they see it. Dispatch keeps that, and no event of the ticket says it.
 * Reported and confirmed are two things and stand apart: what the caller said is never overwritten by what was found.
 */
export type Ticket = Standing & Words & { readonly offeredIds: string[] }

/** What people wrote or are reached by: in the row and on the timeline, never in the journal. */
export type Words = {
  what: string
  notes: string
  contactNumber: string
  reporterName: string
  placeText: string
  ipAddress: string | null
  faultCause: string | null
}

const CODES = Object.keys({
  id: 0,
  organisationId: 0,
  year: 0,
  number: 0,
  campusId: 0,
  campus: 0,
  lineId: 0,
  line: 0,
  kind: 0,
  state: 0,
  reporterId: 0,
  unitId: 0,
  reportedPlaceId: 0,
  confirmedPlaceId: 0,
  reportedCategoryId: 0,
  confirmedCategoryId: 0,
  reportedImpact: 0,
  reportedUrgency: 0,
  confirmedImpact: 0,
  confirmedUrgency: 0,
  priority: 0,
  firstTakerId: 0,
  assigneeId: 0,
  crewId: 0,
  resolution: 0,
  urged: 0,
  repeat: 0,
  source: 0,
  reportedAt: 0,
  respondedAt: 0,
  finishedAt: 0,
  version: 0,
} satisfies Record<keyof Standing, 0>) as (keyof Standing)[]

/** A ticket in its codes alone: no words, and no names that it is shown with. */
export const standingOf = (ticket: Standing): Standing =>
  Object.fromEntries(CODES.map((field) => [field, ticket[field]])) as Standing

const WORDS = ['what', 'notes', 'contactNumber', 'reporterName', 'placeText', 'ipAddress', 'faultCause'] as const
export const wordsOf = (fields: Partial<Ticket>): Partial<Words> =>
  Object.fromEntries(WORDS.filter((field) => field in fields).map((field) => [field, fields[field]]))

/** What people, a call or the radio ask of a ticket. `reason` is only looked for here: its words stay out of the event. */
export type Ask = { byId: string | null } & (
  | { ask: 'take'; personId: string }
  /** what is left out stays as it is */
  | { ask: 'assign'; assigneeId?: string | null; crewId?: string | null }
  | { ask: 'done'; resolution?: Resolution | null }
  | { ask: 'withdraw'; reason?: string }
  | { ask: 'give-up' }
  | { ask: 'reopen' }
  | { ask: 'urge'; callId: string | null }
  | { ask: 'note' }
  | { ask: 'change'; fields: string[]; to: Partial<Ticket> }
  | { ask: 'join'; callId: string; relation: CallRelation }
  /** `alone`: no other call is about it */
  | { ask: 'leave'; callId: string; alone: boolean }
  | { ask: 'first-take'; personId: string }
)
export type Act = Extract<Ask['ask'], 'take' | 'assign' | 'done' | 'withdraw' | 'give-up' | 'reopen'>

export type TicketRefusal =
  | 'ticket-not-in-that-state'
  | 'ticket-not-open'
  | 'reason-needed'
  | 'resolution-needed'
  | 'category-needed'
  | 'somebody-needed'

type Leads = Partial<Record<TicketState, TicketState>>
const STAYS: Leads = {
  unassigned: 'unassigned',
  in_progress: 'in_progress',
  done: 'done',
  withdrawn: 'withdrawn',
  unresolved: 'unresolved',
}

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
}

/** The state an act leads to; undefined when the ticket is in no state for it. */
export const stateAfter = (state: TicketState, act: Ask['ask']): TicketState | undefined => LEADS[act][state]

/** What may be done to a ticket in this state: a refusal says it. */
export const acts = (state: TicketState): Act[] =>
  (['take', 'assign', 'done', 'withdraw', 'give-up', 'reopen'] as const).filter((act) => LEADS[act][state])

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
      return [{ ...becomes, resolution: ask.resolution }]
    case 'withdraw':
      return ask.reason?.trim() ? [becomes] : 'reason-needed'
    case 'give-up':
    case 'reopen':
      return [becomes]
    case 'urge':
      return [{ type: 'ticket.urged', callId: ask.callId, urged: [ticket.urged, ticket.urged + 1], ...next }]
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
  }
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
      return { ...ticket, assigneeId, crewId, respondedAt: ticket.respondedAt ?? at, version }
    }
    case 'ticket.state':
      return { ...ticket, ...settled(ticket, event), state: event.to, version }
    case 'ticket.call-joined':
    case 'ticket.call-left':
    case 'ticket.noted':
      return { ...ticket, version }
  }
}

function settled(ticket: Standing, { to, at, resolution }: Extract<OfTicket, { type: 'ticket.state' }>) {
  switch (to) {
    case 'unassigned':
      return { finishedAt: null, resolution: null, assigneeId: null, crewId: null }
    case 'in_progress':
      return { respondedAt: ticket.respondedAt ?? at }
    case 'done':
      return { respondedAt: ticket.respondedAt ?? at, finishedAt: at, resolution: resolution ?? null }
    case 'withdrawn':
    case 'unresolved':
      return { finishedAt: at }
  }
}

/** A row of the journal as an event. Rows of before events carried codes say less: what they do not say is unknown. */
export function readBack({ type, at, body }: { type: string; at: Date; body: Record<string, unknown> }): OfTicket {
  const event = { type, at, ...body } as OfTicket
  switch (event.type) {
    case 'ticket.opened':
    case 'ticket.stood':
      return { ...event, stands: standsAgain(event) }
    case 'ticket.changed':
      return { ...event, changes: event.changes ?? {} }
    case 'ticket.assigned':
      return { ...event, was: event.was ?? { assigneeId: null, crewId: null } }
    default:
      return event
  }
}

const TIMES = ['reportedAt', 'respondedAt', 'finishedAt'] as const
function standsAgain({ stands, ...event }: Extract<OfTicket, { stands: Standing }>): Standing {
  const codes = stands ?? {
    id: event.ticketId,
    ...('campus' in event && { campus: event.campus, line: event.line }),
    state: 'unassigned',
    reportedAt: event.at,
    firstTakerId: event.byId ?? null,
    assigneeId: null,
    crewId: null,
    urged: 0,
    version: event.version,
  }
  const times = TIMES.map((field) => [field, codes[field] ? new Date(codes[field]) : null])
  return { ...codes, ...Object.fromEntries(times) }
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
