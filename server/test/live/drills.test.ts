/** The faults that must cost nothing, each on a desk of its own: its drill is run whole, and nothing in it may fail. */
import t from 'tap'
import amiCut from '../../../scripts/drill/calls/ami-cut.ts'
import browserKilled from '../../../scripts/drill/calls/browser-killed.ts'
import serverKilled from '../../../scripts/drill/calls/server-killed.ts'
import twoServers from '../../../scripts/drill/calls/two-servers.ts'
import vaultDown from '../../../scripts/drill/calls/vault-down.ts'
import { type Drill, runDrill } from '../../../scripts/drill.ts'
import { ofEachKind } from '../../../scripts/test/gate.ts'

t.setTimeout(600_000)

const drills: [title: string, drill: Drill][] = [
  ['the server is killed with calls ringing, waiting and talking: nothing is lost', serverKilled],
  ['the manager port falls silent: it is found, said and read back', amiCut],
  ['the vault is away: recordings wait, play, and are filed in order', vaultDown],
  ['two servers hear everything and say it once; when one dies the other acts', twoServers],
  ['an agent’s browser is killed in mid-call: the caller is rung through', browserKilled],
]

for (const [title, drill] of ofEachKind(drills)) {
  t.test(title, async (t) => {
    const said: string[] = []
    const { passed, failed } = await runDrill(drill, ['--small'], (line) => said.push(line))
    for (const line of said) t.ok(!line.startsWith('✗'), line)
    t.ok(passed > 0 && failed === 0, `${passed} passed, ${failed} failed`)
  })
}
