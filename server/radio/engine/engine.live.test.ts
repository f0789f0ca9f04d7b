/** The engine on a real Asterisk: a press, a handheld, a patch, a console that dies. What counts is what the gateways got. */
import { setTimeout as wait } from 'node:timers/promises'
import t, { type Test } from 'tap'
import type { Actor } from '../../access/index.ts'
import { watched } from '../../test/radio/burst.ts'
import { console_, gateway, onAir, packets, radioLab, station, until } from '../../test/radio/lab.ts'
import type { PttAnswer, RadioFromServer } from '../../wire/radio.ts'
import type { Over } from '../overs/over.ts'
import { DEFAULT_PROFILE } from '../ports/profile.ts'
import { Consoles } from './consoles.ts'
import { RadioEngine } from './engine.ts'

t.setTimeout(180_000)

const AGENT = 700
const HANDHELD = 1500
const ann: Actor = {
  personId: 'ann',
  organisationId: 'o',
  sessionId: 's',
  name: 'ann',
  station: 'b9001',
  grants: [{ role: 'agent', campus: null, line: null }],
}

async function aDesk(t: Test) {
  const lab = await radioLab(t)
  const gateways = { old: await gateway(t, lab, 'old'), new: await gateway(t, lab, 'new') }
  const desk = station(t, lab)
  const overs: Over[] = []
  const answers: PttAnswer[] = []
  let shown: Extract<RadioFromServer, { kind: 'radio' }> | undefined
  const engine = new RadioEngine({
    // The lab has started it already.
    media: { ...desk.media, start() {}, stop: async () => {} },
    handhelds: { byId: () => null, likely: () => null },
    hooks: {
      changed: () => consoles.changed(),
      overOpened() {},
      overNamed() {},
      overEnded: (over) => overs.push(over),
      emergencyRaised() {},
      emergencyAcknowledged() {},
      emergencyCleared() {},
      digits: () => false,
      alarm: (port, what, on) => t.comment(`alarm ${port} ${what} ${on}`),
      gatewayAt() {},
      recording() {},
    },
    log: { info() {}, warn: (what, why) => t.comment(why, what), error: (what, why) => t.comment(why, what) },
  })
  const consoles = new Consoles({
    engine,
    may: () => true,
    isActing: () => true,
    emergencies: () => [],
    tell(to) {
      const message = to(ann, 'seat')
      if (!message) return
      const said = JSON.parse(message.toString()) as RadioFromServer
      if (said.kind === 'radio') shown = said
      else answers.push(said.answer)
    },
  })
  engine.start()
  engine.setPorts(
    (['old', 'new'] as const).map((port) => ({
      port,
      campus: port,
      nameZh: port,
      nameEn: port,
      endpoint: `g-${port}`,
      enabled: true,
      record: false,
      profile: { ...DEFAULT_PROFILE, jitterBuffer: 'none' },
    })),
  )
  t.teardown(() => {
    consoles.stop()
    return engine.stop()
  })
  const agent = await console_(t, lab, desk, 'r9001', AGENT)
  for (const port of ['old', 'new']) await (await agent.call(`radio-${port}`)).until('talking')
  const air = { old: await onAir(gateways.old), new: await onAir(gateways.new) }
  const carrier = (port: string) => shown?.ports.find((one) => one.port === port)?.carrier
  await until('both ports are idle and joined', () =>
    ['old', 'new'].every((port) => carrier(port) === 'idle' && engine.legOf(port, 'r9001')),
  )
  let press = 0
  return {
    engine,
    consoles,
    overs,
    answers,
    air,
    carrier,
    shown: () => shown,
    press(ports: string[]) {
      press += 1
      const number = press
      consoles.heard(ann, { kind: 'ptt', press: number, ports }, 'seat')
      const beat = setInterval(() => consoles.heard(ann, { kind: 'held', press: number }, 'seat'), 250)
      t.teardown(() => clearInterval(beat))
      return {
        dies: () => clearInterval(beat),
        letGo() {
          clearInterval(beat)
          consoles.heard(ann, { kind: 'unptt', press: number }, 'seat')
        },
      }
    },
  }
}

t.test('an agent speaks, a handheld answers, a patch carries it over, and a dead console is off the air', async (t) => {
  const desk = await aDesk(t)
  const { air, carrier } = desk
  const machine = await watched(t)

  const times: number[] = []
  for (let time = 0; time < 5; time += 1) {
    const before = air.old.sound.packetsHeard
    const began = performance.now()
    const key = desk.press(['old'])
    await until('the first packet', () => air.old.sound.packetsHeard > before)
    times.push(performance.now() - began)
    await wait(300)
    key.letGo()
    await until('the port is idle', () => carrier('old') === 'idle')
  }
  t.comment(`press to first packet: ${times.map((ms) => ms.toFixed(0)).join(' ')} ms`)
  t.equal(desk.answers.filter(({ result }) => result === 'granted').length, 5)
  t.same(
    desk.overs.map(({ endedBy }) => endedBy),
    ['released', 'released', 'released', 'released', 'released'],
  )
  t.equal(await packets(air.old, 1_000), 0, 'at rest')

  const both = desk.press(['old', 'new'])
  await wait(1_000)
  t.same([air.old.sound.hears([AGENT, HANDHELD]), air.new.sound.hears([AGENT, HANDHELD])], [[AGENT], [AGENT]])
  both.letGo()
  await until('both are idle', () => carrier('old') === 'idle' && carrier('new') === 'idle')

  const dying = desk.press(['old'])
  await until('on the air', () => carrier('old') === 'tx')
  const died = Date.now()
  dying.dies()
  await until('off the air', () => carrier('old') === 'idle')
  const { still, meanwhile } = machine.since(died)
  t.ok(Date.now() - died < 3_000 + still, `${Date.now() - died} ms${meanwhile}`)
  t.equal(desk.overs.at(-1)?.endedBy, 'console_lost')
  t.equal(await packets(air.old, 500), 0)

  air.old.sound.tone = HANDHELD
  air.old.sound.mute = false
  await until('the handheld is seen', () => carrier('old') === 'rx')
  const refused = desk.press(['old'])
  await until('an answer', () => desk.answers.at(-1)?.result === 'denied')
  t.match(desk.answers.at(-1), { why: 'busy' })
  refused.letGo()
  air.old.sound.mute = true
  await until('idle again', () => carrier('old') === 'idle')
  t.match(desk.overs.at(-1), { kind: 'rx', endedBy: 'carrier_off' })

  t.equal(desk.engine.patch('p1', ['old', 'new']), null)
  air.old.sound.mute = false
  await until('the other campus is sent it', () => carrier('new') === 'tx')
  await wait(1_000)
  t.same(air.new.sound.hears([AGENT, HANDHELD]), [HANDHELD], 'and hears the handheld')
  air.old.sound.mute = true
  await until('all quiet', () => carrier('old') === 'idle' && carrier('new') === 'idle')
  t.match(
    desk.overs
      .slice(-2)
      .map(({ kind }) => kind)
      .toSorted(),
    ['relay', 'rx'],
  )
  t.ok(await desk.engine.part('p1'))
  t.equal(await packets(air.new, 1_000), 0, 'nothing is repeated')
})
