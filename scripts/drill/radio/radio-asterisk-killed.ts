/** kill -9 of Asterisk while an agent is on the air: no packets, no carrier. Gateways and consoles are called anew. */
import { radioDrill } from '../parts/radio-rounds.ts'

export default radioDrill({
  what: 'Asterisk is killed',
  strike: ({ lab }) => lab.pbx.kill(),
  heal: ({ lab }) => lab.pbx.start(),
  endedBy: ['control_lost', 'gateway_lost'],
  // Its recorders hand 32 kB at a time to the disk (main/file.c; no setting changes it): 2.048 s of sound, and the 20 ms
  // that would have been next, were in the memory of the process that died. Nothing older may be missing.
  restMs: 3_000,
  holeMs: 2_068,
})
