import { setTimeout as wait } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { makePresence } from './presence.ts'

const sound = new Int16Array(160).fill(7)
const zeros = new Int16Array(160)

/** A gateway whose packets are counted, and what was heard of it. */
function heard(t: Test) {
  let packets = 0
  const times: number[] = []
  const presence = makePresence(
    async () => packets,
    (_, at) => void times.push(at),
  )
  t.teardown(presence.stop)
  const play = async (from: number, frames: number, what: Int16Array, sent: boolean) => {
    for (let i = 0; i < frames; i++) {
      if (sent) packets++
      presence.frame(what, from + 20 * i)
      await wait(1)
    }
  }
  const send = (count: number) => {
    packets += count
  }
  return { times, play, send }
}

t.test('a receiver that is quiet is not heard, however long its leg is filled with zeros', async (t) => {
  const { times, play } = heard(t)
  await play(0, 20, zeros, false)
  t.same(times, [])
  await play(400, 3, sound, true)
  await play(460, 20, zeros, false)
  t.same(times, [400, 420, 440])
})

t.test('a carrier with nothing on it is one carrier, from its first word to its end', async (t) => {
  const { times, play } = heard(t)
  await play(0, 2, sound, true)
  await play(40, 30, zeros, true)
  await play(640, 2, sound, true)
  t.equal(times.length, 34)
  t.same(
    times,
    [...times].sort((a, b) => a - b),
    'in order',
  )
})

t.test('a carrier that begins with nothing on it is seen all the same', async (t) => {
  const { times, play, send } = heard(t)
  await wait(300)
  send(10)
  await wait(300)
  await play(0, 5, zeros, true)
  t.ok(times.length >= 2)
})

t.test('a busy exchange that counts late does not cut a number in two between its digits', async (t) => {
  let packets = 0
  const times: number[] = []
  const presence = makePresence(
    async () => {
      await wait(70)
      return packets
    },
    (_, at) => void times.push(at),
  )
  t.teardown(presence.stop)
  for (let i = 0; i < 40; i++) {
    packets++
    presence.frame(i % 8 < 5 ? sound : zeros, 20 * i)
    await wait(20)
  }
  t.same(
    times,
    [...Array(37).keys()].map((i) => 20 * i),
    'every frame of it, pauses included',
  )
})
