/** What each door says to each role. The test beside it holds the desk to this. */
import { FIRST_RULES } from '../dispatch/ladder.ts'
import type { Role } from '../wire/words.ts'
import type { Thing } from './whole-desk.ts'

export const ROLES: Role[] = ['agent', 'supervisor', 'engineer', 'auditor', 'admin', 'reporter']

/**
 * `says`: a word per role in the order of ROLES - `yes` past every question of rights, `no` 403, `hidden` 404, as if it
 * were not there - for a thing within the person's campus and line; `within/beyond` where the two differ.
 */
export type Row = { says: string; body?: (thing: Thing) => unknown }

const EVERYONE = 'yes yes yes yes yes yes'
const ADMIN = 'no no no no yes no'
/** the administrator passes, and the row is not there */
const ADMIN_ROW = 'no no no no hidden no'
const KEEPERS = 'no yes no no yes no'
/** keepers pass, and the row is not there */
const KEEPERS_ROW = 'no hidden no no hidden no'
const STAFF = 'yes yes yes yes yes no'

/** agents and supervisors within their scope, the auditor everywhere */
const SEEN = 'yes/hidden yes/hidden hidden yes hidden hidden'
/** the auditor sees it and may not touch it */
const CHANGED = 'yes/hidden yes/hidden hidden no hidden hidden'
/** somebody else's call: an agent sees that there is a recording, and does not hear it */
const HEARD = 'hidden yes/hidden hidden yes hidden hidden'

/** agents and supervisors of the campus; engineers and auditors only look on */
const ON_THE_AIR = 'yes/hidden yes/hidden no/hidden no hidden hidden'

/** who leads the crew's line at its campus */
const LED = 'no yes/no no no yes no'
const TWO_OTHERS = 'yes yes yes yes yes no'
const SWAPPED = 'hidden yes/hidden hidden hidden yes no'
/** refused after rights: it would end before it begins */
const pattern = ({ crew, campus }: Thing) => ({
  ...{ name: 'x', crew, campus, kind: 'work', rrule: 'FREQ=DAILY', firstDay: '2031-01-02', lastDay: '2031-01-01' },
  ...{ starts: '08:00', ends: '16:00', slots: 1, rotates: false, personIds: [], exceptions: [] },
})

const NOBODY = '00000000-0000-4000-8000-000000000000'

const BODIES: Record<string, unknown> = {
  campuses: { code: 'x', zh: 'x', en: 'x' },
  lines: { code: 'x', zh: 'x', en: 'x' },
  trunks: { campus: 'new', code: 'x', address: '127.0.0.99', contact: 'sip:x' },
  calendars: { line: 'it', weekdays: [1], dayFrom: '08:00', dayTo: '18:00' },
  places: { campus: 'new', kind: 'building', code: 'X', zh: 'x' },
  units: { kind: 'office', code: 'X', zh: 'x' },
  numbers: { realm: 'new', number: '12345', kind: 'ward' },
  people: { staffCode: 'X', name: 'x' },
  crews: { code: 'x', zh: 'x', en: 'x' },
}

function directory(): Record<string, Row> {
  const rows: Record<string, Row> = {}
  for (const [what, body] of Object.entries(BODIES)) {
    rows[`GET /api/directory/${what}`] = { says: ADMIN }
    rows[`GET /api/directory/${what}/:id`] = { says: ADMIN_ROW }
    rows[`POST /api/directory/${what}`] = { says: ADMIN, body: () => body }
    rows[`GET /api/directory/${what}/:id/journal`] = { says: ADMIN_ROW }
    rows[`PATCH /api/directory/${what}/:id`] = { says: ADMIN_ROW, body: () => ({ version: 1 }) }
  }
  for (const what of ['places', 'units', 'people']) {
    rows[`POST /api/directory/${what}/:id/retire`] = { says: ADMIN_ROW, body: () => ({ version: 1 }) }
  }
  for (const what of ['places', 'units', 'numbers', 'people']) {
    rows[`GET /api/directory/${what}/export.csv`] = { says: ADMIN }
    rows[`POST /api/directory/${what}/import`] = { says: ADMIN, body: () => ({ csv: '', dryRun: true }) }
  }
  return rows
}

