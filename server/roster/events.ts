import type { ShiftKind } from '../wire/roster.ts'
import type { SystemRole } from '../wire/words.ts'

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
  | ({ at: Date; byId?: string | null } & (
      | { type: 'radio.role-changed'; system: string; role: SystemRole; personId: string | null }
      | { type: 'radio.holder-changed'; unit: string; personId: string | null }
    ))
