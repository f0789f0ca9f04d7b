/** What is lost while it is keyed: the transmitter falls silent by itself, and the port comes back by itself. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import t, { type Test } from 'tap'
import type { SipCall } from '../../../scripts/lab/phones/sip-phone.ts'
import { ofEachKind, walkOf } from '../../../scripts/test/gate.ts'
import { type Cable, cable } from '../../test/live/exchange.ts'
import { watched } from '../../test/radio/burst.ts'
import {
  console_,
  fact,
  gateway,
  onAir,
  onePort,
  packets,
  radioLab,
  type Station,
  station,
  until,
  wish,
} from '../../test/radio/lab.ts'

t.setTimeout(240_000)

const AGENT = 700

/** When a phone last got a packet of voice: epoch ms. */
function lastPacket(call: SipCall): () => number {
  let last = Number.NaN
  call.sound.onFrame = (way, _, at) => {
    if (way === 'heard') last = performance.timeOrigin + at
  }
  return () => last
}

/** One port, one console on it, keyed. */
async function keyed(t: Test, leaseMs = 2_000) {
  const port = await onePort(t, { tone: AGENT })
  const { desk, air, order } = port
  const machine = await watched(t)
  const at = Date.now()
  const last = lastPacket(air)
  await desk.media.key({ ...order, leaseMs })
  await until('it is on the air', () => air.sound.packetsHeard > 10)
  return { ...port, machine, at, last }
}

t.test(
  'nobody renews the lease: silence within it, and the port is back with another epoch',
  { buffered: true },
  async (t) => {
    const { desk, air, up, order, leg, machine, at, last } = await keyed(t)
    const down = await fact(desk, 'down')
    t.match(down, { why: 'lapsed' })
    const onAir = Math.round(last() - at)
    const lease = machine.since(at)
    t.ok(onAir > 1_500 - lease.still, `on the air until the lease is over: ${onAir} ms${lease.meanwhile}`)
    t.ok(onAir < 2_200 + lease.still, `and no longer: ${onAir} ms${lease.meanwhile}`)
    const back = await fact(desk, 'up', { where: (f) => f.epoch > up.epoch })
    const { still, meanwhile } = machine.since(down.at)
    t.ok(back.at - down.at < 1_000 + still, `back ${back.at - down.at} ms later${meanwhile}`)
    t.equal(await packets(air, 2_000), 0, 'no packet more')
    t.equal(air.state, 'talking', 'the gateway’s call is the same')
    t.equal(leg.state, 'talking', 'the console is still there')
    for (const late of [
      desk.media.renew({ port: 'old', epoch: up.epoch, leaseMs: 2_000 }),
      desk.media.key({ ...order, leaseMs: 2_000 }),
      desk.media.rxGate({ port: 'old', epoch: up.epoch, open: true }),
    ])
      await t.rejects(late, { code: 'radio-order-too-old' }, 'an order of the life before')
    await desk.media.unkey({ ...order, tailMs: 0 })
    t.equal(await packets(air, 500), 0)
    await desk.media.key({ ...order, epoch: back.epoch, leaseMs: 2_000 })
    await until('the agent is heard again', () => air.sound.hears([AGENT]).length > 0)
    await desk.media.unkey({ ...order, epoch: back.epoch, tailMs: 100 })
    await wait(40)
    t.equal(await packets(air, 1_000), 0)
  },
)

/** Walks of the other faults: the drills and radio-floor.test.ts show one of each kind in the gate. */
const walk = walkOf(t)

walk('the gateway hangs up while keyed: it is called again, at rest', { buffered: true }, async (t) => {
  const { g, desk, air, up } = await keyed(t)
  await air.hangup()
  t.match(await fact(desk, 'down'), { why: 'gateway_lost' })
  await fact(desk, 'up', { where: (f) => f.epoch > up.epoch })
  const again = await onAir(g)
  t.not(again, air)
  t.equal(await packets(again, 3_000), 0)
})

walk(
  'a gateway that lost its power is given up within ten seconds, and called until it is back',
  { buffered: true },
  async (t) => {
    const { g, desk, up, lab, order } = await keyed(t)
    await desk.media.unkey({ ...order, tailMs: 0 })
    g.close()
    t.match(await fact(desk, 'down', { ms: 15_000 }), { why: 'gateway_lost' })
    const second = await gateway(t, lab, 'old')
    await fact(desk, 'up', { where: (f) => f.epoch > up.epoch, ms: 20_000 })
    t.equal(await packets(await onAir(second), 1_000), 0)
  },
)

