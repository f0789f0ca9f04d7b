/**
 * Rules of signing in. Pure: times come in as values.
 *
 *   opened ──used──▶ opened ──idle 60 min / 12 h in all──▶ expired
 *      └──signed out, password changed, retired, by an administrator──▶ revoked
 */

/** Failures within this time count together. */
export const FAILURE_WINDOW_MS = 15 * 60_000
/**
 * Whose failures count together. In a browser where this person has signed in before, only that browser's: no stranger
 * can lock it. Elsewhere those of the name at that address, so that a stranger at another one locks nobody.
 */
export type Place = { login: string; device: Buffer } | { login: string; address: string }

/** This many failures of one name at one place are free; from then on each one doubles the wait. */
export const FREE_FAILURES = 5
/**
 * For names that have never signed in from this address: many guesses at many names from one address, or at one name from
 * many. Too few and a stranger holds up newcomers behind the same proxy; too many and a list of names is worth trying.
 */
export const FREE_FAILURES_OF_STRANGERS = 100
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
export function passwordFault(
  password: string,
  person: { login: string; name: string },
  common: ReadonlySet<string> = new Set(),
): string | undefined {
  const length = Array.from(password).length
  if (length < PASSWORD_MIN) return 'too-short'
  if (length > PASSWORD_MAX) return 'too-long'
  if (new Set(password).size < 4) return 'too-plain'
  const plain = password.toLowerCase()
  if (plain.includes(person.login.toLowerCase()) || plain.includes(person.name.toLowerCase())) return 'holds-the-name'
  return isCommon(plain, common) ? 'too-common' : undefined
}

/** Signs that stand for a letter in a word everybody knows. */
const LOOK_ALIKES: Record<string, string> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
  '!': 'i',
}
/** A word with more than this behind it is hardly that word any more. */
const MOST_BEHIND = 6

/** One of those that are tried first: itself, said twice, or with a few digits around a word that is. */
function isCommon(plain: string, common: ReadonlySet<string>): boolean {
  const once = /^(.+?)\1+$/.exec(plain)?.[1] ?? plain
  const word = once.replace(/^[^a-z]+|[^a-z]+$/g, '')
  const spelt = Array.from(once, (sign) => LOOK_ALIKES[sign] ?? sign).join('')
  const speltWord = Array.from(word, (sign) => LOOK_ALIKES[sign] ?? sign).join('')
  return (
    [plain, once, spelt].some((one) => common.has(one)) ||
    (once.length - word.length <= MOST_BEHIND && (common.has(word) || common.has(speltWord)))
  )
}
