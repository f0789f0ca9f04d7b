/** Who is signed in, what each person may do, and what of the lists is theirs to read. */
export { administrator } from './administrator.ts'
export type { AccessEvent } from './events.ts'
export type { Actor, Thing, Verb } from './grant.ts'
export { askerOf } from './grants/asker-store.ts'
export { type Asker, may } from './may.ts'
export { isUnscoped, type ListScope, listScope } from './scope.ts'
export {
  actorsOfSessions,
  closeSession,
  closeSessionsOf,
  forgiveIdleness,
  hashPassword,
  loadActor,
  makePassword,
  me,
  type OpenedSession,
  openSession,
  type SignedIn,
  touchSessions,
} from './sessions/index.ts'
