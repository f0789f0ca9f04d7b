import { type Actor, may } from '../../access/index.ts'
import type { Db } from '../../db/index.ts'
import { Refusal } from '../../refusal.ts'
import { actorOf, type Routes, Text, Type } from '../../web/index.ts'
import type { TicketRow } from '../../wire/views.ts'
import { asked } from '../asked.ts'
import { catalogue } from '../index.ts'
import * as store from './store.ts'

export type SearchParts = {
  db: Db
  /** finds tickets this person may see; the room that has tickets brings it */
  tickets?: (actor: Actor, q: string, limit: number) => Promise<TicketRow[]>
}

const KINDS = ['place', 'unit', 'person', 'number', 'ticket']

/** The pickers' one search, and what rarely changes. */
export const searchRoutes =
  ({ db, tickets }: SearchParts): Routes =>
  async (app) => {
    app.get('/api/catalogue', async (request) => catalogue(db, actorOf(request).organisationId))

    const querystring = Type.Object({
      q: Text(100),
      kinds: Type.String({ default: 'place,unit,person,number,ticket', pattern: '^[a-z]+(,[a-z]+)*$', maxLength: 60 }),
      limit: Type.Integer({ minimum: 1, maximum: 50, default: 10 }),
    })
    app.get('/api/search', { schema: { querystring } }, async (request) => {
      const actor = actorOf(request)
      if (!may(actor, 'see', { kind: 'directory' })) throw new Refusal('not-allowed')
      const { q, limit } = request.query
      const kinds = request.query.kinds.split(',')
      const strange = kinds.find((kind) => !KINDS.includes(kind))
      if (strange) throw new Refusal('request-malformed', { at: 'querystring/kinds', why: 'not a kind' })
      const { words, numbers: spelt } = asked(q)
      const wants = (kind: string) => kinds.includes(kind) && words.length > 0
      const { organisationId } = actor
      const [places, units, people, numbers, found] = await Promise.all([
        wants('place') ? store.findPlaces(db, organisationId, words, limit) : [],
        wants('unit') ? store.findUnits(db, organisationId, words, limit) : [],
        wants('person') ? store.findPeople(db, organisationId, words, limit) : [],
        wants('number') && spelt.length > 0 ? store.findNumbers(db, organisationId, spelt, limit) : [],
        wants('ticket') && tickets ? tickets(actor, q.trim(), limit) : [],
      ])
      return { places, units, people, numbers, tickets: found }
    })
  }
