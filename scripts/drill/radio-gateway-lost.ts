/** The gateway loses its power while an agent is on the air; every other time it says goodbye (BYE). It is called again. */
import { radioDrill } from './parts/radio-rounds.ts'

export default radioDrill({
  what: 'the gateway is lost',
  strike: ({ radio }, round) =>
    round % 2 === 1 ? radio.ask('kill', { port: 'old' }) : radio.ask('hangup', { port: 'old' }),
  heal: async ({ radio }, round) => {
    if (round % 2 === 1) await radio.ask('revive', { port: 'old' })
  },
  endedBy: ['gateway_lost', 'control_lost'],
})
