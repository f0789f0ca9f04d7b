import t, { type Test } from 'tap'
import { listScope } from '../access/index.ts'
import { type CallFact, hear } from '../calls/index.ts'
import { makeCommit } from '../desk.ts'
import type { DeskEvent } from '../journey.ts'
import { database } from '../test/database.ts'
import { hospital } from '../test/hospital.ts'
import { visit } from '../test/visit.ts'
import { act, explain, join, listTickets, openSecond } from './index.ts'

async function desk(t: Test) {
  const db = await database(t)
  const house = await hospital(db)
  const told: DeskEvent[] = []
  const commit = makeCommit(db, (events) => told.push(...events))
  const tell = async (...facts: (CallFact | CallFact[])[]) => {
    for (const fact of facts.flat()) await commit((tx) => hear(tx, fact))
  }
  const types = (prefix: string) => told.map((event) => event.type).filter((type) => type.startsWith(prefix))
  return { db, house, told, commit, tell, types }
}
const endings = async (db: Awaited<ReturnType<typeof desk>>['db'], callId: string) => ({
  tickets: await db('ticket_calls').where({ call_id: callId }).whereNot({ relation: 'also' }),
  callbacks: await db('callbacks').where({ call_id: callId }),
  reasons: await db('call_reasons').where({ call_id: callId }),
})

t.test('an answered call begins one ticket with the caller, place, line and campus filled in', async (t) => {
  const { db, house, tell, types } = await desk(t)
  const call = visit()
  await tell(call.arrives(), call.queues(), call.rings('b1001'), call.answers('b1001'))
  const ticket = await db('tickets').first()
  t.match(ticket, {
    state: 'unassigned',
    contact_number: '62041',
    reported_place_id: house.ward,
    campus_id: house.campuses.new,
    line_id: house.lines.it,
    first_taker_id: house.lin.personId,
    number: 1,
    place_text: '新院区 住院楼 6层 心内科护士站',
  })
  await tell(call.endsTalk('b1001', 60), call.isOver(60, 'agent'))
  t.same(types('ticket.'), ['ticket.opened'])
  t.match(await endings(db, call.callId), { tickets: [{}], callbacks: [], reasons: [] })
})

t.test('a number the exchange names in mid-call takes nothing from the ticket that a better one told', async (t) => {
  const { db, house, tell, types } = await desk(t)
  const call = visit()
  const named = (ani: string, at: number) => ({ ...call.queues(at), type: 'caller-named', ani, aniName: '' }) as never
  await tell(call.arrives(), call.queues(), call.rings('b1001'), call.answers('b1001'), named('62077', 8))
  const kept = { contact_number: '62041', reported_place_id: house.ward, place_text: '新院区 住院楼 6层 心内科护士站' }
  t.match(await db('tickets').first(), kept)
  t.same(types('ticket.'), ['ticket.opened'])
})

t.test('a ward that is named later is added to the ticket of the person who called, and erases nobody', async (t) => {
  const { db, house, tell } = await desk(t)
  const { organisationId: organisation_id } = house
  const number = { organisation_id, realm: 'public', number: '13912345678', kind: 'mobile' }
  const [{ id: number_id }] = await db('numbers').insert(number).returning('id')
  await db('number_people').insert({ number_id, person_id: house.wei.personId, source: 'seed' })
  const call = visit({ from: '13912345678' })
  const named = { ...call.queues(8), type: 'caller-named', ani: '62041', aniName: '' } as never
  await tell(call.arrives(), call.queues(), call.rings('b1001'), call.answers('b1001'))
  t.match(await db('tickets').first(), { reporter_id: house.wei.personId, reported_place_id: null })
  await tell(named)
  t.match(await db('tickets').first(), { reporter_id: house.wei.personId, reported_place_id: house.ward })
})

