/** All floors there are, each with its clock; every port belongs to one. What a floor is told waits its turn. */
import type { CarrierState } from '../../wire/radio.ts'
import { carrierOf, makeFloor, step } from '../floor/floor.ts'
import { isOnTheAir, join, part } from '../floor/patch.ts'
import { nextDeadline } from '../floor/time.ts'
import type { Effect, Floor, Input, Latch, LineTimers } from '../floor/words.ts'

type Box = { floor: Floor; cancel: () => void; at: number | null }
type BoardParts = {
  steady: () => number
  after: (ms: number, act: () => void) => () => void
  obey: (effect: Effect) => void
  /** after each thing told: all that followed from it is done */
  settled: () => void
}

export function makeBoard({ steady, after, obey, settled }: BoardParts) {
  const boxes = new Map<string, Box>()
  const waiting: (() => void)[] = []
  let busy = false

  /** One thing at a time: what follows from an order is told after it. */
  function inTurn(act: () => void): void {
    waiting.push(act)
    if (busy) return
    busy = true
    try {
      for (let next = waiting.shift(); next; next = waiting.shift()) next()
    } finally {
      busy = false
    }
    settled()
  }

  function tellBox(box: Box, input: Input): void {
    const { floor, effects } = step(box.floor, input, steady())
    box.floor = floor
    for (const effect of effects) obey(effect)
    arm(box)
  }

  function arm(box: Box): void {
    const at = nextDeadline(box.floor)
    if (at === box.at) return
    box.cancel()
    box.at = at
    if (at === null) return
    // A millisecond late rather than early: an early one would find nothing due.
    box.cancel = after(Math.max(0, Math.ceil(at - steady())), () => {
      box.at = null
      inTurn(() => tellBox(box, { type: 'time' }))
    })
  }

  const all = (): Box[] => [...new Set(boxes.values())]
  const portsIn = ({ floor }: Box): string[] => Object.keys(floor.lines)
  const tell = (port: string, input: Input): void =>
    inTurn(() => {
      const box = boxes.get(port)
      if (box) tellBox(box, input)
    })

  function put(floor: Floor): void {
    const box: Box = { floor, cancel: () => {}, at: null }
    for (const port of portsIn(box)) {
      boxes.get(port)?.cancel()
      boxes.set(port, box)
    }
    arm(box)
  }

  const floorOf = (port: string): Floor => boxes.get(port)?.floor ?? makeFloor(port, NO_TIMERS, steady())

  return {
    tell,
    /** the carrier each port was last seen with */
    shown: new Map<string, CarrierState>(),
    tellAll: (input: Input): void =>
      inTurn(() => {
        for (const box of all()) tellBox(box, input)
      }),
    tellLatch(id: string, input: Input): void {
      inTurn(() => {
        const box = all().find(({ floor }) => floor.latches.some((latch) => latch.id === id))
        if (box) tellBox(box, input)
      })
    },
    /** A port's timers, new or changed. */
    setLine(port: string, timers: LineTimers): void {
      const box = boxes.get(port)
      const line = box?.floor.lines[port]
      if (!box || !line) put(makeFloor(port, timers, steady()))
      else box.floor = { ...box.floor, lines: { ...box.floor.lines, [port]: { ...line, timers } } }
    },
    drop(port: string): void {
      boxes.get(port)?.cancel()
      boxes.delete(port)
    },
    /** Makes these ports one. False: somebody is on the air. */
    join(ports: readonly string[]): boolean {
      const joined = [...new Set(ports.flatMap((port) => boxes.get(port) ?? []))]
      if (joined.some(({ floor }) => isOnTheAir(floor))) return false
      inTurn(() => {
        const { floor, effects } = join(
          joined.map((box) => box.floor),
          steady(),
        )
        put(floor)
        for (const effect of effects) obey(effect)
        tellBox(boxes.get(ports[0] ?? '') as Box, { type: 'time' })
      })
      return true
    },
    part(port: string): void {
      inTurn(() => {
        const box = boxes.get(port)
        if (!box || portsIn(box).length < 2) return
        const { floors, effects } = part(box.floor, steady())
        box.cancel()
        for (const floor of floors) put(floor)
        for (const effect of effects) obey(effect)
        for (const one of floors) tellBox(boxes.get(Object.keys(one.lines)[0] ?? '') as Box, { type: 'time' })
      })
    },
    relatch(kept: readonly Latch[]): void {
      for (const latch of kept) {
        const box = boxes.get(latch.port)
        if (!box || box.floor.latches.some(({ id }) => id === latch.id)) continue
        box.floor = { ...box.floor, latches: [...box.floor.latches, latch] }
      }
      settled()
    },
    latches: (): Latch[] => all().flatMap(({ floor }) => [...floor.latches]),
    floorOf,
    carrierOf: (port: string): CarrierState => carrierOf(floorOf(port), port),
    matesOf: (port: string): string[] => Object.keys(floorOf(port).lines),
    isKeyed: (port: string): boolean => (floorOf(port).lines[port]?.key.is ?? 'off') !== 'off',
    /** Nobody speaks, nothing is awaited: a machine may. */
    isFree: (port: string): boolean => {
      const { phase, lines } = floorOf(port)
      return (
        phase.is === 'idle' &&
        Object.values(lines).every(
          ({ deafUntil, carrier, muted }) => deafUntil === null && (!carrier || muted !== null),
        )
      )
    },
    groups(ports: readonly string[]): string[][] {
      const groups = new Map<Box, string[]>()
      for (const port of ports) {
        const box = boxes.get(port)
        if (box) groups.set(box, [...(groups.get(box) ?? []), port])
      }
      return [...groups.values()]
    },
    stop(): void {
      for (const box of all()) box.cancel()
    },
  }
}

export type Board = ReturnType<typeof makeBoard>

const NO_TIMERS: LineTimers = {
  rxHangMs: 0,
  deafMs: 0,
  txLeadMs: 0,
  txTailMs: 0,
  totS: 0,
  totEmergencyS: 0,
  totPenaltyS: 0,
  rxTotS: 0,
  loopMs: 0,
}
