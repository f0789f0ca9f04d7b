/** Eight hours of radio on a virtual clock: forty consoles and four ports, two of them patched now and then. */
import t from 'tap'
import { PretendExchange } from '../../test/radio/pretend-exchange.ts'
import { dice } from '../../test/radio/tones.ts'
import type { Talker } from '../../wire/radio.ts'
import { DEFAULT_PROFILE } from '../ports/profile.ts'
import { makeFloor } from './floor.ts'
import { join } from './patch.ts'
import { type LineTimers, PRIORITY } from './words.ts'

const timers: LineTimers = DEFAULT_PROFILE
const talker: Talker = { kind: 'agent', name: '', unit: null, personId: null, how: null, confidence: 100 }
const HOURS = 8

/** One floor's day: presses that overlap, handhelds that answer, consoles that die, gateways that are lost. */
function aDay(ports: string[], seed: number): { radio: PretendExchange; granted: number; worst: number } {
  const roll = dice(seed)
  const floors = ports.map((port) => makeFloor(port, timers, 0))
  const radio = new PretendExchange(ports.length > 1 ? join(floors, 0).floor : (floors[0] as never))
  for (const port of ports) radio.rebuild(port)
  const heldUntil = new Map<string, number>()
  let worst = 0
  let presses = 0
  const beat = (): void => {
    for (const [id, until] of heldUntil) {
      if (until > radio.now) radio.tell({ type: 'held', id })
      else {
        heldUntil.delete(id)
        // One in ten consoles dies instead of letting go.
        if (roll() > 0.1) radio.tell({ type: 'release', id, why: 'released' })
      }
    }
  }
  while (radio.now < HOURS * 3_600_000) {
    const dies = roll()
    if (dies < 0.55) {
      presses += 1
      const who = `agent ${Math.floor(roll() * 40)}`
      const id = `${who}/${presses}`
      const prio = roll() < 0.1 ? PRIORITY.supervisor : PRIORITY.dispatcher
      heldUntil.set(id, radio.now + roll() * 12_000)
      radio.tell({ type: 'request', asker: { id, source: who, kind: 'console', prio, talker } })
    } else if (dies < 0.98) {
      const port = ports[Math.floor(roll() * ports.length)] ?? ''
      radio.tell({ type: 'carrier', port, on: true, since: radio.now })
      radio.later(100 + roll() * 8_000, () => radio.tell({ type: 'carrier', port, on: false, since: radio.now }))
    } else if (dies < 0.985) radio.rebuild(ports[0] ?? '')
    const pause = roll() * 6_000
    for (let passed = 0; passed < pause; passed += 250) {
      beat()
      radio.run(250)
      const voices = new Set([...radio.carriers.values()].map(({ voice }) => voice))
      worst = Math.max(worst, voices.size)
      for (const port of ports) if (!radio.floor.lines[port]?.up) radio.rebuild(port)
    }
  }
  heldUntil.clear()
  radio.run(120_000)
  const granted = radio.of('answer').filter(({ answer }) => answer.result === 'granted').length
  return { radio, granted, worst }
}

for (const [ports, seed] of [
  [['old', 'new'], 7],
  [['roof'], 8],
  [['gate'], 9],
] as const) {
  t.test(
    `eight hours on ${ports.join(' and ')}: one voice at a time, every over ends once, silence at the end`,
    async (t) => {
      const { radio, granted, worst } = aDay([...ports], seed)
      t.ok(granted > 1_000, `${granted} presses granted`)
      t.equal(worst, 1, 'never two voices')
      t.equal(radio.carriers.size, 0)
      const opened = radio.of('open-over').map(({ port, over }) => `${port} ${over}`)
      const ended = radio.of('end-over').map(({ port, over }) => `${port} ${over}`)
      t.equal(new Set(opened).size, opened.length)
      t.same(ended.toSorted(), opened.toSorted(), 'each over has one end')
      const longest = Math.max(...radio.keyed.map(({ from, to }) => to - from))
      t.ok(longest <= timers.totS * 1_000 + 1_000, `the longest transmission lasted ${Math.round(longest / 1_000)} s`)
    },
  )
}
