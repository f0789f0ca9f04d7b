/** A call-out's rows on a real PostgreSQL: from its words to whoever acknowledges, or to the supervisors. */
import t, { type Test } from 'tap'
import { followThrough } from '../journey.ts'
import type { Announced } from '../radio/engine/announcing.ts'
import { seedRadio } from '../radio/ports/seed-store.ts'
import { readPorts } from '../radio/ports/store.ts'
import { database } from '../test/database.ts'
import { hospital } from '../test/hospital.ts'
import { Callouts } from './calling.ts'
import { type CalloutWish, compose, reserveCode } from './composing.ts'
import { calloutAlarms, calloutFrames } from './index.ts'
import * as store from './store.ts'
import { type Acknowledged, acknowledge, afterNothing, afterSaying, cancel } from './working.ts'

const SAID: Announced = { result: 'said', overId: null }

async function aTicket(t: Test, { assigned = true, system = true } = {}) {
  const db = await database(t)
  const desk = await hospital(db)
  await seedRadio(db, { demo: true, ports: [] })
  const { organisationId: organisation_id } = desk
  const [a, b] = [desk.lin.personId, desk.wei.personId]
  await db('radio_holders').insert({ unit: '07', person_id: a, during: db.raw('tstzrange(now(), null)') })
  if (system) {
    const [{ id }] = await db('systems')
      .insert({ organisation_id, code: 'his', name_zh: 'HIS', name_en: 'HIS' })
      .returning('id')
    const during = db.raw(`tstzrange(now() - interval '1 day', null)`)
    await db('system_roles').insert([
      { system_id: id, role: 'A', person_id: a, during },
      { system_id: id, role: 'B', person_id: b, during },
    ])
  }
  await db('crews').insert({
    organisation_id,
    line_id: desk.lines.it,
    code: 'it',
    name_zh: '系统组',
    name_en: 'Systems crew',
  })
  await db('places').where({ id: desk.ward }).update({ spoken_zh: '心内科', no_transmit: true })
  const [{ id: ticketId }] = await db('tickets')
    .insert({
      ...{
        organisation_id,
        year: 2026,
        number: 143,
        campus_id: desk.campuses.new,
        line_id: desk.lines.it,
        source: 'desk',
      },
      ...{ what: '打印机卡纸', reported_place_id: desk.ward, reporter_name: '王小明', reported_at: new Date() },
      assignee_id: assigned ? a : null,
    })
    .returning('id')
  const port = (await readPorts(db, desk.organisationId)).find((one) => one.port === 'new')
  if (!port) throw new Error('no port')
  const call = async (wish: Partial<CalloutWish> = {}) =>
    db.transaction(async (tx) => {
      const code = await reserveCode(tx, port, ticketId)
      const made = await compose(tx, { ticketId, language: 'zh-CN', ...wish }, code)
      if (!made) throw new Error('no ticket')
      return store.insertCallout(tx, {
        ...made,
        ticketId,
        portId: port.id,
        language: wish.language ?? 'zh-CN',
        byId: b,
        confirmedById: null,
      })
    })
  const said = (id: string, how = SAID) => db.transaction((tx) => afterSaying(tx, id, how, 45))
  const silent = async (id: string) => {
    await db('radio_callouts')
      .where({ id })
      .update({ wait_until: db.raw(`now() - interval '1 second'`) })
    return db.transaction((tx) => afterNothing(tx, id))
  }
  const now = async (id: string) => (await store.showCallouts(db, desk.organisationId, { ids: [id] }))[0]
  return { db, desk, ticketId, call, said, silent, now, a, b }
}

t.test(
  'the place that forbids transmitting is said first, then who is called, the ticket, the place and the fault',
  async (t) => {
    const { db, ticketId } = await aTicket(t)
    const made = await compose(db, { ticketId, language: 'zh-CN' })
    t.equal(
      made?.words,
      '注意，心内科禁止发射，进入前请关闭对讲机。洞拐号请听，工单洞幺四三，心内科，打印机卡纸。收到请按两四三应答。',
    )
    t.match(made, { unit: '07', noTransmit: '新院区 住院楼 6层 心内科护士站', findings: [] })
    const named = await compose(db, { ticketId, language: 'zh-CN', text: '王小明说 12床 李大力 的泵坏了' })
    t.same(
      named?.findings.map(({ code }) => code),
      ['bed-and-name', 'known-name'],
      'who reported it and a patient are not named on the air',
    )
  },
)

