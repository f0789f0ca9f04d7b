/** Who is on duty, who answers for which system, and who holds which handheld. */
export type { RosterEvent } from './events.ts'
export { isPerson } from './store.ts'
