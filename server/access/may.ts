/** Who may do what: one pure function, asked by every route, every live frame and every file. */
import { TICKET_ACTS } from '../wire/choices.ts'
import type { Actor, Thing, Verb } from '../wire/grant.ts'

type Grant = Actor['grants'][number]
/** What of a person decides. */
export type Asker = Pick<Actor, 'personId' | 'organisationId' | 'grants'>

/**
 * May this person do this to that?
 *
 * Each act on a ticket is a verb of its own. An agent does all of them on the tickets of their lines, but what is a supervisor's
 * word: to instruct, to answer a complaint, and to give up a job that is another's. An engineer does an engineer's: on the
 * way, waiting, done, back, on to another. A reporter urges, withdraws, says whether it works, rates and complains.
 *
 * - agent: sees and works on the calls, tickets and callbacks of the campuses and lines granted; hears only the
 *   recordings of calls they took or of tickets assigned to them, and the messages left for their lines. Sees the calls about tickets assigned to them.
 * - engineer: the tickets assigned to them, and to see those offered to them until the offer ends, with the calls about them and their recordings.
 * - supervisor: all of it within the scope, recordings too; ends a call that stands though nobody speaks; the night switch of their lines (a line is one queue of both
 *   campuses, so the campus does not narrow it) and the rules by which its jobs find somebody. Leads the shifts of their campuses and lines: who is on duty, and who is A or B. Who is on duty is seen by all but reporters.
 * - auditor: sees and hears everything, and the journal; changes nothing.
 * - admin: the directory, the roster and the lines' night switches; no call and no recording by that role alone (three separated powers, 三员分立).
 * - the register of equipment is seen by all but reporters, and kept by administrators and supervisors.
 * - reporter: their own tickets.
 *
 * A thing whose campus or line is not known is covered only by a grant that is not narrowed by it. A thing of another
 * organisation is nobody's, whatever the role. The directory and the journal are always read by one's own organisation.
 */
export function may(actor: Asker, verb: Verb, thing: Thing): boolean {
  if ('organisationId' in thing && thing.organisationId !== actor.organisationId) return false
  for (const grant of actor.grants) if (allows(grant, actor.personId, verb, thing)) return true
  return thing.kind === 'agent' && thing.personId === actor.personId && (verb === 'see' || verb === 'change')
}

function allows(grant: Grant, me: string, verb: Verb, thing: Thing): boolean {
  switch (grant.role) {
    case 'auditor':
      return (
        verb === 'see' ||
        (verb === 'listen' && (thing.kind === 'recording' || thing.kind === 'radio')) ||
        (verb === 'audit' && thing.kind === 'recording')
      )
    case 'admin':
      return (
        (thing.kind === 'directory' && ADMIN.has(verb)) ||
        (thing.kind === 'radio' && verb === 'administer') ||
        (thing.kind === 'roster' && (verb === 'see' || verb === 'lead')) ||
        (thing.kind === 'equipment' && REGISTER.has(verb)) ||
        (thing.kind === 'line' && (verb === 'see' || verb === 'switch'))
      )
    case 'supervisor':
      return supervisorMay(grant, verb, thing)
    case 'agent':
      return agentMay(grant, me, verb, thing)
    case 'engineer':
      return engineerMay(grant, me, verb, thing)
    case 'reporter':
      return thing.kind === 'ticket' && thing.reporterId === me && REPORTERS.has(verb)
  }
}

const REGISTER: ReadonlySet<Verb> = new Set(['see', 'change', 'import', 'export'])
const ADMIN: ReadonlySet<Verb> = new Set(['see', 'administer', 'import', 'export'])

function supervisorMay(grant: Grant, verb: Verb, thing: Thing): boolean {
  switch (thing.kind) {
    case 'directory':
      return verb === 'see'
    case 'journal':
      return false
    case 'agent':
      return (verb === 'see' || verb === 'change') && sharesLine(grant, thing.lines)
    case 'line':
      return (verb === 'see' || verb === 'switch' || verb === 'lead') && sharesLine(grant, [thing.line])
    case 'radio':
      return (ON_THE_AIR.has(verb) || verb === 'clear' || verb === 'lead') && hears(grant, thing)
    case 'equipment':
      return REGISTER.has(verb)
    case 'roster':
      return verb === 'see' || ((verb === 'lead' || verb === 'change') && covers(grant, thing))
    case 'recording':
      return RECORDED.has(verb) && covers(grant, thing)
    case 'call':
      return (WORK.has(verb) || verb === 'end') && covers(grant, thing)
    case 'ticket':
      return (WORK.has(verb) || ACTS.has(verb)) && covers(grant, thing)
    default:
      return WORK.has(verb) && covers(grant, thing)
  }
}

