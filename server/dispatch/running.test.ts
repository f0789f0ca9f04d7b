import fc from 'fast-check'
import t, { type Test } from 'tap'
import type { Db } from '../db/index.ts'
import { makeCommit } from '../desk.ts'
import type { DeskEvent } from '../journey.ts'
import { database } from '../test/database.ts'
import { hospital } from '../test/hospital.ts'
import { act, holdTicket, openAtDesk, readTickets } from '../tickets/index.ts'
import type { Rung } from '../wire/dispatch.ts'
import { accept, climb, decline, dispatch } from './index.ts'
import { FIRST_RULES } from './ladder.ts'
import { readOffers } from './store.ts'

const QUICK: Rung[] = [
  { to: 'candidate', by: ['console', 'radio'], forS: 45 },
  { to: 'candidate', by: ['phone'], forS: 45 },
  { to: 'B', by: ['phone'], forS: 60 },
  { to: 'crew', by: ['console'], forS: 60 },
  { to: 'supervisor', by: ['console'], forS: 300 },
]

/** A desk with a crew of engineers of whom some are on shift. */
type Given = { engineers?: number; onShift?: number; rules?: Record<number, unknown>; limit?: number }
async function desk(t: Test, { engineers = 3, onShift = engineers, rules = {}, limit = 50 }: Given = {}) {
  const db = await database(t)
  const house = await hospital(db)
  const events: DeskEvent[] = []
  const commit = makeCommit(db, (told) => events.push(...told))
  const [crew] = await db('crews')
    .insert({
      organisation_id: house.organisationId,
      line_id: house.lines.it,
      code: 'it',
      name_zh: '信息组',
      name_en: 'IT',
    })
    .returning('id')
  const ids: string[] = []
  for (let i = 0; i < engineers; i++) {
    const name = `engineer ${i}`
    const [person] = await db('people')
      .insert({ organisation_id: house.organisationId, staff_code: name, name })
      .returning('id')
    ids.push(person.id)
    await db('crew_members').insert({ crew_id: crew.id, person_id: person.id })
    if (i < onShift)
      await db('shifts').insert({
        organisation_id: house.organisationId,
        person_id: person.id,
        crew_id: crew.id,
        planned: db.raw(`tstzrange(now() - interval '1 hour', now() + interval '7 hours')`),
      })
  }
  const of = (mode: string, afterS: number) => ({ mode, afterS, day: QUICK, night: QUICK })
  const priorities = { 1: of('at_once', 0), 2: of('after', 60), 3: of('by_hand', 0), 4: of('proposed', 600), ...rules }
  await db('rule_versions').insert({
    organisation_id: house.organisationId,
    kind: 'dispatch',
    line_id: house.lines.it,
    body: JSON.stringify({ ...FIRST_RULES, limit, priorities }),
    during: db.raw('tstzrange(now(), null)'),
  })
  const open = async () => {
    const told = await commit(
      async (tx) => (await openAtDesk(tx, house.lin, { campus: 'new', line: 'it', what: '' })).events,
    )
    return told[0]?.type === 'ticket.opened' ? told[0].ticketId : ''
  }
  const ticket = async (id: string) => (await readTickets(db, [id]))[0]
  const offers = (ticketId: string) => readOffers(db, { ticketId })
  const last = async (ticketId: string) => (await offers(ticketId)).at(-1)
  /** What is open has come to its end. */
  const late = () =>
    db('job_offers')
      .where({ state: 'open' })
      .update({ until: db.raw(`clock_timestamp() - interval '1 second'`) })
  const climbs = async (ticketId: string) => {
    await late()
    await commit((tx) => climb(tx, ticketId))
  }
  return { db, house, commit, crew: crew.id as string, ids, open, ticket, offers, last, climbs, events }
}
const waiting = (db: Db, ticketId: string) =>
  db('rungs')
    .where({ ticket_id: ticketId })
    .whereNull('done_at')
    .first('run', 'n', 'step', db.raw(`extract(epoch from due_at - clock_timestamp())::float as "inS"`))
const by = (desk: { house: { lin: { personId: string } } }) => desk.house.lin.personId

