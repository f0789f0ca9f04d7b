/** A number comes in, is kept, found and dialled: whichever way an exchange or a person spells it, it is one telephone. */
import t, { type Test } from 'tap'
import { down, up } from '../../migrations/0254_numbers.ts'
import { endUnheard, hear } from '../calls/index.ts'
import type { Db } from '../db/index.ts'
import { makeCommit } from '../desk.ts'
import { sending } from '../dispatch/index.ts'
import { popRoutes } from '../screens/routes.ts'
import { house } from '../test/house.ts'
import { visit } from '../test/visit.ts'
import { callTicketRoutes } from './call-routes.ts'
import { callbackRoutes } from './callbacks/routes.ts'
import { ticketRoutes } from './routes.ts'

/** What the dialplan of the demonstration lets the desk dial (scripts/asterisk/made.ts): wards and mobiles. */
const DIALS = /^(?:0[12])?[67]\d{4}$|^1[3-9]\d{9}$/

/** A mobile that nobody wrote into the directory. */
const STRANGER = '13811112222'

/** A desk with an agent at a phone, and an exchange that dials what its dialplan knows and says no to all else. */
async function desk(t: Test) {
  const parts = (db: Db) => ({ db, commit: makeCommit(db, () => {}) })
  const at = await house(t, {
    more: [
      async (app) => callTicketRoutes(parts(app.deskDb))(app),
      async (app) => callbackRoutes(parts(app.deskDb))(app),
      async (app) => ticketRoutes({ ...parts(app.deskDb), sending })(app),
      async (app) =>
        popRoutes({
          ...parts(app.deskDb),
          health: () => ({ serverTime: '', acting: true, wires: [], alarms: [] }),
          painted: () => {},
        })(app),
    ],
  })
  const { db, commit } = at
  const agent = await at.someone({ role: 'agent' })
  await db('stations').insert({ code: 'b1901', pbx_id: 1, kind: 'browser', person_id: agent.personId })
  await db('agents').insert({ person_id: agent.personId, station: 'b1901', state: 'ready', since: new Date() })
  const dialled: string[] = []
  const exchange = setInterval(async () => {
    const wishes = await db('commands')
      .where({ verb: 'originate' })
      .whereNull('settled_at')
      .catch(() => [])
    for (const { id, body } of wishes) {
      const goes = DIALS.test(body.number) && body.number !== STRANGER
      const answer = goes ? null : body.number === STRANGER ? 'mobile-not-allowed' : 'Extension does not exist.'
      // A look that takes longer than the next one is away must not dial twice.
      const mine = await db('commands')
        .where({ id })
        .whereNull('settled_at')
        .update({ settled_at: new Date(), outcome: goes ? 'done' : 'refused', answer })
      if (goes && mine === 1) dialled.push(body.number)
    }
  }, 20)
  t.teardown(() => clearInterval(exchange))
  let key = 0
  const dial = (body: object) =>
    agent.ask('POST', '/api/calls/dial', body, { 'idempotency-key': `dial-${++key}-0123456789` })
  let hour = 0
  /** Somebody calls from this number, waits, and gives up. */
  const givesUp = async (from: string) => {
    const call = visit({ from, begins: new Date(Date.now() - 3_600_000 + hour++ * 60_000) })
    for (const fact of [call.arrives(), call.queues(), call.isOver(30)]) await commit((tx) => hear(tx, fact))
    const callback = await db('callbacks').where({ call_id: call.callId }).first('id', 'number')
    return { callId: call.callId, callbackId: callback.id as string, number: callback.number as string }
  }
  return { ...at, agent, dial, dialled, givesUp }
}

t.test('whoever called by any spelling of a mobile is called back at the mobile', async (t) => {
  const { agent, dial, dialled, givesUp } = await desk(t)
  for (const from of ['+8613900008191', '013900008191', '13900008191', '008613900008191', '+86 139-0000-8191']) {
    const { callbackId, number } = await givesUp(from)
    t.equal(number, '13900008191', `${from} is shown as the hospital writes it`)
    t.equal((await agent.ask('POST', `/api/callbacks/${callbackId}/take`)).status, 200)
    // the console sends the row's number beside the callback
    const answer = await dial({ number, campus: 'new', callbackId })
    t.equal(answer.status, 202, `${from} goes out`)
  }
  t.same(dialled, Array(5).fill('13900008191'))
})

