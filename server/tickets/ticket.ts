import type { TicketState } from './events.ts'

/**
 * A ticket.
 *
 *   unassigned ──take/assign──► in_progress ──done──► done
 *       │  ▲                        │  │                │
 *       │  └────────reopen──────────┼──┼────────────────┘
 *       ├──withdraw──► withdrawn ◄──┘  └──give up──► unresolved
 *       └──done (solved on the phone)──► done
 *
 * Reported and confirmed are two things and stand apart: what the caller said is never overwritten by what was found.
 */
export type Ticket = {
  id: string
  organisationId: string
  year: number
  number: number
  campusId: string
  campus: string
  lineId: string
  line: string
  kind: 'incident' | 'service_request' | 'voicemail'
  state: TicketState
  what: string
  notes: string
  contactNumber: string
  reporterId: string | null
  reporterName: string
  unitId: string | null
  reportedPlaceId: string | null
  confirmedPlaceId: string | null
  placeText: string
  reportedCategoryId: string | null
  confirmedCategoryId: string | null
  reportedImpact: number
  reportedUrgency: number
  confirmedImpact: number | null
  confirmedUrgency: number | null
  priority: number
  ipAddress: string | null
  firstTakerId: string | null
  assigneeId: string | null
  crewId: string | null
  resolution: 'phone' | 'remote' | 'on_site' | null
  faultCause: string | null
  urged: number
  repeat: boolean
  source: 'call' | 'voicemail' | 'desk' | 'web' | 'radio'
  reportedAt: Date
  respondedAt: Date | null
  finishedAt: Date | null
  version: number
}

export type Act = 'take' | 'assign' | 'done' | 'withdraw' | 'give-up' | 'reopen'

const steps: Record<Act, { from: TicketState[]; to: TicketState }> = {
  take: { from: ['unassigned', 'in_progress'], to: 'in_progress' },
  assign: { from: ['unassigned', 'in_progress'], to: 'in_progress' },
  done: { from: ['unassigned', 'in_progress'], to: 'done' },
  withdraw: { from: ['unassigned', 'in_progress'], to: 'withdrawn' },
  'give-up': { from: ['in_progress'], to: 'unresolved' },
  reopen: { from: ['done', 'withdrawn', 'unresolved'], to: 'unassigned' },
}

/** The state an act leads to; undefined when the ticket is in no state for it. */
export function stateAfter(state: TicketState, act: Act): TicketState | undefined {
  const step = steps[act]
  return step.from.includes(state) ? step.to : undefined
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
