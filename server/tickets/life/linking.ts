/** Tickets that belong together: merged, split again, linked, and another crew's share. */
import { randomUUID } from 'node:crypto'
import type { Actor } from '../../access/index.ts'
import { clock, type Tx } from '../../db/index.ts'
import { notFound, Refusal } from '../../refusal.ts'
import type { AnyAct } from '../../wire/life.ts'
import type { LinkKind } from '../../wire/tickets.ts'
import type { OfTicket, TicketEvent } from '../events.ts'
import { openPart } from '../opening.ts'
import { asked, held } from '../saving.ts'
import { crewOf, holdTicket } from '../store.ts'
import { shownNumber, type Ticket } from '../ticket.ts'
import * as store from './store.ts'

/** Holds two tickets, the lower id first. */
export async function holdBoth(tx: Tx, one: string, other: string | undefined): Promise<void> {
  for (const id of [one, ...(other ? [other] : [])].sort()) await holdTicket(tx, id)
}

/** The other of the two, which this person must see. */
async function otherOf(tx: Tx, actor: Actor, ticket: Ticket, id: string | undefined): Promise<Ticket> {
  if (!id) throw new Refusal('which-ticket', { field: 'ticketId' })
  if (id === ticket.id) throw new Refusal('the-same-ticket', { field: 'ticketId' })
  return held(tx, actor, id, 'see')
}

/** This one is the other's duplicate: its number leads there, its calls and recordings stay its own. */
export async function merge(tx: Tx, actor: Actor, ticket: Ticket, body: AnyAct): Promise<TicketEvent[]> {
  const other = await otherOf(tx, actor, ticket, body.ticketId)
  if (other.survivorId) throw new Refusal('merged-already', { ticketId: other.survivorId })
  const [linkId, survivorId] = [randomUUID(), other.id]
  const about = { byId: actor.personId, linkId, survivorId, ...(body.text && { reason: body.text }) }
  const entry = { kind: 'merge', body: { ticketId: survivorId, number: shownNumber(other.number), reason: body.text } }
  const events = await asked(tx, ticket, { ask: 'merge', ...about }, { entry })
  await insert(tx, { id: linkId, fromId: ticket.id, toId: survivorId, kind: 'duplicate', byId: actor.personId })
  return [...events, ...(await tellOther(tx, actor, other, ticket, { linkId, kind: 'duplicate', ask: 'link' }))]
}

/** It was no duplicate: it goes on where it was. */
export async function split(tx: Tx, actor: Actor, ticket: Ticket, body: AnyAct): Promise<TicketEvent[]> {
  if (!ticket.survivorId) throw new Refusal('ticket-not-merged')
  const links = await store.readLinks(tx, ticket.id)
  const found = links.find(({ kind, fromId }) => kind === 'duplicate' && fromId === ticket.id)
  if (!found) throw new Error(`the link of a merged ticket is not there: ${ticket.id}`)
  const { linkId } = found
  const other = await otherOf(tx, actor, ticket, ticket.survivorId)
  const entry = { kind: 'split', body: { ticketId: other.id, number: shownNumber(other.number), reason: body.text } }
  const ask = { ask: 'split', byId: actor.personId, linkId, survivorId: other.id } as const
  const events = await asked(tx, ticket, ask, { entry })
  await store.undoLink(tx, linkId, await clock(tx))
  return [...events, ...(await tellOther(tx, actor, other, ticket, { linkId, kind: 'duplicate', ask: 'unlink' }))]
}

/** To be read together. */
export async function link(tx: Tx, actor: Actor, ticket: Ticket, body: AnyAct): Promise<TicketEvent[]> {
  return linked(tx, actor, ticket, await otherOf(tx, actor, ticket, body.ticketId), 'related')
}

async function linked(tx: Tx, actor: Actor, from: Ticket, to: Ticket, kind: LinkKind): Promise<OfTicket[]> {
  const linkId = randomUUID()
  await insert(tx, { id: linkId, fromId: from.id, toId: to.id, kind, byId: actor.personId })
  const entry = { kind: 'linked', body: { ticketId: to.id, number: shownNumber(to.number), link: kind } }
  const about = { byId: actor.personId, linkId, kind, otherId: to.id, isFrom: true }
  const events = await asked(tx, from, { ask: 'link', ...about }, { entry })
  return [...events, ...(await tellOther(tx, actor, to, from, { linkId, kind, ask: 'link' }))]
}

/** A link that was a mistake; a merge is taken back by splitting. */
export async function unlink(tx: Tx, actor: Actor, ticket: Ticket, body: AnyAct): Promise<TicketEvent[]> {
  const found = (await store.readLinks(tx, ticket.id)).find(({ linkId }) => linkId === body.linkId)
  if (!found) throw notFound('link')
  if (found.kind === 'duplicate') throw new Refusal('split-instead')
  const { linkId, kind } = found
  const isFrom = found.fromId === ticket.id
  const other = await otherOf(tx, actor, ticket, isFrom ? found.toId : found.fromId)
  await store.undoLink(tx, linkId, await clock(tx))
  const entry = { kind: 'unlinked', body: { ticketId: other.id, number: shownNumber(other.number), link: kind } }
  const about = { byId: actor.personId, linkId, kind, otherId: other.id, isFrom }
  const events = await asked(tx, ticket, { ask: 'unlink', ...about }, { entry })
  return [...events, ...(await tellOther(tx, actor, other, ticket, { linkId, kind, ask: 'unlink', isFrom: !isFrom }))]
}

/** Another crew has a share of it: a ticket with its own offer and clock, and one report that the ward is asked about. */
export async function joinIn(
  tx: Tx,
  actor: Actor,
  ticket: Ticket,
  body: AnyAct,
): Promise<{ events: TicketEvent[]; part: Ticket; crewId: string }> {
  if (ticket.state !== 'unassigned' && ticket.state !== 'in_progress') throw new Refusal('ticket-not-open')
  if ((await store.partsOf(tx, ticket.id)).isPart) throw new Refusal('a-part-has-no-parts')
  const crew = body.crewId ? await crewOf(tx, ticket.organisationId, body.crewId) : undefined
  if (!crew || !body.crewId) throw new Refusal('no-such-crew', { field: 'crewId' })
  if (!body.text?.trim()) throw new Refusal('words-needed', { field: 'text' })
  const { events, part } = await openPart(tx, ticket, {
    ...{ lineId: crew.lineId ?? ticket.lineId, what: body.text, byId: actor.personId },
  })
  const told = await linked(tx, actor, part, ticket, 'part')
  return { events: [...events, ...told], part: (await holdTicket(tx, part.id)) ?? part, crewId: body.crewId }
}

type Row = { id: string; fromId: string; toId: string; kind: LinkKind; byId: string }
async function insert(tx: Tx, row: Row): Promise<void> {
  if (!(await store.insertLink(tx, { ...row, at: await clock(tx) }))) throw new Refusal('linked-already')
}

/** The other of the two says so on its own timeline too. */
function tellOther(
  tx: Tx,
  actor: Actor,
  ticket: Ticket,
  about: Ticket,
  { ask, linkId, kind, isFrom = false }: { ask: 'link' | 'unlink'; linkId: string; kind: LinkKind; isFrom?: boolean },
): Promise<OfTicket[]> {
  const body = { ticketId: about.id, number: shownNumber(about.number), link: kind, isFrom: true }
  const entry = { kind: ask === 'link' ? 'linked' : 'unlinked', body }
  return asked(tx, ticket, { ask, byId: actor.personId, linkId, kind, otherId: about.id, isFrom }, { entry })
}