t.test('a ticket waits for its first rung as long as its line says', async (t) => {
  for (const [mode, afterS, inS] of [
    ['at_once', 500, 0],
    ['after', 60, 60],
    ['proposed', 600, 600],
    ['by_hand', 600, null],
  ] as const) {
    const here = await desk(t, { rules: { 4: { mode, afterS, day: QUICK, night: QUICK } } })
    const rung = await waiting(here.db, await here.open())
    if (inS === null) t.equal(rung, undefined, mode)
    else t.ok(rung.inS > inS - 10 && rung.inS <= inS, `${mode}: ${rung?.inS}`)
  }
})

t.test('a line without rules of its own has those a hospital starts with', async (t) => {
  const here = await desk(t)
  await here.db('rule_versions').del()
  const rung = await waiting(here.db, await here.open())
  t.ok(rung.inS > 1_790 && rung.inS <= 1_800)
})

t.test('offered to the first, accepted: theirs, and nobody else is asked', async (t) => {
  const here = await desk(t)
  const id = await here.open()
  await here.climbs(id)
  const offer = await here.last(id)
  t.match(offer, { personId: here.ids[0], state: 'open', round: 1, ways: ['console', 'radio'] })
  t.match(await waiting(here.db, id), { n: 1, step: 1 })
  const personId = here.ids[0] as string
  await here.commit((tx) => accept(tx, { offerId: offer?.offerId as string, personId, how: 'radio', byId: null }))
  t.match(await here.ticket(id), { state: 'in_progress', assigneeId: personId })
  t.match(await here.last(id), { state: 'accepted', answeredById: personId, answeredHow: 'radio' })
  t.equal(await waiting(here.db, id), undefined)
  await t.rejects(
    here.commit((tx) => accept(tx, { offerId: offer?.offerId as string, personId, how: 'phone', byId: null })),
    { code: 'offer-not-open' },
  )
})

t.test('whoever says no is not asked again, and the next is asked on the same rung at once', async (t) => {
  const here = await desk(t)
  const id = await here.open()
  await here.climbs(id)
  const first = await here.last(id)
  const personId = here.ids[0] as string
  const no = { offerId: first?.offerId as string, personId, how: 'phone', byId: null, reason: 'busy' } as const
  await here.commit((tx) => decline(tx, no))
  const rung = await waiting(here.db, id)
  t.match(rung, { n: 2, step: 0 })
  t.ok(rung.inS <= 0)
  await here.climbs(id)
  t.match(await here.last(id), { personId: here.ids[1], round: 2, state: 'open', ways: ['console', 'radio'] })
})

t.test(
  'nobody says anything: asked again by another way, then the crew, then the supervisor, and it says so',
  async (t) => {
    const here = await desk(t)
    const id = await here.open()
    for (let i = 0; i < 4; i++) await here.climbs(id)
    const offers = await here.offers(id)
    t.match(offers, [
      { personId: here.ids[0], ways: ['console', 'radio'], state: 'lapsed' },
      { personId: here.ids[0], ways: ['phone'], state: 'lapsed' },
      { crewId: here.crew, ways: ['console'], state: 'lapsed' },
    ])
    t.equal(offers.length, 3, 'there is no B, so that rung was passed at once')
    t.match(
      here.events.filter(({ type }) => type === 'dispatch.escalated'),
      [{ to: 'supervisor', personIds: [here.house.supervisor.personId] }],
    )
    await here.climbs(id)
    t.equal(here.events.at(-1)?.type, 'dispatch.stuck')
    t.equal(await waiting(here.db, id), undefined)
    t.match(await here.ticket(id), { state: 'unassigned' })
  },
)

t.test('nobody is on shift: the supervisor is told in the same moment', async (t) => {
  const here = await desk(t, { onShift: 0 })
  const id = await here.open()
  await here.climbs(id)
  t.same(await here.offers(id), [])
  const outcomes = here.events.flatMap((event) => (event.type === 'dispatch.rung' ? [event.outcome] : []))
  t.same(outcomes, ['nobody', 'nobody', 'nobody', 'nobody', 'told'])
})

