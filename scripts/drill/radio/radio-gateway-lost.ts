/**
 * The gateway is lost while an agent is on the air, in turn: without power for as long as one takes to boot, which the
 * exchange finds out by asking (every 5 s); with a goodbye (BYE); without power for a moment, and back with its call
 * forgotten. It is called again.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { radioDrill } from '../parts/radio-rounds.ts'

const BOOT_MS = 9_000
const BLINK_MS = 300
const HOW = ['boots', 'says goodbye', 'blinks'] as const
const howIn = (round: number) => HOW[(round - 1) % HOW.length]

export default radioDrill({
  what: 'the gateway is lost',
  strike: ({ radio }, round) =>
    howIn(round) === 'says goodbye' ? radio.ask('hangup', { port: 'old' }) : radio.ask('kill', { port: 'old' }),
  heal: async ({ radio }, round) => {
    const how = howIn(round)
    if (how === 'says goodbye') return
    await wait(how === 'boots' ? BOOT_MS : BLINK_MS)
    await radio.ask('revive', { port: 'old' })
  },
  endedBy: ['gateway_lost', 'control_lost'],
})