t.test('a call whose agent was lost and whom another took over is still one ticket', async (t) => {
  const { db, house, tell } = await desk(t)
  const call = visit()
  await tell(call.arrives(), call.queues(), call.rings('b1001'), call.answers('b1001'))
  await tell(call.endsTalk('b1001', 20, { cause: 44, by: null }))
  await tell(
    call.rings('b1002', 21),
    call.answers('b1002', 23, 21),
    call.endsTalk('b1002', 50, { rungAt: 21 }),
    call.isOver(50, 'agent'),
  )
  t.equal((await db('tickets')).length, 1)
  t.match(await db('tickets').first(), { first_taker_id: house.lin.personId })
})

t.test('a caller who gives up waiting is owed a callback, and hearing it all twice owes no second one', async (t) => {
  const { db, tell } = await desk(t)
  const call = visit()
  const facts = [call.arrives(), call.queues(), call.isOver(30)]
  await tell(...facts, ...facts)
  t.match(await endings(db, call.callId), {
    tickets: [],
    callbacks: [{ why: 'abandoned', number: '62041' }],
    reasons: [],
  })
})

t.test('a caller who found nobody there and gave up is owed a callback, though no queue let them in', async (t) => {
  const { db, tell } = await desk(t)
  // At the offer, after a second of the night's handset, at the tone: what they heard last makes no difference.
  for (const [after, rings] of [
    [20, false],
    [3, true],
    [3, false],
  ] as const) {
    const call = visit({ begins: new Date(Date.parse('2026-03-02T01:00:00Z') + after * 60_000 + Number(rings)) })
    await tell(call.arrives(), call.hearsNotice(2), ...(rings ? [call.rings('d8190', 2.5)] : []), call.isOver(after))
    t.match(await db('calls').where({ id: call.callId }).first(), { outcome: 'abandoned' })
    t.match(await endings(db, call.callId), { callbacks: [{ why: 'abandoned', number: '62041' }], reasons: [] })
  }
})

t.test('a message in which nobody says a word is a callback owed, unless somebody made a ticket of it', async (t) => {
  const { db, commit, tell } = await desk(t)
  const left = async (minute: number) => {
    const call = visit({ begins: new Date(Date.parse('2026-03-02T01:00:00Z') + minute * 60_000) })
    await tell(call.arrives(), call.hearsNotice(), call.leavesVoicemail(20), call.isOver(22))
    const { ticket_id: ticketId } = await db('ticket_calls').where({ call_id: call.callId }).first()
    const filed = { recordingId: call.callId, callId: call.callId, at: new Date(), ms: 4_000, bytes: 64_044 }
    const hear = () => commit(async () => [{ type: 'recording.filed', ...filed, silent: true } as const])
    return { callId: call.callId, ticketId, hear }
  }
  const empty = await left(0)
  await empty.hear()
  await empty.hear()
  t.match(await endings(db, empty.callId), {
    tickets: [],
    callbacks: [{ why: 'voicemail', number: '62041' }],
    reasons: [],
  })
  t.match(await db('tickets').where({ id: empty.ticketId }).first(), { state: 'withdrawn' })

  const written = await left(1)
  await db('tickets').where({ id: written.ticketId }).update({ what: '打印机' })
  await written.hear()
  t.match(await endings(db, written.callId), { tickets: [{}], callbacks: [], reasons: [] })
})

t.test(
  'a callback owed by one line is cleared when that line reaches the ward or the person, and by no other',
  async (t) => {
    const { db, house, tell } = await desk(t)
    let minute = 0
    const begins = () => new Date(Date.parse('2026-03-02T01:00:00Z') + minute++ * 60_000)
    const owed = visit({ line: 'it', begins: begins() })
    await tell(owed.arrives(), owed.hearsNotice(), owed.queues(), owed.isOver(30))
    const cleared = async () => (await db('callbacks').where({ call_id: owed.callId }).first()).cleared_how
    const answered = async (line: string, from: string) => {
      const call = visit({ line, from, begins: begins() })
      await tell(call.arrives(), call.queues(), call.rings('b1001'), call.answers('b1001'))
      return call
    }
    await answered('logistics', '62041')
    t.equal(await cleared(), null, 'logistics cannot mend what was owed by it')

    await db('calls').where({ id: owed.callId }).update({ person_id: house.lin.personId, place_id: null })
    const [number] = await db('numbers')
      .insert({
        organisation_id: owed && (await db('organisations').first('id')).id,
        realm: 'public',
        number: '13900001111',
        kind: 'mobile',
      })
      .returning('id')
    await db('number_people').insert({ number_id: number.id, person_id: house.lin.personId, source: 'seed' })
    await answered('logistics', '13900001111')
    t.equal(await cleared(), null)
    await answered('it', '13900001111')
    t.equal(await cleared(), 'caller_got_through', 'the same person, by another telephone')
  },
)

