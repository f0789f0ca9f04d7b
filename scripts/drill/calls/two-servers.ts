/** Two servers on one exchange and one database: both hear everything, nothing stands twice, one acts; it dies, the other does. */
import { setTimeout as wait } from 'node:timers/promises'
import type { Drill } from '../../drill.ts'
import { signInAs } from '../../lab/client.ts'
import { startLab } from '../../lab/index.ts'
import { anyFreePort } from '../../parts/ports.ts'
import { localUrl, startServer, untilReady } from '../../parts/server-process.ts'
import { watchDesk } from '../parts/console.ts'
import { losses, settle } from '../parts/losses.ts'
import { statusOf } from '../parts/status.ts'
import { startTraffic, withSeats } from '../parts/traffic.ts'

const drill: Drill = async (report) => {
  const lab = await startLab({ settings: withSeats(6) })
  const ports = { ...lab.ports, deskPort: await anyFreePort(lab.ports.deskHost, 'tcp') }
  const other = await startServer({
    varDir: lab.varDir,
    ports,
    secrets: lab.secrets,
    databaseUrl: lab.databaseUrl,
    demo: true,
    env: {},
  })
  const otherUrl = localUrl(ports)
  try {
    await untilReady(ports, other.pid, lab.varDir)
    const acting = async () =>
      (await Promise.all([statusOf(lab.url), statusOf(otherUrl)])).map((one) => one?.acting ?? false)
    report({ what: 'exactly one acts', holds: (await acting()).filter(Boolean).length === 1, seen: await acting() })
    const traffic = await startTraffic(lab, { answering: 6 })
    const console = await watchDesk(lab, [otherUrl])
    await traffic.storm(8, { forSeconds: 12 })

    const account = lab.file().accounts.agent?.[0]
    if (!account) throw new Error('no agent account')
    const agent = await signInAs(otherUrl, account.name, account.password)
    const signed = await agent.post<{ credential: { station: string } }>('/api/agent/sign-in')
    await wait(1_500)
    const twice = await lab.query(
      `select verb, body, count(*)::int from commands where settled_at is not null group by 1, 2 having count(*) > 1`,
    )
    report({ what: 'a wish made at one server is said to Asterisk once', holds: twice.length === 0, seen: twice })
    const queue = await lab.pbx.now().rx('queue show it')
    const seats = queue.split('\n').filter((line) => line.includes(signed.credential.station)).length
    report({ what: 'and the agent sits in the queue once', holds: seats === 1, seen: queue })

    const [first] = await acting()
    if (first) await lab.server.kill()
    else await other.stop()
    const survivor = first ? otherUrl : lab.url
    const from = performance.now()
    while (!(await statusOf(survivor))?.acting && performance.now() - from < 15_000) await wait(100)
    const tookOver = Math.round(performance.now() - from)
    const soon = traffic.machine.within(tookOver, 6_000)
    report({
      what: `when the acting one dies the other acts (${tookOver} ms${soon.meanwhile})`,
      ...soon,
      seen: tookOver,
    })
    await traffic.storm(4, { forSeconds: 6 })
    await traffic.allOver()
    await settle(lab)
    await losses(lab, { placed: traffic.placed, taken: traffic.taken, tones: traffic, console }, report)
    console.close()
    await traffic.stop()
  } finally {
    await other.stop()
    await lab.stop()
  }
}
export default drill
