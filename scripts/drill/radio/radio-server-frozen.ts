/** The server stands still for 5 s (SIGSTOP) while an agent is on the air. What it wakes up with is not believed. */
import { setTimeout as wait } from 'node:timers/promises'
import { radioDrill } from '../parts/radio-rounds.ts'

const FROZEN_MS = 5_000
let since = 0

export default radioDrill({
  what: 'the server is frozen for 5 s',
  strike: async ({ lab }) => {
    since = performance.now()
    process.kill(lab.server.now().pid, 'SIGSTOP')
  },
  heal: async ({ lab }) => {
    await wait(Math.max(0, since + FROZEN_MS - performance.now()))
    process.kill(lab.server.now().pid, 'SIGCONT')
  },
  endedBy: ['console_lost', 'control_lost'],
})
