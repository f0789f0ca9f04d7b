/** What the directory is made of: for each kind of row its fields, how they are stored, and what they point to. */
import { LOCALES, NUMBER_KINDS, PLACE_KINDS, SEALS, UNIT_KINDS } from '../../wire/choices.ts'

export type What = 'campuses' | 'lines' | 'trunks' | 'calendars' | 'places' | 'units' | 'numbers' | 'people' | 'crews'

/** How a field is written and checked. `campus` and `line` travel as codes; `ids` are links to other rows. */
export type FieldKind =
  | { kind: 'code' }
  | { kind: 'text'; max: number; optional?: boolean }
  | { kind: 'choice'; of: readonly string[] }
  | { kind: 'flag' }
  | { kind: 'whole'; from: number; to: number }
  | { kind: 'campus'; optional?: boolean }
  | { kind: 'line'; optional?: boolean }
  | { kind: 'id'; optional: true }
  | { kind: 'address' }
  | { kind: 'time' }
  | { kind: 'weekdays' }
  | { kind: 'digits' }
  | { kind: 'traits' }

export type Field = FieldKind & {
  column: string
  /** set once, when the row is made: other things are named after it */
  fixed?: true
  /** Asterisk has it from the site file: shown, not changed (Spec.keptInSiteFile) */
  keptInSiteFile?: true
  /** what a new row has when nothing is said; without it the field must be given */
  otherwise?: unknown
}

/** Rows of a linking table, as one id or several. A link with `during` is ended, not deleted: what was, stays known. */
export type Link = {
  table: string
  own: string
  other: string
  many: boolean
  during: boolean
  /** number_places and number_people say who claimed it */
  source?: true
}

export type Spec = {
  table: string
  fields: Record<string, Field>
  links: Record<string, Link>
  /** columns a search looks into */
  words: string[]
  /** columns the list is ordered by; the id breaks ties */
  order: string[]
  retires: boolean
  ofOrganisation: boolean
  /**
   * Asterisk is rendered from the site file, not from these rows: which there are is decided there (`rows`), or all of it
   * (`whole`). What is refused here is said with the code `kept-in-site-file`.
   */
  keptInSiteFile?: 'rows' | 'whole'
}

const name = {
  zh: { kind: 'text', max: 120, column: 'name_zh' },
  en: { kind: 'text', max: 120, column: 'name_en' },
} as const
const nameOrNot = {
  ...name,
  en: { kind: 'text', max: 120, optional: true, column: 'name_en', otherwise: null },
} as const
const code = { kind: 'code', column: 'code', fixed: true } as const
const note = (column: string, max = 200) => ({ kind: 'text', max, optional: true, column, otherwise: null }) as const

