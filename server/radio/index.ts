/** The radio: ports and their floors, who speaks, what was said, and the ticket it belongs to. */

export { calloutAlarms } from './callout-store.ts'
export type { RadioEvent } from './events.ts'
export { assignWhoAnswered, openTicketForEmergency } from './follow-door.ts'
export { isRadio, radioFrames } from './frame-door.ts'
export { makeHearers } from './hears-door.ts'
export type { Media, MediaFact, PortWish, Voice } from './media.ts'
export { type Radio, startRadio } from './radio-door.ts'
export { type PortSeed, seedRadio } from './seed-store.ts'
export { radioTimeline } from './timeline-door.ts'
