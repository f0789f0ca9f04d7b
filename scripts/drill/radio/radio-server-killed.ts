/** kill -9 of the server while an agent is on the air. Nobody renews the lease; Asterisk lets the carrier fall. */
import { radioDrill } from '../parts/radio-rounds.ts'

export default radioDrill({
  what: 'the server is killed',
  strike: ({ lab }) => lab.server.kill(),
  heal: async ({ lab }) => {
    await lab.server.start()
    await lab.ready()
  },
  endedBy: ['server_restart'],
})
