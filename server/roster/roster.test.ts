/** Patterns, vacancies, leave, swaps, gaps and reachability, as people ask for them, on a real PostgreSQL. */
import { randomUUID } from 'node:crypto'
import t, { type Test } from 'tap'
import { radioDesk } from '../test/radio-house.ts'
import { look, onDuty, proveReachable } from './index.ts'

const HOUR = 3_600_000
const hence = (hours: number) => new Date(Date.now() + hours * HOUR).toISOString()
const dayHence = (days: number) => hence(days * 24).slice(0, 10)

async function aDesk(t: Test) {
  const desk = await radioDesk(t)
  const { db, commit } = desk
  const lead = await desk.someone({ role: 'supervisor', campus: 'new', line: 'it' })
  const engineer = () => desk.someone({ role: 'engineer' })
  const [lin, wei, zhou] = [await engineer(), await engineer(), await engineer()]
  const organisation_id = (await db('organisations').first('id')).id
  const line_id = (await db('lines').where({ code: 'it' }).first('id')).id
  const [{ id: crew_id }] = await db('crews')
    .insert({ organisation_id, line_id, code: 'terminals', name_zh: '终端组', name_en: 'Terminals' })
    .returning('id')
  for (const { personId: person_id } of [lin, wei, zhou]) await db('crew_members').insert({ crew_id, person_id })
  const pattern = (but: object = {}) =>
    lead.ask('POST', '/api/roster/patterns', {
      ...{ name: '夜班', crew: 'terminals', campus: 'new', kind: 'work', rrule: 'FREQ=DAILY', firstDay: dayHence(1) },
      ...{ lastDay: dayHence(4), starts: '22:00', ends: '08:00', slots: 1, rotates: true },
      ...{ personIds: [lin.personId, wei.personId], exceptions: [] },
      ...but,
    })
  const shift = (but: object = {}) =>
    lead.ask('POST', '/api/roster/shifts', {
      ...{ crew: 'terminals', campus: 'new', kind: 'work', personId: null, from: hence(5), to: hence(10), ...but },
    })
  const roster = async (who = lead) =>
    (await who.ask('GET', `/api/roster?from=${hence(-48)}&to=${hence(24 * 10)}&crew=terminals`)).body
  const nameOf = (person: { id: string } | null) =>
    person === null ? '-' : person.id === lin.personId ? 'lin' : person.id === wei.personId ? 'wei' : 'zhou'
  const who = async (kind = 'work') =>
    (await roster()).shifts
      .filter((one: { kind: string }) => one.kind === kind)
      .map((one: { person: { id: string } | null }) => nameOf(one.person))
  const told = async (...types: string[]) =>
    (await db('journal').whereIn('type', types).orderBy('seq')).map(({ body }) => body)
  return { ...desk, db, commit, lead, lin, wei, zhou, crew_id, organisation_id, pattern, shift, roster, who, told }
}

t.test('a pattern lays out its shifts, and those who take turns take them', async (t) => {
  const { pattern, who, roster, told, lead } = await aDesk(t)
  const made = await pattern()
  t.equal(made.status, 201)
  t.same(await who(), ['lin', 'wei', 'lin', 'wei'])
  const { shifts, zone } = await roster()
  t.equal(zone, 'Asia/Shanghai')
  t.equal(shifts[0].from, new Date(`${dayHence(1)}T22:00+08:00`).toISOString(), 'by the clock of the hospital')
  t.match(shifts[0], { crew: 'terminals', campus: 'new', pattern: '夜班', mayLead: true, reach: null })
  t.match(await told('roster.pattern-saved'), [{ patternId: made.body.patternId, laid: 4, vacant: 0, version: 1 }])
  t.match((await lead.ask('GET', '/api/roster/patterns')).body.items, [
    { name: '夜班', zone: 'Asia/Shanghai', starts: '22:00', ends: '08:00', version: 1, mayLead: true },
  ])
})

