import type { Locale } from '../wire.ts'

/** A sentence that needs nothing but a language. */
export type Plain = { zh: string; en: string }
/** A sentence with something to fill in; both languages take the same arguments. */
export type Filled<A extends unknown[]> = { zh: (...args: A) => string; en: (...args: A) => string }

type AnyWord = Plain | { zh: (...args: never[]) => string; en: (...args: never[]) => string }

/** One room's words. A word that lacks a language does not compile. */
export function room<const T extends Record<string, AnyWord>>(words: T): T {
  return words
}

export function say(locale: Locale, word: Plain): string
export function say<A extends unknown[]>(locale: Locale, word: Filled<A>, ...args: A): string
export function say<A extends unknown[]>(locale: Locale, word: Plain | Filled<A>, ...args: A): string
/** The word in the given language. */
export function say<A extends unknown[]>(locale: Locale, word: Plain | Filled<A>, ...args: A): string {
  const spoken = locale === 'en' ? word.en : word.zh
  return typeof spoken === 'function' ? spoken(...args) : spoken
}
