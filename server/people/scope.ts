import type { Actor } from './grant.ts'

const READING = new Set(['agent', 'supervisor', 'auditor'])

/** Where a person may read lists of calls and tickets: pairs of campus and line, null for every one. */
export function readingScopes(actor: Actor): { campus: string | null; line: string | null }[] {
  return actor.grants.filter((grant) => READING.has(grant.role)).map(({ campus, line }) => ({ campus, line }))
}
