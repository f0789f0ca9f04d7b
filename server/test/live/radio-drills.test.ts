/** The radio's faults, each struck once while an agent is on the air, on a desk of its own; its drill is run whole. */
import t from 'tap'
import ariCut from '../../../scripts/drill/radio/radio-ari-cut.ts'
import asteriskKilled from '../../../scripts/drill/radio/radio-asterisk-killed.ts'
import consoleCut from '../../../scripts/drill/radio/radio-console-cut.ts'
import gatewayLost from '../../../scripts/drill/radio/radio-gateway-lost.ts'
import serverFrozen from '../../../scripts/drill/radio/radio-server-frozen.ts'
import serverKilled from '../../../scripts/drill/radio/radio-server-killed.ts'
import { type Drill, runDrill } from '../../../scripts/drill.ts'
import { ofEachKind } from '../../../scripts/test/gate.ts'

t.setTimeout(600_000)

const drills: [title: string, drill: Drill][] = [
  ['the server is killed while keyed: the carrier falls, and comes back by a press alone', serverKilled],
  ['the server stands still while keyed: what it wakes up with is not believed', serverFrozen],
  ['ARI falls silent while keyed: the lease lapses', ariCut],
  ['the console’s network is cut while keyed: its key is let go', consoleCut],
  ['the gateway is lost while keyed: it is called again', gatewayLost],
  ['Asterisk is killed while keyed: gateways and consoles are called anew', asteriskKilled],
]

for (const [title, drill] of ofEachKind(drills)) {
  t.test(title, async (t) => {
    const said: string[] = []
    const { passed, failed } = await runDrill(drill, ['--times=1'], (line) => said.push(line))
    for (const line of said) t.ok(!line.startsWith('✗'), line)
    t.ok(passed > 0 && failed === 0, `${passed} passed, ${failed} failed`)
  })
}
