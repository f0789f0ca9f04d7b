import { spawn } from 'node:child_process'
import { once } from 'node:events'
import t from 'tap'
import { overlap, watchMachine } from './stood-still.ts'

t.test('what several processors stood still for counts once, and only within the time asked for', async (t) => {
  const spans = [
    { from: 400, to: 900 },
    { from: 100, to: 300 },
    { from: 500, to: 700 },
    { from: 800, to: 1_200 },
  ]
  t.equal(overlap(spans, { from: 0, to: 2_000 }), 200 + 800)
  t.equal(overlap(spans, { from: 200, to: 1_000 }), 100 + 600)
  t.equal(overlap(spans, { from: 1_300, to: 2_000 }), 0)
  t.equal(overlap([], { from: 0, to: 2_000 }), 0)
})

t.test('a process that is made to stand still knows for how long, and excuses no more than that', async (t) => {
  const machine = await watchMachine()
  t.teardown(() => machine.close())
  const from = performance.timeOrigin + performance.now()
  const before = machine.stoodStill(0)
  const stopper = spawn('sh', ['-c', `kill -STOP ${process.pid}; sleep 0.6; kill -CONT ${process.pid}`])
  await once(stopper, 'exit')
  for (let tries = 0; tries < 100 && machine.stoodStill(0) - before < 500; tries++)
    await new Promise((soon) => setTimeout(soon, 20))
  const still = machine.stoodStill(from)
  const passed = performance.timeOrigin + performance.now() - from
  t.ok(still > 500 && still <= passed, `${Math.round(still)} ms of ${Math.round(passed)}`)
  t.match(machine.within(passed, passed - 400), { holds: true, meanwhile: /stood still \d+ ms/ })
  t.notOk(machine.within(passed, passed - still - 100).holds)
})
