/** Twice is once: a creating POST that is sent again with the same key gets the first answer again. */
import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Refusal } from '../refusal.ts'
import { answerTo } from './answer.ts'
import * as store from './store.ts'

type Handler<Q, R> = (request: Q, reply: R) => Promise<unknown>

/**
 * Wraps a creating handler. With an `Idempotency-Key` header the answer is remembered for that person for a day; the
 * same key with another body is refused (422), and while the first is still at work, or was cut off before it could
 * say how it ended, the second is refused (409) rather than done again: at most once.
 * Without the header the handler is simply called.
 *
 * What was answered is told again only while the person's rights are the same as then (409 `rights-changed`).
 */
export function idempotent<Q extends FastifyRequest, R extends FastifyReply>(handler: Handler<Q, R>): Handler<Q, R> {
  return idempotentWhileSeen(async (_request, first) => first, handler)
}

/**
 * The same, for things that a person may lose sight of with the same rights: a ticket that went to another line. `seen`
 * answers the repeated request, from the first answer or anew, and refuses whoever may not see the thing any more.
 */
export function idempotentWhileSeen<Q extends FastifyRequest, R extends FastifyReply, T>(
  seen: (request: Q, first: T) => Promise<unknown>,
  handler: Handler<Q, R>,
): Handler<Q, R> {
  return async (request, reply) => {
    const key = request.headers['idempotency-key']
    if (key === undefined) return handler(request, reply)
    if (typeof key !== 'string' || !/^[\x21-\x7e]{8,200}$/.test(key)) throw new Refusal('idempotency-key-malformed')
    const { actor, server } = request
    if (!actor) throw new Refusal('signed-out')
    const { personId } = actor
    const db = server.deskDb
    const route = `${request.method} ${request.url.split('?')[0]}`
    const bodyHash = digest(request.body ?? null)
    const rights = digest([actor.organisationId, actor.grants])

    const first = await store.claimRequest(db, { personId, key, route, bodyHash, rights })
    if (first) {
      if (first.route !== route || !bodyHash.equals(first.bodyHash)) throw new Refusal('idempotency-key-reused')
      if (first.status === null) throw new Refusal('request-not-finished', { ageS: first.ageS })
      if (first.rights && !rights.equals(first.rights)) throw new Refusal('rights-changed')
      const answer = await seen(request, first.answer as T)
      reply.code(first.status).header('idempotent-replayed', 'true')
      return answer
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

const digest = (value: unknown): Buffer => createHash('sha256').update(JSON.stringify(value)).digest()
