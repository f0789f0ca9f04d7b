/** Emergencies by hand: an agent raises one, somebody acknowledges it, a supervisor clears it. */
import { type Actor, may } from '../../access/index.ts'
import { notFound, Refusal } from '../../refusal.ts'
import type { ClearEmergency, EmergencyAcknowledged, RaiseEmergency } from '../../wire/radio.ts'
import type { RadioDesk } from '../engine/radio.ts'
import { handheldsInUse } from '../handhelds/store.ts'
import { readPorts } from '../ports/store.ts'
import { allow, radioThing } from '../rights.ts'
import { readEmergencies, type ShownEmergency } from './store.ts'

/** An answer waits this long for what the radio told to be written down. */
const WRITTEN_MS = 2_000

/** Never refused for a wrong handheld: what is none that this person knows of is told as that number. */
export async function raiseEmergency({ db, radio }: RadioDesk, actor: Actor, { port: code, unit }: RaiseEmergency) {
  const port = (await readPorts(db, actor.organisationId)).find((one) => one.port === code)
  if (!port) throw notFound('port')
  allow(actor, 'key', port, 'port')
  const inUse = unit === undefined ? [] : await handheldsInUse(db, actor.organisationId)
  const known = inUse.some((one) => one.code === unit && may(actor, 'see', radioThing(one)))
  const named = unit === undefined ? { unit: null } : known ? { unit } : { unit: null, raw: unit }
  return { emergencyId: radio.engine.raise({ port: port.port, ...named, how: 'agent' }) }
}

/** Says that somebody heard it; the first to do so stays. */
export async function acknowledgeEmergency(
  { db, radio }: RadioDesk,
  actor: Actor,
  id: string,
): Promise<EmergencyAcknowledged> {
  const { emergencyId, ackedAt } = await emergencyFor({ db }, actor, id, 'change')
  if (ackedAt === null) radio.engine.acknowledge(emergencyId, actor.personId)
  await radio.keeper.settle(WRITTEN_MS)
  const [now] = await readEmergencies(db, actor.organisationId, [emergencyId])
  return { emergencyId, ackedAt: now?.ackedAt ?? null, ackedBy: now?.ackedBy ?? null }
}

/** Declares it over. @throws Refusal emergency-not-acknowledged, emergency-same-person */
export async function clearEmergency(
  { db, radio }: RadioDesk,
  actor: Actor,
  id: string,
  { reason }: ClearEmergency,
): Promise<{ emergencyId: string; cleared: true }> {
  const { emergencyId, cleared } = await emergencyFor({ db }, actor, id, 'clear')
  if (cleared) return { emergencyId, cleared }
  const why = radio.engine.clear(emergencyId, actor.personId, reason)
  if (why === 'unknown') throw new Refusal('radio-not-here')
  if (why) throw new Refusal(`emergency-${why.replace('_', '-')}`)
  await radio.keeper.settle(WRITTEN_MS)
  return { emergencyId, cleared: true }
}

async function emergencyFor(
  { db }: Pick<RadioDesk, 'db'>,
  actor: Actor,
  id: string,
  verb: 'change' | 'clear',
): Promise<ShownEmergency> {
  const [one] = await readEmergencies(db, actor.organisationId, [id])
  if (!one) throw notFound('emergency')
  allow(actor, verb, one, 'emergency')
  return one
}
