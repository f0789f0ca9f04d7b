/** Words looked for in a text, in SQL. */

/** The pattern of a text that holds this word as it stands. */
export const like = (word: string) => `%${word.replace(/[\\%_]/g, '\\$&')}%`

/**
 * Each word must be in the text, in one of its spellings; the two-character index narrows, `ilike` decides. One character
 * alone only `ilike`s.
 */
export function every(text: string, words: string[][]): { sql: string; bound: string[] } {
  const one = (word: string) =>
    Array.from(word).length > 1
      ? { sql: `(cjk_grams(${text}) @> cjk_grams(?) and ${text} ilike ?)`, bound: [word, like(word)] }
      : { sql: `${text} ilike ?`, bound: [like(word)] }
  const parts = words.map((spelt) => spelt.map(one))
  return {
    sql: parts.map((spelt) => `(${spelt.map(({ sql }) => sql).join(' or ')})`).join(' and '),
    bound: parts.flat().flatMap(({ bound }) => bound),
  }
}
