import type { Actor } from '../access/index.ts'
import type { Db } from '../db/index.ts'

/** A hospital of two wards, two agents and one supervisor: enough for one call. */
export type Hospital = {
  organisationId: string
  campuses: Record<'old' | 'new', string>
  lines: Record<'logistics' | 'it' | 'equipment' | 'property', string>
  ward: string
  /** signs in at b1001, b1002 */
  lin: Actor
  wei: Actor
  supervisor: Actor
  auditor: Actor
  category: string
}

export async function hospital(db: Db): Promise<Hospital> {
  const one = async (table: string, row: Record<string, unknown>, id = 'id') =>
    (await db(table).insert(row).returning(id))[0][id]
  const organisationId = await one('organisations', { code: 'h', name_zh: '医院', name_en: 'Hospital' })
  const named = (code: string, sort: number) => ({
    organisation_id: organisationId,
    code,
    name_zh: code,
    name_en: code,
    sort,
  })
  const campuses = { old: await one('campuses', named('old', 0)), new: await one('campuses', named('new', 1)) }
  const lines = {
    logistics: await one('lines', named('logistics', 0)),
    it: await one('lines', named('it', 1)),
    equipment: await one('lines', named('equipment', 2)),
    property: await one('lines', named('property', 3)),
  }
  await db('pbxs').insert({ id: 1, organisation_id: organisationId, name: 'pbx1' })
  const ward = await one('places', {
    campus_id: campuses.new,
    kind: 'room',
    code: 'N6',
    name_zh: '心内科护士站',
    path_zh: '新院区 住院楼 6层 心内科护士站',
  })
  const number = await one('numbers', { organisation_id: organisationId, realm: 'new', number: '62041', kind: 'ward' })
  await db('number_places').insert({ number_id: number, place_id: ward, source: 'seed' })
  const category = await one('categories', {
    organisation_id: organisationId,
    line_id: lines.it,
    code: 'printer',
    label_zh: '打印机',
    label_en: 'Printer',
  })

  const person = async (
    name: string,
    role: Actor['grants'][number]['role'],
    station: string | null,
  ): Promise<Actor> => {
    const personId = await one('people', { organisation_id: organisationId, staff_code: name, name, login: name })
    await db('grants').insert({ person_id: personId, role })
    const expires_at = new Date(Date.now() + 3_600_000)
    const sessionId = await one('sessions', { token_hash: Buffer.from(name), person_id: personId, expires_at })
    if (station) {
      await db('stations').insert({ code: station, pbx_id: 1, kind: 'browser', person_id: personId })
      await db('queue_members').insert(Object.values(lines).map((line_id) => ({ person_id: personId, line_id })))
    }
    return { personId, organisationId, sessionId, name, station, grants: [{ role, campus: null, line: null }] }
  }
  return {
    organisationId,
    campuses,
    lines,
    ward,
    category,
    lin: await person('lin', 'agent', 'b1001'),
    wei: await person('wei', 'agent', 'b1002'),
    supervisor: await person('shen', 'supervisor', null),
    auditor: await person('audit', 'auditor', null),
  }
}
