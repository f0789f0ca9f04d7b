/** Rows of a CSV file as cells under their headers, whatever sheet it is; read in slices, so that no call waits for it. */
import { setImmediate as rest } from 'node:timers/promises'
import type { ImportFault } from '../wire/api.ts'
import { CELL_MAX, COLUMNS_MAX, type CsvRecord, NotCsv, records } from './csv.ts'

/** A file with more rows than this is not a directory. */
export const ROWS_MAX = 5_000
/** Characters of a sheet: about 400 for each of its rows. Looked at (routes.ts) before anything is made of it. */
export const SHEET_MAX = 2 * 1024 * 1024
/** More faults than this are not read by anybody; what is beyond them is looked at when these are mended. */
export const FAULTS_MAX = 1_000

/** One row of a sheet; `line` counts the file's lines from 1, its headers among them. */
export type SheetLine = { line: number; cells: Record<string, string> }

/** Lets whatever waits be done, each hundredth time it is asked: a calls' event, a radio's lease. */
export function makeRest(): () => Promise<void> {
  let asked = 0
  return async () => {
    asked += 1
    if (asked % 100 === 0) await rest()
  }
}

/**
 * Reads RFC 4180 CSV whose first line names its columns, in any order and case. What is wrong goes to `bad`; a file whose
 * columns are wrong or that has too many rows gives no rows at all, and a row with more or fewer cells than columns is
 * left out: a cell that slipped must not land under, or empty, another header. So is a row with a cell of which something
 * was lost or cannot be seen. Blank rows, and blank columns at the end, are nothing.
 */
export async function readSheet(
  csv: string,
  { headers, required }: { headers: readonly string[]; required: readonly string[] },
  bad: ImportFault[],
): Promise<SheetLine[]> {
  const lines: SheetLine[] = []
  const takeRest = makeRest()
  const before = bad.length
  let given: string[] | undefined
  let rows = 0
  try {
    for (const record of records(csv)) {
      if (record === null) await rest()
      else if (given === undefined) {
        given = columnsOf(record, headers, required, bad)
        if (bad.length > before) return []
      } else {
        await takeRest()
        rows += 1
        if (rows > ROWS_MAX) {
          bad.splice(before, bad.length, { line: 1, code: 'too-many-rows', most: ROWS_MAX })
          return []
        }
        if (bad.length < FAULTS_MAX) lines.push(...cellsOf(record, given, bad))
      }
    }
  } catch (error) {
    if (!(error instanceof NotCsv)) throw error
    bad.splice(before, bad.length, { line: error.line, code: 'not-csv' })
    return []
  }
  if (given === undefined) columnsOf({ line: 1, width: 0, cells: [] }, headers, required, bad)
  return lines
}

function columnsOf(
  { line, cells, fault }: CsvRecord,
  headers: readonly string[],
  required: readonly string[],
  bad: ImportFault[],
): string[] {
  const given = cells.map((header) => header.trim().toLowerCase())
  if (fault === 'too-many-columns') bad.push({ line, code: fault, most: COLUMNS_MAX })
  for (const [i, header] of given.entries()) {
    if (!headers.includes(header)) bad.push({ line, column: header.slice(0, 40), code: 'not-a-column' })
    else if (given.indexOf(header) < i) bad.push({ line, column: header, code: 'column-twice' })
  }
  for (const header of required) if (!given.includes(header)) bad.push({ line, column: header, code: 'column-missing' })
  return given
}

/** The cells of a row under their headers, or nothing where one of them is wrong whatever it means. */
function cellsOf({ line, width, cells, fault }: CsvRecord, given: string[], bad: ImportFault[]): SheetLine[] {
  if (fault === 'too-many-columns') {
    bad.push({ line, code: fault, most: COLUMNS_MAX })
    return []
  }
  if (fault === 'too-long') {
    bad.push({ line, column: given[cells.length - 1] ?? '', code: fault, most: CELL_MAX })
    return []
  }
  if (width < given.length || cells.length > given.length) {
    bad.push({ line, code: 'cells-differ', cells: Math.min(width, Math.max(cells.length, 1)), columns: given.length })
    return []
  }
  const wrong = given.flatMap((column, i) => {
    const code = unreadable(cells[i] ?? '')
    return code ? [{ line, column, code }] : []
  })
  bad.push(...wrong)
  if (wrong.length > 0) return []
  return [{ line, cells: Object.fromEntries(given.map((header, i) => [header, cells[i] ?? ''])) }]
}

/** What no cell may hold. Line ends and tabs around a text are spreadsheets' own and go with its blanks. */
function unreadable(cell: string): 'character-lost' | 'control-character' | 'unseen-character' | undefined {
  const text = cell.trim()
  // U+FFFD stands where bytes could not be read; half a character is as lost.
  if (/\ufffd/.test(text) || !text.isWellFormed()) return 'character-lost'
  if (/\p{Cc}/u.test(text)) return 'control-character'
  // Bidi and zero-width signs, line and paragraph separators, fillers: two names would look alike and differ.
  if (/[\p{Cf}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}\u115f\u1160\u17b4\u17b5\u3164\uffa0]|\u034f/u.test(text))
    return 'unseen-character'
  return undefined
}
