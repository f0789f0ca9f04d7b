/** A ticket's life through the database: every act, whoever says it, and what stays of it. */
import t, { type Test } from 'tap'
import type { Actor } from '../../access/index.ts'
import { makeCommit } from '../../desk.ts'
import { climb, sending } from '../../dispatch/index.ts'
import { cardsFor } from '../../screens/index.ts'
import { database } from '../../test/database.ts'
import { hospital } from '../../test/hospital.ts'
import type { AnyAct } from '../../wire/life.ts'
import { act, change, doAct, openAtDesk, readTickets } from '../index.ts'
import { pageOf } from '../page.ts'
import { evolve, readBack, type Standing, standingOf } from '../ticket.ts'
import { causes, changeCause } from './causes.ts'
import { seedCauses } from './seed-store.ts'
import { dueTickets } from './store.ts'
import { wake } from './waking.ts'

async function desk(t: Test) {
  const db = await database(t)
  const house = await hospital(db)
  const commit = makeCommit(db, () => {})
  const category = (
    await db('categories').join('lines as l', 'l.id', 'line_id').where('l.code', 'it').first('categories.id')
  ).id
  const open = async (what = '打印机卡纸', line = 'it') => {
    const told = await commit(async (tx) => (await openAtDesk(tx, house.lin, { campus: 'new', line, what })).events)
    const id = told[0]?.type === 'ticket.opened' ? told[0].ticketId : ''
    await commit((tx) => change(tx, house.lin, id, { version: 1, categoryId: category }))
    return id
  }
  const does = (actor: Actor, id: string, act: AnyAct['act'], more: Omit<AnyAct, 'act'> = {}) =>
    commit((tx) => doAct(tx, actor, id, { act, ...more }, sending))
  const read = async (id: string) => {
    const [ticket] = await readTickets(db, [id])
    if (!ticket) throw new Error(`no ticket ${id}`)
    return ticket
  }
  const grant = (actor: Actor, role: Actor['grants'][number]['role']): Actor => ({
    ...actor,
    grants: [{ role, campus: null, line: null }],
  })
  const lead = { ...grant(house.wei, 'supervisor'), personId: house.wei.personId }
  const page = (actor: Actor, id: string) => pageOf(db, actor, id, { cardsFor })
  /** The journal folded from its beginning is the row. */
  const replayed = async (id: string): Promise<Standing> => {
    const rows = await db('journal').whereRaw(`body ->> 'ticketId' = ? and type like 'ticket.%'`, [id]).orderBy('seq')
    return rows.map(readBack).reduce<Standing>((ticket, event) => evolve(ticket, event), {} as Standing)
  }
  return { db, house, commit, open, does, read, lead, grant, page, replayed }
}

const soon = () => new Date(Date.now() + 3_600_000).toISOString()

t.test(
  'from taken to verified: arrived, waits, goes on, done with its cause, reviewed, the ward says it works',
  async (t) => {
    const { house, commit, open, does, read, page, replayed, db, lead } = await desk(t)
    await commit((tx) =>
      changeCause(tx, lead, { line: 'it', code: 'hw', zh: '硬件', en: 'Hardware', parent: null, retired: false }),
    )
    await commit((tx) =>
      changeCause(tx, lead, { line: 'it', code: 'roller', zh: '搓纸轮', en: 'Roller', parent: 'hw', retired: false }),
    )
    const cause = (await causes(db, lead, 'it')).find(({ code }) => code === 'roller')
    const id = await open()
    await does(house.lin, id, 'assign', { personId: house.wei.personId })
    await does(house.lin, id, 'arrive')
    await t.rejects(does(house.lin, id, 'arrive'), { code: 'arrived-already' })
    await t.rejects(does(house.lin, id, 'wait', { until: soon() }), { code: 'waiting-for-what' })
    await t.rejects(does(house.lin, id, 'wait', { waitingFor: 'part' }), { code: 'waiting-until-when' })
    await does(house.lin, id, 'wait', { waitingFor: 'part', until: soon(), text: '搓纸轮没货' })
    t.match(await read(id), { state: 'in_progress', waitingFor: 'part' })
    await does(house.lin, id, 'resume')
    await does(house.wei, id, 'done', { resolution: 'on_site', ...(cause && { causeId: cause.causeId }) })
    t.match((await page(house.lin, id)).life, { cause: { code: 'roller' }, arrivedAt: String, waitingFor: null })
    await t.rejects(does(house.lin, id, 'verify'), { code: 'review-comes-first' })
    await t.rejects(does(house.wei, id, 'review'), { code: 'reviewed-by-another' })
    await does(house.lin, id, 'review')
    await does(house.lin, id, 'verify', { text: '护士长说好了' })
    await t.rejects(does(house.lin, id, 'verify'), { code: 'verified-already' })
    await does(house.lin, id, 'rate', { stars: 4 })
    await does(house.lin, id, 'rate', { stars: 5, text: '很快' })
    t.match(await read(id), { state: 'done', stars: 5, verifyBy: null, verifiedAt: Date })
    t.equal((await db('ratings').where({ ticket_id: id })).length, 2, 'the vote before is kept')
    t.same(await replayed(id), standingOf(await read(id)))
  },
)

