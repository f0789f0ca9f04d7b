/** kill -9 of PostgreSQL under calls and under typing. Voice goes on; what was acknowledged is there; the rest is read back. */
import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { Drill } from '../../drill.ts'
import { signedIn } from '../../lab/client.ts'
import { startLab } from '../../lab/index.ts'
import { watchDesk } from '../parts/console.ts'
import { losses, settle } from '../parts/losses.ts'
import { statusOf, untilWire } from '../parts/status.ts'
import { startTraffic, withSeats } from '../parts/traffic.ts'

const drill: Drill = async (report) => {
  const lab = await startLab({ settings: withSeats(6), ownPostgres: true })
  try {
    const agent = await signedIn(lab, 'agent')
    const acknowledged: string[] = []
    let typing = true
    const typist = (async () => {
      while (typing) {
        const made = await agent
          .post<{ ticketId: string }>(
            '/api/tickets',
            { campus: 'new', line: 'it', what: '打字' },
            { 'idempotency-key': randomUUID() },
          )
          .catch(() => undefined)
        if (made) acknowledged.push(made.ticketId)
        await wait(20)
      }
    })()
    const traffic = await startTraffic(lab, { answering: 6 })
    const console = await watchDesk(lab)
    await traffic.storm(6, { forSeconds: 15 })
    await lab.postgres?.kill()
    const found = await untilWire(lab.url, 'postgres', true, 10_000)
    const soon = traffic.machine.within(found, 8_000)
    report({ what: `L8 the desk says that PostgreSQL is gone (${found} ms${soon.meanwhile})`, ...soon, seen: found })
    await traffic.storm(8, { forSeconds: 6, perSecond: 2 })
    const answer = await fetch(`${lab.url}/api/tickets`, { headers: { cookie: agent.cookie } })
    report({ what: 'a request is answered 503, not left hanging', holds: answer.status === 503, seen: answer.status })
    report({ what: 'the server itself is well', holds: (await fetch(`${lab.url}/healthz`)).ok })
    await wait(5_000)
    await lab.postgres?.start()
    const back = await untilWire(lab.url, 'postgres', false, 20_000)
    report({ what: `the wire is back by itself (${back} ms)`, holds: Number.isFinite(back) })
    await traffic.storm(2, { forSeconds: 6 })
    await traffic.allOver()
    typing = false
    await typist
    await settle(lab)
    report({
      what: 'the desk is well again',
      holds: (await statusOf(lab.url))?.state === 'well',
      seen: await statusOf(lab.url),
    })
    await losses(lab, { placed: traffic.placed, taken: traffic.taken, acknowledged, tones: traffic, console }, report)
    console.close()
    await traffic.stop()
  } finally {
    await lab.stop()
  }
}
export default drill