export const SPECS: Record<What, Spec> = {
  campuses: {
    table: 'campuses',
    fields: {
      code,
      ...name,
      seal: { kind: 'choice', of: SEALS, column: 'seal', otherwise: 'outlined' },
      sort: { kind: 'whole', from: 0, to: 999, column: 'sort', otherwise: 0 },
    },
    links: {},
    words: ['code', 'name_zh', 'name_en'],
    order: ['code'],
    retires: false,
    ofOrganisation: true,
    keptInSiteFile: 'rows',
  },
  lines: {
    table: 'lines',
    fields: {
      code,
      ...name,
      sort: { kind: 'whole', from: 0, to: 999, column: 'sort', otherwise: 0 },
      ringSeconds: { kind: 'whole', from: 5, to: 120, column: 'ring_seconds', otherwise: 20, keptInSiteFile: true },
      wrapUpSeconds: { kind: 'whole', from: 0, to: 600, column: 'wrap_up_seconds', otherwise: 30 },
    },
    links: {},
    words: ['code', 'name_zh', 'name_en'],
    order: ['code'],
    retires: false,
    ofOrganisation: true,
    keptInSiteFile: 'rows',
  },
  trunks: {
    table: 'trunks',
    fields: {
      campus: { kind: 'campus', column: 'campus_id' },
      code,
      address: { kind: 'address', column: 'address' },
      contact: { kind: 'text', max: 120, column: 'contact' },
      traits: { kind: 'traits', column: 'traits', otherwise: {} },
    },
    links: {},
    words: ['code', 'contact'],
    order: ['code'],
    retires: false,
    ofOrganisation: false,
    keptInSiteFile: 'whole',
  },
  calendars: {
    table: 'calendars',
    fields: {
      line: { kind: 'line', column: 'line_id' },
      campus: { kind: 'campus', optional: true, column: 'campus_id', otherwise: null },
      weekdays: { kind: 'weekdays', column: 'weekdays' },
      dayFrom: { kind: 'time', column: 'day_from' },
      dayTo: { kind: 'time', column: 'day_to' },
      nightHandset: { kind: 'code', column: 'night_handset', otherwise: 'd8190' },
      nightMobile: { kind: 'digits', column: 'night_mobile', otherwise: null },
    },
    links: {},
    words: ['night_handset', 'night_mobile'],
    order: ['id'],
    retires: false,
    ofOrganisation: false,
  },
  places: {
    table: 'places',
    fields: {
      campus: { kind: 'campus', column: 'campus_id', fixed: true },
      parentId: { kind: 'id', optional: true, column: 'parent_id', otherwise: null },
      kind: { kind: 'choice', of: PLACE_KINDS, column: 'kind' },
      code,
      ...nameOrNot,
      spoken: note('spoken_zh'),
      noTransmit: { kind: 'flag', column: 'no_transmit', otherwise: false },
    },
    links: {},
    words: ['code', 'path_zh', 'name_en'],
    order: ['code'],
    retires: true,
    ofOrganisation: false,
  },
  units: {
    table: 'units',
    fields: {
      parentId: { kind: 'id', optional: true, column: 'parent_id', otherwise: null },
      kind: { kind: 'choice', of: UNIT_KINDS, column: 'kind' },
      code,
      costCode: note('cost_code', 40),
      ...nameOrNot,
    },
    links: { placeIds: { table: 'unit_places', own: 'unit_id', other: 'place_id', many: true, during: true } },
    words: ['code', 'name_zh', 'name_en'],
    order: ['code'],
    retires: true,
    ofOrganisation: true,
  },
  numbers: {
    table: 'numbers',
    fields: {
      realm: { kind: 'code', column: 'realm', fixed: true },
      number: { kind: 'digits', column: 'number', fixed: true },
      kind: { kind: 'choice', of: NUMBER_KINDS, column: 'kind' },
      note: note('note'),
    },
    links: {
      placeId: { table: 'number_places', own: 'number_id', other: 'place_id', many: false, during: true, source: true },
      personIds: {
        table: 'number_people',
        own: 'number_id',
        other: 'person_id',
        many: true,
        during: true,
        source: true,
      },
    },
    words: ['number', 'note'],
    order: ['realm', 'number'],
    retires: false,
    ofOrganisation: true,
  },
  people: {
    table: 'people',
    fields: {
      staffCode: { kind: 'code', column: 'staff_code', fixed: true },
      name: { kind: 'text', max: 60, column: 'name' },
      nameLatin: note('name_latin', 80),
      title: note('title', 60),
      login: { kind: 'text', max: 40, optional: true, column: 'login', otherwise: null },
      locale: { kind: 'choice', of: LOCALES, column: 'locale', otherwise: 'zh-CN' },
    },
    links: { unitId: { table: 'person_units', own: 'person_id', other: 'unit_id', many: false, during: true } },
    words: ['staff_code', 'name', 'name_latin', 'login'],
    order: ['staff_code'],
    retires: true,
    ofOrganisation: true,
  },
  crews: {
    table: 'crews',
    fields: { code, ...name, line: { kind: 'line', optional: true, column: 'line_id', otherwise: null } },
    links: {
      memberIds: { table: 'crew_members', own: 'crew_id', other: 'person_id', many: true, during: true },
      zoneIds: { table: 'crew_zones', own: 'crew_id', other: 'place_id', many: true, during: false },
    },
    words: ['code', 'name_zh', 'name_en'],
    order: ['code'],
    retires: false,
    ofOrganisation: true,
  },
}

export const WHATS = Object.keys(SPECS) as What[]

/** A row as it is shown: its fields and links by name, with id, version and whether it is retired. */
export type DirectoryRow = { id: string; version: number; retired: boolean } & Record<string, unknown>

/** Which fields a change really changes, compared as JSON. */
export function changedFields(before: DirectoryRow, wanted: Record<string, unknown>): string[] {
  return Object.keys(wanted).filter((field) => sorted(before[field]) !== sorted(wanted[field]))
}
const sorted = (value: unknown) => JSON.stringify(Array.isArray(value) ? [...value].sort() : (value ?? null))
