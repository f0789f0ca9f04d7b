/** kill -9 of Asterisk under talking calls: legs closed with the reason, headers repaired, everything back by itself. */
import { setTimeout as wait } from 'node:timers/promises'
import type { Drill } from '../../drill.ts'
import { startLab } from '../../lab/index.ts'
import { watchDesk } from '../parts/console.ts'
import { losses, settle } from '../parts/losses.ts'
import { untilWire } from '../parts/status.ts'
import { startTraffic, withSeats } from '../parts/traffic.ts'

const drill: Drill = async (report) => {
  const lab = await startLab({ settings: withSeats(6, { desk: 60 }) })
  try {
    const traffic = await startTraffic(lab, { answering: 6 })
    const console = await watchDesk(lab)
    await traffic.storm(8, { forSeconds: 40, perSecond: 4 })
    await wait(6_000)
    await lab.pbx.kill()
    const found = await untilWire(lab.url, 'ami', true, 8_000)
    const soon = traffic.machine.within(found, 5_000)
    report({ what: `L8 the desk says that Asterisk is gone (${found} ms${soon.meanwhile})`, ...soon, seen: found })
    const from = performance.now()
    await lab.pbx.start()
    const back = await untilWire(lab.url, 'ami', false, 15_000)
    report({
      what: `the desk hears Asterisk again ${Math.round(performance.now() - from)} ms after its start began (${back})`,
      holds: Number.isFinite(back),
    })
    await wait(3_000)
    const closed = await lab.query<{ outcome: string; ended_by: string }>(
      `select outcome, ended_by from calls where state = 'ended'`,
    )
    report({
      what: 'every leg of before is closed with the reason: the exchange started anew',
      holds: closed.length === 8 && closed.every((call) => call.ended_by === 'pbx_restart'),
      seen: closed,
    })
    for (const phone of traffic.phones) {
      for (const call of phone.calls) if (call.state !== 'ended') call.end('the exchange is gone')
      await phone.register(3_600)
    }
    await traffic.storm(6, { forSeconds: 8, perSecond: 2 })
    await traffic.allOver()
    await settle(lab)
    const states = await lab.query<{ state: string; n: number; kept: number }>(
      `select r.state, count(*)::int as n, coalesce(min(r.ms), 0)::int as kept from recordings r group by 1`,
    )
    const missing = states.find((row) => row.state === 'missing')?.n ?? 0
    report({
      what: 'what the killed Asterisk had written is salvaged: no recording is missing',
      holds: missing === 0,
      seen: states,
    })
    await losses(lab, { placed: traffic.placed, taken: traffic.taken, console }, report)
    console.close()
    await traffic.stop()
  } finally {
    await lab.stop()
  }
}
export default drill
