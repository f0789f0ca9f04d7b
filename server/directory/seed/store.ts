/** Writes the seeded rows. Each insert leaves alone what is there already. */
import type { Tx } from '../../db/index.ts'
import { CATEGORIES, type CategorySeed, type Labelled, LINES } from './base.ts'
import { idOf } from './chance.ts'
import type { HospitalSeed } from './hospital.ts'
import { CREWS, SYSTEMS } from './plan.ts'
import type { Base } from './site-base.ts'

const SEED_LOCK = 7_004
/** Rows per statement: PostgreSQL takes at most 65,535 bound values. */
const BATCH = 1_000

type Row = Record<string, unknown>

async function put(tx: Tx, table: string, rows: Row[]): Promise<void> {
  for (let from = 0; from < rows.length; from += BATCH) {
    await tx(table)
      .insert(rows.slice(from, from + BATCH))
      .onConflict()
      .ignore()
  }
}

const idsByCode = async (tx: Tx, table: string): Promise<Record<string, string>> =>
  Object.fromEntries((await tx(table).select('id', 'code')).map(({ id, code }) => [code, id]))

/** Two servers starting at once seed once. Held until the transaction ends. */
export async function holdSeed(tx: Tx): Promise<void> {
  await tx.raw('select pg_advisory_xact_lock(?)', [SEED_LOCK])
}

export async function hasOrganisation(tx: Tx): Promise<boolean> {
  return (await tx('organisations').first('id')) !== undefined
}
export async function hasPlaces(tx: Tx): Promise<boolean> {
  return (await tx('places').first('id')) !== undefined
}
export async function hasAdministrator(tx: Tx): Promise<boolean> {
  return (await tx('grants').where({ role: 'admin' }).first('id')) !== undefined
}

/** An organisation's beginning, in an empty database. */
export async function insertBase(tx: Tx, base: Base): Promise<void> {
  const organisation = idOf('organisation')
  const mine = { organisation_id: organisation }
  const { name, timeZone } = base
  await put(tx, 'organisations', [
    { id: organisation, code: name.code, name_zh: name.zh, name_en: name.en, time_zone: timeZone },
  ])
  await put(
    tx,
    'campuses',
    base.campuses.map(({ code, zh, en, seal }, sort) => ({
      ...mine,
      id: idOf(`campus ${code}`),
      code,
      name_zh: zh,
      name_en: en,
      seal,
      sort,
    })),
  )
  await put(tx, 'pbxs', [{ ...mine, id: 1, name: 'ippbx-1' }])
  await put(
    tx,
    'lines',
    base.lines.map(({ code, zh, en }, sort) => ({
      ...mine,
      id: idOf(`line ${code}`),
      code,
      name_zh: zh,
      name_en: en,
      sort,
      ring_seconds: base.ringSeconds,
    })),
  )
  const [campuses, lines] = [await idsByCode(tx, 'campuses'), await idsByCode(tx, 'lines')]
  await put(
    tx,
    'trunks',
    base.trunks.map(({ campus, address, contact, traits }) => ({
      id: idOf(`trunk ${campus}`),
      pbx_id: 1,
      campus_id: campuses[campus],
      code: campus,
      address,
      contact,
      traits: JSON.stringify(traits),
    })),
  )
  await put(
    tx,
    'dialled_numbers',
    base.dialled.map(({ campus, number, line, kind }) => ({
      campus_id: campuses[campus],
      number,
      line_id: lines[line],
      kind,
    })),
  )
  await insertCalendars(tx, base.lines, lines, base.handset)
  await insertStations(tx, base.phones, campuses)
  await insertCategories(tx, base.lines, lines, organisation)
}

type Ids = Record<string, string>

/** Round the clock until somebody says when night is: a desk that guesses would send calls to an empty room. */
export async function insertCalendars(tx: Tx, wanted: Base['lines'], lines: Ids, handset: string): Promise<void> {
  const has = new Set(await tx('calendars').distinct().pluck('line_id'))
  await put(
    tx,
    'calendars',
    wanted
      .filter(({ code }) => !has.has(lines[code]))
      .map(({ code }) => ({
        id: idOf(`calendar ${code}`),
        line_id: lines[code],
        weekdays: [1, 2, 3, 4, 5, 6, 7],
        day_from: '00:00',
        day_to: '24:00',
        night_handset: handset,
      })),
  )
}

/** Phones that stand on the seats and ring when no browser does, and the duty handset. */
export async function insertStations(tx: Tx, phones: Base['phones'], campuses: Ids): Promise<void> {
  for (const { code, kind, label, campus } of phones)
    await tx('stations')
      .insert({ code, pbx_id: 1, kind, campus_id: campuses[campus], label })
      .onConflict('code')
      .merge(['campus_id', 'label'])
}

/** Two levels for each line; one that we know nothing of begins with "other", and its administrator adds the rest. */
export async function insertCategories(tx: Tx, wanted: Base['lines'], lines: Ids, organisation: string): Promise<void> {
  const known = new Set(CATEGORIES.map(({ line }) => line))
  const all: CategorySeed[] = [
    ...CATEGORIES.filter(({ line }) => lines[line] !== undefined),
    ...wanted
      .filter(({ code }) => !known.has(code))
      .map(({ code }) => ({
        ...OTHER,
        line: code,
        code: `${code}-other`,
        under: [{ ...OTHER, code: `${code}-other.any` }],
      })),
  ]
  const row = (one: CategorySeed, { code, zh, en }: Labelled, sort: number) => ({
    organisation_id: organisation,
    id: idOf(`category ${code}`),
    line_id: lines[one.line],
    code,
    label_zh: zh,
    label_en: en,
    needs_ip: one.needsIp ?? false,
    sort,
  })
  await put(
    tx,
    'categories',
    all.map((one, sort) => row(one, one, sort)),
  )
  await put(
    tx,
    'categories',
    all.flatMap((one) =>
      (one.under ?? []).map((leaf, sort) => ({
        ...row(one, leaf, sort),
        parent_id: idOf(`category ${one.code}`),
      })),
    ),
  )
}
const OTHER: Labelled = { code: 'other', zh: '其他', en: 'Other' }

