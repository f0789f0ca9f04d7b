/** What the orders of a port do on an Asterisk that is slow or says no. On the real one: talk.live and lost.live tests. */
import t from 'tap'
import type { Voice } from '../../radio/index.ts'
import { makeOrders, type Voices } from './orders.ts'

const PAIR = { near: 'near', far: 'far', epoch: 1 }
const VOICE: Voice = { kind: 'leg', channel: 'ann' }

/** A port whose every request takes `ms` of a pretended clock, and what was asked of it, in order. */
function slowPort({ ms = 0, isStuck = false } = {}) {
  const asked: string[] = []
  let now = 0
  const does = async (what: string) => {
    asked.push(what)
    now += ms
  }
  const voices: Voices = {
    ready: async () => undefined,
    let: async (_, __, on) => {
      await does(on ? 'voice in' : 'voice out')
      if (isStuck && !on) throw new Error('no answer')
    },
    listen: async () => undefined,
  }
  const orders = makeOrders(
    {
      set: (_, __, value) => does(`lease ${value}`),
      mute: (_, direction) => does(`shut ${direction}`),
      unmute: (_, direction) => does(`open ${direction}`),
    },
    { port: 'old', current: () => PAIR, burn: () => void asked.push('burn') },
    voices,
    () => now,
  )
  return { asked, orders, leases: () => asked.flatMap((one) => (/^lease/.test(one) ? [Number(one.slice(6))] : [])) }
}

t.test('a lease counts from its order, not from its turn', async (t) => {
  const { orders, leases } = slowPort({ ms: 300 })
  await orders.key(1, VOICE, 2_000)
  await Promise.all([orders.renew(1, 2_000), orders.renew(1, 2_000), orders.renew(1, 1_000)])
  t.same(leases(), [2, 2, 1.7, 0.4], 'at once, behind one that took 300 ms, behind two')
})

t.test('a lease that ended while its order waited is not armed: nought would mean for ever', async (t) => {
  const { asked, orders, leases } = slowPort({ ms: 300 })
  await orders.key(1, VOICE, 2_000)
  const one = orders.renew(1, 2_000)
  await t.rejects(orders.renew(1, 200), { code: 'radio-order-too-old' })
  await one
  t.same(leases(), [2, 2])
  await orders.unkey(1, VOICE, 0)
  const late = orders.key(1, VOICE, 2_000)
  await t.rejects(orders.key(1, VOICE, 200), { code: 'radio-order-too-old' })
  await late
  t.notOk(asked.includes('burn'), 'nothing was opened: nothing is to be ended')
})

t.test('a voice that does not go out takes the carrier with it at once, and it is told', async (t) => {
  const { asked, orders } = slowPort({ isStuck: true })
  await orders.key(1, VOICE, 2_000)
  // Its tail would last longer than any test may.
  await t.rejects(orders.unkey(1, VOICE, 3_600_000), { message: 'no answer' })
  t.same(asked.slice(-3), ['voice out', 'shut out', 'lease 0'])
})
