/** The roster of a week or a month: read by everyone at the desk, changed by whoever leads the crew. */
import { randomUUID } from 'node:crypto'
import type { Actor } from '../../access/index.ts'
import { clock, type Db, type Tx } from '../../db/index.ts'
import { notFound, Refusal } from '../../refusal.ts'
import type { RosterShift, RosterShiftForm, RosterView } from '../../wire/roster.ts'
import { askShift, planShift } from '../changing.ts'
import { reachState } from '../duty.ts'
import type { RosterEvent } from '../events.ts'
import { leads, leadsSome, mustLead, mustSee } from '../rights.ts'
import { crewAndCampus, holdShift, isPerson } from '../store.ts'
import { LEAST_REST_HOURS, shortRests } from './rest.ts'
import * as store from './store.ts'

/** Two months on one page are a mistake of the address. */
const LONGEST_VIEW_MS = 63 * 24 * 3_600_000

export async function readRoster(
  db: Db,
  actor: Actor,
  { from, to, crew }: { from: Date; to: Date; crew?: string | undefined },
): Promise<RosterView> {
  mustSee(actor)
  if (from >= to) throw new Refusal('ends-before-it-begins', { field: 'to' })
  if (to.getTime() - from.getTime() > LONGEST_VIEW_MS) throw new Refusal('roster-too-long', { field: 'to' })
  const { organisationId } = actor
  const now = new Date()
  const shown = await store.readShifts(db, organisationId, { from, to, crew })
  const groups = await store.readGroups(db, organisationId)
  const campuses = await store.campusCodes(db, organisationId)
  const worked = shown.map(({ person, ...one }) => ({ ...one, personId: person?.id ?? null }))
  return {
    from: from.toISOString(),
    to: to.toISOString(),
    zone: await store.zoneOf(db, organisationId),
    shifts: shown.map((one) => viewOf(actor, one, now)),
    shortRests: shortRests(worked),
    leastRestHours: LEAST_REST_HOURS,
    crews: groups.map(({ code, zh, en }) => ({ code, zh, en })),
    campuses,
    leadsAny: leadsSome(actor),
  }
}

const viewOf = (actor: Actor, { line, ways, ...one }: store.ShiftShown, now: Date): RosterShift => ({
  shiftId: one.shiftId,
  kind: one.kind,
  person: one.person,
  crew: one.crew,
  campus: one.campus,
  from: one.from.toISOString(),
  to: one.to.toISOString(),
  pattern: one.pattern,
  takenFrom: one.takenFrom,
  version: one.version,
  mayLead: leads(actor, { campus: one.campus, line }),
  reach:
    one.kind === 'leave' || one.person === null || one.from > now || one.to <= now
      ? null
      : { state: reachState({ from: one.from, ways }, now), ways },
})

/** A shift of its own, of a person or still vacant. */
export async function addShift(
  tx: Tx,
  actor: Actor,
  { crew, campus, personId, kind, knowingly = false, ...form }: RosterShiftForm,
): Promise<{ id: string; events: RosterEvent[] }> {
  const { organisationId } = actor
  const { crewId, campusId, line } = await crewAndCampus(tx, organisationId, { crew, campus })
  if (crewId === null) throw new Refusal('no-such-crew', { field: 'crew' })
  if (campus !== null && campusId === null) throw new Refusal('no-such-campus', { field: 'campus' })
  mustLead(actor, { campus, line })
  const [from, to] = [new Date(form.from), new Date(form.to)]
  if (personId !== null) await mustBeFit(tx, actor, personId, { from, to, knowingly })
  const wish = { kind, personId, crewId, campusId, from, to }
  const { shift, events } = await planShift(tx, organisationId, wish, actor.personId)
  return { id: shift.id, events }
}

