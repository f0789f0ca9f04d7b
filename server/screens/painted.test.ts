import t from 'tap'
import { signIn } from '../agents/index.ts'
import { hear } from '../calls/index.ts'
import { makeCommit } from '../desk.ts'
import { hospital } from '../test/hospital.ts'
import { house } from '../test/house.ts'
import { visit } from '../test/visit.ts'
import { popRoutes } from './routes.ts'

t.test('how late a pop was is counted from the ring, whatever the browser says of itself', async (t) => {
  const told: { ringAt: Date; saidAt: number }[] = []
  const desk = await house(t, {
    base: false,
    more: [
      async (app) =>
        popRoutes({
          db: app.deskDb,
          commit: makeCommit(app.deskDb, () => {}),
          health: () => ({ serverTime: '', acting: true, wires: [], alarms: [] }),
          painted: (pop) => void told.push(pop),
        })(app),
    ],
  })
  const { lin, wei } = await hospital(desk.db)
  await desk.commit(async (tx) => {
    return (await signIn(tx, lin.personId, { untilMs: 3_600_000 })).events
  })
  const begins = new Date(Date.now() - 8_000)
  const call = visit({ begins })
  for (const fact of [call.arrives(), call.queues(), call.rings('b1001', 5)]) await desk.commit((tx) => hear(tx, fact))

  const paint = async (personId: string) =>
    (await desk.signIn(personId)).ask('POST', `/api/calls/${call.callId}/painted`, {
      legUniqueid: 'b1001.5',
      afterMs: 12,
    })
  t.equal((await paint(wei.personId)).status, 204)
  t.same(told, [], 'a pop of somebody else')
  t.equal((await paint(lin.personId)).status, 204)
  t.equal((await paint(lin.personId)).status, 204)
  t.equal(told.length, 1, 'once for each ring')
  t.same(told[0]?.ringAt, new Date(begins.getTime() + 5_000), 'by Asterisk’s clock')
  t.ok((told[0]?.saidAt ?? 0) - begins.getTime() >= 8_000)
})
