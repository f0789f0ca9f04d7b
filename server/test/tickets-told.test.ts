/** The journal tells how each ticket stands: also one written before events carried codes. */
import { readFileSync } from 'node:fs'
import t from 'tap'
import { up } from '../../migrations/0259_how_tickets_stood.ts'
import { hear } from '../calls/index.ts'
import type { JournalRow } from '../db/index.ts'
import { makeCommit } from '../desk.ts'
import * as tickets from '../tickets/index.ts'
import { evolve, readBack, SINCE, type Standing, standingOf } from '../tickets/ticket.ts'
import { database } from './database.ts'
import { hospital } from './hospital.ts'
import { visit } from './visit.ts'

type Told = Pick<JournalRow, 'type' | 'at' | 'body'>

/** Each ticket as its events leave it. */
function folded(rows: Told[]): Map<string, Standing> {
  const stand = new Map<string, Standing>()
  for (const row of rows) {
    if (!row.type.startsWith('ticket.')) continue
    const event = readBack(row)
    stand.set(event.ticketId, evolve(stand.get(event.ticketId) ?? ({} as Standing), event))
  }
  return stand
}

const read = (name: string) => JSON.parse(readFileSync(new URL(`tapes/${name}`, import.meta.url), 'utf8'))
type Row = Record<string, unknown>
const camel = (row: Row): Row =>
  Object.fromEntries(
    Object.entries(row).map(([column, value]) => [
      column === 'repeat_flag' ? 'repeat' : column.replaceAll(/_(\w)/g, (_, letter) => letter.toUpperCase()),
      column.endsWith('_at') && typeof value === 'string' ? new Date(value) : value,
    ]),
  )

t.test('a journal of before ends in the same states, and with how they stood in the same rows', async (t) => {
  const { journal, tickets: rows } = read('tickets-before-codes.json') as { journal: Row[]; tickets: Row[] }
  const told = journal.map((row) => ({ ...row, at: new Date(row.at as string) }) as unknown as Told)
  const before = folded(told)
  t.equal(before.size, rows.length)
  const stood: Told[] = []
  for (const row of rows) {
    const { id, ...codes } = camel(row) as Row & { id: string }
    const { state, version, urged, assigneeId, crewId, finishedAt } = codes
    t.match(before.get(id), { state, version, urged, assigneeId, crewId, finishedAt }, `ticket ${codes.number}`)
    const body = JSON.parse(JSON.stringify({ ticketId: id, version, stands: { id, ...codes } }))
    stood.push({ type: 'ticket.stood', at: new Date(), body })
  }
  const after = folded([...told, ...stood])
  for (const row of rows) t.same(after.get(row.id as string), { ...SINCE, ...camel(row) })
})

/** One desk on which people and calls do all that can be done to a ticket, in an order drawn by the seed. */
async function busy(t: Parameters<typeof database>[0], seed: number) {
  const db = await database(t)
  const house = await hospital(db)
  const commit = makeCommit(db, () => {})
  const [{ id: crew }] = await db('crews')
    .insert({
      organisation_id: house.organisationId,
      line_id: house.lines.it,
      code: 'c1',
      name_zh: '班',
      name_en: 'Crew',
    })
    .returning('id')
  let state = seed
  const draw = <T>(from: readonly T[]): T => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return from[Math.floor((state / 2_147_483_648) * from.length)] as T
  }
  const who = () => draw([house.lin, house.wei, house.supervisor])
  const ids: string[] = []
  const calls: string[] = []
  const open = async () => {
    const wanted = { campus: 'new', line: 'it', what: draw(['', '打印机']) }
    const [event] = await commit(async (tx) => (await tickets.openAtDesk(tx, who(), wanted)).events)
    if (event?.type === 'ticket.opened') ids.push(event.ticketId)
  }
  const ring = async () => {
    const call = visit({ begins: new Date(Date.parse('2026-03-02T01:00:00Z') + calls.length * 60_000) })
    for (const fact of [call.arrives(), call.queues(), call.rings('b1001'), ...call.answers('b1001')])
      await commit((tx) => hear(tx, fact))
    calls.push(call.callId)
    const link = await db('ticket_calls').where({ call_id: call.callId }).first()
    ids.push(link.ticket_id)
  }
  await open()
  await ring()
  const steps: (() => Promise<unknown>)[] = [
    open,
    ring,
    ...(['take', 'done', 'withdraw', 'give-up', 'reopen'] as const).map(
      (act) => () =>
        commit((tx) =>
          tickets.act(tx, who(), draw(ids), act, { reason: '报错', resolution: draw(['phone', 'on_site']) }),
        ),
    ),
    () => {
      const to = draw([{ assigneeId: house.wei.personId }, { crewId: crew }, { assigneeId: null, crewId: null }])
      return commit((tx) => tickets.act(tx, who(), draw(ids), 'assign', to))
    },
    () => commit((tx) => tickets.urge(tx, who(), draw(ids))),
    () => commit((tx) => tickets.note(tx, who(), draw(ids), '护士说病人在等')),
    () => commit((tx) => tickets.join(tx, who(), draw(calls), draw(ids), draw(['same_fault', 'urge', 'also']))),
    () => commit((tx) => tickets.openSecond(tx, who(), draw(calls))),
    () => commit((tx) => tickets.explain(tx, who(), draw(calls), 'test_call', null)),
    async () => {
      const id = draw(ids)
      const { version } = await db('tickets').where({ id }).first('version')
      const wanted = draw<object>([
        { categoryId: house.category, impact: 1, urgency: 2 },
        { confirmedImpact: 2, confirmedUrgency: 1, confirmedPlaceId: house.ward },
        { what: '打印机卡纸', notes: '急', reporterName: '陈护士', contactNumber: '62077', ipAddress: '10.1.2.3' },
        { placeId: house.ward, reporterId: house.wei.personId },
        { line: 'property', kind: 'service_request' },
      ])
      await commit((tx) => tickets.change(tx, who(), id, { version, ...wanted }))
    },
    () => {
      const answered = { ticketId: draw(ids), personId: house.wei.personId, byId: null }
      return commit((tx) => tickets.assignForRadio(tx, answered))
    },
  ]
  let done = 0
  for (let step = 0; step < 60; step++) {
    await draw(steps)().then(
      () => done++,
      (error) => {
        if (error.name === 'error' || !error.code) throw error
      },
    )
  }
  return { db, done }
}

for (const seed of [1, 2, 3]) {
  t.test(`whatever is done to tickets, their events end in their rows (${seed})`, async (t) => {
    const { db, done } = await busy(t, seed)
    t.ok(done > 15, `${done} of the asks were taken`)
    const journal: Told[] = await db('journal').orderBy('seq').select('type', 'at', 'body')
    const stand = folded(journal)
    const ids = (await db('tickets').select('id')).map(({ id }) => id as string)
    const rows = await tickets.readTickets(db, ids)
    t.equal(rows.length, stand.size)
    for (const row of rows) t.same(stand.get(row.id), standingOf(row))
    t.notOk(JSON.stringify(journal).match(/打印机|护士|62077|10\.1\.2\.3|报错/), 'no words in the journal')

    const events = new Set(journal.map(({ body }) => body.eventId).filter(Boolean))
    for (const entry of await db('ticket_entries')) t.ok(events.has(entry.event_id), `${entry.kind} hangs on its event`)

    await up(db)
    const again = folded(
      await db('journal').where({ type: 'ticket.stood' }).orderBy('seq').select('type', 'at', 'body'),
    )
    for (const row of rows)
      t.same(again.get(row.id), { ...standingOf(row), ...SINCE }, 'the migration says how it stood then')
  })
}