t.test('a changed pattern is laid out anew, except what somebody has changed by hand', async (t) => {
  const { pattern, lead, zhou, lin, wei, roster, who } = await aDesk(t)
  const { patternId } = (await pattern()).body
  const [first, second, third] = (await roster()).shifts
  const give = { personId: zhou.personId, version: first.version }
  t.equal((await lead.ask('POST', `/api/roster/shifts/${first.shiftId}/give`, give)).status, 200)
  t.equal((await lead.ask('POST', `/api/roster/shifts/${second.shiftId}/end`, { version: second.version })).status, 200)
  t.same(await who(), ['zhou', 'lin', 'wei'], 'one is overridden, and one is gone')
  const same = (await lead.ask('GET', '/api/roster/patterns')).body.items[0]
  const { patternId: _, mayLead: __, ...form } = same
  const changed = { ...form, personIds: [wei.personId, lin.personId], exceptions: [dayHence(4)] }
  t.equal((await lead.ask('PATCH', `/api/roster/patterns/${patternId}`, changed)).status, 200)
  t.same(await who(), ['zhou', 'wei'], 'the gone one stays away, and the holiday goes')
  t.equal(
    (await roster()).shifts.some((one: { shiftId: string }) => one.shiftId === third.shiftId),
    false,
  )
  t.match(await lead.ask('PATCH', `/api/roster/patterns/${patternId}`, changed), {
    ...{ status: 409, body: { code: 'roster-changed-meanwhile' } },
  })
  t.equal((await lead.ask('POST', `/api/roster/patterns/${patternId}/end`, { version: 2 })).status, 200)
  t.same(await who(), ['zhou'], 'what a person has said stays')
  t.match(await lead.ask('POST', `/api/roster/patterns/${patternId}/end`, { version: 3 }), {
    body: { code: 'pattern-is-over' },
  })
})

t.test('a roster that overlaps itself is refused by name, and nothing of it is written', async (t) => {
  const { pattern, who, lead, lin, db } = await aDesk(t)
  const double = { slots: 2, personIds: [lin.personId] }
  t.match(await pattern(double), {
    status: 409,
    body: { code: 'pattern-overlaps-itself', details: { field: 'personIds' } },
  })
  t.equal((await pattern()).status, 201)
  const again = await pattern({ starts: '07:00', ends: '15:00', firstDay: dayHence(2) })
  t.match(again, {
    status: 409,
    body: { code: 'roster-overlaps', details: { personId: lin.personId, day: dayHence(2) } },
  })
  t.same(await who(), ['lin', 'wei', 'lin', 'wei'])
  t.equal((await db('shift_patterns')).length, 1)
  t.equal(
    (await pattern({ starts: '07:00', ends: '15:00', kind: 'on_call' })).status,
    201,
    'on call at home is another kind',
  )
  t.match(await pattern({ rrule: 'FREQ=HOURLY' }), {
    body: { code: 'pattern-rule-unreadable', details: { field: 'rrule' } },
  })
  t.match(await pattern({ zone: 'Mars' }), { body: { code: 'no-such-time-zone' } })
  t.match(await pattern({ crew: 'nobodys' }), { status: 400, body: { code: 'no-such-crew' } })
  t.equal((await pattern({ firstDay: '2026-02-30' })).status, 400, 'there is no 30th of February')
  const elsewhere = await lead.ask('GET', '/api/roster/patterns')
  t.equal(elsewhere.body.items.length, 2)
  t.match(await pattern({ campus: 'old' }), { status: 403 }, 'not this lead’s campus')
})

t.test('days that come nearer are laid out; whose shift it cannot be leaves it vacant', async (t) => {
  const { pattern, db, commit, lin, told } = await aDesk(t)
  const far = { lastDay: null, personIds: [lin.personId], rotates: false }
  const { patternId } = (await pattern(far)).body
  const days = async () => (await db('shifts').where({ pattern_id: patternId })).length
  const before = await days()
  t.ok(before > 55, 'two months stand')
  const last = await db('shifts').where({ pattern_id: patternId }).orderBy('occurs_on', 'desc').first()
  await db('shifts').where({ id: last.id }).delete()
  await db('shift_patterns')
    .where({ id: patternId })
    .update({ laid_to: db.raw(`laid_to - 1`) })
  await db('shifts').insert({ ...last, id: undefined, pattern_id: null, occurs_on: null, slot: null })
  await commit(look)
  t.equal(await days(), before)
  t.match(await told('roster.laid'), [{ patternId, laid: 1, vacant: 1 }])
  await commit(look)
  t.equal((await told('roster.laid')).length, 1, 'once')
})

