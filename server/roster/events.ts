import type { SystemRole } from '../wire/words.ts'

/** What happens to shifts, to who answers for a system, and to who holds which handheld. */
export type RosterEvent = { at: Date; byId?: string | null } & (
  | { type: 'radio.shift-changed'; shiftId: string; personId: string; verb: 'planned' | 'taken' | 'ended' | 'removed' }
  | { type: 'radio.role-changed'; system: string; role: SystemRole; personId: string | null }
  | { type: 'radio.holder-changed'; unit: string; personId: string | null }
)
