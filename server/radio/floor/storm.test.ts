/** What must never be, whatever comes in whatever order: RADIO.md §4, method 5 and 7. */
import fc from 'fast-check'
import t from 'tap'
import { PretendExchange } from '../../test/radio/pretend-exchange.ts'
import type { Talker } from '../../wire/radio.ts'
import { makeFloor, step } from './floor.ts'
import { join, part } from './patch.ts'
import { nextDeadline } from './time.ts'
import { type Effect, type Floor, type Input, LEASE_MS, type LineTimers, PRIORITY, RENEW_MS } from './words.ts'

const timers: LineTimers = {
  rxHangMs: 120,
  deafMs: 250,
  txLeadMs: 150,
  txTailMs: 120,
  totS: 20,
  totEmergencyS: 40,
  totPenaltyS: 2,
  rxTotS: 30,
  loopMs: 600,
}
const PORTS = ['old', 'new', 'far']
const WHO = ['ann', 'bob', 'sue', 'bulletin', 'ward']
const talker: Talker = { kind: 'agent', name: '', unit: null, personId: null, how: null, confidence: 100 }

const port = fc.constantFrom(...PORTS)
const who = fc.constantFrom(...WHO)
const press = fc.nat(2)
const id = fc.tuple(who, press).map(([name, number]) => `${name}/${number}`)

/** Anything that can be told to a floor, true or not, of this life or of another. */
const inputs: fc.Arbitrary<Input> = fc.oneof(
  fc.record({
    type: fc.constant('request' as const),
    asker: fc
      .tuple(who, press, fc.constantFrom(...Object.values(PRIORITY)), fc.boolean())
      .map(([source, n, prio, override]) => ({
        id: `${source}/${n}`,
        source,
        kind:
          source === 'bulletin'
            ? ('announcement' as const)
            : source === 'ward'
              ? ('phone' as const)
              : ('console' as const),
        prio,
        talker,
        override,
      })),
  }),
  { weight: 3, arbitrary: fc.record({ type: fc.constant('held' as const), id }) },
  fc.record({
    type: fc.constant('release' as const),
    id,
    why: fc.constantFrom('released' as const, 'console_lost' as const),
  }),
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant('carrier' as const), port, on: fc.boolean(), since: fc.nat(100_000) }),
  },
  fc.record({ type: fc.constant('up' as const), port, epoch: fc.integer({ min: 1, max: 12 }) }),
  fc.record({
    type: fc.constant('down' as const),
    port,
    why: fc.constantFrom('gateway_lost' as const, 'lapsed' as const),
  }),
  fc.record({
    type: fc.constant('answered' as const),
    port,
    epoch: fc.integer({ min: 0, max: 12 }),
    order: fc.nat(60),
    ok: fc.boolean(),
  }),
  fc.constant({ type: 'control-lost' as const }),
  fc.record({
    type: fc.constant('emergency' as const),
    id: fc.constantFrom('e1', 'e2'),
    port,
    unit: fc.constantFrom(null, '07'),
    raw: fc.constantFrom(null, '01'),
    talker: fc.constant(null),
  }),
  fc.record({ type: fc.constant('acknowledge' as const), id: fc.constantFrom('e1', 'e2'), by: who }),
  fc.record({
    type: fc.constant('clear' as const),
    id: fc.constantFrom('e1', 'e2'),
    by: who,
    reason: fc.constant('over'),
  }),
)
/** Time that mostly creeps, sometimes leaps, sometimes goes back. */
const passes = fc.oneof(
  { weight: 8, arbitrary: fc.nat(300) },
  fc.nat(5_000),
  fc.constant(3_600_000),
  fc.integer({ min: -5_000, max: 0 }),
)
const storm = fc.array(fc.tuple(inputs, passes, fc.boolean()), { minLength: 1, maxLength: 150 })

const aFloor = (patched: boolean): Floor =>
  patched
    ? join(
        PORTS.map((one) => makeFloor(one, timers, 0)),
        0,
      ).floor
    : makeFloor('old', timers, 0)

/** Counts what opens and what closes over a whole storm, and looks at every state in between. */
class Witness {
  readonly open = new Set<string>()
  readonly epochs = new Map<string, number>()
  readonly latched = new Set<string>()
  readonly renewed = new Map<string, number>()

