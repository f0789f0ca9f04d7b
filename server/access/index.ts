/** Who is signed in, what each person may do, and what of the lists is theirs to read. */

export type { Actor, SignedIn, Thing, Verb } from '../wire/grant.ts'
export { administrator } from './administrator.ts'
export type { AccessEvent } from './events.ts'
export { askerOf, supervisorsOf } from './grants/asker-store.ts'
export { type Asker, may } from './may.ts'
export { isUnscoped, type ListScope, listScope } from './scope.ts'
export {
  closeSession,
  closeSessionsOf,
  forgiveIdleness,
  hashPassword,
  makeDoorkeeper,
  makePassword,
  me,
  type OpenedSession,
  openSession,
} from './sessions/index.ts'
