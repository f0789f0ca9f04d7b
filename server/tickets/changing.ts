/** What is typed on a ticket, field by field. */
import type { Actor } from '../access/index.ts'
import type { Tx } from '../db/index.ts'
import { Refusal } from '../refusal.ts'
import type { TicketChange } from '../wire/tickets.ts'
import type { TicketEvent } from './events.ts'
import { asked, held } from './saving.ts'
import * as store from './store.ts'
import { collisions, isIpAddress, LONGEST, type Ticket, wordsOf } from './ticket.ts'

/**
 * Changes what was typed. A change made against an older version is taken as long as nobody touched the same fields
 * since; else it is refused with both values, and nothing of it is written.
 */
export async function change(tx: Tx, actor: Actor, id: string, wanted: TicketChange): Promise<TicketEvent[]> {
  const ticket = await held(tx, actor, id)
  const { to, fields } = await translated(tx, ticket, wanted)
  const names = Object.keys(fields)
  if (names.length === 0) return []
  if (wanted.version > ticket.version) throw new Refusal('no-such-version')
  const clash = collisions(names, await store.changesSince(tx, id, wanted.version))
  if (clash.length > 0) {
    const theirs = Object.fromEntries(clash.map((field) => [field, fields[field]?.[0]]))
    throw new Refusal('ticket-changed-meanwhile', { version: ticket.version, fields: clash, theirs })
  }
  if (GRADES.some((grade) => grade in to)) {
    const as = { ...ticket, ...to }
    const impact = as.confirmedImpact ?? as.reportedImpact
    to.priority = await store.priorityOf(tx, impact, as.confirmedUrgency ?? as.reportedUrgency)
  }
  const version = ticket.version + 1
  return asked(
    tx,
    ticket,
    { ask: 'change', byId: actor.personId, fields: names, to },
    { words: wordsOf(to), entry: { kind: 'changed', body: { version, fields } } },
  )
}

const GRADES = ['reportedImpact', 'reportedUrgency', 'confirmedImpact', 'confirmedUrgency'] as const

/** Which field of a ticket each typed one is. */
const FIELD = {
  what: 'what',
  notes: 'notes',
  kind: 'kind',
  placeId: 'reportedPlaceId',
  placeText: 'placeText',
  unitId: 'unitId',
  reporterId: 'reporterId',
  reporterName: 'reporterName',
  contactNumber: 'contactNumber',
  categoryId: 'reportedCategoryId',
  confirmedCategoryId: 'confirmedCategoryId',
  confirmedPlaceId: 'confirmedPlaceId',
  impact: 'reportedImpact',
  urgency: 'reportedUrgency',
  confirmedImpact: 'confirmedImpact',
  confirmedUrgency: 'confirmedUrgency',
  ipAddress: 'ipAddress',
} as const satisfies Partial<Record<keyof TicketChange, keyof Ticket>>

/** From what was typed to the ticket's fields, checked; `fields` holds what really changes, from what to what. */
async function translated(
  tx: Tx,
  ticket: Ticket,
  wanted: TicketChange,
): Promise<{ to: Partial<Ticket>; fields: Record<string, [unknown, unknown]> }> {
  const to: Partial<Ticket> = {}
  const fields: Record<string, [unknown, unknown]> = {}
  for (const [field, own] of Object.entries(FIELD) as [keyof typeof FIELD, keyof Ticket][]) {
    const value = wanted[field]
    if (value === undefined || value === ticket[own]) continue
    Object.assign(to, { [own]: value })
    fields[field] = [ticket[own], value]
  }
  if (wanted.ipAddress && !isIpAddress(wanted.ipAddress)) throw new Refusal('not-an-ip-address', { field: 'ipAddress' })
  for (const field of ['placeId', 'confirmedPlaceId'] as const) {
    const path = wanted[field] ? await store.placePath(tx, ticket.organisationId, wanted[field]) : ''
    if (path === undefined) throw new Refusal('no-such-place', { field })
    if (field === 'placeId' && wanted.placeId && wanted.placeText === undefined) to.placeText = path
  }
  if (wanted.reporterId && !(await store.isPerson(tx, ticket.organisationId, wanted.reporterId)))
    throw new Refusal('no-such-person', { field: 'reporterId' })
  if (to.unitId && !(await store.isUnit(tx, ticket.organisationId, to.unitId)))
    throw new Refusal('no-such-unit', { field: 'unitId' })
  const line = wanted.line !== undefined && wanted.line !== ticket.line ? wanted.line : undefined
  if (line) {
    const where = await store.campusAndLine(tx, ticket.organisationId, ticket.campus, line)
    if (!where) throw new Refusal('no-such-line', { line })
    const moved = ticket.moved + 1
    Object.assign(to, { lineId: where.lineId, line, reportedCategoryId: wanted.categoryId ?? null, moved })
    fields.line = [ticket.line, line]
  }
  for (const field of ['categoryId', 'confirmedCategoryId'] as const) {
    if (!wanted[field]) continue
    const category = await store.categoryOf(tx, ticket.organisationId, wanted[field])
    if (!category) throw new Refusal('no-such-category', { field })
    if (field === 'categoryId' && category.lineId !== (to.lineId ?? ticket.lineId))
      throw new Refusal('category-of-another-line', { field: 'categoryId' })
  }
  for (const [field, most] of [
    ['what', LONGEST.what],
    ['notes', LONGEST.notes],
    ['placeText', LONGEST.short],
    ['reporterName', LONGEST.short],
    ['contactNumber', LONGEST.short],
  ] as const) {
    if ((wanted[field] ?? '').length > most) throw new Refusal('too-long', { field, most })
  }
  return { to, fields }
}
