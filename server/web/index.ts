/** What a room's routes.ts needs to answer by HTTP. */
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type {
  FastifyBaseLogger,
  FastifyInstance,
  FastifyRequest,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify'
import type { Db } from '../db/index.ts'
import { Refusal } from '../refusal.ts'
import type { Actor, SignedIn } from '../wire/grant.ts'

export { Type } from '@fastify/type-provider-typebox'
export type { FrameMaker, SharedFrame } from './batch.ts'
export { idempotent, idempotentWhileSeen } from './idempotent.ts'
export {
  answers,
  Code,
  cut,
  Id,
  isTimeCursor,
  Nullable,
  openCursor,
  PageQuery,
  Text,
  Time,
  Version,
} from './schemas.ts'
export { type Sound, sendSound } from './sound.ts'

/** Fastify with bodies, queries and params typed by their TypeBox schemas. */
export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>
/** A room's doors: `export const ticketRoutes = (…): Routes => async (app) => { app.get(…) }`. */
export type Routes = (app: App) => Promise<void>

/** Who is signed in: access/ knows, main.ts hands it over. */
export type Doorkeeper = {
  byToken: (token: string) => Promise<SignedIn | undefined>
  /** by session; one that is over has no entry */
  bySessions: (ids: string[]) => Promise<Map<string, SignedIn>>
  /** these sessions were just used */
  touch: (ids: string[]) => Promise<void>
}

/** An answer that was given: `route` is the pattern, never the address with its ids. */
export type ObserveAnswer = (method: string, route: string, status: number, seconds: number) => void

declare module 'fastify' {
  interface FastifyRequest {
    /** who asks; undefined when signed out */
    actor: SignedIn | undefined
  }
  interface FastifyInstance {
    /** for the web's own rows (requests, sessions); rooms bring their own */
    deskDb: Db
    /** asks to be told of every answer, for the figures */
    observeAnswer: (observe: ObserveAnswer) => void
  }
  interface FastifyContextConfig {
    /** reachable without a session (sign-in, health, the console's files); a route says so itself */
    open?: boolean
    /** reachable while a first password is still to be changed */
    withFirstPassword?: boolean
  }
}

/** Who asks. Throws the refusal 401 when signed out, 403 while a first password is still to be changed. */
export function actorOf(request: Pick<FastifyRequest, 'actor'> & Partial<Pick<FastifyRequest, 'routeOptions'>>): Actor {
  const { actor } = request
  if (!actor) throw new Refusal('signed-out')
  if (actor.mustChangePassword && !request.routeOptions?.config?.withFirstPassword) {
    throw new Refusal('password-must-be-changed')
  }
  return actor
}