t.test('the ward says that it does not work: it begins anew, more urgent, with its history', async (t) => {
  const { house, open, does, read, page, replayed } = await desk(t)
  const id = await open()
  await does(house.lin, id, 'done', { resolution: 'phone' })
  await does(house.wei, id, 'review')
  const before = await read(id)
  await does(house.lin, id, 'not-fixed', { text: '还是卡' })
  t.match(await read(id), { state: 'unassigned', returned: 1, priority: before.priority - 1, reviewedAt: null })
  const kinds = (await page(house.lin, id)).timeline.map(({ kind }) => kind)
  for (const kind of ['done', 'review', 'not-fixed']) t.ok(kinds.includes(kind), kind)
  t.same(await replayed(id), standingOf(await read(id)))
})

t.test('review sends back to whoever did it, with a reason', async (t) => {
  const { house, open, does, read } = await desk(t)
  const id = await open()
  await does(house.wei, id, 'take')
  await does(house.wei, id, 'done', { resolution: 'remote' })
  await t.rejects(does(house.lin, id, 'send-back'), { code: 'reason-needed' })
  await does(house.lin, id, 'send-back', { text: '没有写怎么修的' })
  t.match(await read(id), { state: 'in_progress', assigneeId: house.wei.personId, finishedAt: null, returned: 1 })
})

t.test(
  'returned with a reason; passed on while it stays; a second time to another line is the desk’s to decide',
  async (t) => {
    const { house, open, does, read, db, grant } = await desk(t)
    const id = await open()
    const engineer = grant(house.wei, 'engineer')
    await does(house.lin, id, 'assign', { personId: house.wei.personId })
    await t.rejects(does(engineer, id, 'return'), { code: 'reason-needed' })
    await does(engineer, id, 'return', { why: 'too_far', text: '在老院区' })
    t.match(await read(id), { state: 'unassigned', assigneeId: null, returned: 1 })

    await does(house.lin, id, 'assign', { personId: house.wei.personId })
    await does(engineer, id, 'transfer', { personId: house.lin.personId, text: '他熟' })
    t.match(await read(id), { state: 'in_progress', assigneeId: house.wei.personId }, 'kept until the other accepts')
    t.match(await db('job_offers').where({ ticket_id: id, state: 'open' }), [{ person_id: house.lin.personId }])
    await does(house.lin, id, 'accept')
    t.match(await read(id), { state: 'in_progress', assigneeId: house.lin.personId })

    await does(house.lin, id, 'assign', { personId: house.wei.personId })
    await does(engineer, id, 'transfer', { line: 'equipment', text: '是监护仪' })
    t.match(await read(id), { state: 'unassigned', line: 'equipment', moved: 1 })
    await does(house.lin, id, 'assign', { personId: house.wei.personId })
    await t.rejects(does(engineer, id, 'transfer', { line: 'it', text: '不是' }), { code: 'moved-already' })
  },
)

t.test('merged and split again: nothing of it is lost, its urges count on the survivor', async (t) => {
  const { house, open, does, read, page, replayed } = await desk(t)
  const [one, two] = [await open('打印机坏了'), await open('打印机卡纸')]
  await does(house.lin, two, 'assign', { personId: house.wei.personId })
  const before = await read(two)
  await t.rejects(does(house.lin, two, 'merge', { ticketId: two, text: '同' }), { code: 'the-same-ticket' })
  await t.rejects(does(house.lin, two, 'merge', { ticketId: one }), { code: 'reason-needed' })
  await does(house.lin, two, 'merge', { ticketId: one, text: '同一台' })
  t.match(await read(two), { state: 'withdrawn', survivorId: one })
  await t.rejects(does(house.lin, one, 'merge', { ticketId: two, text: '同' }), { code: 'merged-already' })
  await does(house.lin, two, 'urge')
  t.equal((await read(one)).urged, 1)
  t.match((await page(house.lin, two)).life, { survivor: { ticketId: one } })
  t.match((await page(house.lin, one)).life?.links, [{ kind: 'duplicate', isFrom: false }])
  await does(house.lin, two, 'split')
  const { state, assigneeId, what } = before
  t.match(await read(two), { state, assigneeId, what, survivorId: null })
  for (const id of [one, two]) t.same(await replayed(id), standingOf(await read(id)))
})

