/** The agent's network is cut while on the air: neither heartbeat nor voice arrive, and nothing is closed. */
import { type FaultyWire, faultyWire } from './parts/faulty-wire.ts'
import { radioDrill } from './parts/radio-rounds.ts'

const CUT_MS = 4_000
let network: FaultyWire | undefined

export default radioDrill({
  what: 'the console’s network is cut',
  seat: async (lab) => {
    network = await faultyWire({ host: lab.ports.deskHost, port: lab.ports.deskPort })
    return { deskPort: network.port }
  },
  strike: async ({ desk }) => {
    network?.freeze()
    desk.pull()
  },
  watchMs: CUT_MS,
  heal: async ({ desk }) => {
    network?.heal()
    desk.plug()
  },
  endedBy: ['console_lost'],
  // the voice is gone with the network, a little before the carrier
  holeMs: 1_500,
  done: () => network?.close(),
})
