/** RFC 4180 as spreadsheets really write it: any line end, mixed ones too, and blank cells and rows left behind. */

/** One record: the line it begins on (from 1), how many cells it has, and those without the blank ones at its end. */
export type CsvRecord = { line: number; width: number; cells: string[]; fault?: 'too-many-columns' | 'too-long' }

/** The text is no CSV: a quote is never closed, or stands where none may. `line` is where it opens. */
export class NotCsv extends Error {
  readonly line: number
  constructor(line: number) {
    super(`not CSV at line ${line}`)
    this.line = line
  }
}

/** More columns than any sheet of ours; blank ones beyond do not count. */
export const COLUMNS_MAX = 64
/** Characters of a cell. The longest of ours names some hundreds of places. */
export const CELL_MAX = 10_000
/** Characters read between two rests: some milliseconds on a slow machine. */
const REST_EVERY = 65_536

/**
 * The records of a text, one after the other; null now and then, so that the reader can let others do something. Blank
 * records are left out. Never holds more than one record. @throws {NotCsv}
 */
export function* records(text: string): Generator<CsvRecord | null> {
  let at = text.startsWith('\ufeff') ? 1 : 0
  let line = 1
  let rested = at
  while (at < text.length) {
    const record: CsvRecord = { line, width: 0, cells: [] }
    let isOver = false
    while (!isOver) {
      const cell = text[at] === '"' ? quoted(text, at, line) : plain(text, at, line)
      at = cell.end
      line += cell.lines
      keep(record, record.width, cell)
      record.width += 1
      if (at - rested > REST_EVERY) {
        rested = at
        yield null
      }
      const next = text[at]
      isOver = next !== ','
      if (next === '\r' && text[at + 1] === '\n') at += 1
      at += 1
      if (isOver) line += 1
    }
    if (record.cells.length > 0 || record.fault) yield record
  }
}

type Cell = { value: string; end: number; lines: number; isLong?: boolean }

function keep(record: CsvRecord, column: number, { value, isLong }: Cell): void {
  if (value.trim() === '' || record.fault) return
  if (column >= COLUMNS_MAX) record.fault = 'too-many-columns'
  else {
    while (record.cells.length < column) record.cells.push('')
    record.cells.push(isLong ? value.slice(0, CELL_MAX) : value)
    if (isLong) record.fault = 'too-long'
  }
}

function plain(text: string, from: number, line: number): Cell {
  let end = from
  for (; end < text.length; end++) {
    const one = text[end]
    if (one === ',' || one === '\n' || one === '\r') break
    if (one === '"') throw new NotCsv(line)
  }
  return { value: text.slice(from, end), end, lines: 0, isLong: end - from > CELL_MAX }
}

function quoted(text: string, from: number, line: number): Cell {
  let value = ''
  let isLong = false
  for (let at = from + 1; ; ) {
    const quote = text.indexOf('"', at)
    if (quote === -1) throw new NotCsv(line)
    if (value.length + quote - at > CELL_MAX) isLong = true
    if (!isLong) value += text.slice(at, quote)
    if (text[quote + 1] === '"') {
      if (!isLong) value += '"'
      at = quote + 2
      continue
    }
    const end = quote + 1
    if (end < text.length && !',\r\n'.includes(text[end] as string)) throw new NotCsv(line)
    return { value: isLong ? `${value}…` : value, end, lines: linesIn(text, from, end), isLong }
  }
}

function linesIn(text: string, from: number, to: number): number {
  let lines = 0
  for (let at = from; at < to; at++) if (text[at] === '\n' || (text[at] === '\r' && text[at + 1] !== '\n')) lines += 1
  return lines
}