t.test('a callback that cannot be dialled is nobody’s again, and it is said what to do', async (t) => {
  const { db, agent, dial, givesUp } = await desk(t)
  const { callbackId } = await givesUp('01066668888')
  t.equal((await agent.ask('POST', `/api/callbacks/${callbackId}/take`)).status, 200)
  t.match(await dial({ callbackId }), { status: 409, body: { code: 'dial-refused' } })
  t.match(await db('callbacks').where({ id: callbackId }).first(), { taken_by: null, cleared_at: null })

  const stranger = await givesUp(STRANGER)
  t.equal((await agent.ask('POST', `/api/callbacks/${stranger.callbackId}/take`)).status, 200)
  t.match(await dial({ callbackId: stranger.callbackId }), { status: 409, body: { code: 'mobile-not-allowed' } })
  t.match(await db('callbacks').where({ id: stranger.callbackId }).first(), { taken_by: null, cleared_at: null })

  const odd = await givesUp('nurse.6')
  t.equal((await agent.ask('POST', `/api/callbacks/${odd.callbackId}/take`)).status, 200)
  t.match(await dial({ callbackId: odd.callbackId }), { status: 400, body: { code: 'number-unreadable' } })
  t.match(await db('callbacks').where({ id: odd.callbackId }).first(), { taken_by: null, cleared_at: null })

  const other = await givesUp('01066668888')
  const theirs = (await db('people').whereNot({ id: agent.personId }).first('id'))?.id
  await db('callbacks')
    .where({ id: other.callbackId })
    .update({ taken_by: theirs, lease_until: new Date(Date.now() + 60_000) })
  t.match(await dial({ callbackId: other.callbackId }), { status: 409, body: { code: 'callback-taken' } })
  t.match(await db('callbacks').where({ id: other.callbackId }).first(), { taken_by: theirs }, 'another’s stays theirs')
})

t.test('a call we made is known from when it was asked for, and ends whatever becomes of it', async (t) => {
  const { db, commit, dial, givesUp } = await desk(t)
  const { callbackId } = await givesUp('62041')
  const callOf = (id: string) =>
    db('calls').where({ id }).first('state', 'outcome', 'direction', 'campus_id', 'dialled')
  const reasonOf = async (id: string) => (await db('call_reasons').where({ call_id: id }).first('reason'))?.reason

  await t.test('nobody picks up their own phone', async (t) => {
    const { callId } = (await dial({ callbackId })).body as { callId: string }
    t.match(await callOf(callId), { state: 'arrived', direction: 'callback', dialled: '62041' })
    const leg = { callId, pbx: 1, bootId: 'b', uniqueid: `desk-${callId}` }
    await commit((tx) => hear(tx, { ...leg, type: 'leg-ended', at: new Date(), cause: 19, endedBy: null }))
    t.match(await callOf(callId), { state: 'ended', outcome: 'failed', direction: 'callback' })
    t.equal(await reasonOf(callId), 'outbound')
    t.match(await db('callbacks').where({ id: callbackId }).first(), { cleared_at: null, tries: 1 }, 'it is still owed')
  })

  await t.test('the exchange does not dial it', async (t) => {
    t.equal((await dial({ number: '01066668888', campus: 'new' })).status, 409)
    const last = await db('calls').where({ dialled: '01066668888' }).first('id', 'state', 'outcome')
    t.match(last, { state: 'ended', outcome: 'failed' })
    t.equal(await reasonOf(last.id), 'outbound')
  })
  await t.test('no phone was there to be rung, and Asterisk never says a word of it', async (t) => {
    const { callId } = (await dial({ callbackId })).body as { callId: string }
    await commit((tx) => endUnheard(tx))
    t.match(await callOf(callId), { state: 'arrived' }, 'it may be ringing')
    await db('calls')
      .where({ id: callId })
      .update({ arrived_at: new Date(Date.now() - 31_000) })
    await commit((tx) => endUnheard(tx))
    t.match(await callOf(callId), { state: 'ended', outcome: 'failed' })
  })
  t.equal(Number((await db('calls').whereNot({ state: 'ended' }).count())[0]?.count), 0)
})

t.test('what is typed on the dial pad is dialled however it is written', async (t) => {
  const { dial, dialled } = await desk(t)
  const typed = ['６２０４１', '62 041', '62-041', '138 0013 8000', '+8613900008191', '0162041', '62041\u200b']
  for (const number of typed) t.equal((await dial({ number, campus: 'new' })).status, 202, number)
  t.same(dialled, ['62041', '62041', '62041', '13800138000', '13900008191', '0162041', '62041'])
  t.match(await dial({ number: '护士站', campus: 'new' }), { status: 400, body: { code: 'number-unreadable' } })
  t.match(await dial({ number: '62041/62042', campus: 'new' }), { status: 400, body: { code: 'number-unreadable' } })
})