  see(floor: Floor, effects: Effect[]): void {
    for (const effect of effects) this.#hear(effect, floor.now)
    const lines = Object.values(floor.lines)
    const voices = new Set(lines.flatMap(({ key }) => ('voice' in key ? [key.voice] : [])))
    if (voices.size > 1) throw new Error(`two voices: ${[...voices]}`)
    for (const line of lines) {
      const isOn = line.key.is !== 'off'
      if (isOn && (floor.phase.is === 'idle' || floor.phase.is === 'offline'))
        throw new Error(`keyed in ${floor.phase.is}`)
      if (isOn && !line.up) throw new Error('keyed without a line')
      if (line.epoch < (this.epochs.get(line.port) ?? 0)) throw new Error('an epoch went back')
      this.epochs.set(line.port, line.epoch)
      if (line.key.is === 'on') {
        // Somebody is due to renew this lease, in time.
        if (line.key.renewAt > floor.now + RENEW_MS) throw new Error('no renewal is due')
        if ((nextDeadline(floor) ?? Infinity) > line.key.renewAt) throw new Error('nobody will renew')
      }
      const isSaid = this.open.has(`${line.port} tx ${line.txOver}`)
      const speaks = line.key.is === 'on' || line.key.is === 'asked' || line.key.is === 'passing'
      if (speaks !== (line.txOver !== null) || (line.txOver !== null && !isSaid))
        throw new Error('a key without its over')
    }
    const kept = new Set(floor.latches.map(({ id }) => id))
    for (const id of this.latched) if (!kept.has(id)) throw new Error('an emergency was lost')
  }

  #hear(effect: Effect, now: number): void {
    if (effect.do === 'open-over') {
      const name = `${effect.port} ${effect.kind === 'rx' ? 'rx' : 'tx'} ${effect.over}`
      if (this.open.has(name)) throw new Error('an over began twice')
      this.open.add(name)
    } else if (effect.do === 'end-over') {
      const name = ['tx', 'rx'].map((kind) => `${effect.port} ${kind} ${effect.over}`).find((one) => this.open.has(one))
      if (!name) throw new Error('an over ended twice')
      this.open.delete(name)
    } else if (effect.do === 'raised') this.latched.add(effect.latch.id)
    else if (effect.do === 'cleared') {
      if (effect.latch.ackedBy === effect.by) throw new Error('one person did both')
      this.latched.delete(effect.latch.id)
    } else if (effect.do === 'key' || effect.do === 'renew') this.renewed.set(effect.port, now)
  }
}

for (const patched of [false, true]) {
  t.test(
    `in any storm on ${patched ? 'a patch of three ports' : 'one port'} nothing happens that never may`,
    async (t) => {
      fc.assert(
        fc.property(storm, (events) => {
          let floor = aFloor(patched)
          const witness = new Witness()
          let at = 0
          for (const [input, pass, truthful] of events) {
            // Half of all answers are the ones that were waited for, or storms would hardly ever get on the air.
            const told = truthful ? (expected(floor) ?? input) : input
            at += pass
            const { floor: after, effects } = step(floor, told, at)
            floor = after
            witness.see(floor, effects)
          }
          // In the end all goes quiet: whoever spoke is let go, every over has ended, once.
          for (let quiet = 0; quiet < 40; quiet += 1) {
            at = Math.max(at, floor.now) + 3_000
            const { floor: after, effects } = step(floor, { type: 'time' }, at)
            floor = after
            witness.see(floor, effects)
          }
          for (const { key } of Object.values(floor.lines)) if (key.is !== 'off') throw new Error('keyed for ever')
          for (const name of witness.open) if (name.includes(' tx ')) throw new Error(`never ended: ${name}`)
        }),
        { numRuns: 400 },
      )
      t.pass('400 storms')
    },
  )
}

function expected(floor: Floor): Input | undefined {
  for (const { port, epoch, up, key } of Object.values(floor.lines)) {
    if (!up) return { type: 'up', port, epoch: epoch + 1 }
    if ('order' in key) return { type: 'answered', port, epoch, order: key.order, ok: true }
  }
  const { phase } = floor
  return phase.is === 'tx' ? { type: 'held', id: phase.asker.id } : undefined
}

