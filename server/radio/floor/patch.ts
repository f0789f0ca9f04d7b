/**
 * Ports that share one floor, and parted again: the port that hears a carrier first holds the floor, the others send it on.
 * A port is in one patch at most, so no sound can go round in a circle.
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

/**
 * Why these ports cannot share a floor; null: they can. `known`: those of them that exist; `patched`: all that are in a
 * patch.
 */
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

/** Is somebody transmitting, or about to? Then this floor cannot be joined to another now. */
export const isOnTheAir = (floor: Floor): boolean => linesOf(floor).some(({ key }) => key.is !== 'off')

/**
 * One floor over all their ports. Only for floors on which nothing is transmitted; a handheld that is heard goes on
 * being heard.
 */
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

/** A floor for each port again. What is being transmitted ends: whoever spoke meant all of the patch. */
export function part(before: Floor, at: number): { floors: Floor[]; effects: Effect[] } {
  const turn = openTurn(before, at)
  endSpeech(turn, 'done', { result: 'released' })
  for (const line of linesOf(turn)) unkey(turn, line, 'done')
  // Whoever waited for the patch's transmitters to go down asks again, for the port they mean.
  const waited = before.phase.is === 'tail' ? before.phase.next : null
  if (waited) turn.effects.push({ do: 'answer', id: waited.asker.id, answer: { result: 'released' } })
  const floors = linesOf(turn).map((line): Floor => {
    const alone = openTurn({ ...before, now: turn.now, lines: { [line.port]: line } }, turn.now)
    alone.phase = phaseAlone(turn.phase, line.port, turn.now)
    alone.locks = turn.locks
    alone.latches = turn.latches.filter(({ port }) => port === line.port)
    const mine = alone.lines[line.port]
    // A reception that only waited for its hang time ends with the patch.
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