t.test(
  'a vacant shift is filled, a held one is somebody else’s for a day, and nobody is given what they cannot',
  async (t) => {
    const { shift, lead, lin, wei, who, roster, told, db } = await aDesk(t)
    const { shiftId } = (await shift()).body
    const give = (personId: string | null, version: number, but = {}) =>
      lead.ask('POST', `/api/roster/shifts/${shiftId}/give`, { personId, version, ...but })
    t.same(await who(), ['-'])
    t.equal((await give(lin.personId, 1)).status, 200)
    t.match(await give(wei.personId, 1), {
      status: 409,
      body: { code: 'roster-changed-meanwhile', details: { version: 2 } },
    })
    t.equal((await give(wei.personId, 2)).status, 200)
    t.same(await who(), ['wei'])
    t.match((await told('radio.shift-changed')).slice(-2), [
      { verb: 'given', why: 'filled', was: null, personId: lin.personId },
      { verb: 'given', why: 'override', was: lin.personId, personId: wei.personId },
    ])
    t.match(await shift({ personId: wei.personId }), { status: 409, body: { code: 'person-on-shift-then' } })
    t.equal(
      (await lead.ask('POST', '/api/roster/leave', { personId: lin.personId, from: hence(4), to: hence(30) })).status,
      201,
    )
    t.match(await give(lin.personId, 3), {
      status: 409,
      body: { code: 'person-away-then', details: { field: 'personId' } },
    })
    const [{ id: unreachable, organisation_id: _ }] = await db('people')
      .insert({ organisation_id: (await db('organisations').first('id')).id, staff_code: 'NOWAY', name: '无号码' })
      .returning(['id', 'organisation_id'])
    t.match(await give(unreachable, 3), { status: 409, body: { code: 'person-has-no-way' } })
    t.equal((await give(unreachable, 3, { knowingly: true })).status, 200, 'unless it is said')
    t.match(await shift({ personId: null, from: hence(1), to: hence(60) }), { body: { code: 'shift-too-long' } })
    t.equal((await roster(lin)).shifts[0].mayLead, false, 'an engineer sees it and does not change it')
    t.equal((await lin.ask('POST', `/api/roster/shifts/${shiftId}/give`, { personId: null, version: 4 })).status, 403)
  },
)

t.test('who goes on leave leaves vacant what they had, and the rest of what they were at', async (t) => {
  const { db, shift, lead, lin, who, roster, organisation_id } = await aDesk(t)
  await shift({ personId: lin.personId, from: hence(-2), to: hence(4) })
  await shift({ personId: lin.personId, from: hence(20), to: hence(28) })
  const leave = await lead.ask('POST', '/api/roster/leave', { personId: lin.personId, from: hence(-1), to: hence(48) })
  t.match(leave, { status: 201, body: { vacated: 2 } })
  t.same(await who(), ['lin', '-', '-'])
  t.same(await who('leave'), ['lin'])
  t.same(await onDuty(db, organisation_id, { personIds: [lin.personId] }, new Date()), [])
  const { shiftId, version } = (await roster()).shifts.find((one: { kind: string }) => one.kind === 'leave')
  t.match(await lead.ask('POST', `/api/roster/shifts/${shiftId}/give`, { personId: null, version }), {
    body: { code: 'leave-is-not-handed-over' },
  })
  t.equal(
    (await lead.ask('POST', `/api/roster/shifts/${shiftId}/end`, { version })).status,
    200,
    'who is back early is back',
  )
  const reversed = { personId: lin.personId, from: hence(60), to: hence(50) }
  t.match(await lead.ask('POST', '/api/roster/leave', reversed), { body: { code: 'ends-before-it-begins' } })
})