t.test(
  'a second crew has a part of its own; its end does not close the whole, and the whole waits for it',
  async (t) => {
    const { house, commit, open, does, read, page, db } = await desk(t)
    const id = await open()
    const line = (await db('lines').where({ code: 'property' }).first('id')).id
    const [crew] = await db('crews')
      .insert({
        organisation_id: house.organisationId,
        line_id: line,
        code: 'walls',
        name_zh: '墙面',
        name_en: 'Walls',
      })
      .returning('id')
    await db('crew_members').insert({ crew_id: crew.id, person_id: house.wei.personId })
    await does(house.lin, id, 'take')
    await t.rejects(does(house.lin, id, 'join-in', { crewId: crew.id }), { code: 'words-needed' })
    await does(house.lin, id, 'join-in', { crewId: crew.id, text: '补墙' })
    const link = (await page(house.lin, id)).life?.links[0]
    t.match(link, { kind: 'part', isFrom: false, other: { what: '补墙', line: 'property', state: 'unassigned' } })
    const part = link?.other.ticketId ?? ''
    t.match(await db('job_offers').where({ ticket_id: part }), [{ crew_id: crew.id, state: 'open' }])
    await does(house.lin, id, 'done', { resolution: 'on_site' })
    await t.rejects(does(house.wei, id, 'review'), { code: 'parts-are-open' })
    await does(house.wei, part, 'accept')
    const [walls] = await db('categories')
      .insert({
        organisation_id: house.organisationId,
        line_id: line,
        code: 'wall',
        label_zh: '墙面',
        label_en: 'Wall',
      })
      .returning('id')
    const { version } = await read(part)
    await commit((tx) => change(tx, house.lin, part, { version, categoryId: walls.id }))
    await does(house.wei, part, 'done', { resolution: 'on_site' })
    t.equal((await read(id)).state, 'done')
    await does(house.lin, part, 'review')
    await t.rejects(does(house.lin, part, 'verify'), { code: 'verify-the-whole' })
    await does(house.wei, id, 'review')
    await does(house.wei, id, 'verify')
  },
)

t.test('a complaint is read by whom it concerns and by who answers it, never by whom it is about', async (t) => {
  const { house, open, does, page, lead, grant } = await desk(t)
  const id = await open()
  await does(house.lin, id, 'complain', { personId: house.wei.personId, text: '态度很差' })
  const seen = async (actor: Actor) => {
    const { life, timeline } = await page(actor, id)
    return [life?.complaints.length, timeline.filter(({ kind }) => kind === 'complain').length]
  }
  t.same(await seen(house.lin), [1, 1])
  t.same(await seen(house.wei), [0, 0])
  t.same(await seen(lead), [0, 0], 'not even where they lead the line')
  const other = { ...grant(house.lin, 'supervisor'), personId: '00000000-0000-7000-8000-00000000abcd' }
  t.same(await seen(other), [1, 1])
  const complaintId = (await page(house.lin, id)).life?.complaints[0]?.complaintId ?? ''
  await t.rejects(does(lead, id, 'answer-complaint', { complaintId, text: '没有' }), { code: 'not-found' })
  await does(grant(house.lin, 'supervisor'), id, 'answer-complaint', { complaintId, text: '已致歉' })
  t.match((await page(house.lin, id)).life?.complaints, [{ answer: '已致歉', answeredAt: String }])
  await t.rejects(does(grant(house.lin, 'supervisor'), id, 'answer-complaint', { complaintId, text: '再答' }), {
    code: 'answered-already',
  })
})

t.test('what was shown is out of date after an act, and not after typing', async (t) => {
  const { house, open, does, read } = await desk(t)
  const id = await open()
  const { version } = await read(id)
  await does(house.wei, id, 'note', { text: '已联系' })
  await does(house.lin, id, 'take', { version })
  await t.rejects(does(house.wei, id, 'withdraw', { version, text: '报错' }), { code: 'ticket-acted-meanwhile' })
  t.equal((await read(id)).state, 'in_progress')
})

