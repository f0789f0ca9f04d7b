/** What must be covered, and the alarm a day before it is not. */
import type { Actor } from '../../access/index.ts'
import { clock, type Db, type Tx } from '../../db/index.ts'
import { notFound, Refusal } from '../../refusal.ts'
import type { GapView, NeedForm, NeedView } from '../../wire/roster.ts'
import type { RosterEvent } from '../events.ts'
import { isZone } from '../patterns/pattern.ts'
import { leads, mustLead, mustSee } from '../rights.ts'
import { crewAndCampus } from '../store.ts'
import { AHEAD_MS, gapsIn, reconcile, type Span } from './cover.ts'
import * as store from './store.ts'

export async function readCover(db: Db, actor: Actor): Promise<{ needs: NeedView[]; gaps: GapView[] }> {
  mustSee(actor)
  const needs = await store.readNeeds(db, actor.organisationId)
  const gaps = await store.readGaps(db, actor.organisationId)
  return {
    needs: needs.map((one) => ({
      needId: one.id,
      ...{ crew: one.crew, campus: one.campus, system: one.system, weekdays: [...one.weekdays], zone: one.zone },
      ...{ starts: one.starts, ends: one.ends, least: one.least, onCallCounts: one.onCallCounts, version: one.version },
      mayLead: leads(actor, one),
    })),
    gaps: gaps.map(({ line, from, to, foundAt, ...one }) => ({
      gapId: one.gapId,
      ...{ crew: one.crew, crewZh: one.crewZh, crewEn: one.crewEn, campus: one.campus },
      ...{ system: one.system, systemZh: one.systemZh, systemEn: one.systemEn, least: one.least, have: one.have },
      ...{ from: from.toISOString(), to: to.toISOString(), foundAt: foundAt.toISOString() },
      mayLead: leads(actor, { campus: one.campus, line }),
    })),
  }
}

export async function addNeed(tx: Tx, actor: Actor, form: NeedForm): Promise<{ id: string; events: RosterEvent[] }> {
  mustSee(actor)
  const { organisationId, personId: byId } = actor
  const { crew, campus, system, zone: given, ...need } = form
  const { crewId, campusId, line, zone } = await crewAndCampus(tx, organisationId, { crew, campus })
  if (crewId === null) throw new Refusal('no-such-crew', { field: 'crew' })
  if (campus !== null && campusId === null) throw new Refusal('no-such-campus', { field: 'campus' })
  mustLead(actor, { campus, line })
  if (given !== undefined && !isZone(given)) throw new Refusal('no-such-time-zone', { field: 'zone' })
  const systemId = system === null ? null : await store.systemId(tx, organisationId, system)
  if (systemId === undefined) throw new Refusal('no-such-system', { field: 'system' })
  const weekdays = [...new Set(need.weekdays)].sort()
  const wanted = { ...need, weekdays, zone: given ?? zone, crewId, campusId, systemId }
  try {
    const id = await store.insertNeed(tx, organisationId, wanted, byId)
    return {
      id,
      events: [{ type: 'roster.need-changed', needId: id, crewId, verb: 'added', at: await clock(tx), byId }],
    }
  } catch (error) {
    if ((error as { code?: string }).code === '23505') throw new Refusal('need-stands-already')
    throw error
  }
}

export async function endNeed(tx: Tx, actor: Actor, id: string, version: number): Promise<RosterEvent[]> {
  mustSee(actor)
  const need = await store.holdNeed(tx, actor.organisationId, id)
  if (!need) throw notFound('need')
  mustLead(actor, need)
  if (need.version !== version) throw new Refusal('roster-changed-meanwhile', { version: need.version })
  await store.endNeed(tx, id)
  const at = await clock(tx)
  return [{ type: 'roster.need-changed', needId: id, crewId: need.crewId, verb: 'ended', at, byId: actor.personId }]
}

/** Looks a day ahead for times in which too few are there; a gap is told when it is found, gets worse, and is closed. */
export async function watchGaps(tx: Tx): Promise<RosterEvent[]> {
  const known = await store.holdGaps(tx)
  const needs = await store.readNeeds(tx, null)
  if (needs.length === 0 && known.length === 0) return []
  const at = await clock(tx)
  const within: Span = { from: at, to: new Date(at.getTime() + AHEAD_MS) }
  const events: RosterEvent[] = []
  const told = (verb: 'found' | 'changed' | 'closed', gapId: string, needId: string) =>
    events.push({ type: 'roster.gap', verb, gapId, needId, at })
  const needed = new Set(needs.map(({ id }) => id))
  for (const { id, needId } of known.filter((one) => !needed.has(one.needId))) {
    await store.closeGap(tx, id, at)
    told('closed', id, needId)
  }
  for (const need of needs) {
    const mine = known.filter(({ needId }) => needId === need.id)
    const moves = reconcile(mine, gapsIn(need, within, await store.covering(tx, need, within)), within)
    for (const gap of moves.close) {
      await store.closeGap(tx, gap.id, at)
      told('closed', gap.id, need.id)
    }
    for (const gap of moves.change) {
      await store.changeGap(tx, gap)
      if (gap.have !== mine.find(({ id }) => id === gap.id)?.have) told('changed', gap.id, need.id)
    }
    for (const gap of moves.open) told('found', await store.insertGap(tx, need.id, gap, at), need.id)
  }
  return events
}
