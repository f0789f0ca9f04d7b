/** A minute in which nobody presses a key: no gateway is keyed, and not one packet is sent to one. */
import { setTimeout as wait } from 'node:timers/promises'
import type { Drill } from '../../drill.ts'
import { startLab } from '../../lab/index.ts'
import { radioConsole } from '../../lab/radio-console.ts'
import { monoMs } from '../../lab/sound/rtp.ts'

const drill: Drill = async (report, args) => {
  const seconds = Number(args.find((arg) => arg.startsWith('--seconds='))?.slice(10) ?? 60)
  const lab = await startLab({ radio: {} })
  try {
    const radio = await lab.radioClient()
    const desk = await radioConsole(lab)
    await desk.join('old', 'new')
    const before = await radio.ask('status', {})
    const since = monoMs()
    // A console holds its legs, with sound coming in, and people press digits on them.
    for (const end = performance.now() + seconds * 1_000; performance.now() < end; ) {
      for (const port of ['old', 'new']) desk.leg(port).press('1')
      await wait(Math.min(5_000, seconds * 500))
    }
    const after = await radio.ask('status', {})
    const keyed = (await radio.ask('log', { since })).filter(({ type }) => type === 'keyed')
    report({ what: `${seconds} s at rest: nothing was keyed`, holds: keyed.length === 0, seen: keyed })
    const packets = after.map(({ port, packets }) => packets - (before.find((one) => one.port === port)?.packets ?? 0))
    report({ what: 'no packet was sent to either gateway', holds: packets.every((n) => n === 0), seen: packets })
    report({ what: 'both gateways were in their calls', holds: after.every(({ inCall }) => inCall), seen: after })
    desk.close()
  } finally {
    await lab.stop()
  }
}
export default drill
