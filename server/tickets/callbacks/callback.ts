import type { ClearedHow, OwedWhy } from '../../wire/tickets.ts'

/**
 * A callback owed.
 *
 *   owed ──take──► taken (until its lease ends, or is given back) ──► owed
 *    └───────────────┴──clear──► cleared
 *
 * Taken under a lease so that nobody is called twice; a lease that ended binds nobody.
 */
export type Callback = {
  id: string
  organisationId: string
  callId: string
  campusId: string | null
  campus: string | null
  line: string | null
  number: string
  placeId: string | null
  owedAt: Date
  why: OwedWhy
  takenBy: string | null
  takenAt: Date | null
  leaseUntil: Date | null
  tries: number
  clearedAt: Date | null
  clearedHow: ClearedHow | null
  clearedBy: string | null
  clearedCallId: string | null
}

export type CallbackEvent = { at: Date; byId?: string | null; callbackId: string } & (
  | { type: 'callback.owed'; callId: string; why: OwedWhy }
  /** `tries`: how often it was dialled, this time included when it is taken to be dialled */
  | { type: 'callback.taken'; leaseUntil: Date; tries: number }
  | { type: 'callback.released' }
  | { type: 'callback.cleared'; how: ClearedHow; clearedCallId: string | null }
)

export type CallbackAsk = { byId: string | null } /** `dials`: the number is being dialled, and the try counts */ & (
  | { ask: 'take'; personId: string; dials: boolean }
  | { ask: 'release'; personId: string }
  /** `said`: a note says why; needed by hand, unless there is a ticket */
  | { ask: 'clear'; how: ClearedHow; callId: string | null; said: boolean }
)
export type CallbackRefusal = 'callback-taken' | 'callback-cleared' | 'note-needed'

/** Long enough to dial, talk and write; after it the callback is anybody's again. */
export const LEASE_MS = 15 * 60_000

/** Who has it now, if their lease still runs. */
export const holderOf = ({ takenBy, leaseUntil }: Callback, at: Date): string | null =>
  leaseUntil && leaseUntil > at ? takenBy : null

const SAYS_WHY: ReadonlySet<ClearedHow> = new Set(['unreachable', 'by_hand'])

export function decide(callback: Callback, ask: CallbackAsk, at: Date): CallbackEvent[] | CallbackRefusal {
  if (callback.clearedAt) return 'callback-cleared'
  const about = { callbackId: callback.id, at, byId: ask.byId }
  switch (ask.ask) {
    case 'take': {
      const holder = holderOf(callback, at)
      if (holder && holder !== ask.personId) return 'callback-taken'
      const tries = callback.tries + Number(ask.dials)
      return [{ type: 'callback.taken', ...about, leaseUntil: new Date(at.getTime() + LEASE_MS), tries }]
    }
    case 'release':
      return callback.takenBy === ask.personId ? [{ type: 'callback.released', ...about }] : []
    case 'clear':
      if (SAYS_WHY.has(ask.how) && !ask.said) return 'note-needed'
      return [{ type: 'callback.cleared', ...about, how: ask.how, clearedCallId: ask.callId }]
  }
}

/** The callback as it stands after an event. The only place it changes. */
export function evolve(callback: Callback, event: CallbackEvent): Callback {
  const { at, byId = null } = event
  switch (event.type) {
    case 'callback.owed':
      return { ...callback, owedAt: at, why: event.why }
    case 'callback.taken': {
      const { leaseUntil, tries } = event
      return { ...callback, takenBy: byId, takenAt: at, leaseUntil, tries }
    }
    case 'callback.released':
      return { ...callback, takenBy: null, takenAt: null, leaseUntil: null }
    case 'callback.cleared':
      return { ...callback, clearedAt: at, clearedHow: event.how, clearedBy: byId, clearedCallId: event.clearedCallId }
  }
}
