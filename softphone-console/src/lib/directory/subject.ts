import { LOCALES, NUMBER_KINDS, PLACE_KINDS, SEALS, UNIT_KINDS } from '../wire.ts'

/** The kinds of row an administrator keeps, as `/api/directory/:what` names them. */
export type What =
  | 'places'
  | 'units'
  | 'numbers'
  | 'people'
  | 'crews'
  | 'lines'
  | 'campuses'
  | 'trunks'
  | 'calendars'
  | 'handhelds'

/** How a field is typed and checked here; the server checks again and has the last word. */
export type FieldKind =
  | {
      kind:
        | 'code'
        | 'digits'
        | 'radioId'
        | 'address'
        | 'time'
        | 'flag'
        | 'weekdays'
        | 'traits'
        | 'campus'
        | 'line'
        | 'realm'
    }
  | { kind: 'text'; max: number }
  /** `words`: of rows, which name themselves */
  | { kind: 'choice'; of: readonly string[]; words?: Record<string, { zh: string; en: string }> }
  | { kind: 'whole'; from: number; to: number }
  | { kind: 'place' | 'places' | 'unit' | 'people' }

export type Field = FieldKind & {
  name: string
  /** may be left empty */
  optional?: true
  /** set once, when the row is made: other things are named after it */
  fixed?: true
  /** the exchange has it from site.json: shown, not changed */
  kept?: true
  /** what a new row begins with */
  first?: unknown
}

export type Subject = {
  what: What
  fields: readonly Field[]
  /** names of the fields a list shows, `path` included */
  columns: readonly string[]
  retires?: true
  /** whole lists go out and come in as CSV */
  csv?: true
  /** what the exchange has from site.json: which rows there are, or all of them */
  kept?: 'rows' | 'whole'
  /** where it is kept when not in `/api/directory`: the door, how its answer reads as a row; retired by a change, with no journal to show */
  door?: { path: string; rowOf: (answer: unknown) => Row }
}

const zh: Field = { name: 'zh', kind: 'text', max: 120 }
const en: Field = { name: 'en', kind: 'text', max: 120 }
const code: Field = { name: 'code', kind: 'code', fixed: true }
const sort: Field = { name: 'sort', kind: 'whole', from: 0, to: 999, first: 0 }

export const SUBJECTS: readonly Subject[] = [
  {
    what: 'places',
    columns: ['path', 'campus', 'kind', 'code', 'noTransmit'],
    retires: true,
    csv: true,
    fields: [
      { name: 'campus', kind: 'campus', fixed: true },
      { name: 'parentId', kind: 'place', optional: true },
      { name: 'kind', kind: 'choice', of: PLACE_KINDS, first: 'room' },
      code,
      zh,
      { ...en, optional: true },
      { name: 'spoken', kind: 'text', max: 200, optional: true },
      { name: 'noTransmit', kind: 'flag', first: false },
    ],
  },
  {
    what: 'units',
    columns: ['zh', 'en', 'kind', 'code', 'costCode'],
    retires: true,
    csv: true,
    fields: [
      { name: 'parentId', kind: 'unit', optional: true },
      { name: 'kind', kind: 'choice', of: UNIT_KINDS, first: 'department' },
      code,
      { name: 'costCode', kind: 'text', max: 40, optional: true },
      zh,
      { ...en, optional: true },
      { name: 'placeIds', kind: 'places', optional: true },
    ],
  },
  {
    what: 'numbers',
    columns: ['number', 'realm', 'kind', 'placeId', 'note'],
    csv: true,
    fields: [
      { name: 'realm', kind: 'realm', fixed: true },
      { name: 'number', kind: 'digits', fixed: true },
      { name: 'kind', kind: 'choice', of: NUMBER_KINDS, first: 'ward' },
      { name: 'placeId', kind: 'place', optional: true },
      { name: 'personIds', kind: 'people', optional: true },
      { name: 'note', kind: 'text', max: 200, optional: true },
    ],
  },
  {
    what: 'people',
    columns: ['name', 'staffCode', 'title', 'login', 'unitId'],
    retires: true,
    csv: true,
    fields: [
      { name: 'staffCode', kind: 'code', fixed: true },
      { name: 'name', kind: 'text', max: 60 },
      { name: 'nameLatin', kind: 'text', max: 80, optional: true },
      { name: 'title', kind: 'text', max: 60, optional: true },
      { name: 'login', kind: 'text', max: 40, optional: true },
      { name: 'locale', kind: 'choice', of: LOCALES, first: 'zh-CN' },
      { name: 'unitId', kind: 'unit', optional: true },
    ],
  },
  {
    what: 'crews',
    columns: ['zh', 'en', 'code', 'line', 'memberIds', 'zoneIds'],
    fields: [
      code,
      zh,
      en,
      { name: 'line', kind: 'line', optional: true },
      { name: 'memberIds', kind: 'people', optional: true },
      { name: 'zoneIds', kind: 'places', optional: true },
    ],
  },
  {
    what: 'lines',
    kept: 'rows',
    columns: ['zh', 'en', 'code', 'ringSeconds', 'wrapUpSeconds'],
    fields: [
      code,
      zh,
      en,
      sort,
      { name: 'ringSeconds', kind: 'whole', from: 5, to: 120, first: 20, kept: true },
      { name: 'wrapUpSeconds', kind: 'whole', from: 0, to: 600, first: 30 },
    ],
  },
  {
    what: 'campuses',
    kept: 'rows',
    columns: ['zh', 'en', 'code', 'seal'],
    fields: [code, zh, en, { name: 'seal', kind: 'choice', of: SEALS, first: 'outlined' }, sort],
  },
  {
    what: 'trunks',
    kept: 'whole',
    columns: ['code', 'campus', 'address', 'contact'],
    fields: [
      { name: 'campus', kind: 'campus' },
      code,
      { name: 'address', kind: 'address' },
      { name: 'contact', kind: 'text', max: 120 },
      { name: 'traits', kind: 'traits', first: {} },
    ],
  },
  {
    what: 'calendars',
    columns: ['line', 'campus', 'weekdays', 'dayFrom', 'dayTo', 'nightHandset', 'nightMobile'],
    fields: [
      { name: 'line', kind: 'line' },
      { name: 'campus', kind: 'campus', optional: true },
      { name: 'weekdays', kind: 'weekdays', first: [1, 2, 3, 4, 5] },
      { name: 'dayFrom', kind: 'time', first: '08:00' },
      { name: 'dayTo', kind: 'time', first: '18:00' },
      { name: 'nightHandset', kind: 'code', first: 'd8190' },
      { name: 'nightMobile', kind: 'digits', optional: true },
    ],
  },
]

export const subjectOf = (what: string | undefined): Subject =>
  SUBJECTS.find((one) => one.what === what) ?? (SUBJECTS[0] as Subject)

/** A row as the server answers it: fields by name, links as ids. */
export type Row = { id: string; version: number; retired: boolean } & Record<string, unknown>
