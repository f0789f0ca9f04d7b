/** A ticket's life beyond open and shut: arrived, waiting, returned, reviewed, verified, linked. Pure. */
import type { DeclineReason, LinkKind, TicketState, VerifiedHow, WaitingFor } from '../../wire/tickets.ts'
import type { Changes, OfTicket, Standing } from '../events.ts'

/** What is asked in the middle of a job, and after it. */
export type LifeAsk =
  | { ask: 'arrive' }
  | { ask: 'wait'; waitingFor?: WaitingFor | null; until?: Date | null }
  | { ask: 'resume'; wokeUp: boolean }
  | { ask: 'return'; why?: DeclineReason | null }
  | { ask: 'transfer'; personId: string | null; crewId: string | null }
  /** `isPart`: another crew's share, of which the ward is not asked */
  | { ask: 'review'; openParts: number; isPart: boolean }
  | { ask: 'send-back'; reason?: string }
  | { ask: 'verify'; how: VerifiedHow; openParts: number }
  | { ask: 'not-fixed'; how: VerifiedHow }
  | { ask: 'rate'; stars?: number | null }
  | { ask: 'complain'; complaintId: string; aboutId: string | null; words?: string }
  | { ask: 'answer-complaint'; complaintId: string; words?: string }
  | { ask: 'instruct'; until?: Date | null }
  | { ask: 'escalate' }
  | { ask: 'merge'; survivorId: string; linkId: string; reason?: string }
  | { ask: 'split'; linkId: string; survivorId: string }
  | { ask: 'link'; linkId: string; kind: LinkKind; otherId: string; isFrom: boolean }
  | { ask: 'unlink'; linkId: string; kind: LinkKind; otherId: string; isFrom: boolean }

export type LifeRefusal =
  | 'arrived-already'
  | 'waiting-for-what'
  | 'waiting-until-when'
  | 'not-waiting'
  | 'reason-needed'
  | 'words-needed'
  | 'stars-needed'
  | 'somebody-needed'
  | 'reviewed-already'
  | 'reviewed-by-another'
  | 'review-comes-first'
  | 'parts-are-open'
  | 'verified-already'
  | 'ticket-not-merged'

export type Leads = Partial<Record<TicketState, TicketState>>
export const STAYS: Leads = {
  unassigned: 'unassigned',
  in_progress: 'in_progress',
  done: 'done',
  withdrawn: 'withdrawn',
  unresolved: 'unresolved',
}
const WHILE_OPEN: Leads = { unassigned: 'unassigned', in_progress: 'in_progress' }
const WORKING: Leads = { in_progress: 'in_progress' }

/** Act × state → where it leads, part two of the table in ticket.ts. */
export const LIFE_LEADS: Record<LifeAsk['ask'], Leads> = {
  arrive: WORKING,
  wait: WORKING,
  resume: WORKING,
  return: { in_progress: 'unassigned' },
  transfer: WORKING,
  review: { done: 'done' },
  'send-back': { done: 'in_progress' },
  verify: { done: 'done' },
  'not-fixed': { done: 'unassigned' },
  rate: { done: 'done', unresolved: 'unresolved' },
  complain: STAYS,
  'answer-complaint': STAYS,
  instruct: WHILE_OPEN,
  escalate: WHILE_OPEN,
  merge: { unassigned: 'withdrawn', in_progress: 'withdrawn' },
  split: { withdrawn: 'in_progress' },
  link: STAYS,
  unlink: STAYS,
}

/** The ward has so long to say that it does not work; then a job counts as verified. */
export const VERIFY_DAYS = 3
const DAY_MS = 86_400_000
/** Once more the same kind of trouble: it is more urgent than before. 1 is the highest. */
const raised = (priority: number): number => Math.max(1, priority - 1)

type Asker = { byId: string | null }
type Next = { ticketId: string; at: Date; byId: string | null; version: number }

