/**
 * Ports made one, and parted again. A patch has one floor over its ports: the first carrier holds it, the others relay.
 * A port is in one patch at most, so what is patched is a set of disjoint groups and no sound can go in a circle.
 */
import { endRxOver, linesOf, openTurn, unkey } from './line.ts'
import { endSpeech, settle } from './turns.ts'
import type { Effect, Floor, Phase } from './words.ts'

export type PatchRefusal =
  | 'not_enabled'
  | 'too_few_ports'
  | 'unknown_port'
  | 'same_port'
  | 'already_patched'
  | 'on_the_air'

/** May these ports be made one? `patched` are the ports of patches that stand, `unknown` is asked of the caller. */
export function mayPatch(
  ports: readonly string[],
  known: readonly string[],
  patched: readonly string[],
): PatchRefusal | null {
  if (ports.length < 2) return 'too_few_ports'
  if (new Set(ports).size < ports.length) return 'same_port'
  if (ports.some((port) => !known.includes(port))) return 'unknown_port'
  return ports.some((port) => patched.includes(port)) ? 'already_patched' : null
}

/** Is somebody transmitting, or about to? Then the floor is not joined to another. */
export const isOnTheAir = (floor: Floor): boolean => linesOf(floor).some(({ key }) => key.is !== 'off')

/** One floor over all their ports. Only floors on which nothing is transmitted; who is being heard goes on being heard. */
export function join(floors: readonly Floor[], at: number): { floor: Floor; effects: Effect[] } {
  const now = Math.max(at, ...floors.map((floor) => floor.now))
  const heard = floors.map(({ phase }) => phase).filter((phase) => phase.is === 'rx' || phase.is === 'rx_hang')
  const joined: Floor = {
    now,
    lines: Object.assign({}, ...floors.map(({ lines }) => lines)),
    phase: heard[0] ?? { is: 'idle' },
    locks: floors.flatMap(({ locks }) => locks),
    latches: floors.flatMap(({ latches }) => latches),
    refused: null,
    listen: Object.assign({}, ...floors.map(({ listen }) => listen)),
  }
  const turn = openTurn(joined, now)
  settle(turn)
  const { effects, ...floor } = turn
  return { floor, effects }
}

/** A floor for each port again. What is being transmitted ends first: whoever spoke did so to the patch. */
export function part(before: Floor, at: number): { floors: Floor[]; effects: Effect[] } {
  const turn = openTurn(before, at)
  endSpeech(turn, 'done', { result: 'released' })
  for (const line of linesOf(turn)) unkey(turn, line, 'done')
  // Whoever waited for the patch's tail waits no more: he asks again for the port he means.
  const waited = before.phase.is === 'tail' ? before.phase.next : null
  if (waited) turn.effects.push({ do: 'answer', id: waited.asker.id, answer: { result: 'released' } })
  const floors = linesOf(turn).map((line): Floor => {
    const alone = openTurn({ ...before, now: turn.now, lines: { [line.port]: line } }, turn.now)
    alone.phase = phaseAlone(turn.phase, line.port, turn.now)
    alone.locks = turn.locks
    alone.latches = turn.latches.filter(({ port }) => port === line.port)
    const mine = alone.lines[line.port]
    // The hang of a port that no longer holds a floor is over.
    if (mine?.rxOver && !mine.carrier) endRxOver(alone, mine, mine.carrierAt, 'carrier_off')
    settle(alone)
    const { effects, ...floor } = alone
    turn.effects.push(...effects)
    return floor
  })
  return { floors, effects: turn.effects }
}

function phaseAlone(phase: Phase, port: string, since: number): Phase {
  return phase.is === 'rx' && phase.port === port
    ? { ...phase, relay: null, cut: false }
    : { is: 'tail', since, next: null }
}
