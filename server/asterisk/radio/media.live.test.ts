/** The radio on a real Asterisk: what counts is what the gateway got. */
import { setTimeout as wait } from 'node:timers/promises'
import t from 'tap'
import { console_, fact, gateway, onAir, packets, radioLab, station, until, wish } from '../../test/radio/lab.ts'

t.setTimeout(180_000)

const AGENT = 700
const HANDHELD = 1500
const LEASE = { leaseMs: 2_000 }

t.test('a gateway at rest is sent nothing; keyed it hears the agent, and nothing more once let go', async (t) => {
  const lab = await radioLab(t)
  const g = await gateway(t, lab, 'old')
  const desk = station(t, lab)
  desk.media.want([wish('old')])
  const up = await fact(desk, 'up')
  const air = await onAir(g)
  t.equal(await packets(air, 10_000), 0, 'ten seconds at rest')
  const agent = await console_(t, lab, desk, 'r9001', AGENT)
  const leg = await (await agent.call('radio-old')).until('talking')
  const joined = await fact(desk, 'leg')
  t.match(joined, { station: 'r9001', on: true })
  t.equal(await packets(air, 2_000), 0, 'a console that listens sends nothing on the air')

  const voice = { kind: 'leg' as const, channel: joined.channel }
  const order = { port: 'old', epoch: up.epoch, voice }
  const pressed = performance.now()
  const before = air.sound.packetsHeard
  await desk.media.key({ ...order, ...LEASE })
  const answered = performance.now() - pressed
  await until('the first packet', () => air.sound.packetsHeard > before)
  t.comment(
    `key answered in ${answered.toFixed(1)} ms, first packet after ${(performance.now() - pressed).toFixed(1)} ms`,
  )
  const count = await packets(air, 1_000)
  t.ok(count > 40 && count < 60, `${count} packets a second`)
  t.same(air.sound.hears([AGENT, HANDHELD]), [AGENT])
  t.match(await fact(desk, 'evidence', { where: (f) => (f.sentPps ?? 0) > 40, ms: 3_000 }), { port: 'old' })

  await desk.media.unkey({ ...order, tailMs: 0 })
  await wait(40)
  t.equal(await packets(air, 3_000), 0, 'let go')
  t.equal(leg.state, 'talking')
  t.equal(desk.facts.filter(({ type }) => type === 'down').length, 0)
})

t.test('a port whose gate lets sound through is not up, though nobody speaks and nothing is mixed there', async (t) => {
  const lab = await radioLab(t)
  const g = await gateway(t, lab, 'old')
  const desk = station(t, lab)
  const request = desk.ari.request.bind(desk.ari)
  let asked = 0
  let holds = false
  // Says yes to the order that shuts the gate, and leaves it open.
  desk.ari.request = async (method, path, query, ms) => {
    const shuts = method === 'POST' && path.endsWith('/mute') && query?.direction === 'out'
    if (shuts) asked++
    return shuts && !holds ? null : request(method, path, query, ms)
  }
  desk.media.want([wish('old')])
  await until('the gate is tried again', () => asked > 2)
  t.same(
    desk.facts.filter(({ type }) => type === 'up'),
    [],
    'never up',
  )
  holds = true
  await fact(desk, 'up')
  t.equal(await packets(await onAir(g), 2_000), 0, 'a gate that holds is proven, and then nothing is mixed')
})