t.test('two people swap their shifts, though they are at one time, and the lead sees it', async (t) => {
  const { shift, lead, lin, wei, zhou, who, told } = await aDesk(t)
  const one = (await shift({ personId: lin.personId })).body.shiftId
  const other = (await shift({ personId: wei.personId })).body.shiftId
  const ask = (by = lin, but = {}) =>
    by.ask('POST', '/api/roster/swaps', { shiftId: one, toId: wei.personId, forShiftId: other, ...but })
  const asked = await ask()
  t.equal(asked.status, 201)
  t.match(await ask(), { status: 409, body: { code: 'swap-asked-already' } })
  t.match(await ask(zhou), { body: { code: 'swap-shift-not-theirs' } })
  t.match(await ask(lin, { toId: lin.personId }), { body: { code: 'swap-with-oneself' } })
  const answer = (by: typeof lin, what: string) => by.ask('POST', `/api/roster/swaps/${asked.body.swapId}/${what}`)
  t.equal((await answer(zhou, 'agree')).status, 404, 'not theirs to know of')
  t.match(await answer(lin, 'agree'), { body: { code: 'swap-is-not-yours' } })
  t.match(await answer(lead, 'see'), { body: { code: 'swap-not-agreed' } })
  t.equal((await answer(wei, 'agree')).status, 200)
  t.same((await who()).sort(), ['lin', 'wei'])
  t.match((await lead.ask('GET', '/api/roster/swaps')).body.items, [{ state: 'agreed', mayLead: true }])
  t.same((await zhou.ask('GET', '/api/roster/swaps')).body.items, [])
  t.equal((await answer(lead, 'see')).status, 200)
  const given = (await told('radio.shift-changed')).filter(({ why }) => why === 'swap')
  t.match(given.slice(-2), [
    { shiftId: one, was: lin.personId, personId: wei.personId },
    { shiftId: other, was: wei.personId, personId: lin.personId },
  ])
  t.match(
    (await told('roster.swap-changed')).map(({ verb }) => verb),
    ['asked', 'agreed', 'seen'],
  )
})

t.test('a swap that cannot be any more changes nothing', async (t) => {
  const { shift, lead, lin, wei, zhou, who, roster } = await aDesk(t)
  const shiftId = (await shift({ personId: lin.personId })).body.shiftId
  const { swapId } = (await lin.ask('POST', '/api/roster/swaps', { shiftId, toId: wei.personId, forShiftId: null }))
    .body
  const { version } = (await roster()).shifts[0]
  await lead.ask('POST', `/api/roster/shifts/${shiftId}/give`, { personId: zhou.personId, version })
  const agree = () => wei.ask('POST', `/api/roster/swaps/${swapId}/agree`)
  t.match(await agree(), { status: 409, body: { code: 'swap-shift-not-theirs' } })
  t.same(await who(), ['zhou'])
  t.equal((await lin.ask('POST', `/api/roster/swaps/${swapId}/withdraw`)).status, 200)
  t.match(await agree(), { body: { code: 'swap-is-not-open' } })
})

t.test('a gap in what must be covered is told a day ahead, and closed when somebody is there', async (t) => {
  const { lead, lin, shift, commit, told, db } = await aDesk(t)
  const wall = (at: string) => new Date(Date.parse(at) + 8 * HOUR).toISOString().slice(11, 16)
  const need = {
    crew: 'terminals',
    campus: 'new',
    system: null,
    weekdays: [1, 2, 3, 4, 5, 6, 7],
    least: 1,
    onCallCounts: false,
  }
  const form = { ...need, starts: wall(hence(2)), ends: wall(hence(6)) }
  t.equal((await lead.ask('POST', '/api/roster/needs', form)).status, 201)
  t.match(await lead.ask('POST', '/api/roster/needs', form), { body: { code: 'need-stands-already' } })
  t.match(await lead.ask('POST', '/api/roster/needs', { ...form, system: 'none' }), {
    body: { code: 'no-such-system' },
  })
  await commit(look)
  const cover = async () => (await lead.ask('GET', '/api/roster/cover')).body
  t.match((await cover()).gaps, [{ crew: 'terminals', campus: 'new', have: 0, least: 1, mayLead: true }])
  await commit(look)
  t.equal((await told('roster.gap')).length, 1, 'told once')
  const { from, to } = (await cover()).gaps[0]
  await shift({ personId: lin.personId, from, to: hence(4) })
  await commit(look)
  t.match((await cover()).gaps, [{ to }], 'a part of it is covered')
  await shift({ personId: lin.personId, from: (await cover()).gaps[0].from, to })
  await commit(look)
  t.same((await cover()).gaps, [])
  t.match(
    (await told('roster.gap')).map(({ verb }) => verb),
    ['found', 'closed'],
  )
  const { needId, version } = (await cover()).needs[0]
  await db('shifts').delete()
  await commit(look)
  t.equal((await lead.ask('POST', `/api/roster/needs/${needId}/end`, { version })).status, 200)
  await commit(look)
  t.same(await cover(), { needs: [], gaps: [] })
})

