/** Errors become answers here and nowhere else: refusal 4xx, outage 503, bug 500. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Outage, Refusal } from '../refusal.ts'
import { statusOf } from './errors.ts'
import { Malformed } from './validate.ts'

type Answer = { status: number; code: string; message: string; details?: Record<string, unknown> }
type Coded = Error & { code?: unknown; statusCode?: unknown; constraint?: unknown; validation?: unknown }

/** What the desk answers to an error, with nothing in it that the person did not already know. */
export function answerTo(error: unknown): Answer {
  if (error instanceof Refusal) {
    return { status: statusOf(error.code), code: error.code, message: error.code, details: error.details }
  }
  if (error instanceof Outage) return outage(error.wire)
  if (error instanceof Malformed) {
    const { at, why } = error
    return { status: 400, code: 'request-malformed', message: `${at} ${why}`, details: { at, why } }
  }
  const { code, constraint, statusCode, name } = error as Coded
  if (typeof code === 'string') {
    if (isPostgresAway(code)) return outage('postgres')
    const conflict = CONFLICTS[code]
    if (conflict) return { status: 409, code: conflict, message: conflict, details: { constraint } }
    // A time that passed our schema and is none for PostgreSQL: what was sent is at fault, not we.
    if (code === '22007' || code === '22008')
      return { status: 400, code: 'time-not-possible', message: 'time-not-possible' }
    if (code === '22021' || code === '22P05')
      return { status: 400, code: 'text-not-storable', message: 'text-not-storable' }
    if (code.startsWith('FST_') && typeof statusCode === 'number' && statusCode < 500) {
      const word = FASTIFY[code] ?? 'request-malformed'
      return { status: statusCode, code: word, message: word }
    }
  }
  if (name === 'KnexTimeoutError') return outage('postgres')
  if (statusCode === 429) return { status: 429, code: 'too-many-requests', message: 'too-many-requests' }
  return { status: 500, code: 'bug', message: 'something went wrong here, and it was written down' }
}

const outage = (wire: string): Answer => ({
  status: 503,
  code: 'outage',
  message: `${wire} is down`,
  details: { wire },
})

/** PostgreSQL's own words (errcodes appendix A) for "two people wanted the same thing". */
const CONFLICTS: Record<string, string> = {
  '23505': 'already-there',
  '23P01': 'overlaps',
  '23503': 'still-in-use',
  '23514': 'not-possible',
  '40001': 'try-again',
  '40P01': 'try-again',
}
const FASTIFY: Record<string, string> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'body-too-large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'media-type-not-known',
  FST_ERR_NOT_FOUND: 'not-found',
}

/** Connection lost or refused, shutting down, starting up: the wire, not the request. */
export const isPostgresAway = (code: string) =>
  /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|57P0[1-3]|08\d{3}|53300)$/.test(code)

/**
 * What of an error may be logged. PostgreSQL and knex put the row's values into message and detail, and this is a
 * hospital: of their errors only code, table, constraint and our own stack frames are kept. A program that failed puts the
 * words it was to say into its message (espeak-ng): of it only how it ended is kept.
 */
export function loggable(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { type: typeof error }
  const { code, constraint, table, routine } = error as Coded & { table?: unknown; routine?: unknown }
  const frames = error.stack
    ?.split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 12)
    .join('\n')
  if ('cmd' in error) return { type: error.name, code, signal: 'signal' in error ? error.signal : undefined, frames }
  const fromPostgres = typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && routine !== undefined
  return fromPostgres
    ? { type: error.name, code, table, constraint, routine, frames }
    : { type: error.name, code, message: error.message, frames, cause: error.cause ? loggable(error.cause) : undefined }
}

/** Fastify's error handler. */
export function errorHandler(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const { status, ...answer } = answerTo(error)
  if (status === 500) request.log.error({ error: loggable(error), route: request.routeOptions.url }, 'bug')
  else if (status === 503) request.log.warn({ error: loggable(error), route: request.routeOptions.url }, 'outage')
  if (status === 503) reply.header('retry-after', '2')
  const waitMs = answer.details?.waitMs
  if (status === 429 && typeof waitMs === 'number') reply.header('retry-after', String(Math.ceil(waitMs / 1000)))
  // A refused socket's connection is of no further use to anybody.
  if (request.headers.upgrade) reply.header('connection', 'close')
  reply.code(status).type('application/json').send(answer)
}