t.test('a call is found by every spelling of the number it came from', async (t) => {
  const { db, agent, givesUp } = await desk(t)
  const { callId } = await givesUp('+8613800138000')
  for (const asked of [
    '13800138000',
    '008613800138000',
    '+8613800138000',
    '013800138000',
    '138-0013-8000',
    '１３８００１３８０００',
  ]) {
    const { body } = await agent.ask('GET', `/api/calls?ani=${encodeURIComponent(asked)}`)
    t.same(
      body.items.map((one: { callId: string }) => one.callId),
      [callId],
      asked,
    )
  }
  t.same((await agent.ask('GET', '/api/calls?ani=13800138001')).body.items, [])
  await db('calls').where({ id: callId }).update({ other_ani: '62077' })
  const other = await agent.ask('GET', '/api/calls?ani=62-077')
  t.match(other.body.items, [{ callId }], 'and by the other number that was heard of it')
})

t.test('a ticket is found by every spelling of its number, and by words as they are pasted', async (t) => {
  const { db, agent } = await desk(t)
  const open = async (what: string, contactNumber: string) =>
    (
      await agent.ask(
        'POST',
        '/api/tickets',
        { campus: 'new', line: 'it', what, contactNumber },
        { 'idempotency-key': `open-${what}-0123456789`.replace(/[^\w-]/g, 'x') },
      )
    ).body.ticketId as string
  const mobile = await open('a 心内科打印机不出纸', '138 0013 8000')
  const ward = await open('bb 电脑蓝屏', '62041')
  const found = async (q: string) =>
    (await agent.ask('GET', `/api/tickets?q=${encodeURIComponent(q)}`)).body.items.map(
      (one: { ticketId: string }) => one.ticketId,
    )
  for (const q of ['13800138000', '138-0013-8000', '138 0013 8000', '+8613800138000', '１３８００１３８０００'])
    t.same(await found(q), [mobile], q)
  for (const q of ['62041', '６２０４１', '62-041', '062041']) t.same(await found(q), [ward], q)
  t.same(await found('心内科\u200b'), [mobile], 'pasted with a character nobody sees')
  t.same(await found('心内科 打印机'), [mobile])
  t.same(await found('打印机 蓝屏'), [])
  // what was typed stays as it was typed, and a changed number is found anew
  t.equal((await db('tickets').where({ id: mobile }).first('contact_number')).contact_number, '138 0013 8000')
  t.equal((await agent.ask('PATCH', `/api/tickets/${ward}`, { version: 1, contactNumber: '62-099' })).status, 200)
  t.same(await found('62099'), [ward])
  t.same(await found('62041'), [])
})

t.test('numbers and places are found by full-width and parted digits and by pasted words', async (t) => {
  const { db, agent } = await desk(t)
  const organisation_id = (await db('organisations').first('id')).id
  const campus_id = (await db('campuses').where({ code: 'new' }).first('id')).id
  await db('numbers').insert({ organisation_id, realm: 'new', number: '62041', kind: 'ward' })
  await db('places').insert({ campus_id, kind: 'room', code: 'N-6', name_zh: '心内科', path_zh: '住院楼 心内科' })
  const found = async (q: string) => (await agent.ask('GET', `/api/search?q=${encodeURIComponent(q)}`)).body
  for (const q of ['62041', '６２０４１', '62-041', '62 041', '6204', '6２04'])
    t.match(await found(q), { numbers: [{ number: '62041' }] }, q)
  for (const q of ['心内科\u200b', '\u202e心内科', '心内科\u3000住院楼'])
    t.match(await found(q), { places: [{ zh: '住院楼 心内科' }] }, q)
})

