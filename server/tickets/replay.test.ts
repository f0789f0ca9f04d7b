import t from 'tap'
import { makeCommit } from '../desk.ts'
import { sending } from '../dispatch/index.ts'
import { house } from '../test/house.ts'
import { ticketRoutes } from './routes.ts'

t.test('a ticket that went to another line is not told again to who opened it and may not see it now', async (t) => {
  const { someone, db } = await house(t, {
    more: [async (app) => ticketRoutes({ db: app.deskDb, commit: makeCommit(app.deskDb, () => {}), sending })(app)],
  })
  const leads = await someone({ role: 'supervisor', line: 'it' })
  const key = { 'idempotency-key': 'opened-only-once' }
  const open = () => leads.ask('POST', '/api/tickets', { campus: 'new', line: 'it', what: '打印机卡纸' }, key)
  const first = await open()
  t.equal(first.status, 201)
  t.same((await open()).body, first.body, 'while it may be seen')
  const note = () =>
    leads.ask(
      'POST',
      `/api/tickets/${first.body.ticketId}/notes`,
      { text: '已派人' },
      { 'idempotency-key': 'noted-once' },
    )
  t.equal((await note()).status, 200)

  const equipment = (await db('lines').where({ code: 'equipment' }).first('id')).id
  await db('tickets').update({ line_id: equipment, first_taker_id: null })
  for (const again of [await open(), await note()]) {
    t.equal(again.status, 404)
    t.notOk(JSON.stringify(again.body).includes('打印机'))
  }
  t.equal((await db('tickets')).length, 1)
})
