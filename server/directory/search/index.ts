/** The pickers' one search: places, departments, people and numbers, and tickets by whoever has them. */
import { type Actor, may } from '../../access/index.ts'
import type { Db } from '../../db/index.ts'
import { Refusal } from '../../refusal.ts'
import type { TicketRow } from '../../wire/views.ts'
import { asked } from '../asked.ts'
import * as store from './store.ts'

export type SearchParts = {
  db: Db
  /** finds tickets this person may see; the room that has tickets brings it */
  tickets?: (actor: Actor, q: string, limit: number) => Promise<TicketRow[]>
}

export const KINDS = ['place', 'unit', 'person', 'number', 'ticket'] as const
export type Kind = (typeof KINDS)[number]

/** At most `limit` of each kind that is asked for. @throws Refusal not-allowed */
export async function search({ db, tickets }: SearchParts, actor: Actor, q: string, kinds: Kind[], limit: number) {
  if (!may(actor, 'see', { kind: 'directory' })) throw new Refusal('not-allowed')
  const { words, numbers: spelt } = asked(q)
  const wants = (kind: Kind) => kinds.includes(kind) && words.length > 0
  const { organisationId } = actor
  const [places, units, people, numbers, found] = await Promise.all([
    wants('place') ? store.findPlaces(db, organisationId, words, limit) : [],
    wants('unit') ? store.findUnits(db, organisationId, words, limit) : [],
    wants('person') ? store.findPeople(db, organisationId, words, limit) : [],
    wants('number') && spelt.length > 0 ? store.findNumbers(db, organisationId, spelt, limit) : [],
    wants('ticket') && tickets ? tickets(actor, q.trim(), limit) : [],
  ])
  return { places, units, people, numbers, tickets: found }
}
