/** What a ticket is: its codes, which events carry, and its words, which they do not; how rows of the journal are read. */
import type { OfTicket, Standing } from './events.ts'

export type { Standing } from './events.ts'

/**
 * A ticket.
 *
 *   unassigned ──take/assign──► in_progress ──done──► done ──(reviewed, verified)
 *       │  ▲  ▲                   │  │   ▲              │ │
 *       │  │  └─return────────────┤  │   └──send back────┘ │
 *       │  └────────reopen, not fixed┼────────────────────┘
 *       ├──withdraw, merge──► withdrawn  └──give up──► unresolved
 *       └──done (solved on the phone)──► done
 *
 * Within in_progress a job is arrived at, waits and is resumed: times on it, and no states.
 *
 * `offeredIds`: whom it is offered to now; they see it. Dispatch keeps that, and no event of the ticket says it.
 * `actedVersion`: the version at the last act; typing and notes do not count. What was shown before it is out of date.
 * Reported and confirmed are two things and stand apart: what the caller said is never overwritten by what was found.
 */
export type Ticket = Standing & Words & { readonly offeredIds: string[]; readonly actedVersion: number }

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

export const CODES = Object.keys({
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
  causeId: 0,
  survivorId: 0,
  waitingFor: 0,
  waitingUntil: 0,
  arrivedAt: 0,
  reviewedAt: 0,
  verifyBy: 0,
  verifiedAt: 0,
  returned: 0,
  moved: 0,
  escalated: 0,
  actBy: 0,
  stars: 0,
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
    case 'ticket.waiting':
    case 'ticket.instructed':
      return { ...event, until: new Date(event.until) }
    case 'ticket.reviewed':
      return { ...event, verifyBy: event.verifyBy && new Date(event.verifyBy) }
    default:
      return event
  }
}

const TIMES = [
  ...(['reportedAt', 'respondedAt', 'finishedAt', 'waitingUntil', 'arrivedAt', 'reviewedAt', 'verifyBy'] as const),
  ...(['verifiedAt', 'actBy'] as const),
] as const
/** What tickets did not have when the oldest rows of the journal were written. */
export const SINCE = {
  ...{ causeId: null, survivorId: null, waitingFor: null, waitingUntil: null, arrivedAt: null, reviewedAt: null },
  ...{ verifyBy: null, verifiedAt: null, returned: 0, moved: 0, escalated: false, actBy: null, stars: null },
} as const
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
  return { ...SINCE, ...codes, ...Object.fromEntries(times) }
}
