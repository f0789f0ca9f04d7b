/** Two gateways that return what they are sent, in one patch: what one says is relayed once and never comes round. */
import { setTimeout as wait } from 'node:timers/promises'
import t from 'tap'
import { watchMachine } from '../../../scripts/lab/stood-still.ts'
import { HANDHELD, radioDesk } from '../../test/live/radio-desk.ts'

t.setTimeout(240_000)

const { ann, radio, log, rest, now } = await radioDesk(t)
const machine = await watchMachine()
t.teardown(() => machine.close())
const BURST_MS = 400
/** Several times round the longest way. */
const WATCH_MS = 4_000
/** An echo that a standing machine holds back is another, longer one: that turn says nothing of this delay. */
const STOOD_MS = 100
const TURNS = 8

t.test('no echo between 50 and 600 ms is sent round by a patch of two campuses', async (t) => {
  await ann.client.post('/api/radio/patches', { ports: ['old', 'new'] })
  await ann.shows('old', ({ patch }) => patch?.ports.length === 2)
  for (const echoMs of [50, 150, 300, 600]) {
    for (const port of ['old', 'new'])
      await radio.ask('mode', { port, set: { echoMs, deafOnTx: false, ident: 'none' } })
    for (let turn = 1; ; turn++) {
      await rest('old', 'new')
      const since = now()
      const began = Date.now()
      await radio.ask('speak', { port: 'old', unit: '07', tone: HANDHELD, forMs: BURST_MS })
      await wait(WATCH_MS)
      const stoodMs = Math.max(machine.stoodStill(began), ...(await stalls(since)))
      const [relayed, repeated] = [await log('new', 'keyed', since), await log('old', 'keyed', since)]
      const isClean = relayed.length === 1 && repeated.length === 0
      if (!isClean && stoodMs > STOOD_MS && turn < TURNS) {
        t.comment(`${echoMs} ms, turn ${turn}: the machine stood still for ${Math.round(stoodMs)} ms; said once more`)
        continue
      }
      t.equal(relayed.length, 1, `${echoMs} ms: the other campus is keyed once`)
      t.equal(
        repeated.length,
        0,
        `${echoMs} ms: and nothing comes back (turn ${turn}; ${Math.round(stoodMs)} ms stood)`,
      )
      break
    }
  }
})

const stalls = async (since: number) =>
  (await Promise.all(['old', 'new'].map((port) => log(port, 'stalled', since)))).flat().map(({ ms }) => ms)
