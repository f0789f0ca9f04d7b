import t from 'tap'
import { answers, aPatch, carrier, ends, hold, press } from '../../test/radio/floor.ts'
import { carrierOf } from './floor.ts'
import { mayPatch, part } from './patch.ts'

t.test('in a patch the first carrier holds and the other campus hears it; agents are told who speaks', async (t) => {
  const radio = aPatch()
  carrier(radio, 'old', true)
  radio.run(50)
  t.equal(radio.carriers.get('new')?.voice, 'rf:old')
  t.equal(radio.carriers.get('old'), undefined)
  carrier(radio, 'new', true) // an echo, or somebody who did not listen
  radio.tell(press('ann'))
  t.equal(answers(radio).at(-1), 'ann/1 denied busy')
  carrier(radio, 'old', false)
  radio.run(300)
  t.equal(radio.carriers.size, 0)
  radio.run(200)
  carrier(radio, 'new', false)
  radio.run(2_000)
  t.same(ends(radio), ['old carrier_off', 'new carrier_off'])
  radio.tell(press('ann', { id: 'ann/2' }))
  radio.run(50)
  t.same([...radio.carriers.keys()].sort(), ['new', 'old'], 'an agent speaks to both')
})

t.test('an echo whose end is told late is not sent round; whoever goes on speaking is', async (t) => {
  /** One campus is heard for 400 ms, then the other: how often is it sent round in the `ms` after that? */
  const relayed = (ms: number, { echoMs = 600, thenMs }: { echoMs?: number; thenMs: number }) => {
    const radio = aPatch()
    carrier(radio, 'old', true)
    radio.run(400)
    carrier(radio, 'old', false)
    while (radio.carriers.has('new')) radio.run(10)
    radio.run(echoMs - 400)
    carrier(radio, 'new', true)
    radio.run(thenMs)
    carrier(radio, 'new', false)
    radio.run(ms)
    return radio.of('open-over').filter(({ port, kind }) => port === 'old' && kind !== 'rx').length
  }
  t.equal(relayed(2_000, { thenMs: 600 }), 0, 'told as soon as it is known')
  t.equal(relayed(2_000, { thenMs: 1_000 }), 0, 'told 400 ms late')
  t.equal(relayed(2_000, { thenMs: 3_000 }), 1, 'a person speaks on')
  t.equal(relayed(2_000, { echoMs: 1_100, thenMs: 400 }), 1, 'began when no echo can')
})

t.test('a receiver that stays open is not sent on for longer than the other port may transmit', async (t) => {
  const radio = aPatch()
  carrier(radio, 'old', true)
  radio.run(61_000)
  t.equal(radio.carriers.size, 0)
  t.same(ends(radio), ['new time_out'])
  t.equal(carrierOf(radio.floor, 'old'), 'rx')
})

t.test('a port of a patch that is lost leaves the other one working', async (t) => {
  const radio = aPatch()
  radio.tell(press('ann'))
  hold(radio, 'ann/1', 500)
  radio.drop('new', 'gateway_lost')
  hold(radio, 'ann/1', 500)
  t.same([...radio.carriers.keys()], ['old'])
  t.equal(carrierOf(radio.floor, 'new'), 'offline')
  radio.drop('old', 'gateway_lost')
  t.equal(answers(radio).at(-1), 'ann/1 revoked gateway_lost')
})

t.test('a port is in one patch at most', async (t) => {
  const known = ['a', 'b', 'c']
  t.equal(mayPatch(['a', 'b'], known, []), null)
  t.equal(mayPatch(['b', 'c'], known, ['a', 'b']), 'already_patched')
  t.equal(mayPatch(['a', 'a'], known, []), 'same_port')
  t.equal(mayPatch(['a'], known, []), 'too_few_ports')
  t.equal(mayPatch(['a', 'z'], known, []), 'unknown_port')
})

t.test('parting a patch lets both carriers down and leaves each port its own floor', async (t) => {
  const radio = aPatch()
  radio.tell(press('ann'))
  hold(radio, 'ann/1', 500)
  const { floors, effects } = part(radio.floor, radio.now)
  t.same(
    effects.filter((effect) => effect.do === 'unkey').map((effect) => 'port' in effect && effect.port),
    ['old', 'new'],
  )
  t.same(effects.filter((effect) => effect.do === 'end-over').length, 2)
  t.same(
    floors.map(({ phase }) => phase.is),
    ['tail', 'tail'],
  )
})
