/** Who is on duty and can be reached, who answers for which system, and who holds which handheld. */
import type { Actor } from '../access/index.ts'
import type { Db, Tx } from '../db/index.ts'
import type { OnDutyView } from '../wire/roster.ts'
import { type OnDuty, type OnDutyOf, reachState } from './duty.ts'
import * as duty from './duty-store.ts'
import { mustSee } from './rights.ts'

export type { OnDuty, OnDutyOf } from './duty.ts'
export { onLeave } from './duty-store.ts'
export type { RosterEvent } from './events.ts'
export { rosterFrames } from './frames.ts'
export { type Commit, type Handhelds, type ShiftForm, ShiftLead } from './leading.ts'
export { hereByPage, proveReachable } from './reach/index.ts'
export { seedRoster } from './seed-store.ts'
export { isPerson } from './store.ts'
export { look, watchRoster } from './watching.ts'

/**
 * Who is on duty at an instant: of named people, of a crew, for a system, at a campus. The one answer for assigning,
 * paging, the ladder, the radio and the figures.
 *
 * A person is on duty when a shift of theirs covers `at` and they are not on leave then: from (inclusive) to (exclusive),
 * as it really was where it ended early. Who is at work stands before who is on call at home; of a system A stands before
 * B. `reach.state` says whether a way to them was proven this shift: `unconfirmed` is for the caller to pass over.
 * A vacant shift is nobody's and never in the answer. `at` may lie in the past (figures) or ahead (an offer's end).
 */
export async function onDuty(db: Db | Tx, organisationId: string, of: OnDutyOf, at: Date): Promise<OnDuty[]> {
  return (await duty.shiftsCovering(db, organisationId, of, at)).map(({ ways, ...shift }) => ({
    ...shift,
    reach: { state: reachState({ from: shift.from, ways }, at), ways },
  }))
}

/** The same for people to read: everyone who works at the desk or for it sees who is here. */
export async function whoIsOnDuty(db: Db, actor: Actor, at: Date): Promise<OnDutyView> {
  mustSee(actor)
  const found = await duty.shiftsCovering(db, actor.organisationId, 'everybody', at)
  const shown = await duty.readOnDuty(
    db,
    found.map(({ shiftId }) => shiftId),
    at,
  )
  return {
    at: at.toISOString(),
    people: shown.map(({ ways, from, to, ...one }) => ({
      ...one,
      from: from.toISOString(),
      to: to.toISOString(),
      reach: { state: reachState({ from, ways }, at), ways },
    })),
  }
}
