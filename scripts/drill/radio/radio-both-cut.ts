/**
 * The console's network is cut while on the air, and before it is missed (a second) the server's way to ARI falls silent too:
 * a lease renewed meanwhile may not hold the dead key any longer for it.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { AGENT_TONE, type RadioConsole, radioConsole } from '../../lab/radio-console.ts'
import { type FaultyWire, faultyWire } from '../parts/faulty-wire.ts'
import { radioDrill } from '../parts/radio-rounds.ts'

const SILENT_MS = 6_000
/** Renewals are 700 ms apart: each round catches another moment between two of them. */
const LATER_MS = { least: 300, step: 70 }
let network: FaultyWire | undefined
let ari: FaultyWire | undefined
let desk: RadioConsole | undefined

export default radioDrill({
  what: 'the console’s network is cut, and ARI falls silent before it is missed,',
  lab: {
    serverSees: async (real) => {
      ari = await faultyWire({ host: real.host, port: real.httpPort })
      return { ...real, httpPort: ari.port }
    },
  },
  sit: async (lab) => {
    network = await faultyWire({ host: lab.ports.deskHost, port: lab.ports.deskPort })
    desk = await radioConsole(lab, { tone: AGENT_TONE, deskPort: network.port })
    return desk
  },
  strike: async (_, round) => {
    network?.freeze()
    desk?.pull()
    await wait(LATER_MS.least + LATER_MS.step * (round % 10))
    ari?.freeze()
  },
  watchMs: SILENT_MS,
  heal: async () => {
    ari?.heal()
    network?.heal()
    desk?.plug()
  },
  endedBy: ['console_lost', 'control_lost'],
  done: () => {
    network?.close()
    ari?.close()
  },
})
