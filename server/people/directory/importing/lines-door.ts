/** Rows of a CSV file as cells under their headers, whatever sheet it is. */
import { parse } from 'csv-parse/sync'
import type { ImportFault } from '../../../wire/api.ts'

/** A file larger than this is not a directory. */
export const ROWS_MAX = 5_000

/** One row of a sheet; `line` counts the file's lines from 1, its headers among them. */
export type SheetLine = { line: number; cells: Record<string, string> }

/**
 * Reads RFC 4180 CSV whose first line names its columns, in any order and case. What is wrong goes to `bad`; a file whose
 * columns are wrong gives no rows at all, and a row with more or fewer cells than columns is left out: a cell that
 * slipped must not land under, or empty, another header.
 */
export function readSheet(
  csv: string,
  { headers, required }: { headers: readonly string[]; required: readonly string[] },
  bad: ImportFault[],
): SheetLine[] {
  let records: { record: string[]; info: { lines: number } }[]
  try {
    records = parse(csv, {
      bom: true,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      max_record_size: 20_000,
    }) as never
  } catch (error) {
    bad.push({ line: (error as { lines?: number }).lines ?? 1, code: 'not-csv' })
    return []
  }
  const given = records.shift()?.record.map((header) => header.trim().toLowerCase()) ?? []
  const before = bad.length
  for (const [i, header] of given.entries()) {
    if (!headers.includes(header)) bad.push({ line: 1, column: header, code: 'not-a-column' })
    else if (given.indexOf(header) < i) bad.push({ line: 1, column: header, code: 'column-twice' })
  }
  for (const header of required)
    if (!given.includes(header)) bad.push({ line: 1, column: header, code: 'column-missing' })
  if (records.length > ROWS_MAX) bad.push({ line: 1, code: 'too-many-rows', most: ROWS_MAX })
  if (bad.length > before) return []
  return records.flatMap(({ record, info }) => {
    if (record.length !== given.length) {
      bad.push({ line: info.lines, code: 'cells-differ', cells: record.length, columns: given.length })
      return []
    }
    return [{ line: info.lines, cells: Object.fromEntries(given.map((header, i) => [header, record[i] ?? ''])) }]
  })
}
