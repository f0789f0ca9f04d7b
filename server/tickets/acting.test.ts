import t, { type Test } from 'tap'
import { type Actor, listScope } from '../access/index.ts'
import { makeCommit } from '../desk.ts'
import { database } from '../test/database.ts'
import { hospital } from '../test/hospital.ts'
import { act, change, entriesOf, listTickets, note, openAtDesk, readTickets, urge } from './index.ts'

async function desk(t: Test) {
  const db = await database(t)
  const house = await hospital(db)
  const commit = makeCommit(db, () => {})
  const open = async (actor: Actor, line = 'it', what = '') => {
    const told = await commit(async (tx) => (await openAtDesk(tx, actor, { campus: 'new', line, what })).events)
    return told[0]?.type === 'ticket.opened' ? told[0].ticketId : ''
  }
  const read = async (id: string) => (await readTickets(db, [id]))[0]
  const list = (actor: Actor, q?: string) =>
    listTickets(db, house.organisationId, listScope(actor), q ? { q } : {}, {
      limit: 50,
    })
  return { db, house, commit, open, read, list }
}

t.test('two agents write on different fields of one ticket at once and both are kept', async (t) => {
  const { house, commit, open, read } = await desk(t)
  const id = await open(house.lin)
  await commit((tx) => change(tx, house.lin, id, { version: 1, what: '打印机卡纸' }))
  await commit((tx) => change(tx, house.wei, id, { version: 1, contactNumber: '62041' }))
  t.match(await read(id), { what: '打印机卡纸', contactNumber: '62041', version: 3 })
})

t.test(
  'the same field changed by somebody else meanwhile is refused with what they wrote, and nothing is lost',
  async (t) => {
    const { house, commit, open, read } = await desk(t)
    const id = await open(house.lin)
    await commit((tx) => change(tx, house.lin, id, { version: 1, what: '打印机卡纸' }))
    await t.rejects(
      commit((tx) => change(tx, house.wei, id, { version: 1, what: '打印机没墨', notes: '急' })),
      { code: 'ticket-changed-meanwhile', details: { fields: ['what'], theirs: { what: '打印机卡纸' } } },
    )
    t.match(await read(id), { what: '打印机卡纸', notes: '' })
  },
)

t.test(
  'a unit chosen by hand is kept with what it costs under, stays when the caller is known, and can collide',
  async (t) => {
    const { db, house, commit, open, read } = await desk(t)
    const id = await open(house.lin)
    const unit = async (code: string) =>
      (
        await db('units')
          .insert({
            organisation_id: house.organisationId,
            kind: 'office',
            code,
            name_zh: `${code} 科`,
            cost_code: `C${code}`,
          })
          .returning('id')
      )[0].id as string
    const [one, other] = [await unit('U1'), await unit('U2')]
    await commit((tx) => change(tx, house.lin, id, { version: 1, unitId: one }))
    t.match(await read(id), { unitId: one, version: 2 })
    t.same((await db('tickets').where({ id }).first('unit_snapshot')).unit_snapshot, {
      code: 'U1',
      zh: 'U1 科',
      costCode: 'CU1',
    })
    await t.rejects(
      commit((tx) => change(tx, house.wei, id, { version: 1, unitId: other })),
      { code: 'ticket-changed-meanwhile', details: { fields: ['unitId'] } },
    )
    await t.rejects(
      commit((tx) => change(tx, house.lin, id, { version: 2, unitId: house.category })),
      { code: 'no-such-unit' },
    )
    await commit((tx) => change(tx, house.lin, id, { version: 2, unitId: null }))
    t.equal((await db('tickets').where({ id }).first('unit_snapshot')).unit_snapshot, null)
  },
)

t.test('impact and urgency make the priority, and what was confirmed counts before what was reported', async (t) => {
  const { house, commit, open, read } = await desk(t)
  const id = await open(house.lin)
  await commit((tx) => change(tx, house.lin, id, { version: 1, impact: 1, urgency: 1 }))
  t.match(await read(id), { priority: 1 })
  await commit((tx) => change(tx, house.lin, id, { version: 2, confirmedImpact: 3, confirmedUrgency: 2 }))
  t.match(await read(id), { priority: 4, reportedImpact: 1, confirmedImpact: 3 })
})

