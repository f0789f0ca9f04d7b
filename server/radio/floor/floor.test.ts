import t from 'tap'
import { answers, aPort, carrier, ends, hold, press, talker } from '../../test/radio/floor.ts'
import { carrierOf } from './floor.ts'
import { PRIORITY } from './words.ts'

t.test('an agent who presses is granted, speaks, and lets go', async (t) => {
  const radio = aPort()
  radio.tell(press('ann'))
  t.equal(carrierOf(radio.floor, 'old'), 'pending')
  hold(radio, 'ann/1', 5_000)
  t.equal(carrierOf(radio.floor, 'old'), 'tx')
  radio.tell({ type: 'release', id: 'ann/1', why: 'released' })
  t.equal(carrierOf(radio.floor, 'old'), 'tail')
  radio.run(200)
  t.equal(carrierOf(radio.floor, 'old'), 'deaf')
  radio.run(250)
  t.equal(carrierOf(radio.floor, 'old'), 'idle')
  t.same(answers(radio), ['ann/1 granted', 'ann/1 released'])
  t.same(ends(radio), ['old released'])
  t.equal(radio.of('renew').length, 7, 'the lease was renewed every 700 ms')
  t.equal(radio.of('rx-gate').at(-1)?.open, true)
})

t.test('while a handheld speaks the agent is told who it is, and speaks over it by pressing again', async (t) => {
  const radio = aPort()
  carrier(radio, 'old', true)
  radio.tell({ type: 'talker', port: 'old', talker: { ...talker('07'), kind: 'unit' } })
  radio.tell(press('ann'))
  t.match(radio.of('answer')[0]?.answer, { result: 'denied', why: 'busy', talker: { name: '07' } })
  radio.run(400)
  radio.tell(press('ann', { id: 'ann/2' }))
  radio.run(50)
  t.match(radio.of('answer')[1]?.answer, { result: 'granted', overlap: true })
  t.equal(radio.of('overlap').length, 1, 'the handheld’s over is marked too')
})

t.test('a second press later than a second is an ordinary one', async (t) => {
  const radio = aPort()
  carrier(radio, 'old', true)
  radio.tell(press('ann'))
  radio.run(1_100)
  radio.tell(press('ann', { id: 'ann/2' }))
  t.same(answers(radio), ['ann/1 denied busy', 'ann/2 denied busy'])
})

t.test('a supervisor takes the floor from an agent without the carrier dropping', async (t) => {
  const radio = aPort()
  radio.tell(press('ann'))
  hold(radio, 'ann/1', 1_000)
  radio.tell(press('sue', { prio: PRIORITY.supervisor }))
  t.equal(carrierOf(radio.floor, 'old'), 'revoking')
  radio.run(100)
  t.same(answers(radio), ['ann/1 granted', 'ann/1 revoked priority', 'sue/1 granted'])
  t.equal(radio.carriers.get('old')?.voice, 'sue/1')
  t.equal(radio.of('unkey').length, 0)
  t.same(ends(radio), ['old revoked'])
})

t.test('of two agents the first speaks and the second is told so', async (t) => {
  const radio = aPort()
  radio.tell(press('ann'))
  radio.run(20)
  radio.tell(press('bob'))
  t.match(radio.of('answer').at(-1)?.answer, { result: 'denied', why: 'busy', talker: { name: 'ann' } })
})

t.test('a console that falls silent is unkeyed within a second and its lease not renewed after', async (t) => {
  const radio = aPort()
  radio.tell(press('ann'))
  hold(radio, 'ann/1', 500)
  radio.run(5_000)
  t.same(answers(radio), ['ann/1 granted', 'ann/1 revoked console_lost'])
  t.ok((radio.keyed[0]?.to ?? Infinity) <= 250 + 1_000 + 120 + 20)
  const last = radio.of('renew').at(-1)
  t.same(
    [last?.at, last?.leaseMs],
    [700, 250 + 2_000 - 700],
    'a lease lasts from the last heartbeat, not from its order',
  )
})

t.test('a server that stood still for five seconds lets go before it believes a heartbeat', async (t) => {
  const radio = aPort()
  radio.tell(press('ann'))
  hold(radio, 'ann/1', 500)
  const told = radio.tell({ type: 'held', id: 'ann/1' }, radio.now + 5_000)
  t.notOk(told.some((effect) => effect.do === 'renew'))
  t.ok(told.some((effect) => effect.do === 'unkey'))
})

