import { Refusal } from '../refusal.ts'
import type { Actor, Verb } from '../wire/grant.ts'
import { may } from './may.ts'

/** The one who asks, if the directory is theirs to keep; the refusal 403 otherwise. */
export function administrator(actor: Actor, verb: Extract<Verb, 'administer' | 'import' | 'export'>): Actor {
  if (!may(actor, verb, { kind: 'directory' })) throw new Refusal('not-allowed')
  return actor
}