t.test('what was kept before numbers had one spelling is found and called back too', async (t) => {
  const { db, agent, dial, dialled, givesUp } = await desk(t)
  const { callId, callbackId } = await givesUp('13900008191')
  await down(db)
  await db('calls').where({ id: callId }).update({ ani: '+8613900008191', ani_raw: '+8613900008191' })
  await db('callbacks').where({ id: callbackId }).update({ number: '013900008191' })
  const { organisation_id, campus_id, line_id } = await db('callbacks').where({ id: callbackId }).first()
  const row = { organisation_id, campus_id, line_id, year: 2026, number: 9, source: 'desk', reported_at: new Date() }
  const [ticket] = await db('tickets')
    .insert({ ...row, contact_number: '+86 139 0000 8191' })
    .returning('id')
  const stands = ['013900008191', '+8613700000001', '13700000001', '8001', '95598']
  await db('numbers').insert(stands.map((number) => ({ organisation_id, realm: 'public', number, kind: 'mobile' })))
  await up(db)

  const calls = await agent.ask('GET', '/api/calls?ani=13900008191')
  t.match(calls.body.items, [{ callId, ani: '13900008191' }])
  t.match((await agent.ask('GET', '/api/tickets?q=13900008191')).body.items, [{ ticketId: ticket.id }])
  t.equal((await dial({ callbackId })).status, 202)
  t.same(dialled, ['13900008191'])
  t.same(
    (await db('numbers').where({ realm: 'public' }).orderBy('number').pluck('number')).sort(),
    ['+8613700000001', '13700000001', '13900008191', '8001', '95598'],
    'of two spellings that both stood there, neither is lost',
  )
  t.equal((await db('calls').where({ id: callId }).first('ani_raw')).ani_raw, '+8613900008191', 'what was heard stays')
})

t.test(
  'a call made from a ticket stands on that ticket with its recording, and in what the next pop tells',
  async (t) => {
    const { agent, db, commit, dial } = await desk(t)
    const wanted = { campus: 'new', line: 'it', what: '打印机', contactNumber: '62041' }
    const { ticketId } = (await agent.ask('POST', '/api/tickets', wanted)).body
    const sent = await dial({ number: '62041', campus: 'new', line: 'it', ticketId })
    t.equal(sent.status, 202)
    const { callId } = sent.body
    const page = async () => (await agent.ask('GET', `/api/tickets/${ticketId}`)).body
    t.match((await page()).calls, [{ callId, relation: 'outbound', direction: 'outbound', dialled: '62041' }])
    t.ok(
      (await page()).timeline.some(
        ({ kind, callId: of }: Record<string, string>) => kind === 'call.arrived' && of === callId,
      ),
    )

    const told = visit({ begins: new Date(Date.now() + 1_000) })
    const facts = [told.rings('b1901'), told.answers('b1901'), told.endsTalk('b1901', 60), told.isOver(60)].flat()
    for (const fact of facts) await commit((tx) => hear(tx, { ...fact, callId }))
    t.match((await page()).calls, [
      { callId, state: 'ended', outcome: 'answered', recordings: [{ callId, state: 'filing' }] },
    ])
    t.same(await db('call_reasons').where({ call_id: callId }), [], 'a call that stands on a ticket needs no reason')
    t.match(await db('tickets').select('id'), [{ id: ticketId }], 'and opens none of its own')

    const next = visit({ begins: new Date(Date.now() + 120_000) })
    for (const fact of [next.arrives(), next.queues(), next.rings('b1901')]) await commit((tx) => hear(tx, fact))
    const pop = await agent.ask('GET', `/api/calls/${next.callId}/pop`)
    t.match(pop.body.lastCalls, [{ callId, direction: 'outbound', what: '打印机' }])
  },
)

t.test('nobody dials for a ticket that is not theirs to work on', async (t) => {
  const { db, dial, dialled, agent, someone } = await desk(t)
  const other = await someone({ role: 'agent', campus: 'new', line: 'logistics' })
  const wanted = { campus: 'new', line: 'logistics', what: '运送' }
  const { ticketId } = (await other.ask('POST', '/api/tickets', wanted)).body
  await db('grants').where({ person_id: agent.personId }).delete()
  const line_id = (await db('lines').where({ code: 'it' }).first('id')).id
  await db('grants').insert({ person_id: agent.personId, role: 'agent', line_id })
  const sent = await dial({ number: '62041', campus: 'new', line: 'it', ticketId })
  t.match(sent, { status: 404, body: { code: 'ticket-not-found' } })
  t.same(dialled, [])
})

t.test('the number and the place of a ticket are what is dialled from it when nothing else is said', async (t) => {
  const { agent, dial, dialled } = await desk(t)
  const wanted = { campus: 'new', line: 'it', what: '打印机', contactNumber: '62041' }
  const { ticketId } = (await agent.ask('POST', '/api/tickets', wanted)).body
  t.equal((await dial({ ticketId })).status, 202)
  t.same(dialled, ['62041'])
})
