/** Who sees the roster and who leads which part of it. */
import { type Actor, may } from '../access/index.ts'
import { Refusal } from '../refusal.ts'

/** A shift's campus and its crew's line; null: of every one. */
export type Where = { campus: string | null; line: string | null }

const roster = ({ organisationId }: Actor, { campus, line }: Where) => ({
  ...({ kind: 'roster', organisationId, campus, line } as const),
})

/** Whoever works at the desk or for it sees the roster; who is on duty is no secret among colleagues. */
export function mustSee(actor: Actor): void {
  if (!may(actor, 'see', roster(actor, { campus: null, line: null }))) throw new Refusal('not-allowed')
}

export const leads = (actor: Actor, where: Where): boolean => may(actor, 'lead', roster(actor, where))

export function mustLead(actor: Actor, where: Where): void {
  mustSee(actor)
  if (!leads(actor, where)) throw new Refusal('not-allowed')
}

/** Notes for somebody on that shift what they said. */
export function mustNote(actor: Actor, where: Where): void {
  if (!may(actor, 'change', roster(actor, where))) throw new Refusal('not-allowed')
}

/** Whether they lead any part of it: one of those that their grants name. */
export const leadsSome = (actor: Actor): boolean =>
  actor.grants.some(({ campus, line }) => leads(actor, { campus, line }))

/** Works at the desk for this campus, whatever the line: hands a shift of it over. */
export const handsOverAt = (actor: Actor, campus: string): boolean =>
  actor.grants.some(({ line }) => may(actor, 'change', roster(actor, { campus, line })))