t.test('one of a crew accepts; another of it is told that it is gone; a stranger never could', async (t) => {
  const here = await desk(t)
  const id = await here.open()
  for (let i = 0; i < 3; i++) await here.climbs(id)
  const offer = await here.last(id)
  const offerId = offer?.offerId as string
  const answer = (personId: string) =>
    here.commit((tx) => accept(tx, { offerId, personId, how: 'console', byId: personId }))
  await t.rejects(answer(by(here)), { code: 'offer-to-another' })
  const both = await Promise.allSettled([answer(here.ids[1] as string), answer(here.ids[2] as string)])
  t.same(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
  t.equal((await here.ticket(id))?.state, 'in_progress')
})

t.test('taken at the desk: whoever was asked is told, and the ladder ends; given back, it begins anew', async (t) => {
  const here = await desk(t)
  const id = await here.open()
  await here.climbs(id)
  await here.commit((tx) => act(tx, here.house.lin, id, 'take'))
  t.match(await here.last(id), { state: 'withdrawn' })
  t.equal(await waiting(here.db, id), undefined)
  await here.commit((tx) => act(tx, here.house.lin, id, 'give-up', { reason: '要等厂家' }))
  await here.commit((tx) => act(tx, here.house.lin, id, 'reopen'))
  t.match(await waiting(here.db, id), { run: 2, n: 0, step: 0 })
})

t.test('the desk names somebody: asked now, and the ladder goes on from there', async (t) => {
  const here = await desk(t)
  const id = await here.open()
  await here.climbs(id)
  const to = { personId: here.ids[2] as string, crewId: null, companyId: null }
  await here.commit(async (tx) => {
    const ticket = await holdTicket(tx, id)
    return ticket ? dispatch(tx, ticket, { to, byId: by(here) }) : []
  })
  t.match(await here.offers(id), [
    { personId: here.ids[0], state: 'withdrawn' },
    { personId: here.ids[2], state: 'open' },
  ])
  t.match(await waiting(here.db, id), { run: 2, step: 1 })
  await here.climbs(id)
  t.match(await here.last(id), { personId: here.ids[2], ways: ['phone'], state: 'open' })
})

t.test('forty tickets in one minute are spread by load, and none is offered twice', async (t) => {
  const here = await desk(t, { engineers: 8 })
  const ids: string[] = []
  for (let i = 0; i < 40; i++) ids.push(await here.open())
  await Promise.all(ids.map((id) => here.commit((tx) => climb(tx, id))))
  const offers = await here.db('job_offers').where({ state: 'open' })
  t.equal(offers.length, 40)
  t.equal(new Set(offers.map((offer) => offer.ticket_id)).size, 40)
  const each = Map.groupBy(offers, (offer) => offer.person_id)
  t.same(
    [...each.values()].map((all) => all.length),
    Array(8).fill(5),
  )
})

t.test(
  'whatever comes in whatever order: one has it or a rung waits or it is stuck, and nobody is asked of what is over',
  async (t) => {
    const here = await desk(t)
    const step = fc.constantFrom('climb', 'accept', 'decline', 'take', 'give-up', 'reopen', 'withdraw', 'dispatch')
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
        const id = await here.open()
        for (const one of steps)
          await doing(one, id).catch((error) => {
            if (!error.code || /^\d/.test(error.code)) throw error
          })
        const state = (await here.ticket(id))?.state
        const open = (await here.offers(id)).filter((offer) => offer.state === 'open')
        const rung = await waiting(here.db, id)
        const isStuck = here.events.some((event) => event.type === 'dispatch.stuck' && event.ticketId === id)
        if (state !== 'unassigned') return open.length === 0 && !rung
        return Boolean(rung) || isStuck
      }),
      { numRuns: 40 },
    )

    async function doing(what: string, id: string): Promise<void> {
      const open = (await here.offers(id)).find((offer) => offer.state === 'open')
      const personId = (open?.personId ?? here.ids[0]) as string
      const answer = { offerId: open?.offerId ?? id, personId, how: 'radio', byId: null } as const
      switch (what) {
        case 'climb':
          return here.climbs(id)
        case 'accept':
          return void (await here.commit((tx) => accept(tx, answer)))
        case 'decline':
          return void (await here.commit((tx) => decline(tx, { ...answer, reason: 'busy' })))
        case 'dispatch':
          return void (await here.commit(async (tx) => {
            const ticket = await holdTicket(tx, id)
            return ticket ? dispatch(tx, ticket, { byId: by(here) }) : []
          }))
        default:
          return void (await here.commit((tx) => act(tx, here.house.lin, id, what as 'take', { reason: 'x' })))
      }
    }
  },
)