walk(
  'the server is killed while keyed: unkeyed by the lease, and its successor finds every gate shut',
  { buffered: true },
  async (t) => {
    const lab = await radioLab(t)
    const g = await gateway(t, lab, 'old')
    const { host, httpPort } = lab.settings.pbx
    const account = station(t, lab)
    const agent = await console_(t, lab, account, 'r9001', AGENT)
    await account.stop()
    const env = {
      ...process.env,
      HOST: host,
      PORT: String(httpPort),
      SECRET: lab.settings.secrets.ari,
      STATION: 'r9001',
    }
    const server = spawn(process.execPath, [join(import.meta.dirname, '../../test/radio/keyer.ts')], {
      env: { ...env, RECORD: '1' },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    t.teardown(() => server.kill('SIGKILL'))
    let said = ''
    server.stdout.on('data', (text) => {
      said += text
    })
    await until('the port is up', () => said.includes('up'))
    const leg = await (await agent.call('radio-old')).until('talking')
    await until('it is keyed', () => said.includes('keyed'))
    const air = await onAir(g)
    const machine = await watched(t)
    await wait(2_500)
    t.ok((await packets(air, 1_000)) > 20, 'kept keyed by renewing')
    const killed = Date.now()
    const last = lastPacket(air)
    server.kill('SIGKILL')
    await once(server, 'exit')
    await wait(3_000)
    const { still, meanwhile } = machine.since(killed)
    const silent = Math.round(last() - killed)
    t.ok(silent < 2_200 + still, `silent within the lease, ${silent} ms after the kill${meanwhile}`)
    t.equal(leg.state, 'talking')

    const next = station(t, lab)
    next.media.want([wish('old', { record: true })])
    const up = await fact(next, 'up')
    t.match(await fact(next, 'leg'), { station: 'r9001', on: true }, 'the console is found on the port')
    t.equal(air.state, 'talking', 'so is the gateway')
    const segments = new Set(next.facts.flatMap((f) => (f.type === 'recording' ? [f.startedAt < up.at - 3_000] : [])))
    t.same([...segments], [true], 'its recording went on')
    t.equal(await packets(air, 1_000), 0)
    await next.media.key({
      port: 'old',
      epoch: up.epoch,
      voice: { kind: 'leg', channel: (await fact(next, 'leg')).channel },
      leaseMs: 2_000,
    })
    await until('the agent is heard', () => air.sound.hears([AGENT]).length > 0)
  },
)

for (const how of ofEachKind(['dead', 'pulled'] as const))
  t.test(
    `ARI is ${how} while keyed: unkeyed by the lease; back, the port is built anew`,
    { buffered: true },
    async (t) => {
      const lab = await radioLab(t)
      const g = await gateway(t, lab, 'old')
      const { host, httpPort } = lab.settings.pbx
      const wire: Cable = await cable(t, { host, port: httpPort })
      const desk: Station = station(t, lab, { host: '127.0.0.1', port: wire.port })
      desk.media.want([wish('old')])
      const up = await fact(desk, 'up')
      const agent = await console_(t, lab, desk, 'r9001', AGENT)
      await (await agent.call('radio-old')).until('talking')
      const { channel } = await fact(desk, 'leg')
      const air = await onAir(g)
      await desk.media.key({ port: 'old', epoch: up.epoch, voice: { kind: 'leg', channel }, leaseMs: 2_000 })
      wire[how] = true
      await wait(2_200)
      t.equal(await packets(air, 1_000), 0)
      t.match(await fact(desk, 'control', { where: (f) => !f.up }), { up: false })
      t.match(await fact(desk, 'down'), { why: 'control_lost' })
      const since = desk.facts.length
      wire[how] = false
      await fact(desk, 'up', { since, ms: 20_000 })
      t.match(await fact(desk, 'leg', { since, where: (f) => f.on }), { station: 'r9001' })
      t.equal(await packets(air, 1_000), 0)
    },
  )

walk(
  'Asterisk is killed while keyed and started again: the port is up again, at rest',
  { buffered: true },
  async (t) => {
    const { lab, g, desk, air } = await keyed(t)
    const { startAsterisk } = await import('../../../scripts/asterisk/index.ts')
    lab.pbx.kill()
    await wait(100)
    t.equal(await packets(air, 500), 0)
    const since = desk.facts.length
    await lab.pbx.ended
    lab.pbx = await startAsterisk(lab.pbx.instance)
    await fact(desk, 'up', { since, ms: 30_000 })
    t.equal(await packets(await onAir(g), 1_000), 0)
  },
)
