/** Who is called on the air after nobody answered: whoever was called first again, then B or the crew, then the supervisors. Pure. */
import type { CalloutStep } from '../wire/radio.ts'

export type Tier = NonNullable<CalloutStep['to']>

export type Silence = { do: 'again' } | { do: 'escalate'; to: 'B' | 'crew' } | { do: 'give_up' }

/** How often the first tier is called. */
const TIMES_A = 2

/** Nobody answered in time: what now. `tries`: announcements to this tier so far; `next`: who there is besides. */
export function afterSilence(was: { tier: Tier; tries: number }, next: { b: boolean; crew: boolean }): Silence {
  if (was.tier !== 'A') return { do: 'give_up' }
  if (was.tries < TIMES_A) return { do: 'again' }
  return next.b ? { do: 'escalate', to: 'B' } : next.crew ? { do: 'escalate', to: 'crew' } : { do: 'give_up' }
}
