import { Refusal } from '../../refusal.ts'
import { actorOf, type Routes, Text, Type } from '../../web/index.ts'
import { catalogue } from '../index.ts'
import { KINDS, type Kind, type SearchParts, search } from './index.ts'

const Query = Type.Object({
  q: Text(100),
  kinds: Type.String({ default: KINDS.join(','), pattern: '^[a-z]+(,[a-z]+)*$', maxLength: 60 }),
  limit: Type.Integer({ minimum: 1, maximum: 50, default: 10 }),
})

/** The pickers' one search, and what rarely changes. */
export const searchRoutes =
  (parts: SearchParts): Routes =>
  async (app) => {
    app.get('/api/catalogue', async (request) => catalogue(parts.db, actorOf(request).organisationId))
    app.get('/api/search', { schema: { querystring: Query } }, async (request) => {
      const { q, kinds, limit } = request.query
      return search(parts, actorOf(request), q, kindsOf(kinds), limit)
    })
  }

function kindsOf(listed: string): Kind[] {
  const kinds = listed.split(',')
  const isKind = (kind: string): kind is Kind => KINDS.some((one) => one === kind)
  if (!kinds.every(isKind)) throw new Refusal('request-malformed', { at: 'querystring/kinds', why: 'not a kind' })
  return kinds
}