t.test(
  'one who speaks too long is counted down, cut, and refused until the key is let go and two seconds are over',
  async (t) => {
    const radio = aPort()
    radio.tell(press('ann'))
    hold(radio, 'ann/1', 61_000)
    t.same(
      radio.of('countdown').map(({ seconds }) => seconds),
      [10, 9, 8, 7, 6, 5, 4, 3, 2, 1],
    )
    t.same(answers(radio), ['ann/1 granted', 'ann/1 revoked time_out'])
    t.same(ends(radio), ['old time_out'])
    t.equal(carrierOf(radio.floor, 'old'), 'tot_lock')
    hold(radio, 'ann/1', 10_000)
    radio.tell(press('ann', { id: 'ann/2' }))
    t.equal(answers(radio).at(-1), 'ann/2 denied tot_lock', 'however long the foot stays on the pedal')
    radio.tell(press('bob'))
    radio.run(50)
    t.equal(answers(radio).at(-1), 'bob/1 granted', 'the others are not locked out by it')
    radio.tell({ type: 'release', id: 'bob/1', why: 'released' })
    radio.tell({ type: 'release', id: 'ann/2', why: 'released' })
    radio.run(1_900)
    radio.tell(press('ann', { id: 'ann/3' }))
    t.equal(answers(radio).at(-1), 'ann/3 denied tot_lock')
    radio.tell({ type: 'release', id: 'ann/3', why: 'released' })
    radio.run(2_100)
    radio.tell(press('ann', { id: 'ann/4' }))
    radio.run(50)
    t.equal(answers(radio).at(-1), 'ann/4 granted')
  },
)

t.test(
  'a key-up the exchange refuses or does not answer leaves the mark "not transmitted" until the next attempt',
  async (t) => {
    const radio = aPort()
    radio.answers = ({ do: kind }) => (kind === 'key' ? null : { afterMs: 5, ok: true })
    radio.tell(press('ann'))
    radio.run(1_000)
    t.same(answers(radio), ['ann/1 failed no_answer'])
    t.same(ends(radio), ['old refused'])
    t.equal(radio.floor.lines.old?.noTx, 'no_answer')
    radio.answers = () => ({ afterMs: 5, ok: true })
    radio.tell(press('ann', { id: 'ann/2' }))
    radio.run(50)
    t.equal(radio.floor.lines.old?.noTx, null)
  },
)

t.test('a stuck receiver is muted, and the port can be used again', async (t) => {
  const radio = aPort()
  carrier(radio, 'old', true)
  radio.run(30 * 60_000)
  t.same(ends(radio), ['old stuck_receiver'])
  t.equal(carrierOf(radio.floor, 'old'), 'stuck')
  t.equal(radio.of('rx-gate').at(-1)?.open, false)
  radio.tell(press('ann'))
  radio.run(50)
  t.match(radio.of('answer').at(-1)?.answer, { result: 'granted', overlap: true })
  radio.tell({ type: 'release', id: 'ann/1', why: 'released' })
  carrier(radio, 'old', false)
  radio.run(2_100)
  t.equal(carrierOf(radio.floor, 'old'), 'idle')
  t.same(
    radio.of('alarm').map(({ what, on }) => `${what} ${on}`),
    ['stuck true', 'stuck false'],
  )
})

t.test(
  'a receiver that opens again and again for an instant is muted, but a person who then speaks is heard',
  async (t) => {
    const radio = aPort()
    for (let burst = 0; burst < 9; burst += 1) {
      carrier(radio, 'old', true)
      radio.run(200)
      carrier(radio, 'old', false)
      radio.run(1_000)
    }
    t.equal(radio.floor.lines.old?.muted, 'flapping')
    carrier(radio, 'old', true)
    radio.run(2_100)
    t.equal(carrierOf(radio.floor, 'old'), 'rx')
  },
)

t.test('a short gap in a handheld’s carrier is the same over', async (t) => {
  const radio = aPort()
  carrier(radio, 'old', true)
  radio.run(1_000)
  carrier(radio, 'old', false)
  radio.run(100)
  t.equal(carrierOf(radio.floor, 'old'), 'rx_hang')
  carrier(radio, 'old', true)
  radio.run(1_000)
  carrier(radio, 'old', false)
  radio.run(500)
  t.same(radio.of('open-over').length, 1)
  t.match(radio.of('end-over'), [{ to: 2_100, endedBy: 'carrier_off' }])
})

