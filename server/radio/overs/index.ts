/** What was said on the radio: who may hear of it, under which ticket it is filed, and who it was. */
import { type Actor, may } from '../../access/index.ts'
import { type Clip, listened, type Recordings } from '../../archive/index.ts'
import { clock, type Db } from '../../db/index.ts'
import { notFound, Refusal } from '../../refusal.ts'
import { readTickets, thing } from '../../tickets/index.ts'
import type { OverQuery, OverView } from '../../wire/radio.ts'
import type { RadioDesk } from '../engine/radio.ts'
import { handheldsInUse } from '../handhelds/store.ts'
import { campusesHeard } from '../ports/index.ts'
import { allow, radioThing } from '../rights.ts'
import { clipOfOver } from './recording.ts'
import * as store from './store.ts'

type Page = { before: { at: string; id: string } | undefined; limit: number }

/** Newest first, of the campuses whose radio this person may hear of. @throws Refusal no-such-day, ticket-not-found */
export async function oversFor(db: Db, actor: Actor, asked: OverQuery, page: Page): Promise<OverView[]> {
  const { port, campus, ticketId, untagged, day } = asked
  if (day !== undefined && !isDay(day)) throw new Refusal('no-such-day', { day })
  if (ticketId !== undefined) await allowTicket(db, actor, ticketId, 'see')
  const heard = await campusesHeard(db, actor)
  const rows = await store.listOvers(db, {
    organisationId: actor.organisationId,
    campuses: campus === undefined ? heard : heard.filter((one) => one === campus),
    ...{ port, ticketId, untagged, day, ...page },
  })
  return rows.map((over) => viewFor(actor, over))
}

/** How many overs wait to be filed under a ticket. */
export async function countUntagged(db: Db, actor: Actor): Promise<{ count: number }> {
  return { count: await store.countUntagged(db, actor.organisationId, await campusesHeard(db, actor)) }
}

export async function overFor(db: Db, actor: Actor, id: string): Promise<OverView> {
  return viewFor(actor, await readOver(db, actor, id))
}

/** Files an over under a ticket by hand, or under none. @throws Refusal */
export async function attachOver(
  { db, commit }: RadioDesk,
  actor: Actor,
  id: string,
  ticketId: string | null,
): Promise<OverView> {
  const over = await readOver(db, actor, id)
  allow(actor, 'change', over, 'over')
  // What is filed under another line's ticket is theirs to file elsewhere.
  if (over.ticket && !may(actor, 'change', over.ticket)) throw new Refusal('ticket-of-another-line')
  if (ticketId !== null) await allowTicket(db, actor, ticketId, 'change')
  await commit(async (tx) => {
    await store.attach(tx, over.overId, ticketId, 'hand')
    const about = { overId: over.overId, ticketId, wasTicketId: over.ticketId }
    return [{ type: 'radio.over-attached', ...about, at: await clock(tx), byId: actor.personId }]
  })
  return overFor(db, actor, id)
}

/** Says whose handheld it was. @throws Refusal no-such-handheld, over-not-received */
export async function sayWho(
  { db, commit, radio }: RadioDesk,
  actor: Actor,
  id: string,
  code: string,
): Promise<OverView> {
  const { overId, kind, ...over } = await readOver(db, actor, id)
  allow(actor, 'change', over, 'over')
  const unit = (await handheldsInUse(db, actor.organisationId)).find((one) => one.code === code)
  if (!unit) throw new Refusal('no-such-handheld', { unit: code })
  if (kind !== 'rx') throw new Refusal('over-not-received')
  await commit(async (tx) => {
    await store.tag(tx, overId, unit.code, unit.holderId, actor.personId)
    return [{ type: 'radio.over-named', overId, at: await clock(tx), byId: actor.personId }]
  })
  radio.engine.tag(overId, unit)
  return overFor(db, actor, id)
}

type Sound = Pick<Clip, 'bytes' | 'read'> & {
  /** writes down that it was listened to, from where */
  noteListening: (address: string) => Promise<unknown>
}

/**
 * The sound of an over, for who may listen to this campus's radio. @throws Refusal sound-not-yet, sound-not-found;
 * Outage vault
 */
export async function soundOfOver(
  { db, commit, recordings }: Pick<RadioDesk, 'db' | 'commit'> & { recordings: Recordings },
  actor: Actor,
  id: string,
): Promise<Sound> {
  const over = await readOver(db, actor, id)
  allow(actor, 'listen', over, 'over')
  const { recordingIds, bytes, read } = await clipOfOver(db, recordings, over)
  const noteListening = (address: string) =>
    commit(async (tx) => {
      const told = []
      for (const recordingId of recordingIds)
        told.push(...(await listened(tx, { recordingId, callId: null, personId: actor.personId, address })))
      return told
    })
  return { bytes, read, noteListening }
}

/** @throws Refusal over-not-found, also for one of a campus whose radio this person may not hear of */
async function readOver(db: Db, actor: Actor, id: string): Promise<store.ShownOver> {
  const [over] = await store.listOvers(db, { organisationId: actor.organisationId, ids: [id], limit: 1 })
  if (!over || !may(actor, 'see', radioThing(over))) throw notFound('over')
  return over
}

async function allowTicket(db: Db, actor: Actor, id: string, verb: 'see' | 'change'): Promise<void> {
  const [ticket] = await readTickets(db, [id])
  if (!ticket || !may(actor, 'see', thing(ticket))) throw notFound('ticket')
  if (!may(actor, verb, thing(ticket))) throw new Refusal('not-allowed')
}

function viewFor(actor: Actor, { organisationId, ticket, ...over }: store.ShownOver): OverView {
  const seen = ticket === null || may(actor, 'see', ticket) ? over : store.unticketed(over)
  return { ...seen, mayListen: may(actor, 'listen', radioThing({ organisationId, campus: over.campus })) }
}

/** A day of the calendar: there is no 30th of February. */
function isDay(day: string): boolean {
  const at = new Date(`${day}T00:00:00Z`)
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(day)
}
