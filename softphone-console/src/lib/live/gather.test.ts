import { mock } from 'node:test'
import t from 'tap'
import type { Frame, FromServer } from '../wire.ts'
import { GATHER_MS, Gather } from './gather.ts'

const frames = (upTo: number, type: string): FromServer => ({
  kind: 'frames',
  after: upTo - 1,
  upTo,
  frames: [{ seq: upTo, type } as unknown as Frame],
})

t.test('what concerns others is shown together, soon and in order', async (t) => {
  mock.timers.enable({ apis: ['setTimeout'] })
  t.teardown(() => mock.timers.reset())
  const passed: FromServer[] = []
  const gather = new Gather(
    (frame) => frame.type === 'mine',
    (message) => passed.push(message),
  )
  gather.hear(frames(1, 'other'))
  gather.hear(frames(2, 'other'))
  t.same(passed, [])
  mock.timers.tick(GATHER_MS)
  t.same(passed, [frames(1, 'other'), frames(2, 'other')])
})

t.test('my own call is shown at once, after all that came before it', async (t) => {
  mock.timers.enable({ apis: ['setTimeout'] })
  t.teardown(() => mock.timers.reset())
  const passed: FromServer[] = []
  const gather = new Gather(
    (frame) => frame.type === 'mine',
    (message) => passed.push(message),
  )
  gather.hear(frames(1, 'other'))
  gather.hear(frames(2, 'mine'))
  t.same(passed, [frames(1, 'other'), frames(2, 'mine')])
  gather.hear({ kind: 'resync', why: 'too-slow' } as FromServer)
  t.equal(passed.length, 3, 'and so is whatever is not about calls')
  mock.timers.tick(GATHER_MS)
  t.equal(passed.length, 3, 'nothing is told twice')
})