t.test('a system is covered by its A or its B, and leave covers nothing', async (t) => {
  const { lead, lin, wei, shift, commit, db, organisation_id } = await aDesk(t)
  const [{ id: system_id }] = await db('systems')
    .insert({ organisation_id, code: 'his', name_zh: 'HIS', name_en: 'HIS' })
    .returning('id')
  const form = { crew: 'terminals', campus: 'new', system: 'his', weekdays: [1, 2, 3, 4, 5, 6, 7], least: 1 }
  await lead.ask('POST', '/api/roster/needs', { ...form, starts: '00:00', ends: '00:00', onCallCounts: true })
  const gaps = async () => {
    await commit(look)
    return (await lead.ask('GET', '/api/roster/cover')).body.gaps.length
  }
  await shift({ personId: lin.personId, from: hence(-1), to: hence(30) })
  t.equal(await gaps(), 1, 'somebody is there, and answers for nothing')
  await db('system_roles').insert({ system_id, role: 'B', person_id: wei.personId, during: '[2020-01-01,)' })
  await shift({ personId: wei.personId, from: hence(-1), to: hence(30), kind: 'on_call' })
  t.equal(await gaps(), 0)
  await db('shifts').insert({
    ...{ organisation_id, person_id: wei.personId, kind: 'leave' },
    planned: db.raw('tstzrange(?::timestamptz, ?::timestamptz)', [hence(3), hence(5)]),
  })
  t.equal(await gaps(), 1)
})

t.test('who does not say at the beginning that they are here is marked, and who is heard is not', async (t) => {
  const { lead, lin, wei, zhou, shift, commit, told, db, someone } = await aDesk(t)
  const [one, two, three] = [
    (await shift({ personId: lin.personId, from: hence(-1), to: hence(4) })).body.shiftId,
    (await shift({ personId: wei.personId, from: hence(-1), to: hence(4) })).body.shiftId,
    (await shift({ personId: zhou.personId, from: hence(-0.1), to: hence(4) })).body.shiftId,
  ]
  t.equal((await lin.ask('POST', '/api/roster/here')).status, 200)
  await commit(look)
  t.match(await told('roster.unreached'), [{ shiftId: two, personId: wei.personId }])
  await commit(look)
  t.equal((await told('roster.unreached')).length, 1, 'once')
  await commit((tx) => proveReachable(tx, { personId: zhou.personId, way: 'radio' }))
  const noted = await lead.ask('POST', `/api/roster/shifts/${two}/reached`, { way: 'phone' })
  t.equal(noted.status, 200)
  const ways = Object.fromEntries((await db('reachabilities')).map(({ shift_id, way }) => [shift_id, way]))
  t.same(ways, { [one]: 'page', [two]: 'phone', [three]: 'radio' })
  t.equal((await told('roster.reached')).length, 3)
  t.equal((await lin.ask('POST', `/api/roster/shifts/${two}/reached`, { way: 'phone' })).status, 403)
  t.match(await (await someone({ role: 'engineer' })).ask('POST', '/api/roster/here'), {
    body: { code: 'not-on-duty' },
  })
  const later = (await shift()).body.shiftId
  t.match(await lead.ask('POST', `/api/roster/shifts/${later}/reached`, { way: 'phone' }), {
    body: { code: 'shift-is-vacant' },
  })
})

