/** Shifts, hand-overs and A/B roles as a shift lead says them, on a real PostgreSQL. */
import t, { type Test } from 'tap'
import { radioFrames } from '../radio/frames.ts'
import { radioDesk } from '../test/radio-house.ts'

const hour = (n: number) => new Date(Date.now() + n * 3_600_000).toISOString()

async function aDesk(t: Test) {
  const desk = await radioDesk(t)
  const lead = await desk.someone({ role: 'supervisor' })
  const [first, second] = [await desk.someone({ role: 'engineer' }), await desk.someone({ role: 'engineer' })]
  const duty = async () => (await lead.ask('GET', '/api/radio/duty')).body
  const put = (body: object) =>
    lead.ask('POST', '/api/radio/shifts', { campus: 'old', from: hour(-1), to: hour(7), ...body })
  return { ...desk, lead, first, second, duty, put }
}

t.test('a shift lead says who is on duty with which handheld, and hands both over', async (t) => {
  const { first, second, duty, put, lead, db } = await aDesk(t)
  const made = await put({ personId: first.personId, unit: '07' })
  t.equal(made.status, 201)
  const before = await duty()
  t.match(before.shifts, [{ person: { id: first.personId }, campus: 'old', units: ['07'], takenFrom: null }])
  t.match(before.leads.sort(), ['new', 'old'])

  t.match(
    await put({ personId: first.personId }),
    { status: 409, body: { code: 'person-on-shift-then' } },
    'one person, one shift at a time',
  )
  const handed = await lead.ask('POST', `/api/radio/shifts/${made.body.shiftId}/hand-over`, {
    personId: second.personId,
  })
  t.match(handed, { status: 200 })
  const after = await duty()
  t.match(after.shifts, [{ person: { id: second.personId }, units: ['07'], takenFrom: { id: first.personId } }])
  t.equal(after.shifts.length, 1, 'who handed over is off duty')
  t.ok(
    after.holders.some(
      ({ unit, person, to }: { unit: string; person: { id: string }; to: string }) =>
        unit === '07' && person.id === second.personId && Math.abs(Date.parse(to) - Date.parse(hour(7))) < 60_000,
    ),
    'until the shift ends',
  )

  t.equal((await lead.ask('POST', `/api/radio/shifts/${handed.body.shiftId}/end`)).status, 200)
  const ended = await duty()
  t.same(ended.shifts, [])
  t.notOk(
    ended.holders.some(({ unit }: { unit: string }) => unit === '07'),
    'the handheld is back on the shelf',
  )
  const told = await db('journal').whereIn('type', ['radio.shift-changed', 'radio.holder-changed']).orderBy('seq')
  t.same(
    told.map(({ type, body }) => `${type} ${body.verb ?? body.personId ?? null}`),
    [
      'radio.shift-changed planned',
      `radio.holder-changed ${first.personId}`,
      'radio.shift-changed taken',
      `radio.holder-changed ${second.personId}`,
      'radio.shift-changed ended',
      'radio.holder-changed null',
    ],
  )
  const frames = await radioFrames(db, '').framesOf(told as never)
  t.ok(
    frames.every((one) => one?.frame.subject === 'none'),
    'every console that shows it looks again',
  )
})

t.test('a handheld that somebody holds passes on when the shift begins, and not before', async (t) => {
  const { first, second, duty, put, lead } = await aDesk(t)
  await put({ personId: first.personId, unit: '07' })
  t.equal((await put({ personId: second.personId, unit: '07', from: hour(6), to: hour(12) })).status, 201)
  const { holders, coming } = await duty()
  const of07 = holders.filter(({ unit }: { unit: string }) => unit === '07')
  t.match(of07, [{ person: { id: first.personId } }, { person: { id: second.personId } }])
  t.equal(of07[0].to, of07[1].from)
  t.match(coming, [{ person: { id: second.personId }, units: ['07'] }])
  t.equal((await lead.ask('POST', `/api/radio/shifts/${coming[0].shiftId}/end`)).status, 200)
  t.same((await duty()).coming, [], 'one that has not begun is gone')
})

t.test('a handheld handed over by hand stays with whoever it is planned for later', async (t) => {
  const { first, second, duty, lead } = await aDesk(t)
  const later = { personId: second.personId, from: hour(3), to: hour(9) }
  t.equal((await lead.ask('POST', '/api/radio/units/07/plan', later)).status, 201)
  t.equal((await lead.ask('POST', '/api/radio/units/07/holder', { personId: first.personId })).status, 200)
  const held = (await duty()).holders.filter(({ unit }: { unit: string }) => unit === '07')
  t.match(held, [
    { person: { id: first.personId }, to: later.from },
    { person: { id: second.personId }, from: later.from },
  ])
})

t.test('slips of the pen are refused at their field', async (t) => {
  const { first, put, lead } = await aDesk(t)
  const personId = first.personId
  t.match(await put({ personId, to: hour(-2) }), { body: { code: 'ends-before-it-begins', details: { field: 'to' } } })
  t.match(await put({ personId, to: hour(40) }), { body: { code: 'shift-too-long', details: { field: 'to' } } })
  t.match(await put({ personId, unit: '99' }), { body: { code: 'no-such-handheld', details: { field: 'unit' } } })
  t.match(await put({ personId, crew: 'nowhere' }), { body: { code: 'no-such-crew', details: { field: 'crew' } } })
  const { shiftId } = (await put({ personId })).body
  t.match(await lead.ask('POST', `/api/radio/shifts/${shiftId}/hand-over`, { personId }), {
    body: { code: 'to-the-same-person' },
  })
})

t.test('who answers for a system as A or B is changed by a shift lead', async (t) => {
  const { first, second, lead, duty, someone, db } = await aDesk(t)
  const [organisation_id] = (await db('organisations').select('id')).map(({ id }) => id)
  await db('systems').insert({ organisation_id, code: 'lift', name_zh: '电梯', name_en: 'Lifts' })
  const of = async () => (await duty()).roles.filter(({ system }: { system: string }) => system === 'lift')
  t.match(await of(), [
    { role: 'A', person: null },
    { role: 'B', person: null },
  ])
  const say = (role: string, personId: string | null, by = lead) =>
    by.ask('POST', '/api/radio/roles', { system: 'lift', role, personId })
  t.equal((await say('A', first.personId)).status, 200)
  t.match(await say('B', first.personId), { status: 409, body: { code: 'both-roles' } })
  t.equal((await say('B', second.personId)).status, 200)
  t.match(await of(), [
    { role: 'A', person: { id: first.personId }, onDuty: false },
    { role: 'B', person: { id: second.personId } },
  ])
  t.equal((await say('A', null)).status, 200)
  t.match(await of(), [{ role: 'A', person: null }, { role: 'B' }])
  const ofOneCampus = await someone({ role: 'supervisor', campus: 'new' })
  t.equal((await say('A', first.personId, ofOneCampus)).status, 200, 'a system serves every campus')
  t.equal((await say('A', first.personId, await someone({ role: 'agent' }))).status, 403)
})