t.test('with the control lost nobody is renewed and everybody is told; nothing is resumed', async (t) => {
  const radio = aPort()
  radio.tell(press('ann'))
  hold(radio, 'ann/1', 1_000)
  const before = radio.of('renew').length
  radio.tell({ type: 'control-lost' })
  hold(radio, 'ann/1', 3_000)
  t.equal(radio.of('renew').length, before)
  t.same(answers(radio), ['ann/1 granted', 'ann/1 revoked control_lost'])
  t.equal(radio.carriers.size, 0, 'the lease in the exchange has run out')
  radio.rebuild('old')
  hold(radio, 'ann/1', 1_000)
  t.equal(carrierOf(radio.floor, 'old'), 'idle')
})

t.test('an answer to an order of an older life is not believed', async (t) => {
  const radio = aPort()
  radio.answers = () => null
  const [order] = radio.tell(press('ann')).filter((effect) => effect.do === 'key')
  radio.rebuild('old')
  if (order?.do === 'key')
    radio.tell({ type: 'answered', port: 'old', epoch: order.epoch, order: order.order, ok: true })
  t.equal(carrierOf(radio.floor, 'old'), 'idle')
  radio.tell({ type: 'up', port: 'old', epoch: 1 })
  t.equal(radio.floor.lines.old?.epoch, 2)
})

t.test(
  'an emergency interrupts an announcement, stays through talk and loss, and needs two people to end',
  async (t) => {
    const radio = aPort()
    radio.tell(press('bulletin', { kind: 'announcement', prio: PRIORITY.announcement }))
    radio.run(100)
    radio.tell({ type: 'emergency', id: 'e1', port: 'old', unit: '07', raw: null, talker: null })
    radio.tell({ type: 'emergency', id: 'e2', port: 'old', unit: '07', raw: null, talker: null })
    t.equal(radio.of('raised').length, 1)
    t.equal(answers(radio).at(-1), 'bulletin/1 revoked priority')
    radio.rebuild('old')
    radio.tell({ type: 'clear', id: 'e1', by: 'sue', reason: 'false alarm' })
    radio.tell({ type: 'acknowledge', id: 'e1', by: 'ann' })
    radio.tell({ type: 'clear', id: 'e1', by: 'ann', reason: 'false alarm' })
    t.equal(radio.floor.latches.length, 1)
    t.same(
      radio.of('not-cleared').map(({ why }) => why),
      ['not_acknowledged', 'same_person'],
    )
    radio.tell({ type: 'clear', id: 'e1', by: 'sue', reason: 'false alarm' })
    t.equal(radio.floor.latches.length, 0)
  },
)

t.test('an agent interrupts an announcement; an emergency’s announcement interrupts the agent', async (t) => {
  const radio = aPort()
  radio.tell(press('bulletin', { kind: 'announcement', prio: PRIORITY.announcement }))
  radio.run(100)
  radio.tell(press('ann'))
  hold(radio, 'ann/1', 100)
  radio.tell(press('alarm', { kind: 'announcement', prio: PRIORITY.emergencyAnnouncement }))
  radio.run(100)
  radio.tell(press('ann', { id: 'ann/2' }))
  t.same(answers(radio).slice(1), [
    'bulletin/1 revoked priority',
    'ann/1 granted',
    'ann/1 revoked priority',
    'alarm/1 granted',
    'ann/2 denied announcing',
  ])
})

t.test('a caller on the telephone speaks ten seconds at most and then listens for two', async (t) => {
  const radio = aPort()
  const caller = { kind: 'phone', prio: PRIORITY.phone } as const
  radio.tell(press('ward', caller))
  radio.run(10_100)
  radio.tell(press('ward', { ...caller, id: 'ward/2' }))
  radio.run(2_100)
  radio.tell(press('ward', { ...caller, id: 'ward/3' }))
  radio.run(50)
  t.same(answers(radio), ['ward/1 granted', 'ward/1 revoked time_out', 'ward/2 denied busy', 'ward/3 granted'])
})

t.test('one who presses again within the tail speaks as soon as the carrier is down', async (t) => {
  const radio = aPort()
  radio.tell(press('ann'))
  hold(radio, 'ann/1', 500)
  radio.tell({ type: 'release', id: 'ann/1', why: 'released' })
  radio.run(50)
  radio.tell(press('ann', { id: 'ann/2' }))
  radio.run(150)
  t.same(answers(radio), ['ann/1 granted', 'ann/1 released', 'ann/2 granted'])
})
