import type { ReachWay, ShiftKind } from '../wire/roster.ts'
import type { SystemRole } from '../wire/words.ts'
import type { HandoverEvent } from './handovers/handover.ts'
import type { SwapEvent } from './swaps/swap.ts'

/** Why somebody else has a shift now, or nobody. */
export type GivenWhy = 'filled' | 'override' | 'swap' | 'leave'

export type ShiftEvent = { at: Date; byId?: string | null } & {
  type: 'radio.shift-changed'
  shiftId: string
  /** null: nobody holds it */
  personId: string | null
} & (
    | { verb: 'planned'; kind?: ShiftKind }
    /** `shiftId` is the rest of the shift `fromShiftId` (events of before name no such shift) */
    | { verb: 'taken'; fromShiftId?: string; was?: string | null }
    | { verb: 'given'; was: string | null; why: GivenWhy }
    | { verb: 'ended' | 'removed' }
  )

/** What happens to shifts, to who answers for a system, and to who holds which handheld. */
export type RosterEvent =
  | ShiftEvent
  | SwapEvent
  | HandoverEvent
  | ({ at: Date; byId?: string | null } & (
      | { type: 'radio.role-changed'; system: string; role: SystemRole; personId: string | null }
      | { type: 'radio.holder-changed'; unit: string; personId: string | null }
      /** one for all its shifts: each one's own event would make every console read the roster as often */
      | {
          type: 'roster.pattern-saved'
          patternId: string
          crewId: string
          version: number
          laid: number
          vacant: number
        }
      | { type: 'roster.pattern-ended'; patternId: string; crewId: string; removed: number }
      | { type: 'roster.need-changed'; needId: string; crewId: string; verb: 'added' | 'ended' }
      /** `changed`: fewer or more are there than when it was found */
      | { type: 'roster.gap'; verb: 'found' | 'changed' | 'closed'; gapId: string; needId: string }
      | { type: 'roster.reached'; shiftId: string; personId: string; way: ReachWay }
      | { type: 'roster.unreached'; shiftId: string; personId: string }
      | { type: 'roster.imported'; shifts: number }
      | { type: 'roster.laid'; patternId: string; crewId: string; to: string; laid: number; vacant: number }
    ))
