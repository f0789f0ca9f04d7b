/** kill -9 of Asterisk while an agent is on the air: no packets, no carrier. Gateways and consoles are called anew. */
import { radioDrill } from './parts/radio-rounds.ts'

export default radioDrill({
  what: 'Asterisk is killed',
  strike: ({ lab }) => lab.pbx.kill(),
  heal: ({ lab }) => lab.pbx.start(),
  endedBy: ['control_lost', 'gateway_lost'],
  // Its recorders hand 32 kB at a time to the disk: two seconds of sound.
  restMs: 3_000,
  holeMs: 2_200,
})