const ACTS: ReadonlySet<Verb> = new Set(TICKET_ACTS)
const NOT_AN_AGENTS: ReadonlySet<Verb> = new Set(['instruct', 'answer-complaint'])
const AN_ENGINEERS: ReadonlySet<Verb> = new Set([
  ...(['see', 'change', 'arrive', 'wait', 'resume', 'done', 'return', 'transfer', 'join-in', 'note', 'urge'] as const),
  ...(['give-up', 'reopen'] as const),
])
const REPORTERS: ReadonlySet<Verb> = new Set([
  ...(['see', 'open', 'urge', 'withdraw', 'verify', 'not-fixed', 'rate', 'complain', 'reopen'] as const),
])

/** Hears it, says that what is wrong with it is known, and sees who heard it. */
const RECORDED: ReadonlySet<Verb> = new Set(['see', 'listen', 'clear', 'audit'])
const WORK: ReadonlySet<Verb> = new Set(['see', 'open', 'change', 'take'])
/** Whoever hears a channel live may hear it again. */
const ON_THE_AIR: ReadonlySet<Verb> = new Set(['see', 'listen', 'key', 'change'])

function agentMay(grant: Grant, me: string, verb: Verb, thing: Thing): boolean {
  switch (thing.kind) {
    case 'directory':
      return verb === 'see'
    case 'journal':
      return false
    case 'agent':
      return verb === 'see' && sharesLine(grant, thing.lines)
    case 'line':
      return verb === 'see' && sharesLine(grant, [thing.line])
    case 'radio':
      return ON_THE_AIR.has(verb) && hears(grant, thing)
    case 'call':
      // A call that rang or reached this agent is theirs to work on, wherever it came from. Whoever may hear a call sees it.
      return (
        (WORK.has(verb) && (covers(grant, thing) || thing.agentIds.includes(me))) ||
        (verb === 'see' && thing.assigneeIds.includes(me))
      )
    case 'recording': {
      const mine = thing.agentIds.includes(me) || thing.assigneeIds.includes(me)
      if (verb === 'listen') return mine || (thing.isMessage === true && covers(grant, thing))
      return verb === 'see' && (mine || covers(grant, thing))
    }
    case 'ticket': {
      const isTheirs = covers(grant, thing) || thing.assigneeId === me || thing.firstTakerId === me
      if (verb === 'give-up') return thing.assigneeId === me
      return (
        ((WORK.has(verb) || (ACTS.has(verb) && !NOT_AN_AGENTS.has(verb))) && isTheirs) ||
        (verb === 'see' && thing.offeredIds.includes(me))
      )
    }
    case 'callback':
      return WORK.has(verb) && covers(grant, thing)
    case 'roster':
      return verb === 'see' || (verb === 'change' && covers(grant, thing))
    case 'equipment':
      return verb === 'see'
  }
}

function engineerMay(grant: Grant, me: string, verb: Verb, thing: Thing): boolean {
  switch (thing.kind) {
    case 'directory':
      return verb === 'see'
    case 'ticket':
      return (thing.assigneeId === me && AN_ENGINEERS.has(verb)) || (verb === 'see' && thing.offeredIds.includes(me))
    case 'call':
      return thing.assigneeIds.includes(me) && verb === 'see'
    case 'recording':
      return thing.assigneeIds.includes(me) && (verb === 'see' || verb === 'listen')
    case 'radio':
      return verb === 'see' && hears(grant, thing)
    case 'roster':
    case 'equipment':
      return verb === 'see'
    default:
      return false
  }
}

const covers = (grant: Grant, thing: { campus: string | null; line: string | null }) =>
  (grant.campus === null || grant.campus === thing.campus) && (grant.line === null || grant.line === thing.line)

/** A channel is a campus's, not a line's: whoever works for any line there hears it. */
const hears = (grant: Grant, thing: { campus: string }) => grant.campus === null || grant.campus === thing.campus

const sharesLine = (grant: Grant, lines: string[]) => grant.line === null || lines.includes(grant.line)
