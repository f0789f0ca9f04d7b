/** Writes the seeded rows. Each insert leaves alone what is there already. */
import type { Tx } from '../../db/index.ts'
import { CAMPUSES, CATEGORIES, DESK_PHONES, LEGACY, LINES, NIGHT_HANDSET } from './base.ts'
import { idOf } from './chance.ts'
import type { HospitalSeed } from './hospital.ts'
import { CREWS, SYSTEMS } from './plan.ts'

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

export async function insertBase(tx: Tx, name: { code: string; zh: string; en: string }): Promise<void> {
  const organisation = idOf('organisation')
  const mine = { organisation_id: organisation }
  await put(tx, 'organisations', [{ id: organisation, code: name.code, name_zh: name.zh, name_en: name.en }])
  await put(
    tx,
    'campuses',
    CAMPUSES.map(({ code, zh, en, seal }, sort) => ({
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
    LINES.map(({ code, zh, en }, sort) => ({
      ...mine,
      id: idOf(`line ${code}`),
      code,
      name_zh: zh,
      name_en: en,
      sort,
    })),
  )
  await put(
    tx,
    'trunks',
    CAMPUSES.map(({ code, address }) => ({
      id: idOf(`trunk ${code}`),
      pbx_id: 1,
      campus_id: idOf(`campus ${code}`),
      code,
      address,
      contact: `sip:${address}:5160`,
    })),
  )
  await put(
    tx,
    'dialled_numbers',
    CAMPUSES.flatMap(({ code, firstNumber }) => [
      ...LINES.map((line, index) => ({
        campus_id: idOf(`campus ${code}`),
        number: String(firstNumber + index),
        line_id: idOf(`line ${line.code}`),
        kind: 'service',
      })),
      ...LEGACY.map(({ number, line }) => ({
        campus_id: idOf(`campus ${code}`),
        number,
        line_id: idOf(`line ${line}`),
        kind: 'legacy',
      })),
    ]),
  )
  // Round the clock until somebody says when night is: a desk that guesses would send calls to an empty room.
  await put(
    tx,
    'calendars',
    LINES.map(({ code }) => ({
      id: idOf(`calendar ${code}`),
      line_id: idOf(`line ${code}`),
      weekdays: [1, 2, 3, 4, 5, 6, 7],
      day_from: '00:00',
      day_to: '24:00',
      night_handset: NIGHT_HANDSET,
    })),
  )
  const desk = idOf('campus new')
  await put(tx, 'stations', [
    ...DESK_PHONES.map((code, index) => ({
      code,
      pbx_id: 1,
      kind: 'desk',
      campus_id: desk,
      label: `${index + 1} 号坐席话机`,
    })),
    { code: NIGHT_HANDSET, pbx_id: 1, kind: 'handset', campus_id: desk, label: '夜班手持话机' },
  ])
  const top = CATEGORIES.map((one, sort) => ({
    ...mine,
    id: idOf(`category ${one.code}`),
    line_id: idOf(`line ${one.line}`),
    code: one.code,
    label_zh: one.zh,
    label_en: one.en,
    needs_ip: one.needsIp ?? false,
    sort,
  }))
  await put(tx, 'categories', top)
  await put(
    tx,
    'categories',
    CATEGORIES.flatMap((one) =>
      (one.under ?? []).map((leaf, sort) => ({
        ...mine,
        id: idOf(`category ${leaf.code}`),
        parent_id: idOf(`category ${one.code}`),
        line_id: idOf(`line ${one.line}`),
        code: leaf.code,
        label_zh: leaf.zh,
        label_en: leaf.en,
        needs_ip: one.needsIp ?? false,
        sort,
      })),
    ),
  )
}

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
  await put(tx, 'companies', [{ ...mine, id: idOf('company property'), code: 'property', name: '物业公司' }])
  await tx.raw(
    `insert into contracts (id, company_id, line_id, what, during) values (?, ?, ?, ?, tstzrange('2026-01-01+08', '2028-12-31+08')) on conflict do nothing`,
    [idOf('contract property'), idOf('company property'), idOf('line property'), '新院区物业维修'],
  )
}
