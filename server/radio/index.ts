/** The radio: ports and their floors, who speaks, what was said, and the ticket it belongs to. */
import type { Actor } from '../access/index.ts'
import type { EmergencyView, PortNow, RadioUnitView } from '../wire/radio.ts'
import { readEmergencies, viewOf } from './emergencies/store.ts'
import type { RadioDesk } from './engine/radio.ts'
import { listHandhelds } from './handhelds/store.ts'
import { campusesHeard } from './ports/index.ts'

export type { Announced } from './engine/announcing.ts'
export type { RadioEngine } from './engine/engine.ts'
export type { Media, MediaFact, PortWish, Voice } from './engine/media.ts'
export { type Radio, startRadio } from './engine/radio.ts'
export { airWav, joined, levelled, RATE, readWav, silence, toAir } from './engine/sound.ts'
export type { Log as RadioLog } from './engine/words.ts'
export type { RadioEvent } from './events.ts'
export { PRIORITY } from './floor/words.ts'
export { openTicketForEmergency, proveWhoSpoke } from './following.ts'
export { radioFrames } from './frames.ts'
export { handhelds } from './handhelds/index.ts'
export { handheldsInUse as readRoster } from './handhelds/store.ts'
export { readAni } from './hearing/ident.ts'
export type { Over } from './overs/over.ts'
export { attach } from './overs/store.ts'
export { radioTimeline } from './overs/timeline.ts'
export { makeHearers } from './ports/hearers.ts'
export { DEFAULT_PROFILE } from './ports/profile.ts'
export { type PortSeed, seedRadio } from './ports/seed-store.ts'
export { readPorts } from './ports/store.ts'
export { radioThing } from './rights.ts'

/** The radio of the campuses whose radio this person may hear of, as it is now. */
export async function radioNow(
  { db, radio }: RadioDesk,
  actor: Actor,
): Promise<{ ports: PortNow[]; emergencies: EmergencyView[]; units: RadioUnitView[] }> {
  const { organisationId } = actor
  const campuses = await campusesHeard(db, actor)
  const isHeard = ({ campus }: { campus: string }) => campuses.includes(campus)
  return {
    ports: radio.portsNow(organisationId).filter(isHeard),
    emergencies: (await readEmergencies(db, organisationId)).filter(isHeard).map(viewOf),
    units: await listHandhelds(db, organisationId, campuses),
  }
}
