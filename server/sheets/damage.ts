/** What spreadsheets do to codes and days when they take them for numbers. */

/** What is left of a code that was taken for a number or a day; it cannot be mended, only asked for again. */
export function damagedCode(text: string): 'scientific-notation' | 'day-in-code' | undefined {
  if (/^[+-]?\d(\.\d+)?E[+-]?\d+$/i.test(text)) return 'scientific-notation'
  if (DAY_AS_CODE.test(text)) return 'day-in-code'
  return undefined
}
const MONTH = 'Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec'
/** `3-4` as Excel shows it afterwards, in English and in Chinese. */
const DAY_AS_CODE = new RegExp(`^(\\d{1,2}-(${MONTH})|(${MONTH})-\\d{2}|\\d{1,2}月\\d{1,2}日)$`, 'i')

/** The same code as it stands in the register, whose leading zeros a spreadsheet has eaten. */
export function withItsZeros(code: string, known: ReadonlyMap<string, string>): string | undefined {
  return /^[1-9]\d*$/.test(code) ? known.get(code) : undefined
}
/** Codes that begin with zeros, by what a spreadsheet would leave of them. */
export function codesWithZeros(codes: Iterable<string>): Map<string, string> {
  const found = new Map<string, string>()
  for (const code of codes) if (/^0+[1-9]\d*$/.test(code)) found.set(code.replace(/^0+/, ''), code)
  return found
}

/**
 * A day as people and spreadsheets write it, year first; undefined when it is none. A day written day or month first says
 * two things at once and is not guessed.
 */
export function dayOf(text: string): string | undefined {
  const [, year, month, day] =
    /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(text) ??
    /^(\d{4})[/.](\d{1,2})[/.](\d{1,2})$/.exec(text) ??
    /^(\d{4})年(\d{1,2})月(\d{1,2})日$/.exec(text) ??
    /^(\d{4})(\d{2})(\d{2})$/.exec(text) ??
    []
  if (!year || !month || !day) return undefined
  const iso = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
  const at = new Date(`${iso}T00:00:00Z`)
  const isThere = !Number.isNaN(at.getTime()) && at.toISOString().startsWith(iso)
  return isThere && /^(19|20|21)/.test(iso) ? iso : undefined
}