t.test('an address that is none, a category of another line and a text too long are refused by field', async (t) => {
  const { house, commit, open } = await desk(t)
  const id = await open(house.lin, 'property')
  const refused = (wanted: object, code: string) =>
    t.rejects(
      commit((tx) => change(tx, house.lin, id, { version: 1, ...wanted })),
      { code },
      code,
    )
  await refused({ ipAddress: '10.0.0.999' }, 'not-an-ip-address')
  await refused({ categoryId: house.category }, 'category-of-another-line')
  await refused({ what: '长'.repeat(2_001) }, 'too-long')
})

t.test('a fault solved on the phone is done with its resolution, and can be reopened', async (t) => {
  const { house, commit, open, read } = await desk(t)
  const id = await open(house.lin)
  await t.rejects(
    commit((tx) => act(tx, house.lin, id, 'done', { resolution: 'phone' })),
    { code: 'category-needed' },
  )
  await commit((tx) => change(tx, house.lin, id, { version: 1, categoryId: house.category }))
  await commit((tx) => act(tx, house.lin, id, 'done', { resolution: 'phone', faultCause: '重启后正常' }))
  t.match(await read(id), { state: 'done', resolution: 'phone', faultCause: '重启后正常' })
  await t.rejects(
    commit((tx) => act(tx, house.lin, id, 'done', { resolution: 'phone' })),
    { code: 'ticket-not-in-that-state' },
  )
  await commit((tx) => act(tx, house.lin, id, 'reopen'))
  t.match(await read(id), { state: 'unassigned', resolution: null, finishedAt: null })
})

t.test('withdrawing wants a reason, urging counts, and all of it stands on the timeline', async (t) => {
  const { db, house, commit, open, read } = await desk(t)
  const id = await open(house.lin)
  await commit((tx) => urge(tx, house.lin, id))
  await commit((tx) => note(tx, house.wei, id, '护士说病人在等'))
  await t.rejects(
    commit((tx) => act(tx, house.lin, id, 'withdraw', { reason: ' ' })),
    { code: 'reason-needed' },
  )
  await commit((tx) => act(tx, house.lin, id, 'withdraw', { reason: '报错了' }))
  t.match(await read(id), { state: 'withdrawn', urged: 1 })
  t.same(
    (await entriesOf(db, id)).map((entry) => entry.kind),
    ['urged', 'note', 'withdraw'],
  )
})

t.test('who may only listen changes nothing, and who is granted nothing sees nothing', async (t) => {
  const { house, commit, open, list } = await desk(t)
  const id = await open(house.lin, 'it', '网络不通')
  await t.rejects(
    commit((tx) => note(tx, house.auditor, id, 'x')),
    { code: 'not-allowed' },
  )
  const stranger: Actor = { ...house.wei, grants: [{ role: 'agent', campus: 'old', line: null }] }
  await t.rejects(
    commit((tx) => note(tx, stranger, id, 'x')),
    { code: 'ticket-not-found' },
  )
  t.equal((await list(stranger)).length, 0)
  t.equal((await list(house.auditor)).length, 1)
})

t.test('two Chinese characters, a piece of a number, or the ticket number find a ticket', async (t) => {
  const { house, open, list } = await desk(t)
  await open(house.lin, 'it', '三楼护士站打印机卡纸')
  await open(house.lin, 'it', '输液泵报警 62041')
  const found = async (q: string) => (await list(house.lin, q)).map((ticket) => ticket.what)
  t.same(await found('卡纸'), ['三楼护士站打印机卡纸'])
  t.same(await found('6204'), ['输液泵报警 62041'])
  t.same(await found('0002'), ['输液泵报警 62041'])
  t.same(await found('打印 护士'), ['三楼护士站打印机卡纸'])
  t.same(await found('100%_'), [])
})

t.test('numbers count up within the year of the hospital, and start again in the next', async (t) => {
  const { db, house, open, read } = await desk(t)
  const first = await open(house.lin)
  const second = await open(house.lin)
  t.same([(await read(first))?.number, (await read(second))?.number], [1, 2])
  await db('tickets').update({ year: 2020 })
  await db('ticket_years').update({ year: 2020 })
  t.equal((await read(await open(house.lin)))?.number, 1)
})
