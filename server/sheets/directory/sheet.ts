/** The directory as a spreadsheet: columns, cells, and what an import would do. */

import { type DirectoryRow, SPECS } from '../../directory/index.ts'
import type { ImportFault } from '../../wire/api.ts'
import { DIGITS, numberOf } from '../../wire/number.ts'
import { guarded, unguarded } from '../cells.ts'

export type SheetWhat = 'places' | 'units' | 'numbers' | 'people'
export const SHEETS: readonly SheetWhat[] = ['places', 'units', 'numbers', 'people']

/** How a cell names another row: by `campus/code` for places, by code for the rest. */
export type Column = { header: string; field: string; refers?: 'places' | 'units' | 'people'; many?: boolean }

/** In the order of the file. The key columns come first and are never changed by an import. */
export const COLUMNS: Record<SheetWhat, { keys: string[]; columns: Column[] }> = {
  places: {
    keys: ['campus', 'code'],
    columns: [
      { header: 'campus', field: 'campus' },
      { header: 'code', field: 'code' },
      { header: 'kind', field: 'kind' },
      { header: 'parent', field: 'parentId', refers: 'places' },
      { header: 'name_zh', field: 'zh' },
      { header: 'name_en', field: 'en' },
      { header: 'spoken', field: 'spoken' },
      { header: 'no_transmit', field: 'noTransmit' },
    ],
  },
  units: {
    keys: ['code'],
    columns: [
      { header: 'code', field: 'code' },
      { header: 'kind', field: 'kind' },
      { header: 'parent', field: 'parentId', refers: 'units' },
      { header: 'cost_code', field: 'costCode' },
      { header: 'name_zh', field: 'zh' },
      { header: 'name_en', field: 'en' },
      { header: 'places', field: 'placeIds', refers: 'places', many: true },
    ],
  },
  numbers: {
    keys: ['realm', 'number'],
    columns: [
      { header: 'realm', field: 'realm' },
      { header: 'number', field: 'number' },
      { header: 'kind', field: 'kind' },
      { header: 'note', field: 'note' },
      { header: 'place', field: 'placeId', refers: 'places' },
      { header: 'people', field: 'personIds', refers: 'people', many: true },
    ],
  },
  people: {
    keys: ['staffCode'],
    columns: [
      { header: 'staff_code', field: 'staffCode' },
      { header: 'name', field: 'name' },
      { header: 'name_latin', field: 'nameLatin' },
      { header: 'title', field: 'title' },
      { header: 'login', field: 'login' },
      { header: 'locale', field: 'locale' },
      { header: 'unit', field: 'unitId', refers: 'units' },
    ],
  },
}

export type Wanted = { line: number; key: string; values: Record<string, unknown> }
/** Ids of the rows a cell may name, by what the cell says; and the other way round for the export. */
export type Names = Record<'places' | 'units' | 'people', { idOf: Map<string, string>; nameOf: Map<string, string> }>

/** What a row is called in a cell. */
export const nameIn = (what: 'places' | 'units' | 'people', row: DirectoryRow) =>
  what === 'places' ? `${row.campus}/${row.code}` : String(what === 'units' ? row.code : row.staffCode)

/** A row as the cells of its line. */
export function toCells(what: SheetWhat, row: DirectoryRow, names: Names): string[] {
  return COLUMNS[what].columns.map(({ field, refers, many }) => {
    const value = row[field]
    if (value === null || value === undefined) return ''
    if (refers) {
      const shown = [value].flat().map((id) => names[refers].nameOf.get(String(id)) ?? '')
      return guarded(many ? shown.sort().join(' ') : (shown[0] ?? ''))
    }
    return guarded(typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value))
  })
}

/** Reads one line; either its values or what is wrong with it, column by column. */
export function fromCells(
  what: SheetWhat,
  line: number,
  cells: Record<string, string>,
  names: Names,
  codes: { campuses: Set<string> },
): Wanted | ImportFault[] {
  const bad: ImportFault[] = []
  const values: Record<string, unknown> = {}
  for (const { header, field, refers, many } of COLUMNS[what].columns) {
    const cell = cells[header]
    if (cell === undefined) continue
    const text = unguarded(cell).normalize('NFC').trim()
    if (refers) {
      const named = text === '' ? [] : many ? text.split(/\s+/) : [text]
      const ids = named.map((one) => names[refers].idOf.get(one))
      const missing = named.filter((_, index) => ids[index] === undefined)
      for (const one of missing) bad.push({ line, column: header, code: 'no-such-row', named: one })
      values[field] = many ? [...new Set(ids)].sort() : (ids[0] ?? null)
      continue
    }
    const fault = judgeCell(what, field, text, codes)
    if (fault) bad.push({ line, column: header, ...fault })
    else values[field] = readCell(what, field, text)
  }
  for (const key of COLUMNS[what].keys) {
    if (values[key] === undefined && !bad.length) bad.push({ line, column: headerOf(what, key), code: 'missing' })
  }
  return bad.length > 0 ? bad : { line, key: keyOf(what, values), values }
}

/** What tells a row from the others in a file. */
export const keyOf = (what: SheetWhat, values: Record<string, unknown>) =>
  COLUMNS[what].keys.map((key) => String(values[key])).join('/')
const headerOf = (what: SheetWhat, field: string) =>
  COLUMNS[what].columns.find((one) => one.field === field)?.header ?? field

function readCell(what: SheetWhat, field: string, text: string): unknown {
  const spec = SPECS[what].fields[field]
  if (spec?.kind === 'flag') return YES.has(text.toLowerCase())
  if (text === '') return spec?.otherwise ?? null
  return spec?.kind === 'digits' ? numberOf(text) : text
}
const YES = new Set(['yes', 'true', '1', '是'])
const NO = new Set(['no', 'false', '0', '否', ''])

export const CODE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/

type Fault = ImportFault extends infer One ? (One extends ImportFault ? Omit<One, 'line' | 'column'> : never) : never

function judgeCell(what: SheetWhat, field: string, text: string, codes: { campuses: Set<string> }): Fault | undefined {
  const spec = SPECS[what].fields[field]
  if (!spec) return { code: 'not-a-column' }
  const optional = spec.otherwise !== undefined
  if (text === '') return optional ? undefined : { code: 'missing' }
  switch (spec.kind) {
    case 'code':
      if (!CODE.test(text)) return { code: 'code-malformed' }
      return field === 'realm' && text !== 'public' ? knownCampus(text, codes) : undefined
    case 'digits':
      return DIGITS.test(numberOf(text)) ? undefined : { code: 'digits-malformed' }
    case 'campus':
      return knownCampus(text, codes)
    case 'choice':
      return spec.of.includes(text) ? undefined : { code: 'not-one-of', choices: [...spec.of] }
    case 'flag':
      return YES.has(text.toLowerCase()) || NO.has(text.toLowerCase()) ? undefined : { code: 'not-yes-or-no' }
    case 'text':
      return Array.from(text).length <= spec.max ? undefined : { code: 'too-long', most: spec.max }
    default:
      return undefined
  }
}

const knownCampus = (text: string, codes: { campuses: Set<string> }): Fault | undefined =>
  codes.campuses.has(text) ? undefined : { code: 'no-such-campus', named: text }