/** Somebody else has it, or nobody: filling a vacant one, an override for one day. */
export async function giveShift(
  tx: Tx,
  actor: Actor,
  id: string,
  { personId, version, knowingly = false }: { personId: string | null; version: number; knowingly?: boolean },
): Promise<RosterEvent[]> {
  const { shift } = await held(tx, actor, id, version)
  if (personId !== null) await mustBeFit(tx, actor, personId, { from: shift.from, to: shift.to, knowingly })
  const why = shift.personId === null ? 'filled' : 'override'
  const { events } = await askShift(tx, actor.organisationId, shift, {
    ask: 'give',
    byId: actor.personId,
    personId,
    why,
  })
  return events
}

/** Ended now; one that has not begun was never there. Leave too: who is back early is back. */
export async function endShift(tx: Tx, actor: Actor, id: string, version: number): Promise<RosterEvent[]> {
  const { shift } = await held(tx, actor, id, version)
  return (await askShift(tx, actor.organisationId, shift, { ask: 'end', byId: actor.personId })).events
}

/**
 * Leave: what the person had to do in that time is nobody's and stands as vacant. A shift that has begun ends for them,
 * and the rest of it is vacant.
 */
export async function grantLeave(
  tx: Tx,
  actor: Actor,
  { personId, ...form }: { personId: string; from: string; to: string },
): Promise<{ id: string; vacated: number; events: RosterEvent[] }> {
  mustSee(actor)
  if (!leadsSome(actor)) throw new Refusal('not-allowed')
  const { organisationId, personId: byId } = actor
  if (!(await isPerson(tx, organisationId, personId))) throw notFound('person')
  if (!(await leadsPerson(tx, actor, personId))) throw new Refusal('not-allowed')
  const [from, to] = [new Date(form.from), new Date(form.to)]
  const wish = { kind: 'leave' as const, personId, crewId: null, campusId: null, from, to }
  const { shift, events } = await planShift(tx, organisationId, wish, byId)
  const vacated: RosterEvent[] = []
  for (const id of await store.overlapping(tx, personId, from, to)) {
    const found = await holdShift(tx, organisationId, id)
    if (!found) continue
    mustLead(actor, found)
    const begun = found.shift.from < (await clock(tx))
    const ask = begun
      ? { ask: 'hand-over' as const, byId, personId: null, toShiftId: randomUUID() as string }
      : { ask: 'give' as const, byId, personId: null, why: 'leave' as const }
    vacated.push(...(await askShift(tx, organisationId, found.shift, ask)).events)
  }
  return { id: shift.id, vacated: vacated.length, events: [...events, ...vacated] }
}

async function leadsPerson(tx: Tx, actor: Actor, personId: string): Promise<boolean> {
  const lines = await store.linesOf(tx, personId)
  const campuses = [...new Set(actor.grants.map(({ campus }) => campus))]
  return [...lines, null].some((line) => campuses.some((campus) => leads(actor, { campus, line })))
}

async function held(tx: Tx, actor: Actor, id: string, version: number) {
  mustSee(actor)
  const found = await holdShift(tx, actor.organisationId, id)
  if (!found) throw notFound('shift')
  const ledByPerson = found.shift.kind === 'leave' && (await leadsPerson(tx, actor, found.shift.personId ?? ''))
  if (!ledByPerson && !leads(actor, found)) throw new Refusal('not-allowed')
  if (found.version !== version) throw new Refusal('roster-changed-meanwhile', { version: found.version })
  return found
}

/** Somebody of ours, not away then, and not unreachable unless whoever plans says that they know. */
async function mustBeFit(
  tx: Tx,
  { organisationId }: Actor,
  personId: string,
  { from, to, knowingly }: { from: Date; to: Date; knowingly: boolean },
): Promise<void> {
  if (!(await isPerson(tx, organisationId, personId))) throw notFound('person')
  if (await store.isAway(tx, personId, from, to)) throw new Refusal('person-away-then', { field: 'personId' })
  if (!knowingly && !(await store.hasWay(tx, personId, from)))
    throw new Refusal('person-has-no-way', { field: 'personId' })
}