t.test('the third urge goes above; a wait ends by itself, and what nobody spoke against is verified', async (t) => {
  const { house, commit, open, does, read, db } = await desk(t)
  const id = await open()
  for (const _ of [1, 2, 3]) await does(house.lin, id, 'urge')
  t.match(await read(id), { urged: 3, escalated: true })

  await does(house.lin, id, 'take')
  await does(house.lin, id, 'wait', { waitingFor: 'vendor', until: soon() })
  await db('tickets')
    .where({ id })
    .update({ waiting_until: db.raw(`now() - interval '1 second'`) })
  const due = async () => (await dueTickets(db, 10, [])).rows.filter((row) => row.id === id)
  const [row] = await due()
  if (!row) throw new Error('nothing is due')
  await Promise.all([commit((tx) => wake(tx, row)), commit((tx) => wake(tx, row))])
  t.match(await read(id), { waitingFor: null, waitingUntil: null })
  t.equal(
    (await db('ticket_entries').where({ ticket_id: id, kind: 'woke-up' })).length,
    1,
    'once, though two servers came',
  )

  await does(house.lin, id, 'done', { resolution: 'remote' })
  await does(house.wei, id, 'review')
  await db('tickets')
    .where({ id })
    .update({ verify_by: db.raw(`now() - interval '1 second'`) })
  for (const one of await due()) await commit((tx) => wake(tx, one))
  t.match(await read(id), { verifiedAt: Date, verifyBy: null })
  t.same(await due(), [])
})

t.test('any order of acts ends in one state, the same after replay', async (t) => {
  const { house, open, does, read, replayed, db } = await desk(t)
  let seed = 7
  const random = (n: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
    return seed % n
  }
  const other = await open('另一张')
  const acts: [AnyAct['act'], Omit<AnyAct, 'act'>][] = [
    ['take', {}],
    ['assign', { personId: house.wei.personId }],
    ['arrive', {}],
    ['wait', { waitingFor: 'ward', until: soon() }],
    ['resume', {}],
    ['return', { why: 'busy' }],
    ['transfer', { personId: house.wei.personId, text: '转' }],
    ['accept', { personId: house.wei.personId }],
    ['decline', { personId: house.wei.personId, why: 'busy' }],
    ['done', { resolution: 'phone' }],
    ['review', {}],
    ['send-back', { text: '补' }],
    ['verify', {}],
    ['not-fixed', {}],
    ['rate', { stars: 3 }],
    ['withdraw', { text: '撤' }],
    ['give-up', { text: '无法' }],
    ['reopen', {}],
    ['merge', { ticketId: other, text: '同' }],
    ['split', {}],
    ['urge', {}],
    ['dispatch', { personId: house.wei.personId }],
  ]
  for (let round = 0; round < 6; round++) {
    const id = await open()
    for (let step = 0; step < 40; step++) {
      const [act, more] = acts[random(acts.length)] ?? ['note', {}]
      await does(random(2) ? house.lin : house.wei, id, act, more).catch((error) => {
        if (typeof error.code !== 'string' || /^\d/.test(error.code)) throw error
      })
      const now = await read(id)
      t.ok(now.state !== 'in_progress' || now.assigneeId || now.crewId, `${act}: somebody has it`)
      if (now.state === 'withdrawn' || now.state === 'done')
        t.equal(
          (await db('job_offers').where({ ticket_id: id, state: 'open' })).length,
          0,
          `${act}: nobody is asked any more`,
        )
    }
    t.same(await replayed(id), standingOf(await read(id)))
  }
})

t.test('a demonstration begins with causes of every line, in two levels, and once', async (t) => {
  const { db, lead } = await desk(t)
  await seedCauses(db, { demo: true })
  const all = await causes(db, lead)
  t.same([...new Set(all.map(({ line }) => line))].sort(), ['equipment', 'it', 'logistics', 'property'])
  for (const { parentId } of all) if (parentId) t.equal(all.find(({ causeId }) => causeId === parentId)?.parentId, null)
  await seedCauses(db, { demo: true })
  t.equal((await causes(db, lead)).length, all.length)
})

