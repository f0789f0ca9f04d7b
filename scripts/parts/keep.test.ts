import { spawn } from 'node:child_process'
import { setTimeout as pause } from 'node:timers/promises'
import t from 'tap'
import { keep } from './keep.ts'
import { beganAt, endProcess } from './processes.ts'
import { quiet } from './say.ts'

const sleeper = async () => {
  const child = spawn('sleep', ['60'], { stdio: 'ignore' })
  const pid = child.pid ?? 0
  return { pid, stop: () => endProcess(pid) }
}

t.test('what dies is started again, and what is stopped stays stopped', async (t) => {
  let second: (pid: number) => void = () => undefined
  const again = new Promise<number>((done) => {
    second = done
  })
  const kept = await keep('sleeper', sleeper, quiet, (now) => second(now.pid))
  const first = kept.current().pid
  process.kill(first, 'SIGKILL')
  t.not(await again, first)
  t.equal(kept.restarts(), 1)
  const last = kept.current().pid
  await kept.stop()
  t.equal(beganAt(last), undefined)
  await pause(300)
  t.equal(kept.restarts(), 1, 'nobody starts it after its end')
})

t.test('a thing that cannot be started the first time says so', async (t) => {
  await t.rejects(
    keep('broken', () => Promise.reject(new Error('no such file')), quiet),
    /no such file/,
  )
})