t.test('nobody answers: called again, then the B role by their own words, then it is the supervisors’', async (t) => {
  const { call, said, silent, now, a, b } = await aTicket(t)
  const id = await call()
  t.same(
    (await said(id)).map((event) => event.type === 'radio.callout' && event.step),
    ['said', 'waiting'],
  )
  t.same(await said(id), [], 'told twice is harmless')
  await silent(id)
  t.match(await now(id), {
    state: 'saying',
    steps: [{}, {}, { step: 'no_answer', unit: '07', personId: a }, { step: 'again', to: 'A' }],
  })
  await said(id)
  await silent(id)
  t.match((await now(id))?.steps.at(-1), { step: 'escalated', to: 'B', personId: b })
  t.match((await now(id))?.text, /wei请听，工单洞幺四三/)
  await said(id, { result: 'not_said', why: 'busy' })
  t.match((await now(id))?.steps.at(-1), { step: 'refused', to: 'B' })
  await silent(id)
  const view = await now(id)
  t.match(view, { state: 'given_up', waitUntil: null })
  t.same(
    view?.steps.slice(-2).map(({ step, to }) => `${step} ${to}`),
    ['escalated supervisor', 'given_up supervisor'],
  )
})

t.test('with no B role the crew of the line is called', async (t) => {
  const { call, said, silent, now } = await aTicket(t, { assigned: false, system: false })
  const id = await call({ language: 'en' })
  t.match((await now(id))?.text, /All engineers/)
  for (const _ of [1, 2]) {
    await said(id)
    await silent(id)
  }
  t.match(await now(id), { state: 'saying', text: /Systems crew, ticket zero one four three/ })
})

t.test('an acknowledgement ends it once, a late one stands the supervisor down, a cancelled one is over', async (t) => {
  const { db, call, said, silent, now, ticketId, desk } = await aTicket(t)
  const id = await call()
  const other = await call()
  t.same(
    [(await now(id))?.ackCode, (await now(other))?.ackCode],
    ['243', '343'],
    'two call-outs on a port have two codes',
  )
  await said(id)
  const who = { how: 'dtmf', unit: '07', personId: desk.lin.personId, overId: null } as const
  const ack = (one: string) => db.transaction((tx) => acknowledge(tx, one, who))
  const events = await ack(id)
  t.match(events, [{ type: 'radio.callout', calloutId: id, ticketId, step: 'acknowledged' }])
  t.same(await ack(id), [])
  t.same(await silent(id), [], 'and nobody is called any more')
  t.match((await now(id))?.steps.at(-1), { step: 'acknowledged', how: 'dtmf', unit: '07' })
  const rows = [{ seq: 1, at: new Date(), type: 'radio.callout', body: { calloutId: id } }]
  const [frame] = await calloutFrames(db, desk.organisationId).framesOf(rows as never)
  t.match(frame, {
    thing: { kind: 'ticket', campus: 'new', line: 'it' },
    frame: { subject: 'callout', callout: { state: 'acknowledged' } },
  })

  await db('radio_callouts').where({ id: other }).update({ state: 'given_up' })
  t.equal((await ack(other)).length, 1)
  const third = await call()
  t.equal((await db.transaction((tx) => cancel(tx, third, desk.lin.personId))).length, 1)
  t.same(await ack(third), [])
})

t.test('nobody is called who took the ticket at a desk: they hold no handheld and would not hear it', async (t) => {
  const { db, desk, ticketId } = await aTicket(t)
  await db('tickets').where({ id: ticketId }).update({ assignee_id: desk.wei.personId })
  t.match(await compose(db, { ticketId, language: 'en' }), { words: /^.*All engineers/, unit: null, toPersonId: null })
  const picked = { code: '09', alias: '', holderId: desk.wei.personId }
  t.match(await compose(db, { ticketId, language: 'en', toUnit: picked }), {
    words: /unit zero nine/,
    unit: '09',
    toPersonId: desk.wei.personId,
  })
  await db('tickets').where({ id: ticketId }).update({ assignee_id: desk.lin.personId })
  t.match(await compose(db, { ticketId, language: 'en' }), { unit: '07' }, 'an assignee with a handheld hears it')
  t.match(await compose(db, { ticketId, language: 'en', toUnit: null }), { unit: null }, 'unless everybody is meant')
})