/** A person with the right to sign in, and their grants. Campus and line are codes; null for every one. */
export type AccountRow = {
  personId: string
  login: string
  passwordHash: string
  mustChange: boolean
  grants: { role: string; campus: string | null; line: string | null }[]
}

export async function insertAdministrator(tx: Tx, account: AccountRow, name: string): Promise<void> {
  await put(tx, 'people', [
    { id: account.personId, organisation_id: idOf('organisation'), staff_code: 'ADMIN', name, login: account.login },
  ])
  await insertAccounts(tx, [account])
}

export async function insertAccounts(tx: Tx, accounts: AccountRow[]): Promise<void> {
  const [campuses, lines] = [await idsByCode(tx, 'campuses'), await idsByCode(tx, 'lines')]
  for (const { personId, login, passwordHash, mustChange, grants } of accounts) {
    await tx('people')
      .where({ id: personId })
      .update({ login, password_hash: passwordHash, must_change_password: mustChange })
    await put(
      tx,
      'grants',
      grants.map(({ role, campus, line }) => ({
        person_id: personId,
        role,
        campus_id: campus && campuses[campus],
        line_id: line && lines[line],
      })),
    )
  }
}

export async function insertHospital(tx: Tx, { places, units, people, numbers }: HospitalSeed): Promise<void> {
  const mine = { organisation_id: idOf('organisation') }
  await put(
    tx,
    'places',
    places.map((one) => ({
      id: one.id,
      campus_id: idOf(`campus ${one.campus}`),
      parent_id: one.parentId,
      kind: one.kind,
      code: one.code,
      name_zh: one.zh,
      name_en: one.en,
      path_zh: one.path,
      spoken_zh: one.zh,
      no_transmit: one.noTransmit,
    })),
  )
  await put(
    tx,
    'units',
    units.map(({ id, plan, code }) => ({
      ...mine,
      id,
      kind: plan.kind,
      code,
      cost_code: `C${code.slice(1)}`,
      name_zh: plan.zh,
      name_en: plan.en,
    })),
  )
  await put(
    tx,
    'unit_places',
    units.flatMap(({ id, placeIds }) => placeIds.map((placeId) => ({ unit_id: id, place_id: placeId }))),
  )
  await put(
    tx,
    'people',
    people.map((one) => ({ ...mine, id: one.id, staff_code: one.staffCode, name: one.name, title: one.title })),
  )
  await put(
    tx,
    'person_units',
    people.map(({ id, unitId }) => ({ person_id: id, unit_id: unitId })),
  )
  await put(
    tx,
    'numbers',
    numbers.map(({ id, realm, number, kind, note }) => ({ ...mine, id, realm, number, kind, note })),
  )
  await put(
    tx,
    'number_places',
    numbers
      .filter((one) => one.placeId)
      .map(({ id, placeId }) => ({ number_id: id, place_id: placeId, source: 'seed' })),
  )
  await put(
    tx,
    'number_people',
    numbers.flatMap(({ id, personIds }) =>
      personIds.map((personId) => ({ number_id: id, person_id: personId, source: 'seed' })),
    ),
  )
}

/** The desk's own people: browser stations, the lines each agent takes, crews with zones, systems with their A and B. */
export async function insertDesk(tx: Tx, agents: string[], engineers: string[]): Promise<void> {
  const mine = { organisation_id: idOf('organisation') }
  await put(
    tx,
    'stations',
    agents.map((personId, index) => ({
      code: `b${1001 + index}`,
      pbx_id: 1,
      kind: 'browser',
      person_id: personId,
      campus_id: idOf('campus new'),
      label: `${index + 1} 号坐席`,
    })),
  )
  await put(
    tx,
    'queue_members',
    agents.flatMap((personId) => LINES.map(({ code }) => ({ person_id: personId, line_id: idOf(`line ${code}`) }))),
  )
  let first = 0
  for (const [code, line, zh, en, count, zones] of CREWS) {
    const id = idOf(`crew ${code}`)
    await put(tx, 'crews', [{ ...mine, id, line_id: idOf(`line ${line}`), code, name_zh: zh, name_en: en }])
    await put(
      tx,
      'crew_members',
      engineers.slice(first, first + count).map((personId) => ({ crew_id: id, person_id: personId })),
    )
    await put(
      tx,
      'crew_zones',
      zones.map((building) => ({ crew_id: id, place_id: idOf(`place ${building}`) })),
    )
    first += count
  }
  await put(
    tx,
    'systems',
    SYSTEMS.map(([code, zh, en]) => ({ ...mine, id: idOf(`system ${code}`), code, name_zh: zh, name_en: en })),
  )
  const forSystems = engineers.slice(0, 4)
  await put(
    tx,
    'system_roles',
    SYSTEMS.flatMap(([code], index) =>
      (['A', 'B'] as const).map((role, shift) => ({
        system_id: idOf(`system ${code}`),
        role,
        person_id: forSystems[(index + shift) % forSystems.length],
      })),
    ),
  )
}
