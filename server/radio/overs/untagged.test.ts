/** The box of overs under no ticket, and what was said on a day, as a console asks for them. */
import { randomUUID } from 'node:crypto'
import t, { type Test } from 'tap'
import { radioDesk } from '../../test/radio-house.ts'
import type { OverView } from '../../wire/radio.ts'

async function aDesk(t: Test) {
  const desk = await radioDesk(t)
  const { db } = desk
  const organisation_id = (await db('organisations').first('id')).id
  const portOf = async (code: string) => db('radio_ports').where({ code }).first('id', 'campus_id')
  const [old, young] = [await portOf('old'), await portOf('new')]
  const line_id = (await db('lines').where({ code: 'it' }).first('id')).id
  const ticket = async (number: number) =>
    (
      await db('tickets')
        .insert({
          ...{ organisation_id, year: 2026, number, campus_id: old.campus_id, line_id, source: 'desk' },
          reported_at: new Date(),
        })
        .returning('id')
    )[0].id as string
  /** Said `minutes` ago for two seconds. */
  const said = async (minutes: number, but: Record<string, unknown> = {}, port = old) => {
    const id = randomUUID()
    const from_at = new Date(Date.now() - minutes * 60_000)
    const to_at = new Date(from_at.getTime() + 2_000)
    await db('radio_overs').insert({
      ...{ id, organisation_id, port_id: port.id, campus_id: port.campus_id, kind: 'rx', epoch: 1, from_at, to_at },
      ...{ ended_by: 'carrier_off', short: false },
      ...but,
    })
    return id
  }
  const agent = await desk.someone({ role: 'agent', campus: 'old' })
  const all = async (query: string, who = agent): Promise<OverView[]> => {
    const items: OverView[] = []
    for (let after = ''; ; ) {
      const { status, body } = await who.ask('GET', `/api/radio/overs?${query}${after && `&after=${after}`}`)
      if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`)
      items.push(...body.items)
      if (!body.next) return items
      after = body.next
    }
  }
  return { ...desk, agent, all, said, ticket, young }
}

t.test('what nobody filed is found however much was said since, page by page, and counted', async (t) => {
  const { agent, all, said, ticket, young } = await aDesk(t)
  const filed = { ticket_id: await ticket(1), attached_how: 'hand' }
  const lost = [await said(3_000), await said(2_000, { kind: 'tx' }), await said(1_000)]
  for (let n = 0; n < 70; n++) await said(500 - n, filed)
  // None of these is for anybody to file.
  await said(90, { short: true })
  await said(91, { kind: 'announcement' })
  await said(92, { kind: 'test' })
  await said(0, { to_at: null, ended_by: null })
  await said(93, {}, young)

  const found = await all('untagged=true&limit=2')
  t.same(
    found.map(({ overId }) => overId),
    lost.reverse(),
  )
  t.match(await agent.ask('GET', '/api/radio/overs/untagged'), { status: 200, body: { count: 3 } })
})

t.test('what was said on a day is found by the hospital’s own midnight', async (t) => {
  const { all, said, db, agent } = await aDesk(t)
  await db('organisations').update({ time_zone: 'Asia/Shanghai' })
  const at = (iso: string) => ({ from_at: new Date(iso), to_at: new Date(Date.parse(iso) + 2_000) })
  const [eve, early, late, next] = [
    await said(0, at('2026-03-04T15:59:59Z')),
    await said(0, at('2026-03-04T16:00:00Z')),
    await said(0, at('2026-03-05T15:59:59Z')),
    await said(0, at('2026-03-05T16:00:00Z')),
  ]
  const ids = async (query: string) => (await all(query)).map(({ overId }) => overId)
  t.same(await ids('day=2026-03-05&limit=1'), [late, early])
  t.same(await ids('day=2026-03-04'), [eve])
  t.same(await ids('day=2026-03-06&untagged=true'), [next])
  for (const day of ['2026-02-30', 'yesterday', '2026-3-5', '0000-01-01'])
    t.equal((await agent.ask('GET', `/api/radio/overs?day=${day}`)).status, 400, day)
})

t.test('a wrongly filed over is taken back into the box, and the journal says from where', async (t) => {
  const { agent, all, said, ticket, db } = await aDesk(t)
  const [wrong, right] = [await ticket(1), await ticket(2)]
  const overId = await said(5)
  const file = (ticketId: string | null) => agent.ask('POST', `/api/radio/overs/${overId}/attach`, { ticketId })
  t.match(await file(wrong), { status: 200, body: { ticketId: wrong, ticketNumber: '0001' } })
  t.same(await all('untagged=true'), [])
  t.match(await file(null), { status: 200, body: { ticketId: null, attachedHow: null } })
  t.match(await all('untagged=true'), [{ overId }])
  t.match(await file(right), { status: 200, body: { ticketId: right } })
  const rows = await db('journal').where({ type: 'radio.over-attached' }).orderBy('seq')
  t.match(
    rows.map(({ body }) => [body.ticketId, body.wasTicketId]),
    [
      [wrong, null],
      [null, wrong],
      [right, null],
    ],
  )
})