t.test('an offer is answered on its own ticket: named on another one, it is not there', async (t) => {
  const { house, open, does, read, db, grant } = await desk(t)
  const [mine, hidden] = [await open(), await open('别人的工单')]
  const engineer = grant(house.wei, 'engineer')
  await does(house.lin, mine, 'dispatch', { personId: house.wei.personId })
  const offerId = (await db('job_offers').where({ ticket_id: mine }).first('id')).id
  for (const act of ['accept', 'decline'] as const)
    await t.rejects(does(engineer, hidden, act, { offerId, why: 'busy' }), { code: 'not-found' }, act)
  t.equal((await read(mine)).state, 'unassigned', 'and nothing is done')
  await does(engineer, mine, 'accept', { offerId })
  t.match(await read(mine), { state: 'in_progress', assigneeId: house.wei.personId })
})

t.test(
  'whom to send is asked of a ticket that nobody has, and not by an engineer; passing on is an act of its own',
  async (t) => {
    const { house, open, does, db, grant } = await desk(t)
    const id = await open()
    await does(house.lin, id, 'assign', { personId: house.wei.personId })
    const to = { personId: house.lin.personId }
    await t.rejects(does(house.lin, id, 'dispatch', to), { code: 'ticket-not-in-that-state' }, 'it was taken meanwhile')
    await t.rejects(does(grant(house.wei, 'engineer'), id, 'dispatch', to), { code: 'not-allowed' })
    t.same(await db('job_offers').where({ ticket_id: id }), [])
  },
)

t.test(
  'an engineer asks another crew in, whose part is not theirs to see; who took the report first stays who owns the answer',
  async (t) => {
    const { house, open, does, read, db, grant, page } = await desk(t)
    const id = await open()
    const [crew] = await db('crews')
      .insert({
        organisation_id: house.organisationId,
        line_id: house.lines.property,
        code: 'w',
        name_zh: '墙',
        name_en: 'W',
      })
      .returning('id')
    await db('crew_members').insert({ crew_id: crew.id, person_id: house.lin.personId })
    await does(house.lin, id, 'assign', { personId: house.wei.personId })
    await does(grant(house.wei, 'engineer'), id, 'join-in', { crewId: crew.id, text: '补墙' })
    const part = (await page(house.lin, id)).life?.links[0]?.other.ticketId ?? ''
    t.match(await db('job_offers').where({ ticket_id: part }), [{ crew_id: crew.id, state: 'open' }])
    t.equal((await read(part)).firstTakerId, house.lin.personId)
  },
)

t.test('nobody takes what was passed on: it stays, and no offer stays open', async (t) => {
  const { house, commit, open, does, read, db } = await desk(t)
  const id = await open()
  await does(house.lin, id, 'take')
  await does(house.lin, id, 'transfer', { personId: house.wei.personId, text: '他熟' })
  const [rung] = await db('rungs').where({ ticket_id: id }).whereNull('done_at')
  const [offer] = await db('job_offers').where({ ticket_id: id })
  t.ok(rung.due_at >= offer.until, 'the rung is due when the offer has ended')
  await db('rungs')
    .where({ id: rung.id })
    .update({ due_at: db.raw('now()') })
  await db('job_offers')
    .where({ id: offer.id })
    .update({ until: db.raw('now()') })
  await commit((tx) => climb(tx, id, rung.id))
  t.match(await db('job_offers').where({ ticket_id: id }), [{ state: 'lapsed' }])
  t.match(await read(id), { state: 'in_progress', assigneeId: house.lin.personId, offeredIds: [] })
})

t.test('a reporter takes back what nobody has come for yet; a finished ticket goes to no other line', async (t) => {
  const { house, commit, open, does, read, grant } = await desk(t)
  const id = await open()
  const reporter = { ...grant(house.wei, 'reporter'), personId: house.supervisor.personId }
  const { version } = await read(id)
  await commit((tx) => change(tx, house.lin, id, { version, reporterId: reporter.personId }))
  await does(house.lin, id, 'take')
  await does(house.lin, id, 'arrive')
  const taken = commit((tx) => act(tx, reporter, id, 'withdraw', { reason: '好了' }))
  await t.rejects(taken, { code: 'arrived-already' }, 'by the route of before, too')
  await does(house.lin, id, 'assign', { personId: house.wei.personId })
  t.equal((await read(id)).arrivedAt, null, 'whoever has it now has not arrived')
  await does(house.lin, id, 'done', { resolution: 'phone' })
  await t.rejects(does(house.lin, id, 'transfer', { line: 'equipment', text: '是监护仪' }), {
    code: 'ticket-not-in-that-state',
  })
})
