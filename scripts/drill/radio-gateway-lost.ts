/**
 * The gateway loses its power while an agent is on the air; every other time it says goodbye (BYE). It is called again.
 * It is away for as long as one takes to boot: the exchange asks it every 5 s. One that is back sooner, its call forgotten,
 * is found by the session timer only (45 s at most, RFC 4028's least).
 */
import { setTimeout as wait } from 'node:timers/promises'
import { radioDrill } from './parts/radio-rounds.ts'

const BOOT_MS = 9_000

export default radioDrill({
  what: 'the gateway is lost',
  strike: ({ radio }, round) =>
    round % 2 === 1 ? radio.ask('kill', { port: 'old' }) : radio.ask('hangup', { port: 'old' }),
  heal: async ({ radio }, round) => {
    if (round % 2 === 0) return
    await wait(BOOT_MS)
    await radio.ask('revive', { port: 'old' })
  },
  endedBy: ['gateway_lost', 'control_lost'],
})
