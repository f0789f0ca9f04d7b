/** The ladder: whom a job that nobody has is offered to next, and for how long. Pure; its rungs are rows with a due time. */
import type { DispatchRules, Mode, PriorityRules, Rung } from '../wire/dispatch.ts'

/** What a hospital starts with, until a line's supervisor changes it. */
const URGENT_BY_DAY: Rung[] = [
  { to: 'candidate', by: ['console', 'radio', 'page'], forS: 45 },
  { to: 'candidate', by: ['phone'], forS: 45 },
  { to: 'B', by: ['console', 'radio', 'phone'], forS: 60 },
  { to: 'crew_lead', by: ['console', 'phone'], forS: 60 },
  { to: 'supervisor', by: ['console', 'phone'], forS: 300 },
]
/** The one who is on walks the wards: rung twice before anybody at home is woken. */
const URGENT_BY_NIGHT: Rung[] = [
  { to: 'candidate', by: ['console', 'radio', 'phone'], forS: 90 },
  { to: 'candidate', by: ['radio', 'phone'], forS: 90 },
  { to: 'B', by: ['phone'], forS: 90 },
  { to: 'crew_lead', by: ['phone'], forS: 120 },
  { to: 'supervisor', by: ['console', 'phone'], forS: 300 },
]
const CALM: Rung[] = [
  { to: 'candidate', by: ['console', 'page'], forS: 300 },
  { to: 'candidate', by: ['console', 'radio'], forS: 300 },
  { to: 'crew', by: ['console'], forS: 600 },
  { to: 'supervisor', by: ['console'], forS: 3_600 },
]
const of = (mode: Mode, afterS: number, day: Rung[], night: Rung[]): PriorityRules => ({ mode, afterS, day, night })

/** A low priority waits half an hour in the list, where an agent may send it, and then climbs by itself. */
const LOW_WAITS_S = 30 * 60

export const FIRST_RULES: DispatchRules = {
  order: ['duty', 'role', 'zone', 'before', 'load', 'near', 'idle'],
  limit: 4,
  endsWithinMin: 30,
  priorities: {
    1: of('after', 60, URGENT_BY_DAY, URGENT_BY_NIGHT),
    2: of('proposed', 5 * 60, URGENT_BY_DAY, URGENT_BY_NIGHT),
    3: of('proposed', LOW_WAITS_S, CALM, CALM),
    4: of('proposed', LOW_WAITS_S, CALM, CALM),
  },
}

export const rulesFor = (rules: DispatchRules, priority: number): PriorityRules =>
  rules.priorities[priority as 1 | 2 | 3 | 4] ?? rules.priorities[4]

/** A rung of the ladder, counted from 0; null: the ladder is at its end. */
export const rungAt = (rules: PriorityRules, isNight: boolean, n: number): Rung | null =>
  (isNight ? rules.night : rules.day)[n] ?? null
