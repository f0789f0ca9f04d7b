/** Who is on duty: the one answer, on a real PostgreSQL. */
import t, { type Test } from 'tap'
import { radioDesk } from '../test/radio-house.ts'
import { type OnDutyOf, onDuty } from './index.ts'

const T = Date.parse('2031-03-05T00:00:00Z')
const at = (hours: number) => new Date(T + hours * 3_600_000)

async function aRoster(t: Test) {
  const desk = await radioDesk(t)
  const { db } = desk
  const organisation_id = (await db('organisations').first('id')).id
  const of = { organisation_id }
  const one = async (table: string, row: object) =>
    (
      await db(table)
        .insert({ ...of, ...row })
        .returning('id')
    )[0].id
  const [lin, wei, zhou] = await Promise.all(
    ['L1', 'L2', 'L3'].map((code) => one('people', { staff_code: code, name: code })),
  )
  const crew = await one('crews', { code: 'night', name_zh: '夜班', name_en: 'Night' })
  const campus = (await db('campuses').where({ code: 'new' }).first('id')).id
  const shift = (person_id: string | null, from: number, to: number, but: object = {}): Promise<string> =>
    one('shifts', {
      person_id,
      planned: db.raw('tstzrange(?::timestamptz, ?::timestamptz)', [at(from), at(to)]),
      ...but,
    })
  const who = async (question: OnDutyOf, hours: number) =>
    (await onDuty(db, organisation_id, question, at(hours))).map(({ personId, kind, role }) =>
      [personId === lin ? 'lin' : personId === wei ? 'wei' : 'zhou', kind, role].filter(Boolean).join(' '),
    )
  return { ...desk, organisation_id, lin, wei, zhou, crew, campus, shift, who, one }
}

t.test('a shift covers its first instant and not its last, and nobody holds a vacant one', async (t) => {
  const { lin, shift, who } = await aRoster(t)
  await shift(lin, 8, 16)
  await shift(null, 8, 16)
  t.same(await who('everybody', 7.999), [])
  t.same(await who('everybody', 8), ['lin work'])
  t.same(await who('everybody', 15.999), ['lin work'])
  t.same(await who('everybody', 16), [])
})

t.test('what really was takes the place of what was planned', async (t) => {
  const { db, lin, shift, who } = await aRoster(t)
  const actual = db.raw('tstzrange(?::timestamptz, ?::timestamptz)', [at(8), at(10)])
  await shift(lin, 8, 16, { actual })
  t.same(await who({ personIds: [lin] }, 9), ['lin work'])
  t.same(await who({ personIds: [lin] }, 11), [])
})

t.test('somebody on leave is not on duty, whatever the roster still says, and neither is who has left', async (t) => {
  const { db, lin, wei, shift, who } = await aRoster(t)
  await shift(lin, 8, 16)
  await shift(lin, 12, 40, { kind: 'leave' })
  await shift(wei, 8, 16)
  t.same((await who('everybody', 9)).sort(), ['lin work', 'wei work'])
  t.same(await who('everybody', 13), ['wei work'])
  await db('people').where({ id: wei }).update({ retired_at: new Date() })
  t.same(await who('everybody', 13), [])
})

t.test('of a crew: its own shifts, and its members’ that name no crew; at work before on call', async (t) => {
  const { db, lin, wei, zhou, crew, shift, who, one } = await aRoster(t)
  const other = await one('crews', { code: 'other', name_zh: '别的', name_en: 'Other' })
  for (const person_id of [lin, wei, zhou])
    await db('crew_members').insert({ crew_id: crew, person_id, during: '[2030-01-01,)' })
  await shift(lin, 8, 16, { kind: 'on_call', crew_id: crew })
  await shift(wei, 8, 16)
  await shift(zhou, 8, 16, { crew_id: other })
  t.same(await who({ crewId: crew }, 9), ['wei work', 'lin on_call'])
  t.same(await who({ crewId: other }, 9), ['zhou work'])
})

t.test('of a campus: its own shifts, and those of every campus', async (t) => {
  const { db, lin, wei, zhou, campus, shift, who } = await aRoster(t)
  const old = (await db('campuses').where({ code: 'old' }).first('id')).id
  await shift(lin, 8, 16, { campus_id: campus })
  await shift(wei, 8, 16)
  await shift(zhou, 8, 16, { campus_id: old })
  t.same((await who({ campusId: campus }, 9)).sort(), ['lin work', 'wei work'])
})

t.test('of a system: A before B, and only who is on a shift', async (t) => {
  const { db, lin, wei, shift, who, one } = await aRoster(t)
  const systemId = await one('systems', { code: 'his', name_zh: 'HIS', name_en: 'HIS' })
  for (const [role, person_id] of [
    ['B', lin],
    ['A', wei],
  ])
    await db('system_roles').insert({ system_id: systemId, role, person_id, during: '[2030-01-01,)' })
  await shift(lin, 8, 16)
  t.same(await who({ systemId }, 9), ['lin work B'])
  await shift(wei, 8, 16)
  t.same(await who({ systemId }, 9), ['wei work A', 'lin work B'])
  t.same(await who({ systemId, role: 'B' }, 9), ['lin work B'])
  t.same(await who({ systemId }, 17), [])
})

t.test('a way to them was proven this shift, or they stand marked a quarter of an hour after it began', async (t) => {
  const { db, organisation_id, lin, shift } = await aRoster(t)
  const shift_id = await shift(lin, 8, 16)
  const reach = async (hours: number) => (await onDuty(db, organisation_id, 'everybody', at(hours)))[0]?.reach
  t.same(await reach(8.1), { state: 'due', ways: [] })
  t.same(await reach(8.25), { state: 'unconfirmed', ways: [] })
  await db('reachabilities').insert({ shift_id, way: 'radio', proven_at: at(9) })
  t.same(await reach(10), { state: 'confirmed', ways: ['radio'] })
})

t.test('nobody else’s hospital is on duty here', async (t) => {
  const { db, lin, shift } = await aRoster(t)
  await shift(lin, 8, 16)
  const [other] = await db('organisations').insert({ code: 'o', name_zh: 'o', name_en: 'o' }).returning('id')
  t.same(await onDuty(db, other.id, 'everybody', at(9)), [])
})

t.test('who is here is read with names, handhelds and what they answer for', async (t) => {
  const { lin, someone, db, one, crew, campus, shift } = await aRoster(t)
  const systemId = await one('systems', { code: 'his', name_zh: 'HIS', name_en: 'HIS' })
  await db('system_roles').insert({ system_id: systemId, role: 'A', person_id: lin, during: '[2030-01-01,)' })
  await db('radio_holders').insert({ unit: '07', person_id: lin, during: '[2031-01-01,)' })
  await shift(lin, 8, 16, { crew_id: crew, campus_id: campus })
  const agent = await someone({ role: 'agent' })
  const { body } = await agent.ask('GET', `/api/roster/on-duty?at=${at(9).toISOString()}`)
  t.match(body.people, [
    {
      ...{ person: { id: lin, name: 'L1' }, kind: 'work', crew: 'night', campus: 'new', units: ['07'] },
      ...{ roles: [{ system: 'his', role: 'A' }], reach: { state: 'unconfirmed', ways: [] } },
      ...{ from: at(8).toISOString(), to: at(16).toISOString() },
    },
  ])
  t.equal(body.people.length, 1)
  const reporter = await someone({ role: 'reporter' })
  t.equal((await reporter.ask('GET', '/api/roster/on-duty')).status, 403)
})
