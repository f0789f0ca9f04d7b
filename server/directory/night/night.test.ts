import t from 'tap'
import { house } from '../../test/house.ts'

t.test(
  'a supervisor turns a line to night; the exchange is told, and everybody sees since when and by whom',
  async (t) => {
    const desk = await house(t)
    const supervisor = await desk.someone({ role: 'supervisor', line: 'it' })
    const agent = await desk.someone({ role: 'agent', line: 'it' })

    const turned = await supervisor.ask('POST', '/api/lines/it/night', { night: 'on' })
    t.match(turned, {
      status: 200,
      body: { line: 'it', night: 'on', by: { id: supervisor.personId }, told: false },
    })
    t.ok(Math.abs(Date.parse(turned.body.since) - Date.now()) < 60_000, 'since now')
    const wishes = await desk.db('commands').where({ verb: 'set-night' })
    t.match(wishes, [{ pbx_id: 1, body: { line: 'it', night: 'on' }, settled_at: null }])
    t.equal(wishes.length, 1)
    const told = await desk.db('journal').where({ type: 'line.night' })
    t.match(told, [{ body: { line: 'it', night: 'on', byId: supervisor.personId } }])
    t.notMatch(JSON.stringify(told), /测试/, 'ids and codes only')

    const seen = await agent.ask('GET', '/api/lines/night')
    t.match(seen.body.items, [{ line: 'it', night: 'on', since: turned.body.since, mayTurn: false }])
    t.equal(seen.body.items.length, 1, 'of their own lines')
    const admin = await desk.someone({ role: 'admin' })
    const all = (await admin.ask('GET', '/api/lines/night')).body.items
    t.equal(all.length, 4)
    t.match(
      all.find((one: { line: string }) => one.line === 'property'),
      { night: 'auto', since: null, by: null },
    )
  },
)

t.test('turning it to where it stands tells the exchange again and changes nothing', async (t) => {
  const desk = await house(t)
  const admin = await desk.someone({ role: 'admin' })
  const other = await desk.someone({ role: 'admin' })
  const first = (await admin.ask('POST', '/api/lines/it/night', { night: 'off' })).body
  const again = (await other.ask('POST', '/api/lines/it/night', { night: 'off' })).body
  t.same([again.since, again.by.id], [first.since, admin.personId])
  t.equal((await desk.db('commands').where({ verb: 'set-night' })).length, 2)
  t.equal((await desk.db('journal').where({ type: 'line.night' })).length, 1)
})

t.test('who may not turn it is refused, and a line nobody knows is not there', async (t) => {
  const desk = await house(t)
  const agent = await desk.someone({ role: 'agent', line: 'it' })
  t.match(await agent.ask('POST', '/api/lines/it/night', { night: 'on' }), {
    status: 403,
    body: { code: 'not-allowed' },
  })
  t.match(await agent.ask('POST', '/api/lines/property/night', { night: 'on' }), { status: 404 })
  const admin = await desk.someone({ role: 'admin' })
  t.match(await admin.ask('POST', '/api/lines/nowhere/night', { night: 'on' }), {
    status: 404,
    body: { code: 'line-not-found' },
  })
  t.match(await admin.ask('POST', '/api/lines/it/night', { night: 'dusk' }), { status: 400 })
  t.equal((await desk.db('commands')).length, 0)
})