t.test('whose next shift begins too soon is said, and a page of two months at most is shown', async (t) => {
  const { shift, lin, lead, roster } = await aDesk(t)
  await shift({ personId: lin.personId, from: hence(1), to: hence(9) })
  const second = (await shift({ personId: lin.personId, from: hence(15), to: hence(20) })).body.shiftId
  t.match(await roster(), { shortRests: [{ shiftId: second, personId: lin.personId, hours: 6 }], leastRestHours: 11 })
  const long = `/api/roster?from=${hence(0)}&to=${hence(24 * 70)}`
  t.match(await lead.ask('GET', long), { body: { code: 'roster-too-long' } })
  t.match(await lead.ask('GET', `/api/roster?from=${hence(5)}&to=${hence(1)}`), {
    body: { code: 'ends-before-it-begins' },
  })
})

t.test('a shift is handed over item by item, and what was not acknowledged stays to be seen', async (t) => {
  const { db, someone, organisation_id, told } = await aDesk(t)
  const [giver, next] = [await someone({ role: 'agent' }), await someone({ role: 'agent' })]
  const engineer = await someone({ role: 'engineer' })
  const of = (await db('campuses').where({ code: 'new' }).first('id')).id
  const line_id = (await db('lines').where({ code: 'it' }).first('id')).id
  const ticket = {
    organisation_id,
    campus_id: of,
    line_id,
    year: 2026,
    source: 'call',
    reported_at: new Date(),
    what: '打印机',
  }
  const [{ id: ticketId }] = await db('tickets')
    .insert({ ...ticket, number: 1, priority: 1 })
    .returning('id')
  await db('tickets').insert({ ...ticket, number: 2, priority: 4 })
  await db('radio_holders').insert({ unit: '02', person_id: engineer.personId, during: '[2026-01-01,)' })
  const draft = await giver.ask('GET', '/api/roster/handovers/draft?campus=new')
  t.match(draft.body.items, [
    { kind: 'ticket', ticket: { ticketId, number: 1, what: '打印机' } },
    { kind: 'night_phone', code: 'd8190' },
    { kind: 'handheld', code: '02' },
  ])
  const form = { campus: 'new', toId: next.personId, notes: ['6 楼打印机等备件', '  '] }
  const begun = await giver.ask('POST', '/api/roster/handovers', form)
  t.equal(begun.status, 201)
  t.match(await giver.ask('POST', '/api/roster/handovers', form), { body: { code: 'handover-begun-already' } })
  t.match(await next.ask('POST', '/api/roster/handovers', { ...form, toId: next.personId }), {
    body: { code: 'handover-to-oneself' },
  })
  const list = async (who = next) => (await who.ask('GET', '/api/roster/handovers')).body.items
  const [mine] = await list()
  t.match(
    mine.items.map(({ kind }: { kind: string }) => kind),
    ['ticket', 'night_phone', 'handheld', 'note'],
  )
  t.match(mine.items[3], { note: '6 楼打印机等备件', acknowledgedAt: null })
  t.match(
    (await list(engineer))[0].items[0],
    { kind: 'ticket', ticket: null },
    'there is one, and it is not theirs to read',
  )
  const take = (itemId: string, who = next) =>
    who.ask('POST', `/api/roster/handovers/${begun.body.handoverId}/acknowledge`, { itemId })
  t.match(await take(mine.items[0].itemId, giver), { status: 409, body: { code: 'handover-is-not-yours' } })
  for (const { itemId } of mine.items.slice(0, 3)) t.equal((await take(itemId)).status, 200)
  t.match(await list(), [{ state: 'open', items: [{ acknowledgedAt: String }, {}, {}, { acknowledgedAt: null }] }])
  t.equal((await take(mine.items[3].itemId)).status, 200)
  t.match(await list(), [{ state: 'taken' }])
  t.match(await take(mine.items[3].itemId), { body: { code: 'handover-is-over' } })
  const left = await told('roster.handover-acknowledged')
  t.same(
    left.map((one) => one.left),
    [3, 2, 1, 0],
  )
  t.notOk(JSON.stringify(await told('roster.handover-begun')).includes('备件'), 'no words in the journal')
})

