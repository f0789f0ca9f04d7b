/** The radio: ports and their floors, who speaks, what was said, and the ticket it belongs to. */

export { calloutAlarms } from '../callouts/store.ts'
export type { Media, MediaFact, PortWish, Voice } from './engine/media.ts'
export { type Radio, startRadio } from './engine/radio.ts'
export type { RadioEvent } from './events.ts'
export { assignWhoAnswered, openTicketForEmergency } from './following.ts'
export { radioFrames } from './frames.ts'
export { radioTimeline } from './overs/timeline.ts'
export { makeHearers } from './ports/hearers.ts'
export { type PortSeed, seedRadio } from './ports/seed-store.ts'
