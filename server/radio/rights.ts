/** Who may do what on the radio. */
import { type Actor, may, type Thing } from '../access/index.ts'
import { notFound, Refusal } from '../refusal.ts'

type OnRadio = { organisationId: string; campus: string }
type Verb = 'change' | 'clear' | 'listen' | 'key'

/** What may() is asked about anything of a campus's radio. */
export const radioThing = ({ organisationId, campus }: OnRadio): Thing => ({ kind: 'radio', organisationId, campus })

/** @throws Refusal not-found when this person may not see it, not-allowed when they may only see it */
export function allow(actor: Actor, verb: Verb, one: OnRadio, what: string): void {
  if (!may(actor, 'see', radioThing(one))) throw notFound(what)
  if (!may(actor, verb, radioThing(one))) throw new Refusal('not-allowed')
}

/** Whoever keeps ports and handhelds keeps those of every campus. */
export const mayAdminister = (actor: Actor, campus = ''): boolean =>
  may(actor, 'administer', radioThing({ organisationId: actor.organisationId, campus }))

/** @throws Refusal not-allowed */
export function administer(actor: Actor, campus = ''): void {
  if (!mayAdminister(actor, campus)) throw new Refusal('not-allowed')
}
