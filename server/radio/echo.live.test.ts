/** Two gateways that return what they are sent, in one patch: what one says is relayed once and never comes round. */
import { setTimeout as wait } from 'node:timers/promises'
import t from 'tap'
import { HANDHELD, radioDesk } from '../test/live/radio-desk.ts'

t.setTimeout(180_000)

const { ann, radio, log, rest, now } = await radioDesk(t)
const BURST_MS = 400
/** Six times round the longest way. */
const WATCH_MS = 4_000

t.test('no echo between 50 and 600 ms is sent round by a patch of two campuses', async (t) => {
  await ann.client.post('/api/radio/patches', { ports: ['old', 'new'] })
  await ann.shows('old', ({ patch }) => patch?.ports.length === 2)
  for (const echoMs of [50, 150, 300, 600]) {
    for (const port of ['old', 'new'])
      await radio.ask('mode', { port, set: { echoMs, deafOnTx: false, ident: 'none' } })
    await rest('old', 'new')
    const since = now()
    await radio.ask('speak', { port: 'old', unit: '07', tone: HANDHELD, forMs: BURST_MS })
    await wait(WATCH_MS)
    const [relayed, repeated] = [await log('new', 'keyed', since), await log('old', 'keyed', since)]
    t.equal(relayed.length, 1, `${echoMs} ms: the other campus is keyed once`)
    t.equal(repeated.length, 0, `${echoMs} ms: and nothing comes back`)
  }
})
