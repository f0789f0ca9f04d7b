import type { Actor } from '../wire/grant.ts'

const READING = new Set(['agent', 'supervisor', 'auditor'])

/**
 * What a person may read in lists of calls and tickets, as a statement can ask it: the same answer as may() gives of each
 * one (whole-desk tests hold both together). Pairs of campus and line, null for every one; and by which ties to a thing
 * it is theirs beyond them.
 */
export type ListScope = {
  pairs: { campus: string | null; line: string | null }[]
  personId: string
  /** tickets, with the calls about them, that they work on */
  assigned: boolean
  /** tickets they took first */
  took: boolean
  /** tickets they reported */
  reported: boolean
  /** calls that rang or reached them */
  reached: boolean
}

export function listScope(actor: Pick<Actor, 'personId' | 'grants'>): ListScope {
  const is = (...roles: string[]) => actor.grants.some(({ role }) => roles.includes(role))
  return {
    // An auditor sees all of it, wherever the grant was given.
    pairs: actor.grants
      .filter(({ role }) => READING.has(role))
      .map(({ role, campus, line }) => (role === 'auditor' ? { campus: null, line: null } : { campus, line })),
    personId: actor.personId,
    assigned: is('agent', 'engineer'),
    took: is('agent'),
    reported: is('reporter'),
    reached: is('agent'),
  }
}

export const isUnscoped = ({ pairs }: ListScope): boolean =>
  pairs.some(({ campus, line }) => campus === null && line === null)
