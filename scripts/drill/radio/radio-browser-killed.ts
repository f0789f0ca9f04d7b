/** kill -9 of the agent's Chromium while on the air: its key, its voice and its socket are gone at once. It is opened anew. */
import { onReachableNetwork } from '../../../softphone-console/tests/browser.ts'
import { BrowserDesk } from '../parts/radio-browser.ts'
import { radioDrill } from '../parts/radio-rounds.ts'

let desk: BrowserDesk | undefined

const drill = radioDrill({
  what: 'the browser is killed',
  sit: async (lab) => {
    desk = await BrowserDesk.open(lab)
    return desk
  },
  strike: () => desk?.kill() ?? Promise.resolve(),
  heal: () => desk?.comeBack() ?? Promise.resolve(),
  endedBy: ['console_lost'],
})

export default async (...given: Parameters<typeof drill>): Promise<void> => {
  onReachableNetwork()
  await drill(...given)
}
