import { setTimeout as pause } from 'node:timers/promises'
import t from 'tap'
import type { Frame, OverView } from '../../wire.ts'
import { dayOf, isFileable, isUntagged, OverBoard } from './overs.ts'

const over = (but: Partial<OverView> = {}): OverView => ({
  ...{
    overId: 'o',
    port: 'old',
    campus: 'old',
    kind: 'rx',
    talker: null,
    from: '2026-11-30T00:00:00Z',
    to: null,
    ms: 2_000,
  },
  ...{
    endedBy: 'carrier_off',
    overlap: false,
    emergency: false,
    ticketId: null,
    ticketNumber: null,
    attachedHow: null,
  },
  ...{ text: null, mayListen: true, playable: true },
  ...but,
})

t.test('what waits to be filed is counted by the desk, not by the few overs a console holds', async (t) => {
  let count = 143
  const asked: string[] = []
  const board = new OverBoard()
  const api = {
    get: async (path: string) => {
      asked.push(path)
      return (path.endsWith('/untagged') ? { count } : { items: [], next: null }) as never
    },
  }
  await board.load(api)
  t.equal(board.untaggedCount, 143)
  count = 142
  const frame = { seq: 1, at: '', type: 'radio.over-attached', subject: 'over', over: over({ ticketId: 't' }) } as Frame
  for (let n = 0; n < 5; n++) board.apply(frame)
  for (const until = Date.now() + 5_000; board.untaggedCount !== 142 && Date.now() < until; ) await pause(20)
  t.equal(board.untaggedCount, 142)
  t.equal(asked.filter((path) => path.endsWith('/untagged')).length, 2, 'once for all that was told at once')
  board.clear()
  t.equal(board.untaggedCount, 0)
})

t.test(
  'what was filed wrongly can be filed anew; an announcement or a slip of the key is nobody’s to file',
  async (t) => {
    t.ok(isUntagged(over()))
    t.notOk(isUntagged(over({ ticketId: 't' })))
    t.ok(isFileable(over({ ticketId: 't' })))
    for (const one of [over({ kind: 'announcement' }), over({ ms: 120 }), over({ ms: null })]) t.notOk(isFileable(one))
  },
)

t.test('a day is the hospital’s, wherever the browser is', async (t) => {
  t.equal(dayOf('2026-03-04T16:00:00Z'), '2026-03-05')
  t.equal(dayOf('2026-03-04T16:00:00Z', 'UTC'), '2026-03-04')
})
