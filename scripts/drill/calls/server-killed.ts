/** kill -9 of the server with calls ringing, waiting and talking. They go on; what it missed is read back. */
import { setTimeout as wait } from 'node:timers/promises'
import type { Drill } from '../../drill.ts'
import { startLab } from '../../lab/index.ts'
import { watchDesk } from '../parts/console.ts'
import { losses, settle } from '../parts/losses.ts'
import { startTraffic, withSeats } from '../parts/traffic.ts'

const CALLS = 20
const TALKING = 8

const drill: Drill = async (report) => {
  const lab = await startLab({ settings: withSeats(TALKING, { desk: 60 }) })
  try {
    const traffic = await startTraffic(lab, { answering: TALKING })
    const console = await watchDesk(lab)
    await traffic.storm(CALLS, { forSeconds: 20, perSecond: 4 })
    const [before] = await lab.query<{ n: number }>(`select count(*)::int as n from calls where state <> 'ended'`)
    report({
      what: `calls are ringing, waiting and talking when it falls (${before?.n})`,
      holds: (before?.n ?? 0) > TALKING,
    })
    await lab.server.kill()
    await wait(6_000)
    report({
      what: 'desk phones talk on while it is dead',
      holds: traffic.phones.some((phone) => phone.calls.some((call) => call.state === 'talking')),
    })
    const from = performance.now()
    await lab.server.start()
    await lab.ready()
    report({ what: `it is ready again (${Math.round(performance.now() - from)} ms)`, holds: true })
    await traffic.allOver()
    await settle(lab)
    await losses(lab, { placed: traffic.placed, taken: traffic.taken, tones: traffic, console }, report)
    console.close()
    await traffic.stop()
  } finally {
    await lab.stop()
  }
}
export default drill
