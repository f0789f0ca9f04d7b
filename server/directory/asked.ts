/** What somebody typed or pasted into a search, as it stands in the rows. */
import { numberOf, numberTyped } from '../wire/number.ts'
import { harmless } from './caller.ts'

/** More words than this narrow nothing down any more. */
const WORDS_MOST = 6

export type Asked = {
  /** each word in the spellings it may be kept in: as typed, and with full-width and other look-alike signs made plain */
  words: string[][]
  /** the whole of it as one number, as the hospital writes it and as it was typed; none when it is no number */
  numbers: string[]
}

/** Takes what nobody sees out of a search and finds its words, and the number it may be. */
export function asked(q: string): Asked {
  const words = harmless(q).split(' ').filter(Boolean).slice(0, WORDS_MOST)
  const numbers = [numberOf(q), numberTyped(q)].filter((number) => number !== '')
  return {
    words: words.map((word) => [...new Set([word, word.normalize('NFKC').trim()])].filter(Boolean)),
    numbers: [...new Set(numbers)],
  }
}
