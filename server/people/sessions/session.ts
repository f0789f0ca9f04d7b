/**
 * Rules of signing in. Pure: times come in as values.
 *
 *   opened ──used──▶ opened ──idle 60 min / 12 h in all──▶ expired
 *      └──signed out, password changed, retired, by an administrator──▶ revoked
 */

/** Failures within this time count together. */
export const FAILURE_WINDOW_MS = 15 * 60_000
/** This many failures for one login are free; from then on each one doubles the wait. */
export const FREE_FAILURES_PER_LOGIN = 5
/** Many people may share one address (a proxy, a ward), so it is given more. */
export const FREE_FAILURES_PER_ADDRESS = 30
const FIRST_WAIT_MS = 30_000

export type Failures = { count: number; lastAt: Date | null }

/** How long the next attempt must wait, in ms; 0 when it may be made now. The wait doubles: 30 s, 1, 2, 4 … 15 min. */
export function waitBeforeNextTry(failures: Failures, free: number, now: Date): number {
  if (failures.count < free || !failures.lastAt) return 0
  const doublings = Math.min(failures.count - free, 10)
  const wait = Math.min(FIRST_WAIT_MS * 2 ** doublings, FAILURE_WINDOW_MS)
  return Math.max(0, failures.lastAt.getTime() + wait - now.getTime())
}

/** The shortest password we take; NIST SP 800-63B §3.1.1.2 asks for length, not for kinds of characters. */
export const PASSWORD_MIN = 10
export const PASSWORD_MAX = 200

/** Why a new password cannot be taken; undefined when it can. */
export function passwordFault(password: string, person: { login: string; name: string }): string | undefined {
  const length = Array.from(password).length
  if (length < PASSWORD_MIN) return 'too-short'
  if (length > PASSWORD_MAX) return 'too-long'
  if (new Set(password).size < 4) return 'too-plain'
  const plain = password.toLowerCase()
  if (plain.includes(person.login.toLowerCase()) || plain.includes(person.name.toLowerCase())) return 'holds-the-name'
  return undefined
}
