/** What people do to a ticket: take, assign, finish, withdraw, reopen, urge, note. */
import { type Actor, may } from '../access/index.ts'
import type { Tx } from '../db/index.ts'
import { Refusal } from '../refusal.ts'
import type { Resolution } from '../wire/tickets.ts'
import type { TicketEvent } from './events.ts'
import { asked, held, mustBeAsShown, thing } from './saving.ts'
import * as store from './store.ts'
import { type Act, type Ask, stateAfter } from './ticket.ts'

export type How = {
  version?: number
  reason?: string
  resolution?: Resolution | null
  causeId?: string | null
  faultCause?: string
  assigneeId?: string | null
  crewId?: string | null
}

/** Moves a ticket along its states: who, when, and what came of it. */
export async function act(tx: Tx, actor: Actor, id: string, what: Act, how: How = {}): Promise<TicketEvent[]> {
  const ticket = await held(tx, actor, id, what)
  if (what === 'assign') await known(tx, actor, how)
  // A reporter takes it back before somebody is there; the desk at any time.
  if (what === 'withdraw' && ticket.arrivedAt && !may(actor, 'change', thing(ticket)))
    throw new Refusal('arrived-already')
  mustBeAsShown(ticket, how.version)
  const { reason, resolution, causeId, faultCause } = how
  const to = stateAfter(ticket.state, what)
  const fields = what === 'assign' && { fields: assignment(ticket, how) }
  return asked(tx, ticket, askOf(actor.personId, what, how), {
    ...(what === 'done' && { words: { faultCause: faultCause ?? null } }),
    ...(what === 'reopen' && { words: { faultCause: null } }),
    entry: { kind: what, body: { from: ticket.state, to, reason, resolution, causeId, faultCause, ...fields } },
  })
}

function askOf(byId: string, what: Act, { reason, resolution, causeId, assigneeId, crewId }: How): Ask {
  switch (what) {
    case 'take':
      return { ask: 'take', byId, personId: byId }
    case 'assign':
      return {
        ask: 'assign',
        byId,
        ...(assigneeId !== undefined && { assigneeId }),
        ...(crewId !== undefined && { crewId }),
      }
    case 'done':
      return { ask: 'done', byId, resolution: resolution ?? null, causeId: causeId ?? null }
    case 'withdraw':
    case 'give-up':
      return { ask: what, byId, reason: reason ?? '' }
    case 'reopen':
      return { ask: what, byId }
  }
}

type Assignment = { assigneeId?: string | null; crewId?: string | null }
const assignment = (from: Assignment, to: Assignment) =>
  Object.fromEntries(
    (['assigneeId', 'crewId'] as const)
      .filter((field) => to[field] !== undefined && to[field] !== from[field])
      .map((field) => [field, [from[field], to[field]]]),
  )

async function known(tx: Tx, { organisationId }: Actor, { assigneeId, crewId }: Assignment): Promise<void> {
  if (assigneeId && !(await store.isPerson(tx, organisationId, assigneeId)))
    throw new Refusal('no-such-person', { field: 'assigneeId' })
  if (crewId && !(await store.isCrew(tx, organisationId, crewId)))
    throw new Refusal('no-such-crew', { field: 'crewId' })
}

/** Something to add that is not a field: it stands on the timeline. */
export async function note(tx: Tx, actor: Actor, id: string, text: string): Promise<TicketEvent[]> {
  const ticket = await held(tx, actor, id, 'note')
  return asked(tx, ticket, { ask: 'note', byId: actor.personId }, { entry: { kind: 'note', body: { text } } })
}

/** 催单: the ward asks where it stays. Counted, shown, and heard by whoever works on it; of a merged ticket, on its survivor. */
export async function urge(tx: Tx, actor: Actor, id: string, callId: string | null = null): Promise<TicketEvent[]> {
  let ticket = await held(tx, actor, id, 'urge')
  for (let next = ticket.survivorId; next; next = ticket.survivorId) {
    const survivor = await store.holdTicket(tx, next)
    if (!survivor) throw new Error(`a ticket survives as one that is not there: ${ticket.id}`)
    ticket = survivor
  }
  return asked(
    tx,
    ticket,
    { ask: 'urge', byId: actor.personId, callId },
    { entry: { kind: 'urged', body: { callId } } },
  )
}

/**
 * Somebody said on the air that they go: the ticket is theirs and answered, whoever had it at the desk. One that is over
 * stays so. `byId`: who noted it at a desk; null: it was heard on the air.
 */
export const assignForRadio = (
  tx: Tx,
  answered: { ticketId: string; personId: string; byId: string | null },
): Promise<TicketEvent[]> => assignTo(tx, answered, 'radio')

/** Follows an offer that was accepted: the ticket is theirs. `how`: by which way they said so. */
export const assignForDispatch = (
  tx: Tx,
  accepted: { ticketId: string; personId: string; byId: string | null; how: string },
): Promise<TicketEvent[]> => assignTo(tx, accepted, accepted.how)

async function assignTo(
  tx: Tx,
  { ticketId, personId, byId }: { ticketId: string; personId: string; byId: string | null },
  how: string,
): Promise<TicketEvent[]> {
  const ticket = await store.holdTicket(tx, ticketId)
  const to = ticket && stateAfter(ticket.state, 'assign')
  if (!ticket || !to) return []
  const fields = assignment(ticket, { assigneeId: personId })
  const body = { from: ticket.state, to, how, fields }
  const entry = { kind: 'assign', byId: byId ?? personId, body }
  return asked(tx, ticket, { ask: 'assign', byId, assigneeId: personId }, { entry })
}