t.test('whoever acknowledges has the ticket: in progress, theirs, and answered', async (t) => {
  const { db, desk, ticketId, call, said } = await aTicket(t, { assigned: false })
  const ticket = () => db('tickets').where({ id: ticketId }).first()
  const ack = (id: string, who: Partial<Acknowledged>) =>
    db.transaction(async (tx) =>
      followThrough(tx, await acknowledge(tx, id, { how: 'dtmf', unit: null, personId: null, overId: null, ...who })),
    )
  const id = await call()
  await said(id)
  await ack(id, {})
  t.match(await ticket(), { state: 'unassigned', assignee_id: null }, 'a wrong name is worse than none')

  const named = await ack(id, { how: 'click', unit: '07', personId: desk.lin.personId, byId: desk.wei.personId })
  t.match(named, [
    { type: 'radio.callout', step: 'acknowledged' },
    { type: 'ticket.state', ticketId, from: 'unassigned', to: 'in_progress' },
    { type: 'ticket.assigned', ticketId, assigneeId: desk.lin.personId },
  ])
  t.match(await ticket(), { state: 'in_progress', assignee_id: desk.lin.personId })
  t.ok((await ticket()).responded_at)
  t.match(await db('ticket_entries').where({ ticket_id: ticketId }).first(), { kind: 'assign' })
  t.same(await ack(id, { how: 'click', unit: '09', personId: desk.wei.personId }), [], 'who it is stands')

  await db('tickets').where({ id: ticketId }).update({ state: 'unassigned', assignee_id: null })
  const called = await call({ toUnit: { code: '07', alias: '', holderId: desk.lin.personId } })
  await said(called)
  await ack(called, { how: 'click', byId: desk.wei.personId })
  t.match(await ticket(), { state: 'in_progress', assignee_id: desk.lin.personId }, 'a click says: the one we called')

  await db('tickets').where({ id: ticketId }).update({ state: 'withdrawn' })
  const late = await call({ toUnit: { code: '09', alias: '', holderId: desk.wei.personId } })
  await said(late)
  t.equal((await ack(late, { how: 'click' })).length, 1, 'a ticket that is over stays so')
  t.match(await ticket(), { state: 'withdrawn', assignee_id: desk.lin.personId })
})

t.test('nobody answered: an alarm stands until a supervisor takes over or somebody goes after all', async (t) => {
  const { db, desk, ticketId, call, said, silent, now } = await aTicket(t, { assigned: false, system: false })
  t.same(await calloutAlarms(db), [])
  const ids = [await call(), await call()]
  for (const id of ids)
    for (const _ of [1, 2, 3]) {
      await said(id)
      await silent(id)
    }
  const [first = '', second = ''] = ids
  t.match(await now(first), { state: 'given_up' })
  t.match(await calloutAlarms(db), [
    { kind: 'callout_given_up', ticketId, count: 1 },
    { kind: 'callout_given_up', ticketId, count: 1 },
  ])
  await db('tickets').where({ id: ticketId }).update({ state: 'withdrawn' })
  t.same(await calloutAlarms(db), [], 'a ticket that is over needs nobody any more')
  await db('tickets').where({ id: ticketId }).update({ state: 'unassigned' })
  const over = await db.transaction((tx) => cancel(tx, first, desk.lin.personId))
  t.match(over, [{ type: 'radio.callout', step: 'taken_over', byId: desk.lin.personId }])
  t.match((await now(first))?.steps.at(-1), { step: 'taken_over', personId: desk.lin.personId })
  const who = { how: 'click', unit: '07', personId: desk.lin.personId, overId: null } as const
  await db.transaction((tx) => acknowledge(tx, second, who))
  t.same(await calloutAlarms(db), [])
})

t.test(
  'a call for help behind a code, torn or whole, is heard; a torn code counts from a known handheld only',
  async (t) => {
    const { db, desk, call, said, now } = await aTicket(t)
    const id = await call()
    await said(id)
    const raised: unknown[] = []
    const callouts = new Callouts({
      db,
      commit: (work) => db.transaction(work),
      isActing: () => true,
      engine: {
        port: () => undefined,
        raise: (wish) => String(raised.push(wish)),
        announce: () => Promise.reject(new Error('nothing is to be said')),
      },
      speech: { make: () => Promise.reject(new Error('nothing is to be said')) },
      waitS: 45,
      unitOf: (_, ani) => (ani === '007' ? { code: '07', holderId: desk.lin.personId } : null),
      log: { info() {}, warn() {}, error() {} },
    })
    t.teardown(() => callouts.stop())
    /** What waits is read from the rows first. */
    const hears = async (digits: string, is: () => boolean) => {
      for (let tries = 0; tries < 200 && !is(); tries++) {
        callouts.digits('new', digits, null)
        await new Promise((go) => setTimeout(go, 10))
      }
    }
    await hears('437055', () => raised.length > 0)
    t.same(
      raised,
      [{ port: 'new', unit: null, raw: '055', how: 'unit_code' }],
      '243 lacked its first digit, 055 is nobody’s',
    )
    t.equal(callouts.digits('new', '437055', null), false, 'whose code it was is not known')
    t.equal((await now(id))?.state, 'waiting')

    t.equal(callouts.digits('new', '247007', null), true)
    t.same(raised.at(-1), { port: 'new', unit: '07', raw: null, how: 'unit_code' })
    for (let tries = 0; tries < 200 && (await now(id))?.state === 'waiting'; tries++)
      await new Promise((go) => setTimeout(go, 10))
    t.match((await now(id))?.steps.at(-1), {
      step: 'acknowledged',
      how: 'dtmf',
      unit: '07',
      personId: desk.lin.personId,
    })
  },
)
