/** The server is away for five minutes while wards go on calling. All calls appear afterwards, marked, with recordings. */
import { setTimeout as wait } from 'node:timers/promises'
import type { Drill } from '../../drill.ts'
import { startLab } from '../../lab/index.ts'
import { watchDesk } from '../parts/console.ts'
import { losses, settle } from '../parts/losses.ts'
import { startTraffic, withSeats } from '../parts/traffic.ts'

const CALLS = 30
const AWAY_MS = 5 * 60_000

const drill: Drill = async (report, args) => {
  const awayMs = args.includes('--short') ? 60_000 : AWAY_MS
  const lab = await startLab({ settings: withSeats(6) })
  try {
    const traffic = await startTraffic(lab, { answering: 6 })
    const console = await watchDesk(lab)
    await lab.server.stop()
    const from = performance.now()
    await traffic.storm(CALLS, { forSeconds: 12, perSecond: CALLS / (awayMs / 1000) })
    await traffic.allOver()
    await wait(Math.max(0, awayMs - (performance.now() - from)))
    report({
      what: `${traffic.answered} of ${CALLS} were answered on desk phones meanwhile`,
      holds: traffic.answered === CALLS,
      seen: traffic.answered,
    })
    await lab.server.start()
    await lab.ready()
    await wait(2_000)
    await settle(lab)
    const [recovered] = await lab.query<{ n: number }>('select count(*)::int as n from calls where recovered')
    report({ what: 'every one is marked as recovered', holds: recovered?.n === CALLS, seen: recovered })
    await losses(lab, { placed: traffic.placed, taken: traffic.taken, tones: traffic, console }, report)
    console.close()
    await traffic.stop()
  } finally {
    await lab.stop()
  }
}
export default drill
