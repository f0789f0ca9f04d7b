import type { PersonRef, PlaceRef, TicketChange, TicketPage, UnitRef } from '../../wire.ts'
import { isAddress } from '../address.ts'

/*
 *  What an agent types into one ticket, from the first letter until the server holds it.
 *
 *              type            begin              saved
 *    (clean) ───────> typed ───────────> sending ────────> (clean, or typed again meanwhile)
 *                       ^                   │
 *                       │ failed (kept)     │ collided
 *                       └───────────────────┤
 *                                           v
 *                                  clash: both values stand until one is chosen
 *
 *  A field is only ever in `typed`, in `sending`, or as the server has it in `base`; nothing typed is dropped on the way.
 */

/** The fields of a ticket an agent fills in while talking. References are whole, so that a name shows before it is saved. */
export type Fields = {
  what: string
  notes: string
  kind: 'incident' | 'service_request' | 'voicemail'
  line: string
  place: PlaceRef | null
  placeText: string
  unit: UnitRef | null
  reporter: PersonRef | null
  reporterName: string
  contactNumber: string
  categoryId: string | null
  impact: number
  urgency: number
  ipAddress: string | null
}
export type FieldName = keyof Fields

export type Clash = { [F in FieldName]?: { yours: Fields[F]; theirs: Fields[F] } }

export type Draft = {
  ticketId: string
  version: number
  base: Fields
  typed: Partial<Fields>
  sending: Partial<Fields> | null
  clash: Clash
  /** server time of the last save that was answered; null before the first */
  savedAt: string | null
  /** since when typed text could not be saved; null while all is well */
  unsavedSince: string | null
  /** stable error code of the last refusal or outage */
  why: string | null
}

/** The fields as the server has them. */
export function fieldsOf(page: TicketPage): Fields {
  const { what, notes, kind, line, place, placeText, unit, reporter, reporterName, contactNumber, categoryId } = page
  return {
    what,
    notes,
    kind,
    line,
    place,
    placeText,
    unit,
    reporter,
    reporterName,
    contactNumber,
    categoryId,
    impact: page.reportedImpact,
    urgency: page.reportedUrgency,
    ipAddress: page.ipAddress,
  }
}

/** A clean draft of a ticket as the server has it. */
export function openDraft(page: TicketPage): Draft {
  return {
    ticketId: page.ticketId,
    version: page.version,
    base: fieldsOf(page),
    typed: {},
    sending: null,
    clash: {},
    savedAt: null,
    unsavedSince: null,
    why: null,
  }
}

/** What the screen shows: typed over sending over what the server has. */
export const shown = (draft: Draft): Fields => ({ ...draft.base, ...draft.sending, ...draft.typed })

export const isDirty = (draft: Draft): boolean => names(draft.typed).length > 0 || draft.sending !== null
export const hasClash = (draft: Draft): boolean => names(draft.clash).length > 0

/** The agent typed or chose. Typing the server's value back takes the field off the list. */
export function type<F extends FieldName>(draft: Draft, field: F, value: Fields[F]): Draft {
  const typed = { ...draft.typed, [field]: value }
  const before = { ...draft.base, ...draft.sending }[field]
  if (same(before, value)) delete typed[field]
  const clash = { ...draft.clash }
  const open = clash[field] as { yours: Fields[F]; theirs: Fields[F] } | undefined
  if (open) clash[field] = { ...open, yours: value } as Clash[F]
  return { ...draft, typed, clash }
}

/**
 * Takes what is typed on its way. Null when there is nothing to send, or an answer is still out, or a clash is open.
 * An address that is only half typed stays behind: the server would refuse it, and everything beside it.
 */
export function begin(draft: Draft): { draft: Draft; change: TicketChange } | null {
  const going = { ...draft.typed }
  const staying: Partial<Fields> = {}
  if (going.ipAddress && !isAddress(going.ipAddress)) {
    staying.ipAddress = going.ipAddress
    delete going.ipAddress
  }
  if (draft.sending || hasClash(draft) || names(going).length === 0) return null
  return {
    draft: { ...draft, typed: staying, sending: going },
    change: { version: draft.version, ...onTheWire(going) },
  }
}

/** The server answered with the ticket as it now stands. */
export function saved(draft: Draft, page: TicketPage, at: string): Draft {
  return settle({ ...draft, sending: null, savedAt: at, unsavedSince: null, why: null }, page)
}

/** Nothing came back, or a refusal: what was on its way is typed again, under anything typed since. */
export function failed(draft: Draft, why: string, at: string): Draft {
  const typed = { ...draft.sending, ...draft.typed }
  return { ...draft, typed, sending: null, unsavedSince: draft.unsavedSince ?? at, why }
}

/**
 * Somebody else changed the ticket (a 409, or a frame with a newer version). Fields only we touched are kept and
 * go again; fields both touched, differently, clash until the agent chooses.
 */
export function collided(draft: Draft, theirs: TicketPage): Draft {
  const mine: Partial<Fields> = { ...draft.sending, ...draft.typed }
  const now = fieldsOf(theirs)
  const clash: Record<string, unknown> = {}
  for (const field of names(mine)) {
    const theyTouched = !same(now[field], draft.base[field])
    if (theyTouched && !same(now[field], mine[field])) clash[field] = { yours: mine[field], theirs: now[field] }
  }
  return settle({ ...draft, typed: mine, sending: null, clash: clash as Clash }, theirs)
}

/** The agent chose one of two values. */
export function choose(draft: Draft, field: FieldName, whose: 'yours' | 'theirs'): Draft {
  const clash = { ...draft.clash }
  delete clash[field]
  const typed = { ...draft.typed }
  if (whose === 'theirs') delete typed[field]
  return { ...draft, typed, clash }
}

function settle(draft: Draft, page: TicketPage): Draft {
  if (page.version < draft.version) return draft
  const base = fieldsOf(page)
  const typed = { ...draft.typed }
  for (const field of names(typed)) if (same(typed[field], base[field])) delete typed[field]
  return { ...draft, version: page.version, base, typed }
}

function onTheWire(typed: Partial<Fields>): Omit<TicketChange, 'version'> {
  const { place, unit, reporter, kind, ...plain } = typed
  return {
    ...plain,
    ...(kind && kind !== 'voicemail' && { kind }),
    ...(place !== undefined && { placeId: place?.id ?? null }),
    ...(unit !== undefined && { unitId: unit?.id ?? null }),
    ...(reporter !== undefined && { reporterId: reporter?.id ?? null }),
  }
}

function same(a: unknown, b: unknown): boolean {
  const id = (v: unknown) => (v && typeof v === 'object' && 'id' in v ? v.id : v)
  return id(a) === id(b)
}

const names = (part: object): FieldName[] => Object.keys(part) as FieldName[]
