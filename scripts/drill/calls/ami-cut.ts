/** AMI goes silent: packets dropped, no FIN. Found in 5 s, said on the screen, and all of it is read back. */
import { setTimeout as wait } from 'node:timers/promises'
import type { Drill } from '../../drill.ts'
import { startLab } from '../../lab/index.ts'
import { watchDesk } from '../parts/console.ts'
import { type FaultyWire, faultyWire } from '../parts/faulty-wire.ts'
import { losses, settle } from '../parts/losses.ts'
import { metric, statusOf, untilWire } from '../parts/status.ts'
import { startTraffic, withSeats } from '../parts/traffic.ts'

const drill: Drill = async (report) => {
  let ami: FaultyWire | undefined
  const lab = await startLab({
    settings: withSeats(4, { desk: 40 }),
    serverSees: async (real) => {
      ami = await faultyWire({ host: real.host, port: real.amiPort })
      return { ...real, amiPort: ami.port }
    },
  })
  try {
    const traffic = await startTraffic(lab, { answering: 4 })
    const console = await watchDesk(lab)
    await traffic.storm(4, { forSeconds: 12 })
    ami?.freeze()
    const found = await untilWire(lab.url, 'ami', true, 8_000)
    const soon = traffic.machine.within(found, 5_000)
    report({ what: `the silent cut is found and said within 5 s (${found} ms${soon.meanwhile})`, ...soon, seen: found })
    await traffic.storm(8, { forSeconds: 8 })
    await wait(8_000)
    const during = await statusOf(lab.url)
    report({
      what: 'L8 the desk says since when it is blind',
      holds: during?.wires.some((one) => one.wire === 'ami' && one.state === 'broken' && one.since !== '') ?? false,
    })
    ami?.heal()
    const back = await untilWire(lab.url, 'ami', false, 15_000)
    const again = traffic.machine.within(back, 10_000)
    report({ what: `the wire is back by itself (${back} ms${again.meanwhile})`, ...again, seen: back })
    await traffic.storm(2, { forSeconds: 6 })
    await traffic.allOver()
    await settle(lab)
    report({ what: 'everything was read back after the cut', holds: (await metric(lab.url, 'ami_resync_total')) >= 2 })
    await losses(lab, { placed: traffic.placed, taken: traffic.taken, tones: traffic, console }, report)
    console.close()
    await traffic.stop()
  } finally {
    ami?.close()
    await lab.stop()
  }
}
export default drill
