/** The spool's disk is full: calls go on; what could not be recorded is said, never silently absent. */
import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Drill } from '../../drill.ts'
import { startLab } from '../../lab/index.ts'
import { Stop } from '../../parts/say.ts'
import { watchDesk } from '../parts/console.ts'
import { losses, settle } from '../parts/losses.ts'
import { startTraffic, withSeats } from '../parts/traffic.ts'

const SIZE = '1536k'

const drill: Drill = async (report) => {
  let spool = ''
  const lab = await startLab({
    // The disk stands before Asterisk opens its first file on it.
    settings: (usual) => {
      spool = join(usual.varDir, 'pbx/spool')
      mkdirSync(spool, { recursive: true })
      try {
        execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE},mode=755`, 'tmpfs', spool])
      } catch {
        throw new Stop(
          '这个演练要挂载小磁盘: 以 root 运行, 或 unshare -rm npm run drill -- spool-full · this drill mounts a small disk: run it as root, or as above',
        )
      }
      return withSeats(8)(usual)
    },
  })
  try {
    const traffic = await startTraffic(lab, { answering: 8 })
    const console = await watchDesk(lab)
    await traffic.storm(8, { forSeconds: 30, perSecond: 8 })
    await wait(26_000)
    const status = (await (await fetch(`${lab.url}/status`)).json()) as { wires: { wire: string; state: string }[] }
    const said = status.wires.find((one) => one.wire === 'spool')?.state
    report({ what: 'L8 the desk says that the spool is full', holds: said === 'slow' || said === 'broken', seen: said })
    const late = await traffic.ring({ forSeconds: 8 })
    await late.answered
    report({ what: 'L7 a ward that rings now is taken all the same', holds: true })
    const ended = await traffic.allOver()
    report({
      what: 'L7 every call was carried to its end',
      holds: ended.every((one) => one.answered),
      seen: ended.filter((one) => !one.answered),
    })
    await wait(5_000)
    await settle(lab)
    const flagged = await lab.query<{ n: number }>(
      `select count(*)::int as n from calls k left join recordings r on r.call_id = k.id
        where k.outcome = 'answered' and (r.state in ('missing', 'short') or k.unrecorded_why is not null)`,
    )
    report({ what: `calls whose sound was lost are flagged (${flagged[0]?.n})`, holds: (flagged[0]?.n ?? 0) > 0 })
    await losses(lab, { placed: traffic.placed, taken: traffic.taken, console }, report)
    console.close()
    await traffic.stop()
  } finally {
    await lab.pbx.stop()
    await lab.server.stop()
    if (spool) execFileSync('umount', ['-l', spool])
    await lab.stop()
  }
}
export default drill