/** What such an ask means. The state fits already: ticket.ts has looked. */
export function decideLife(
  ticket: Standing,
  ask: LifeAsk & Asker,
  to: TicketState,
  next: Next,
): OfTicket[] | LifeRefusal {
  const { at } = next
  const was = { assigneeId: ticket.assigneeId, crewId: ticket.crewId }
  const becomes = { type: 'ticket.state', from: ticket.state, to, ...next } as const
  switch (ask.ask) {
    case 'arrive':
      return ticket.arrivedAt ? 'arrived-already' : [{ type: 'ticket.arrived', ...next }]
    case 'wait':
      if (!ask.waitingFor) return 'waiting-for-what'
      if (!ask.until || ask.until <= at) return 'waiting-until-when'
      return [{ type: 'ticket.waiting', waitingFor: ask.waitingFor, until: ask.until, ...next }]
    case 'resume':
      if (!ticket.waitingFor) return 'not-waiting'
      return [{ type: 'ticket.resumed', wokeUp: ask.wokeUp, ...next }]
    case 'return':
      return ask.why ? [{ type: 'ticket.returned', was, why: ask.why, ...next }, becomes] : 'reason-needed'
    case 'transfer': {
      const { personId, crewId } = ask
      return personId || crewId ? [{ type: 'ticket.transferred', personId, crewId, ...next }] : 'somebody-needed'
    }
    case 'send-back': {
      if (!ask.reason?.trim()) return 'reason-needed'
      const back = ticket.assigneeId || ticket.crewId ? to : 'unassigned'
      return [
        { type: 'ticket.reviewed', passed: false, verifyBy: null, ...next },
        { ...becomes, to: back },
      ]
    }
    case 'review':
    case 'verify':
    case 'not-fixed':
    case 'rate':
      return decideAfterwards(ticket, ask, becomes, next)
    case 'complain':
      if (!ask.words?.trim()) return 'words-needed'
      return [{ type: 'ticket.complained', complaintId: ask.complaintId, aboutId: ask.aboutId, ...next }]
    case 'answer-complaint':
      if (!ask.words?.trim()) return 'words-needed'
      return [{ type: 'ticket.complaint-answered', complaintId: ask.complaintId, ...next }]
    case 'instruct':
      if (!ask.until || ask.until <= at) return 'waiting-until-when'
      return [{ type: 'ticket.instructed', until: ask.until, ...next }]
    case 'escalate':
      return ticket.escalated ? [] : [{ type: 'ticket.escalated', ...next }]
    case 'merge': {
      if (!ask.reason?.trim()) return 'reason-needed'
      const { survivorId, linkId } = ask
      const link = { linkId, kind: 'duplicate', otherId: survivorId, isFrom: true } as const
      return [
        { type: 'ticket.linked', ...link, ...next },
        { ...becomes, survivorId },
      ]
    }
    case 'split': {
      if (!ticket.survivorId) return 'ticket-not-merged'
      const link = { linkId: ask.linkId, kind: 'duplicate', otherId: ask.survivorId, isFrom: true } as const
      const back = ticket.assigneeId || ticket.crewId ? to : 'unassigned'
      return [
        { type: 'ticket.unlinked', ...link, ...next },
        { ...becomes, to: back },
      ]
    }
    case 'link':
    case 'unlink': {
      const { linkId, kind, otherId, isFrom } = ask
      return [
        { type: ask.ask === 'link' ? 'ticket.linked' : 'ticket.unlinked', linkId, kind, otherId, isFrom, ...next },
      ]
    }
  }
}

function decideAfterwards(
  ticket: Standing,
  ask: Extract<LifeAsk, { ask: 'review' | 'verify' | 'not-fixed' | 'rate' }> & Asker,
  becomes: Extract<OfTicket, { type: 'ticket.state' }>,
  next: Next,
): OfTicket[] | LifeRefusal {
  switch (ask.ask) {
    case 'review': {
      if (ticket.reviewedAt) return 'reviewed-already'
      if (ask.byId === ticket.assigneeId) return 'reviewed-by-another'
      if (ask.openParts > 0) return 'parts-are-open'
      const verifyBy = ask.isPart ? null : new Date(next.at.getTime() + VERIFY_DAYS * DAY_MS)
      return [{ type: 'ticket.reviewed', passed: true, verifyBy, ...next }]
    }
    case 'verify':
      if (ticket.verifiedAt) return 'verified-already'
      if (!ticket.reviewedAt) return 'review-comes-first'
      if (ask.openParts > 0) return 'parts-are-open'
      return [{ type: 'ticket.verified', how: ask.how, ...next }]
    case 'not-fixed': {
      const was = { assigneeId: ticket.assigneeId, crewId: ticket.crewId }
      const priority = raised(ticket.priority)
      const changes: Changes = { priority: [ticket.priority, priority] }
      const urgent: OfTicket = { type: 'ticket.changed', fields: ['priority'], changes, ...next }
      const back: OfTicket = { type: 'ticket.not-fixed', how: ask.how, was, ...next }
      return priority === ticket.priority ? [back, becomes] : [back, urgent, becomes]
    }
    case 'rate':
      if (!ask.stars) return 'stars-needed'
      return [{ type: 'ticket.rated', stars: ask.stars, was: ticket.stars, ...next }]
  }
}

const BEGUN_ANEW = {
  ...{ arrivedAt: null, waitingFor: null, waitingUntil: null, reviewedAt: null, verifyBy: null, verifiedAt: null },
  ...{ causeId: null, survivorId: null, actBy: null },
} as const
const ENDED = { waitingFor: null, waitingUntil: null, actBy: null } as const

/** What else a new state leaves of a job's life. */
export function lifeIn(event: Extract<OfTicket, { type: 'ticket.state' }>): Partial<Standing> {
  switch (event.to) {
    case 'unassigned':
      return BEGUN_ANEW
    case 'in_progress':
      return { finishedAt: null, resolution: null, survivorId: null, reviewedAt: null, verifyBy: null }
    case 'done':
      return { ...ENDED, causeId: event.causeId ?? null }
    case 'withdrawn':
      return { ...ENDED, survivorId: event.survivorId ?? null }
    case 'unresolved':
      return ENDED
  }
}

/** What such an event says of the ticket; undefined: it says nothing that stays. */
export function lifeAfter(ticket: Standing, event: OfTicket): Partial<Standing> | undefined {
  switch (event.type) {
    case 'ticket.arrived':
      return { arrivedAt: event.at }
    case 'ticket.waiting':
      return { waitingFor: event.waitingFor, waitingUntil: event.until }
    case 'ticket.resumed':
      return { waitingFor: null, waitingUntil: null }
    case 'ticket.returned':
    case 'ticket.not-fixed':
      return { returned: ticket.returned + 1 }
    case 'ticket.reviewed':
      return event.passed
        ? { reviewedAt: event.at, verifyBy: event.verifyBy }
        : { reviewedAt: null, returned: ticket.returned + 1 }
    case 'ticket.verified':
      return { verifiedAt: event.at, verifyBy: null }
    case 'ticket.rated':
      return { stars: event.stars }
    case 'ticket.instructed':
      return { actBy: event.until }
    case 'ticket.escalated':
      return { escalated: true }
    default:
      return undefined
  }
}
