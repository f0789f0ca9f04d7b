/** The agent's network is cut while on the air: neither heartbeat nor voice arrive, and nothing is closed. */

import { AGENT_TONE, type RadioConsole, radioConsole } from '../../lab/radio-console.ts'
import { type FaultyWire, faultyWire } from '../parts/faulty-wire.ts'
import { radioDrill } from '../parts/radio-rounds.ts'

const CUT_MS = 4_000
let network: FaultyWire | undefined
let desk: RadioConsole | undefined

export default radioDrill({
  what: 'the console’s network is cut',
  sit: async (lab) => {
    network = await faultyWire({ host: lab.ports.deskHost, port: lab.ports.deskPort })
    desk = await radioConsole(lab, { tone: AGENT_TONE, deskPort: network.port })
    return desk
  },
  strike: async () => {
    network?.freeze()
    desk?.pull()
  },
  watchMs: CUT_MS,
  heal: async () => {
    network?.heal()
    desk?.plug()
  },
  endedBy: ['console_lost'],
  done: () => network?.close(),
})
