import type { DutyKind, ReachState, ReachWay } from '../wire/roster.ts'
import type { SystemRole } from '../wire/words.ts'

/** Of whom it is asked: named people, a crew, whoever answers for a system, a campus, or everybody. */
export type OnDutyOf =
  | { personIds: readonly string[] }
  | { crewId: string }
  | { systemId: string; role?: SystemRole }
  | { campusId: string }
  | 'everybody'

/** Somebody on duty at an instant: the shift that covers it. */
export type OnDuty = {
  shiftId: string
  personId: string
  /** `on_call`: at home, to be called */
  kind: DutyKind
  crewId: string | null
  /** null: every campus */
  campusId: string | null
  from: Date
  to: Date
  /** their role for the system asked of; null when none was */
  role: SystemRole | null
  reach: { state: ReachState; ways: ReachWay[] }
}

/**
 * So long after the shift began somebody may still confirm that they can be reached; then they stand marked, and the
 * ladder passes them over. Shorter marks whoever is changing clothes; longer leaves a dead telephone on the ladder.
 */
export const REACH_WITHIN_MS = 15 * 60_000
export function reachState(shift: { from: Date; ways: readonly ReachWay[] }, at: Date): ReachState {
  if (shift.ways.length > 0) return 'confirmed'
  return at.getTime() - shift.from.getTime() < REACH_WITHIN_MS ? 'due' : 'unconfirmed'
}
