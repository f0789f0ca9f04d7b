/** Patterns: kept by whoever leads the crew, and laid out as shifts two months ahead. */
import type { Actor } from '../../access/index.ts'
import { clock, type Db, type Tx } from '../../db/index.ts'
import { notFound, Refusal } from '../../refusal.ts'
import type { PatternForm, PatternView } from '../../wire/roster.ts'
import type { RosterEvent } from '../events.ts'
import { leads, mustLead, mustSee } from '../rights.ts'
import { crewAndCampus } from '../store.ts'
import { dayAt, type Laid, type Pattern, type PatternRefusal, plusDays, refusalOf, shiftsOf } from './pattern.ts'
import * as store from './store.ts'

/** Shifts stand so far ahead: this month's page and the next one's. */
export const LAID_AHEAD_DAYS = 62

const FIELD: Record<PatternRefusal, string> = {
  'pattern-rule-unreadable': 'rrule',
  'pattern-rule-of-days-only': 'rrule',
  'pattern-never-happens': 'rrule',
  'pattern-ends-before-it-begins': 'lastDay',
  'pattern-overlaps-itself': 'personIds',
  'no-such-time-zone': 'zone',
}

export async function readPatterns(db: Db, actor: Actor): Promise<PatternView[]> {
  const { organisationId } = actor
  mustSee(actor)
  return (await store.readPatterns(db, organisationId)).map((one) => viewOf(actor, one))
}

const viewOf = (actor: Actor, one: store.PatternRow): PatternView => ({
  patternId: one.id,
  name: one.name,
  crew: one.crew,
  campus: one.campus,
  kind: one.kind,
  zone: one.zone,
  rrule: one.rrule,
  firstDay: one.firstDay,
  lastDay: one.lastDay,
  starts: one.starts,
  ends: one.ends,
  slots: one.slots,
  rotates: one.rotates,
  personIds: [...one.personIds],
  exceptions: one.exceptions.filter(({ slot }) => slot === null).map(({ day }) => day),
  version: one.version,
  mayLead: leads(actor, one),
})

/** A new pattern, and its shifts. */
export async function createPattern(
  tx: Tx,
  actor: Actor,
  form: PatternForm,
): Promise<{ id: string; events: RosterEvent[] }> {
  const pattern = await wanted(tx, actor, form, [])
  const id = await store.insertPattern(tx, actor.organisationId, pattern, actor.personId)
  return { id, events: [await lay(tx, actor, id)] }
}

/** A changed pattern: what has not begun and nobody has changed by hand is laid out anew. */
export async function changePattern(
  tx: Tx,
  actor: Actor,
  id: string,
  { version, ...form }: PatternForm & { version: number },
): Promise<RosterEvent[]> {
  const before = await held(tx, actor, id, version)
  // A shift that somebody took away stays away while its day is the rule's.
  const pattern = await wanted(
    tx,
    actor,
    form,
    before.exceptions.filter(({ slot }) => slot !== null),
  )
  await store.updatePattern(tx, id, pattern)
  await store.dropUntouched(tx, id, await clock(tx))
  return [await lay(tx, actor, id)]
}

/** It repeats no more: what has not begun and nobody has changed by hand goes. */
export async function endPattern(tx: Tx, actor: Actor, id: string, version: number): Promise<RosterEvent[]> {
  const { crewId } = await held(tx, actor, id, version)
  const at = await clock(tx)
  await store.endPattern(tx, id)
  const removed = await store.dropUntouched(tx, id, at)
  return [{ type: 'roster.pattern-ended', patternId: id, crewId, removed, at, byId: actor.personId }]
}

