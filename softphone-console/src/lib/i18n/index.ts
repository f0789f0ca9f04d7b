import { Cell } from '../desk/cell.ts'
import type { Locale } from '../wire.ts'
import { type Filled, type Plain, say } from './words.ts'

const KEY = 'desk.locale'
const held = new Cell<Locale>(remembered())

function remembered(): Locale {
  try {
    return localStorage.getItem(KEY) === 'en' ? 'en' : 'zh-CN'
  } catch {
    return 'zh-CN'
  }
}

/** The language of this screen; zh-CN until somebody chooses otherwise. */
export function locale(): Locale {
  return held.value
}

/** Chooses the language, for this browser, at once. */
export function chooseLocale(next: Locale): void {
  held.value = next
  document.documentElement.lang = next
  try {
    localStorage.setItem(KEY, next)
  } catch {
    // storage refused by policy: the choice lasts as long as the page
  }
}

/** The language a person is known to read, unless somebody chose one at this browser. */
export function offerLocale(known: Locale): void {
  try {
    if (localStorage.getItem(KEY)) return
  } catch {
    // nothing is remembered here
  }
  held.value = known
  document.documentElement.lang = known
}

export function t(word: Plain): string
export function t<A extends unknown[]>(word: Filled<A>, ...args: A): string
/** The word in the chosen language; reading it in a template follows the choice. */
export function t<A extends unknown[]>(word: Plain | Filled<A>, ...args: A): string {
  return say(locale(), word, ...args)
}

/** Of a thing the catalogue names in both languages, its name in the chosen one. */
export function named(thing: { zh: string; en: string | null } | null | undefined): string {
  if (!thing) return ''
  return locale() === 'en' ? thing.en || thing.zh : thing.zh
}
