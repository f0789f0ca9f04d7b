/** A second organisation in the same database, with the same campus, line, port and handheld codes as the first. */
import { randomUUID } from 'node:crypto'
import type { Db } from '../db/index.ts'
import { things } from './whole-desk.ts'

/** Stands in every text of the neighbour's: found in an answer to somebody else, it has leaked. */
export const MARK = 'NEIGHBOURLY'

export type Neighbour = Awaited<ReturnType<typeof neighbour>>

export async function neighbour(db: Db) {
  const one = async (table: string, row: Record<string, unknown>) =>
    (await db(table).insert(row).returning('id'))[0].id as string
  const organisation_id = await one('organisations', { code: 'neighbour', name_zh: MARK, name_en: MARK })
  const of = { organisation_id }
  const named = (code: string) => ({ ...of, code, name_zh: MARK, name_en: MARK })
  const campuses: Record<string, string> = {}
  for (const code of ['old', 'new']) campuses[code] = await one('campuses', named(code))
  const lines: Record<string, string> = {}
  for (const code of ['logistics', 'it', 'equipment', 'property']) lines[code] = await one('lines', named(code))
  await db('pbxs').insert({ ...of, id: 2, name: MARK })
  const campus_id = campuses.new
  const line_id = lines.it
  const during = db.raw(`tstzrange(now() - interval '1 hour', now() + interval '1 day')`)
  const later = db.raw(`tstzrange(now() + interval '1 hour', now() + interval '1 day')`)

  const personId = await one('people', { ...of, staff_code: MARK, name: MARK, login: 'neighbour' })
  await db('grants').insert({ person_id: personId, role: 'supervisor' })
  const place = { campus_id, kind: 'building', code: MARK, name_zh: MARK, path_zh: `${MARK} 心内` }
  const placeId = await one('places', place)
  const unit_id = await one('units', { ...of, kind: 'office', code: MARK, name_zh: `${MARK} 心内` })
  const numberId = await one('numbers', { ...of, realm: 'new', number: '62041', kind: 'ward', note: MARK })
  await db('number_places').insert({ number_id: numberId, place_id: placeId, source: 'seed' })
  const crewId = await one('crews', { ...named('c'), line_id })
  const label = { label_zh: MARK, label_en: MARK }
  const categoryId = await one('categories', { ...of, line_id, code: 'printer', ...label })
  const calendar = { line_id, weekdays: [1], day_from: '08:00', day_to: '18:00' }
  const calendarId = await one('calendars', calendar)
  const trunk = { pbx_id: 2, campus_id, code: 'n', address: '127.0.0.77', contact: 'sip:n' }
  const trunkId = await one('trunks', trunk)
  const systemId = await one('systems', { ...named('n') })
  const companyId = await one('companies', { ...of, code: 'n', name: MARK })
  const contractId = await one('contracts', { ...of, code: 'n', company_id: companyId, what: MARK, during })
  const assetId = await one('assets', { ...of, code: 'ZC-1', name: `${MARK} 心内`, place_id: placeId })

  const ports: Record<string, string> = {}
  for (const code of ['old', 'new']) {
    const port = { ...named(code), pbx_id: 2, campus_id: campuses[code], endpoint: `g-${code}` }
    ports[code] = await one('radio_ports', { ...port, enabled: true, commissioned_at: new Date() })
    await one('radio_units', { ...of, campus_id: campuses[code], code: code === 'new' ? '02' : '01', alias: MARK })
  }
  const radioUnitId = (
    await db('radio_units')
      .where({ ...of, code: '02' })
      .first('id')
  ).id as string
  const planId = await one('radio_holders', { unit: '02', person_id: personId, during: later })
  const shiftId = await one('shifts', { ...of, person_id: personId, campus_id, planned: during })

  const mine = await things(db, { campus: 'new', line: 'it' }, organisation_id)
  const texts = { what: `${MARK} 打印机`, reporter_name: MARK, contact_number: '62041', place_text: MARK }
  await db('tickets')
    .where({ id: mine.ticketId })
    .update({ ...texts, reported_place_id: placeId })
  await db('calls').where(of).update({ ani: '62041', ani_name: MARK, place_id: placeId })
  await db('callbacks').where({ id: mine.callbackId }).update({ place_id: placeId })
  await db('radio_overs').where({ id: mine.overId }).update({ words: MARK })
  await db('radio_callouts').where({ id: mine.calloutId }).update({ words: MARK, fault: MARK })

  return {
    ...{ ...mine, organisationId: organisation_id, personId, placeId, unitId: unit_id, numberId, crewId, categoryId },
    ...{ calendarId, trunkId, campusId: campus_id ?? '', lineId: line_id ?? '', portId: ports.new ?? '' },
    ...{ systemId, companyId, contractId, assetId },
    ...{ radioUnitId, planId, shiftId, patchId: randomUUID() },
    /** every row of the neighbour's, as text */
    rows: async (): Promise<string[]> => {
      const { rows: tables } = await db.raw(
        `select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'
          and table_name not like 'knex%' order by 1`,
      )
      const found: string[] = []
      const own = new RegExp([MARK, organisation_id, personId, placeId, ...Object.values(mine)].filter(isOwn).join('|'))
      for (const { name } of tables as { name: string }[]) {
        const { rows } = await db.raw(`select row_to_json(t)::text as row from ?? t`, [name])
        found.push(...rows.map(({ row }: { row: string }) => `${name} ${row}`).filter((row: string) => own.test(row)))
      }
      return found.sort()
    },
  }
}

/** Codes are everybody's. */
const isOwn = (word: string) => word === MARK || /^[0-9a-f-]{36}$/.test(word)