/** Lays out what the days that have come nearer bring; a shift whose person is elsewhere then is vacant, and seen as such. */
export async function layAhead(tx: Tx): Promise<RosterEvent[]> {
  const at = await clock(tx)
  const events: RosterEvent[] = []
  for (const { id, organisationId } of await store.shortOf(tx, plusDays(dayAt(at, 'UTC'), LAID_AHEAD_DAYS))) {
    const pattern = await store.holdPattern(tx, organisationId, id)
    if (!pattern || pattern.ended) continue
    const { laid, vacant, to } = await layOut(tx, organisationId, pattern, at, 'vacate')
    if (laid > 0) events.push({ type: 'roster.laid', patternId: id, crewId: pattern.crewId, to, laid, vacant, at })
  }
  return events
}

async function lay(tx: Tx, { organisationId, personId }: Actor, id: string): Promise<RosterEvent> {
  const pattern = await store.holdPattern(tx, organisationId, id)
  if (!pattern) throw notFound('pattern')
  const at = await clock(tx)
  const { laid, vacant } = await layOut(tx, organisationId, pattern, at, 'refuse')
  const { crewId, version } = pattern
  return { type: 'roster.pattern-saved', patternId: id, crewId, version, laid, vacant, at, byId: personId }
}

/**
 * Writes the shifts that do not stand yet and are not over. Who is on leave then leaves theirs vacant; who has another
 * shift then is refused by name while somebody is there to mend it, and leaves it vacant when nobody is.
 */
async function layOut(
  tx: Tx,
  organisationId: string,
  pattern: store.PatternRow,
  at: Date,
  onOverlap: 'refuse' | 'vacate',
): Promise<{ laid: number; vacant: number; to: string }> {
  // Yesterday's night is not over yet.
  const from = plusDays(dayAt(at, pattern.zone), -1)
  const to = plusDays(dayAt(at, pattern.zone), LAID_AHEAD_DAYS)
  const there = await store.standing(tx, pattern.id, from)
  const coming = shiftsOf(pattern, from, to).filter((one) => one.to > at && !there.has(store.keyOf(one)))
  const busy = await store.inTheWay(tx, pattern.kind, coming)
  const clash = busy.find(({ leave }) => !leave)
  if (clash && onOverlap === 'refuse') {
    const { name, personId, occursOn: day } = clash
    throw new Refusal('roster-overlaps', { field: 'personIds', personId, name, day })
  }
  const without = new Set(busy.map(store.keyOf))
  const laid: Laid[] = coming.map((one) => (without.has(store.keyOf(one)) ? { ...one, personId: null } : one))
  await store.insertLaid(tx, organisationId, pattern, laid)
  await store.setLaidTo(tx, pattern.id, to)
  return { laid: laid.length, vacant: laid.filter(({ personId }) => personId === null).length, to }
}

async function held(tx: Tx, actor: Actor, id: string, version: number): Promise<store.PatternRow> {
  const { organisationId } = actor
  const pattern = await store.holdPattern(tx, organisationId, id)
  if (!pattern) throw notFound('pattern')
  mustLead(actor, pattern)
  if (pattern.ended) throw new Refusal('pattern-is-over')
  if (pattern.version !== version) throw new Refusal('roster-changed-meanwhile', { version: pattern.version })
  return pattern
}

async function wanted(
  tx: Tx,
  actor: Actor,
  { crew, campus, exceptions: days, zone: given, ...form }: PatternForm,
  slots: Pattern['exceptions'],
): Promise<store.PatternWrite> {
  const { crewId, campusId, line, zone } = await crewAndCampus(tx, actor.organisationId, { crew, campus })
  if (crewId === null) throw new Refusal('no-such-crew', { field: 'crew' })
  if (campus !== null && campusId === null) throw new Refusal('no-such-campus', { field: 'campus' })
  mustLead(actor, { campus, line })
  const exceptions = [...days.map((day) => ({ day, slot: null })), ...slots]
  const pattern = { ...form, zone: given ?? zone, exceptions, crewId, campusId }
  const why = refusalOf(pattern)
  if (why) throw new Refusal(why, { field: FIELD[why] })
  const [stranger] = await store.strangers(tx, actor.organisationId, pattern.personIds)
  if (stranger) throw new Refusal('no-such-person', { field: 'personIds', personId: stranger })
  return pattern
}
