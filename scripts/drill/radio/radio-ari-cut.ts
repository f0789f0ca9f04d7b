/** The server's way to ARI falls silent while an agent is on the air: nothing closed, nothing passes. The lease lapses. */
import { type FaultyWire, faultyWire } from '../parts/faulty-wire.ts'
import { radioDrill } from '../parts/radio-rounds.ts'

const SILENT_MS = 6_000
let ari: FaultyWire | undefined

export default radioDrill({
  what: 'ARI falls silent',
  lab: {
    serverSees: async (real) => {
      ari = await faultyWire({ host: real.host, port: real.httpPort })
      return { ...real, httpPort: ari.port }
    },
  },
  strike: async () => ari?.freeze(),
  watchMs: SILENT_MS,
  heal: async () => ari?.heal(),
  endedBy: ['control_lost'],
  done: () => ari?.close(),
})
