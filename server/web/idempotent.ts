/** Twice is once: a creating POST that is sent again with the same key gets the first answer again. */
import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { answerTo } from './answer.ts'
import { Refusal } from './errors.ts'
import * as store from './store.ts'

/**
 * Wraps a creating handler. With an `Idempotency-Key` header the answer is remembered for that person for a day; the
 * same key with another body is refused (422), and while the first is still at work, or was cut off before it could
 * say how it ended, the second is refused (409) rather than done again: at most once.
 * Without the header the handler is simply called.
 */
export function idempotent<Q extends FastifyRequest, R extends FastifyReply>(
  handler: (request: Q, reply: R) => Promise<unknown>,
): (request: Q, reply: R) => Promise<unknown> {
  return async (request, reply) => {
    const key = request.headers['idempotency-key']
    if (key === undefined) return handler(request, reply)
    if (typeof key !== 'string' || !/^[\x21-\x7e]{8,200}$/.test(key))
      throw new Refusal('idempotency-key-malformed', {}, 400)
    const { actor, server } = request
    if (!actor) throw new Refusal('signed-out', {}, 401)
    const { personId } = actor
    const db = server.deskDb
    const route = `${request.method} ${request.url.split('?')[0]}`
    const bodyHash = createHash('sha256')
      .update(JSON.stringify(request.body ?? null))
      .digest()

    const first = await store.claimRequest(db, { personId, key, route, bodyHash })
    if (first) {
      if (first.route !== route || !bodyHash.equals(first.bodyHash))
        throw new Refusal('idempotency-key-reused', {}, 422)
      if (first.status === null) throw new Refusal('request-not-finished', { ageS: first.ageS }, 409)
      reply.code(first.status).header('idempotent-replayed', 'true')
      return first.answer
    }
    try {
      const answer = await handler(request, reply)
      await store.settleRequest(db, personId, key, reply.statusCode, answer)
      return answer
    } catch (error) {
      // A refusal rolled everything back: the person may try again with the same key.
      if (answerTo(error).status < 500) await store.releaseRequest(db, personId, key)
      throw error
    }
  }
}
