/** What stands open at a campus when a shift ends: rows of several rooms, read only. */
import type { Db } from '../db/index.ts'

/** Open tickets of the two highest priorities, most urgent and oldest first. */
export async function urgentTickets(db: Db, organisationId: string, campus: string): Promise<string[]> {
  return db('tickets as t')
    .join('campuses as c', 'c.id', 't.campus_id')
    .where('t.organisation_id', organisationId)
    .where('c.code', campus)
    .whereIn('t.state', ['unassigned', 'in_progress'])
    .where('t.priority', '<=', 2)
    .orderBy(['t.priority', 't.reported_at'])
    .limit(200)
    .pluck('t.id')
}

/** Handsets that ring at night. */
export async function nightPhones(db: Db, organisationId: string, campus: string): Promise<string[]> {
  return db('stations as s')
    .join('campuses as c', 'c.id', 's.campus_id')
    .where('c.organisation_id', organisationId)
    .where('c.code', campus)
    .where('s.kind', 'handset')
    .orderBy('s.code')
    .pluck('s.code')
}