t.test('whoever is surely heard on the air can be reached, and whoever signs in has the page', async (t) => {
  const { lin, wei, shift, db, commit, organisation_id } = await aDesk(t)
  for (const { personId } of [lin, wei]) await shift({ personId, from: hence(-1), to: hence(4) })
  const port = await db('radio_ports').where({ code: 'new' }).first('id', 'campus_id')
  const over = async (holder: string, known_how: string) => {
    const times = { from_at: new Date(), to_at: new Date(), ended_by: 'carrier_off', kind: 'rx', epoch: 1 }
    const of = { organisation_id, campus_id: port.campus_id, port_id: port.id, unit_code: '02' }
    const [{ id: overId }] = await db('radio_overs')
      .insert({ id: randomUUID(), ...of, ...times, holder_id: holder, known_how })
      .returning('id')
    await commit(async () => [
      { type: 'radio.over-ended', overId, port: 'new', kind: 'rx', emergency: false, at: new Date() },
    ])
  }
  await over(wei.personId, 'holder')
  t.same(await db('reachabilities'), [], 'that a handheld is in somebody’s hand proves nothing')
  await over(lin.personId, 'mdc1200')
  await commit(async () => [{ type: 'agent.signed-in', personId: wei.personId, station: 'b1001', at: new Date() }])
  const ways = (await db('reachabilities').orderBy('way')).map(({ way }) => way)
  t.same(ways, ['page', 'radio'])
})

t.test('a roster comes in by spreadsheet: a try writes nothing, and one bad row stops all of it', async (t) => {
  const { lead, lin, wei, who, db, told } = await aDesk(t)
  const code = async (personId: string) => (await db('people').where({ id: personId }).first('staff_code')).staff_code
  const [one, two] = [await code(lin.personId), await code(wei.personId)]
  const head = 'staff_code,crew,campus,day,starts,ends,kind'
  const row = (staff: string, day: string, starts = '8:00', ends = '16:00', crew = 'terminals') =>
    [staff, crew, 'new', day, starts, ends, ''].join(',')
  const send = (rows: string[], dryRun: boolean, by = lead) =>
    by.ask('POST', '/api/roster/import', { csv: [`\ufeff${head}`, ...rows].join('\r\n'), dryRun })
  const good = [row(one, dayHence(2)), row(two, dayHence(2), '22:00', '08:00'), row('', dayHence(3))]
  t.match(await send(good, true), { status: 200, body: { create: 3, same: 0, bad: [] } })
  t.same(await who(), [], 'a try writes nothing')
  const damaged = [
    ...good,
    row(one, dayHence(2), '10:00', '12:00'),
    row('NOBODY', dayHence(2)),
    row(one, '2026-02-30'),
    row(one, dayHence(4), '25:00'),
    row(one, dayHence(4), '8:00', '16:00', 'nobodys'),
  ]
  const refused = await send(damaged, false)
  t.match(refused, { status: 409, body: { code: 'import-has-bad-rows' } })
  t.match(refused.body.details.bad, [
    { line: 5, column: 'staff_code', code: 'refused', why: 'person-on-shift-then' },
    { line: 6, column: 'staff_code', code: 'no-such-row', named: 'NOBODY' },
    { line: 7, column: 'day', code: 'refused', why: 'day-malformed' },
    { line: 8, column: 'starts', code: 'refused', why: 'time-malformed' },
    { line: 9, column: 'crew', code: 'no-such-row', named: 'nobodys' },
  ])
  t.same(await who(), [], 'nothing half done')
  t.match(await send(good, false), { status: 200, body: { create: 3 } })
  t.same(await who(), ['lin', 'wei', '-'])
  t.match(await send(good.slice(0, 2), false), { body: { create: 0, same: 2 } }, 'twice is once')
  t.match(await told('roster.imported'), [{ shifts: 3 }])
  t.match((await send([row(one, dayHence(5)).replace('new', 'old')], true)).body.bad, [
    { code: 'refused', why: 'not-allowed' },
  ])
  t.equal((await send(good, true, lin)).status, 403)
  t.match((await lead.ask('POST', '/api/roster/import', { csv: 'who,when\n1,2', dryRun: true })).body.bad, [
    { code: 'not-a-column' },
  ])
})
