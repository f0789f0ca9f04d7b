/** What one shift hands to the next, put together from the rooms that keep it, as far as whoever asks may see it. */
import { type Actor, may } from '../access/index.ts'
import type { Db } from '../db/index.ts'
import { callbackThing, owedCallbacks, readCallbacks, readTickets, thing } from '../tickets/index.ts'
import type { HandoverItemKind } from '../wire/roster.ts'
import * as store from './handover-store.ts'

type Subject = { kind: HandoverItemKind; subjectId?: string; code?: string }

/** Urgent tickets, callbacks owed and the night phones of a campus. */
export async function openAt(db: Db, actor: Actor, campus: string): Promise<Subject[]> {
  const { organisationId } = actor
  const urgent = await store.urgentTickets(db, organisationId, campus)
  const seen = new Set(
    (await readTickets(db, urgent)).filter((one) => may(actor, 'see', thing(one))).map(({ id }) => id),
  )
  const owed = (await owedCallbacks(db, organisationId)).filter(
    (one) => (one.campus ?? campus) === campus && may(actor, 'see', callbackThing(one)),
  )
  return [
    ...urgent.filter((id) => seen.has(id)).map((subjectId) => ({ kind: 'ticket' as const, subjectId })),
    ...owed.map(({ id }) => ({ kind: 'callback' as const, subjectId: id })),
    ...(await store.nightPhones(db, organisationId, campus)).map((code) => ({ kind: 'night_phone' as const, code })),
  ]
}

type Item = { kind: HandoverItemKind; subjectId?: string | null }
type Labels = {
  ticket: { ticketId: string; year: number; number: number; what: string; priority: number } | null
  callback: { callbackId: string; number: string; owedAt: string } | null
}

/** What items are about, as far as this person may see it: nothing of what they may not. */
export async function handoverLabels(db: Db, actor: Actor, items: readonly Item[]): Promise<(item: Item) => Labels> {
  const idsOf = (kind: HandoverItemKind) => [
    ...new Set(items.flatMap((one) => (one.kind === kind && one.subjectId ? [one.subjectId] : []))),
  ]
  const tickets = new Map(
    (await readTickets(db, idsOf('ticket')))
      .filter((one) => may(actor, 'see', thing(one)))
      .map(({ id, year, number, what, priority }) => [id, { ticketId: id, year, number, what, priority }]),
  )
  const callbacks = new Map(
    (await readCallbacks(db, idsOf('callback')))
      .filter((one) => may(actor, 'see', callbackThing(one)))
      .map(({ id, number, owedAt }) => [id, { callbackId: id, number, owedAt: owedAt.toISOString() }]),
  )
  return ({ subjectId }) => ({
    ticket: tickets.get(subjectId ?? '') ?? null,
    callback: callbacks.get(subjectId ?? '') ?? null,
  })
}
