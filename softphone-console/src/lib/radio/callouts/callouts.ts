import type { CalloutView } from '../../wire.ts'

/** Somebody answered by a code, and nothing said whose handheld it was. */
export const lacksName = ({ state, steps }: CalloutView): boolean =>
  state === 'acknowledged' &&
  !steps.some((one) => one.step === 'acknowledged' && (one.unit !== null || one.personId !== null))

/** Somebody at the desk has still something to do about it. */
export const isUnsettled = (one: CalloutView): boolean =>
  one.state === 'saying' || one.state === 'waiting' || one.state === 'given_up' || lacksName(one)

/** The handheld that was called last by its number; undefined: everybody, or nobody by number. */
export function calledUnit({ steps }: CalloutView): string | undefined {
  const last = steps.findLast(({ step }) => step === 'said' || step === 'again' || step === 'escalated')
  return last?.unit ?? undefined
}