t.test('what no agent took is owed to somebody: it stands in one list, until it is taken', async (t) => {
  const { db, house, commit, tell } = await desk(t)
  let minute = 0
  const begins = () => new Date(Date.parse('2026-03-02T01:00:00Z') + minute++ * 60_000)
  const ticketOf = async (callId: string) =>
    (await db('ticket_calls').where({ call_id: callId }).first('ticket_id')).ticket_id as string
  const owed = async () =>
    (
      await listTickets(
        db,
        house.organisationId,
        listScope({ ...house.lin, grants: [{ role: 'agent', campus: null, line: 'it' }] }),
        { unclaimed: true },
        { limit: 50 },
      )
    ).map(({ id }) => id)

  const message = visit({ begins: begins() })
  await tell(message.arrives(), message.hearsNotice(), message.leavesVoicemail(20), message.isOver(22))
  const atNight = visit({ begins: begins(), from: '62042' })
  await tell(atNight.arrives(), atNight.hearsNotice(), atNight.rings('d8190'), atNight.answers('d8190'))
  await tell(atNight.endsTalk('d8190', 30), atNight.isOver(30, 'agent'))
  const taken = visit({ begins: begins(), from: '62043' })
  await tell(taken.arrives(), taken.queues(), taken.rings('b1001'), taken.answers('b1001'))
  const other = visit({ begins: begins(), from: '62044', line: 'logistics' })
  await tell(other.arrives(), other.hearsNotice(), other.leavesVoicemail(20), other.isOver(22))

  const [left, answered] = [await ticketOf(message.callId), await ticketOf(atNight.callId)]
  t.same(new Set(await owed()), new Set([left, answered]))
  await commit((tx) => act(tx, house.lin, left, 'take', {}))
  t.same(await owed(), [answered])
})

t.test('a caller whom we cut off ourselves is owed a callback', async (t) => {
  const { db, tell } = await desk(t)
  for (const [n, facts] of [
    [0, []],
    [1, ['notice']],
  ] as const) {
    const call = visit({ begins: new Date(Date.parse('2026-03-02T01:00:00Z') + n * 60_000) })
    await tell(call.arrives(), ...facts.map(() => call.hearsNotice(2)), call.isOver(4, 'system'))
    t.match(await endings(db, call.callId), { tickets: [], callbacks: [{ number: '62041' }], reasons: [] })
  }
})

t.test('a caller who hangs up during the notice leaves a written reason', async (t) => {
  const { db, tell } = await desk(t)
  const call = visit()
  await tell(call.arrives(), call.isOver(1))
  t.match(await endings(db, call.callId), { tickets: [], callbacks: [], reasons: [{ reason: 'hung_up_in_notice' }] })
})

t.test('pressing 1 for a callback, and what was said to the machine, are kept', async (t) => {
  const { db, tell } = await desk(t)
  const asked = visit()
  await tell(asked.arrives(), asked.queues(), asked.asksCallback(60), asked.isOver(61))
  t.match(await endings(db, asked.callId), { tickets: [], callbacks: [{ why: 'asked' }], reasons: [] })
  const spoke = visit({ from: '62099', begins: new Date('2026-03-02T02:00:00Z') })
  await tell(spoke.arrives(), spoke.queues(), spoke.leavesVoicemail(60), spoke.isOver(64))
  t.match(await endings(db, spoke.callId), { tickets: [{}], callbacks: [], reasons: [] })
  t.match(await db('tickets').first(), { kind: 'voicemail', source: 'voicemail' })
})