export const DOORS: Record<string, Row> = {
  ...directory(),
  'GET /api/directory/numbers/:id/places': { says: ADMIN_ROW },
  'POST /api/directory/numbers/:id/places': { says: ADMIN_ROW, body: () => ({ version: 1, placeId: null }) },
  'GET /api/directory/people/:id/access': { says: ADMIN_ROW },
  'PUT /api/directory/people/:id/grants': { says: ADMIN_ROW, body: () => ({ grants: [] }) },
  'PUT /api/directory/people/:id/lines': { says: ADMIN_ROW, body: () => ({ lines: [] }) },
  'POST /api/directory/people/:id/password': { says: ADMIN_ROW },
  // The list shows each person the lines they may see.
  'GET /api/lines/night': { says: EVERYONE },
  'POST /api/lines/:line/night': { says: 'no/hidden yes/hidden hidden no yes hidden', body: () => ({ night: 'off' }) },
  'GET /api/catalogue': { says: EVERYONE },
  'GET /api/search?q=心内': { says: STAFF },

  // Lists and the desk open for everyone; the test looks that they show each person only their own part.
  'GET /api/desk': { says: EVERYONE },
  'GET /api/calls': { says: EVERYONE },
  'GET /api/calls/:id': { says: SEEN },
  // Only whoever is rung gets the pop, whatever their role; these calls rang somebody else.
  'GET /api/calls/:id/pop': { says: 'hidden hidden hidden hidden hidden hidden' },
  // Marks one's own offer, or nothing.
  'POST /api/calls/:id/painted': { says: EVERYONE, body: () => ({ legUniqueid: '1.1', afterMs: 10 }) },
  'POST /api/calls/:id/identify': { says: CHANGED, body: () => ({ number: '62041' }) },
  'POST /api/calls/:id/join': { says: CHANGED, body: ({ ticketId }) => ({ ticketId, relation: 'also' }) },
  'POST /api/calls/:id/explain': { says: CHANGED, body: () => ({ reason: 'test_call' }) },
  'POST /api/calls/:id/ticket': { says: CHANGED },
  'POST /api/calls/:id/end': { says: 'no/hidden yes/hidden hidden no hidden hidden' },
  // Past this stands the seat: who is not signed in as an agent rings nobody.
  'POST /api/calls/dial': { says: EVERYONE, body: ({ campus, line }) => ({ number: '62041', campus, line }) },
  'GET /api/callbacks': { says: EVERYONE },
  'POST /api/callbacks/:id/take': { says: CHANGED },
  'POST /api/callbacks/:id/release': { says: CHANGED },
  'POST /api/callbacks/:id/clear': { says: CHANGED, body: () => ({ how: 'by_hand', note: '已当面告知' }) },
  'GET /api/tickets': { says: EVERYONE },
  'POST /api/tickets': { says: 'yes/no yes/no no no no no', body: ({ campus, line }) => ({ campus, line }) },
  'GET /api/tickets/:id': { says: SEEN },
  'PATCH /api/tickets/:id': { says: CHANGED, body: () => ({ version: 1, what: 'x' }) },
  'POST /api/tickets/:id/notes': { says: CHANGED, body: () => ({ text: 'x' }) },
  'POST /api/tickets/:id/urge': { says: CHANGED },
  'POST /api/tickets/:id/take': { says: CHANGED, body: () => ({ version: 1 }) },
  'POST /api/tickets/:id/assign': { says: CHANGED, body: () => ({ version: 1, assigneeId: null, crewId: null }) },
  'POST /api/tickets/:id/withdraw': { says: CHANGED, body: () => ({ version: 1 }) },
  'POST /api/tickets/:id/done': { says: CHANGED, body: () => ({ version: 1, resolution: 'phone' }) },
  'POST /api/tickets/:id/reopen': { says: CHANGED, body: () => ({ version: 1 }) },
  // another's job is given up by a supervisor alone
  'POST /api/tickets/:id/give-up': {
    says: 'no/hidden yes/hidden hidden no hidden hidden',
    body: () => ({ version: 1, reason: 'x' }),
  },
  // each act is a verb of its own: access/may.test.ts
  'POST /api/tickets/:id/acts': { says: CHANGED, body: () => ({ act: 'note', text: 'x' }) },
  'GET /api/causes': { says: EVERYONE },
  'GET /api/crews': { says: STAFF },
  'PUT /api/causes': {
    says: 'no yes/no no no yes no',
    body: ({ line }) => ({ line, code: 'x', zh: 'x', en: 'x', parent: null, retired: false }),
  },
  'GET /api/recordings/:id': { says: SEEN },
  // Who listened: an agent who sees that there is a recording does not see that.
  'GET /api/recordings/:id/listenings': { says: 'no/hidden yes/hidden hidden yes hidden hidden' },
  'POST /api/calls/:id/recording/acknowledge': { says: 'no/hidden yes/hidden hidden no hidden hidden' },
  'GET /api/recordings/:id/peaks': { says: HEARD },
  'GET /api/recordings/:id/audio': { says: HEARD },

  // The radio is a campus's: agents and supervisors hear it and work on it, engineers and auditors see it.
  'GET /api/radio': { says: EVERYONE },
  'GET /api/radio/overs': { says: EVERYONE },
  'GET /api/radio/overs/untagged': { says: EVERYONE },
  'GET /api/radio/units': { says: EVERYONE },
  'GET /api/radio/overs/:id': { says: 'yes/hidden yes/hidden yes/hidden yes hidden hidden' },
  'GET /api/radio/overs/:id/audio': { says: 'yes/hidden yes/hidden no/hidden yes hidden hidden' },
  'POST /api/radio/overs/:id/attach': { says: ON_THE_AIR, body: () => ({ ticketId: null }) },
  'POST /api/radio/overs/:id/who': { says: ON_THE_AIR, body: ({ unit }) => ({ unit }) },
  'POST /api/radio/emergencies': { says: ON_THE_AIR, body: ({ campus }) => ({ port: campus }) },
  'POST /api/radio/emergencies/:id/acknowledge': { says: ON_THE_AIR },
  'POST /api/radio/emergencies/:id/clear': {
    says: 'no/hidden yes/hidden no/hidden no hidden hidden',
    body: () => ({ reason: '误按' }),
  },
  // Both ends must be one's own: these people work on one campus.
  'POST /api/radio/patches': {
    says: 'hidden hidden no/hidden no hidden hidden',
    body: ({ campus }) => ({ ports: campus === 'new' ? ['new', 'old'] : ['old', 'new'] }),
  },
  'DELETE /api/radio/patches/:id': { says: 'hidden hidden hidden hidden hidden hidden' },
  'GET /api/tickets/:id/callouts': { says: SEEN },
  'POST /api/tickets/:id/callouts': { says: CHANGED, body: ({ campus }) => ({ port: campus, language: 'en' }) },
  'POST /api/radio/callouts/preview': {
    says: CHANGED,
    body: ({ ticketId }) => ({ ticketId, language: 'zh-CN', text: '打印机卡纸' }),
  },
  // A call-out says what stands on its ticket: whoever may not see that does not know of it.
  'POST /api/radio/callouts/:id/acknowledge': { says: CHANGED, body: () => ({}) },
  'POST /api/radio/callouts/:id/cancel': { says: CHANGED },
  // Who is here and how to reach them: everyone who works at the desk or for it.
  'GET /api/roster/on-duty': { says: STAFF },
  // The register: all but reporters see it, administrators and supervisors keep it. None of these is there.
  'GET /api/equipment/assets?q=心内': { says: STAFF },
  'POST /api/equipment/assets': { says: KEEPERS, body: () => ({ code: 'ZC-1', name: '打印机' }) },
  'GET /api/equipment/assets/:id': { says: 'hidden hidden hidden hidden hidden no' },
  'PATCH /api/equipment/assets/:id': { says: KEEPERS_ROW, body: () => ({ version: 1 }) },
  'POST /api/equipment/assets/:id/state': { says: KEEPERS_ROW, body: () => ({ version: 1, state: 'spare' }) },
  'GET /api/equipment/assets/:id/for-whom': { says: 'hidden hidden hidden hidden hidden no' },
  'GET /api/equipment/systems/:id/for-whom': { says: 'hidden hidden hidden hidden hidden no' },
  'GET /api/equipment/assets/export.csv': { says: KEEPERS },
  'POST /api/equipment/assets/import': { says: KEEPERS, body: () => ({ csv: '', dryRun: true }) },
  'GET /api/equipment/companies': { says: STAFF },
  'POST /api/equipment/companies': { says: KEEPERS, body: () => ({ code: 'gs', name: '公司' }) },
  'PATCH /api/equipment/companies/:id': { says: KEEPERS_ROW, body: () => ({ version: 1 }) },
  'POST /api/equipment/contracts': {
    says: KEEPERS,
    body: () => ({ code: 'ht', companyId: NOBODY, kind: 'supply', what: 'x', from: '2026-01-01T00:00:00Z' }),
  },
  'PATCH /api/equipment/contracts/:id': { says: KEEPERS_ROW, body: () => ({ version: 1 }) },
  'GET /api/tickets/:id/proposal': { says: SEEN },
  'POST /api/tickets/:id/offers': { says: CHANGED },
  'GET /api/offers': { says: EVERYONE },
  // Somebody else's offer: the desk answers for them.
  'POST /api/offers/:id/decline': { says: CHANGED, body: ({ personId }) => ({ personId, reason: 'busy' }) },
  'POST /api/offers/:id/accept': { says: CHANGED, body: ({ personId }) => ({ personId }) },
  'GET /api/dispatch/rules/:line': { says: 'yes/hidden yes/hidden hidden yes yes hidden' },
  'PUT /api/dispatch/rules/:line': {
    says: 'no/hidden yes/hidden hidden no no hidden',
    body: () => ({ after: null, body: FIRST_RULES }),
  },
  // The roster: everyone who works here sees it; who leads a campus and line, and the administrator, change it.
  'GET /api/roster?from=2031-01-01T00:00:00Z&to=2031-01-08T00:00:00Z': { says: STAFF },
  'POST /api/roster/shifts': {
    says: LED,
    body: ({ crew, campus }) => ({
      ...{ crew, campus, personId: null, kind: 'work', from: '2031-01-01T00:00:00Z', to: '2030-01-01T00:00:00Z' },
    }),
  },
  // Past rights, the version is not the one that stands.
  'POST /api/roster/shifts/:id/give': { says: LED, body: () => ({ personId: null, version: 99 }) },
  'POST /api/roster/shifts/:id/end': { says: LED, body: () => ({ version: 99 }) },
  'POST /api/roster/shifts/:id/reached': { says: 'yes/no yes/no no no no no', body: () => ({ way: 'phone' }) },
  // Nobody there.
  'POST /api/roster/leave': {
    says: 'no hidden no no hidden no',
    body: () => ({ personId: NOBODY, from: '2031-01-01T00:00:00Z', to: '2031-01-02T00:00:00Z' }),
  },
  'POST /api/roster/here': { says: STAFF },
  'GET /api/roster/patterns': { says: STAFF },
  'POST /api/roster/patterns': { says: LED, body: pattern },
  'PATCH /api/roster/patterns/:id': { says: LED, body: (thing) => ({ ...pattern(thing), version: 99 }) },
  'POST /api/roster/patterns/:id/end': { says: LED, body: () => ({ version: 99 }) },
  'GET /api/roster/swaps': { says: STAFF },
  'POST /api/roster/swaps': {
    says: 'hidden hidden hidden hidden hidden no',
    body: ({ rosterShiftId }) => ({ shiftId: rosterShiftId, toId: NOBODY, forShiftId: null }),
  },
  // Two others' swap: who leads them sees it, and it is not theirs to agree to.
  'POST /api/roster/swaps/:id/agree': { says: SWAPPED },
  'POST /api/roster/swaps/:id/refuse': { says: SWAPPED },
  'POST /api/roster/swaps/:id/withdraw': { says: SWAPPED },
  'POST /api/roster/swaps/:id/see': { says: SWAPPED },
  // Everyone sees what was handed over; who works at a campus's desk hands over there.
  'GET /api/roster/handovers': { says: STAFF },
  'GET /api/roster/handovers/draft?campus=new': { says: 'yes yes no no no no' },
  'POST /api/roster/handovers': {
    says: 'hidden/no hidden/no no no no no',
    body: ({ campus }) => ({ campus, toId: NOBODY, notes: [] }),
  },
  'POST /api/roster/handovers/:id/acknowledge': { says: TWO_OTHERS, body: () => ({ itemId: NOBODY }) },
  'POST /api/roster/handovers/:id/withdraw': { says: TWO_OTHERS },
  'POST /api/roster/import': { says: 'no yes no no yes no', body: () => ({ csv: '', dryRun: true }) },
  'GET /api/roster/cover': { says: STAFF },
  'POST /api/roster/needs': {
    says: LED,
    body: ({ crew, campus }) => ({
      ...{ crew, campus, system: null, weekdays: [1], starts: '08:00', ends: '17:00', least: 1, onCallCounts: false },
    }),
  },
  'POST /api/roster/needs/:id/end': { says: LED, body: () => ({ version: 99 }) },
  'GET /api/radio/duty': { says: EVERYONE },
  'POST /api/radio/units/:code/plan': {
    says: ON_THE_AIR,
    body: () => ({
      personId: NOBODY,
      from: '2030-01-01T00:00:00Z',
      to: '2029-01-01T00:00:00Z',
    }),
  },
  // Nobody there: rights are asked first.
  'POST /api/radio/shifts': {
    says: 'no/hidden yes/hidden no/hidden no hidden hidden',
    body: ({ campus }) => ({ personId: NOBODY, campus, from: '2030-01-01T00:00:00Z', to: '2029-01-01T00:00:00Z' }),
  },
  'POST /api/radio/shifts/:id/hand-over': {
    says: 'hidden hidden hidden hidden hidden hidden',
    body: () => ({ personId: NOBODY }),
  },
  'POST /api/radio/shifts/:id/end': { says: 'hidden hidden hidden hidden hidden hidden' },
  // A system serves both campuses: who leads one of them says who answers for it. There is none of this code.
  'POST /api/radio/roles': {
    says: 'no hidden no no no no',
    body: () => ({ system: 'none', role: 'A', personId: null }),
  },
  'DELETE /api/radio/plans/:id': { says: 'hidden hidden hidden hidden hidden hidden' },
  'GET /api/radio/ports': { says: ADMIN },
  'POST /api/radio/ports': { says: ADMIN, body: () => ({ port: 'old', campus: 'old', nameZh: 'x', nameEn: 'x' }) },
  'PATCH /api/radio/ports/:id': { says: ADMIN_ROW, body: () => ({ version: 1 }) },
  'GET /api/radio/ports/:id/commission': { says: ADMIN_ROW },
  'POST /api/radio/ports/:id/commission': { says: ADMIN_ROW },
  'POST /api/radio/ports/:id/commission/witness': {
    says: ADMIN_ROW,
    body: () => ({ keyedInIdle: false, stayedKeyed: false }),
  },
  'POST /api/radio/units': { says: ADMIN, body: () => ({ code: '01', campus: 'old' }) },
  'PATCH /api/radio/units/:id': { says: ADMIN_ROW, body: () => ({ version: 1 }) },
  'GET /api/radio/units/export.csv': { says: ADMIN },
  'POST /api/radio/units/import': { says: ADMIN, body: () => ({ csv: '', dryRun: true }) },
  'POST /api/radio/units/:code/holder': { says: ON_THE_AIR, body: () => ({ personId: null }) },

  'POST /api/agent/sign-in': { says: 'yes no no no no no' },
  // One's own seat; the others have none to change.
  'GET /api/agent': { says: EVERYONE },
  'POST /api/agent/sign-out': { says: EVERYONE },
  'POST /api/agent/ready': { says: EVERYONE },
  'POST /api/agent/not-ready': { says: EVERYONE, body: () => ({ reason: 'break' }) },
  'POST /api/agent/next': { says: EVERYONE, body: () => ({ next: 'ready' }) },
  'POST /api/agent/wrap-up': { says: EVERYONE, body: () => ({ do: 'end' }) },
  'POST /api/agent/phone': { says: EVERYONE, body: () => ({ phone: 'registered' }) },
  'POST /api/agent/ring-test': { says: EVERYONE, body: () => ({ ok: true }) },
}

/** Doors whose rights are proven in another test, and where. */
export const ELSEWHERE: Record<string, string> = {
  'GET /live': 'server/web/live.test.ts',
  'GET /api/session': 'server/web/app.test.ts',
  'POST /api/session': 'server/web/app.test.ts',
  'DELETE /api/session': 'server/web/app.test.ts',
  'POST /api/session/password': 'server/web/app.test.ts',
  'GET /api/openapi.json': 'open: the doors, not what is behind them',
  'GET /healthz': 'open: figures only',
  'GET /ready': 'open: figures only',
  'GET /status': 'open: figures only',
  'GET /metrics': 'open: figures only',
}