t.test(
  'no transmitter is on longer than its lease after the last heartbeat, whatever the exchange answers',
  async (t) => {
    const answer = fc.option(fc.record({ afterMs: fc.nat(400), ok: fc.boolean() }), { freq: 6 })
    fc.assert(
      fc.property(
        fc.array(fc.tuple(id, fc.integer({ min: 0, max: 1_500 }), fc.boolean()), { maxLength: 60 }),
        fc.array(answer, { minLength: 1, maxLength: 20 }),
        (presses, mood) => {
          const radio = new PretendExchange(aFloor(false))
          let orders = 0
          radio.answers = () => mood[orders++ % mood.length] ?? null
          const heard = new Map<string, number>()
          radio.rebuild('old')
          for (const [one, pause, isPress] of presses) {
            const source = one.split('/')[0] ?? one
            const asker = { id: one, source, kind: 'console' as const, prio: PRIORITY.dispatcher, talker }
            radio.tell(isPress ? { type: 'request', asker } : { type: 'held', id: one })
            heard.set(one, radio.now)
            radio.run(pause)
            if (!radio.floor.lines.old?.up) radio.rebuild('old')
            // What was ordered is carried out 400 ms later at most; whether anything else is does not matter.
            for (const { voice } of radio.carriers.values())
              if (radio.now - (heard.get(voice) ?? 0) > LEASE_MS + 400) throw new Error('on the air without anybody')
          }
          radio.run(10_000)
          if (radio.carriers.size > 0) throw new Error('on the air for ever')
        },
      ),
      { numRuns: 200 },
    )
    t.pass('200 storms')
  },
)

t.test('parting and joining in the middle of anything loses no over, no emergency and no carrier', async (t) => {
  fc.assert(
    fc.property(storm, storm, (before, after) => {
      let floor = aFloor(true)
      const witness = new Witness()
      let at = 0
      for (const [input, pass, truthful] of before) {
        at += pass
        const turn = step(floor, truthful ? (expected(floor) ?? input) : input, at)
        floor = turn.floor
        witness.see(floor, turn.effects)
      }
      const parted = part(floor, at)
      const floors = parted.floors
      for (const effect of parted.effects) if (effect.do === 'key') throw new Error('parting keyed somebody')
      const kept = floors.flatMap(({ latches }) => latches.map((latch) => latch.id))
      for (const one of witness.latched) {
        if (!kept.includes(one)) throw new Error('an emergency was lost in parting')
      }
      // Each port goes on by itself; its overs are counted together, since some began before.
      for (const [input, pass, truthful] of after) {
        at += pass
        floors.forEach((one, index) => {
          const told = truthful ? (expected(one) ?? input) : input
          if ('port' in told && !(told.port in one.lines)) return
          const turn = step(one, told, at)
          floors[index] = turn.floor
        })
      }
      for (let quiet = 0; quiet < 40; quiet += 1) {
        at += 3_000
        floors.forEach((one, index) => {
          floors[index] = step(one, { type: 'time' }, Math.max(at, one.now)).floor
        })
      }
      for (const one of floors)
        for (const { key } of Object.values(one.lines)) if (key.is !== 'off') throw new Error('keyed for ever')
    }),
    { numRuns: 100 },
  )
  t.pass('100 storms')
  t.pass('100 storms')
})

for (const loopMs of [50, 180, 300, 450, 600]) {
  t.test(`a burst is never sent round between two gateways that return it after ${loopMs} ms`, async (t) => {
    const radio = new PretendExchange(join([makeFloor('old', timers, 0), makeFloor('new', timers, 0)], 0).floor)
    radio.rebuild('old')
    radio.rebuild('new')
    const carrier = (port: string, on: boolean) => radio.tell({ type: 'carrier', port, on, since: radio.now })
    let relayed = 0
    // Whatever a gateway is sent comes back from it.
    radio.onKeyed = (port, on) => {
      if (on) relayed += 1
      radio.later(loopMs, () => carrier(port, on))
    }
    carrier('old', true)
    radio.later(400, () => carrier('old', false))
    radio.run(20_000)
    t.equal(relayed, 1, 'sent on once, repeated never')
    t.equal(radio.carriers.size, 0)
  })
}

t.test('an engineer of the other campus who answers is sent on too', async (t) => {
  const radio = new PretendExchange(join([makeFloor('old', timers, 0), makeFloor('new', timers, 0)], 0).floor)
  radio.rebuild('old')
  radio.rebuild('new')
  for (let turn = 0; turn < 6; turn += 1) {
    const port = turn % 2 === 0 ? 'old' : 'new'
    radio.tell({ type: 'carrier', port, on: true, since: radio.now })
    radio.run(2_000)
    radio.tell({ type: 'carrier', port, on: false, since: radio.now })
    radio.run(1_200)
  }
  t.same(
    radio.keyed.map(({ voice }) => voice),
    ['rf:old', 'rf:new', 'rf:old', 'rf:new', 'rf:old', 'rf:new'],
  )
})