t.test('the list of callbacks clears itself when the ward gets through', async (t) => {
  const { db, tell, types } = await desk(t)
  const lost = visit()
  await tell(lost.arrives(), lost.queues(), lost.isOver(30))
  const back = visit({ begins: new Date('2026-03-02T01:10:00Z') })
  await tell(back.arrives(), back.queues(), back.rings('b1001'), back.answers('b1001'))
  t.match(await db('callbacks').first(), { cleared_how: 'caller_got_through', cleared_call_id: back.callId })
  t.same(types('callback.'), ['callback.owed', 'callback.cleared'])
})

t.test('same fault: the call moves to the open ticket, and the one begun for it is withdrawn', async (t) => {
  const { db, house, tell, commit } = await desk(t)
  const first = visit()
  await tell(
    first.arrives(),
    first.queues(),
    first.rings('b1001'),
    first.answers('b1001'),
    first.endsTalk('b1001', 40),
    first.isOver(40, 'agent'),
  )
  const ticket = await db('tickets').first()
  const second = visit({ begins: new Date('2026-03-02T01:30:00Z') })
  await tell(second.arrives(), second.queues(), second.rings('b1001'), second.answers('b1001'))
  await commit((tx) => join(tx, house.lin, second.callId, ticket.id, 'urge'))
  t.match(await endings(db, second.callId), { tickets: [{ ticket_id: ticket.id, relation: 'urge' }] })
  t.match(await db('tickets').orderBy('number'), [{ state: 'unassigned', urged: 1 }, { state: 'withdrawn' }])
})

t.test('two faults in one call are two tickets, and the call belongs to the second', async (t) => {
  const { db, house, tell, commit } = await desk(t)
  const call = visit()
  await tell(call.arrives(), call.queues(), call.rings('b1001'), call.answers('b1001'))
  await commit((tx) => openSecond(tx, house.lin, call.callId))
  t.equal((await db('tickets')).length, 2)
  t.same((await db('ticket_calls').orderBy('at')).map((row) => row.relation).sort(), ['also', 'opened'])
})

t.test(
  'no ticket is needed: a reason is written and the empty ticket withdrawn; one with words on it is kept',
  async (t) => {
    const { db, house, tell, commit } = await desk(t)
    const call = visit()
    await tell(call.arrives(), call.queues(), call.rings('b1001'), call.answers('b1001'))
    await db('tickets').update({ what: '打印机卡纸' })
    await t.rejects(
      commit((tx) => explain(tx, house.lin, call.callId, 'wrong_number', null)),
      { code: 'ticket-has-content' },
    )
    await db('tickets').update({ what: '' })
    await commit((tx) => explain(tx, house.lin, call.callId, 'wrong_number', null))
    t.match(await endings(db, call.callId), { tickets: [], reasons: [{ reason: 'wrong_number' }] })
    t.match(await db('tickets').first(), { state: 'withdrawn' })
  },
)

t.test(
  'a call thought abandoned that the record shows answered has its ticket, and the callback is taken back',
  async (t) => {
    const { db, tell } = await desk(t)
    const call = visit()
    await tell(call.arrives(), call.queues(), call.isOver(40))
    t.match(await endings(db, call.callId), { tickets: [], callbacks: [{ cleared_at: null }] })
    await tell(call.rings('b1001'), call.answers('b1001'))
    t.match(await endings(db, call.callId), {
      tickets: [{}],
      callbacks: [{ cleared_how: 'ticket_exists', cleared_call_id: call.callId }],
      reasons: [],
    })
  },
)

t.test('the third call of one number within a day is flagged', async (t) => {
  const { db, tell } = await desk(t)
  for (const minute of [0, 20, 40]) {
    const call = visit({ begins: new Date(Date.UTC(2026, 2, 2, 1, minute)) })
    await tell(
      call.arrives(),
      call.queues(),
      call.rings('b1001'),
      call.answers('b1001'),
      call.endsTalk('b1001', 40),
      call.isOver(40, 'agent'),
    )
  }
  t.same(
    (await db('tickets').orderBy('number')).map((row) => row.repeat_flag),
    [false, false, true],
  )
})
