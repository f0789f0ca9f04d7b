/** What may() is to know of a person who is not signed in here: their rights as they stand now. */
import type { Db, Tx } from '../../db/index.ts'
import type { Asker } from '../may.ts'
import { readGrants } from './store.ts'

/** Undefined: no such person, or one who is here no more. */
export async function askerOf(db: Db | Tx, personId: string): Promise<Asker | undefined> {
  const person = await db('people').where({ id: personId, retired_at: null }).first('organisation_id')
  if (!person) return undefined
  const grants = (await readGrants(db, personId)).map(({ role, campus, line }) => ({ role, campus, line }))
  return { personId, organisationId: person.organisation_id, grants }
}

/** Who leads a line on a campus now; `everywhere`: only those whose grant is narrowed by neither. */
export async function supervisorsOf(
  db: Db | Tx,
  { organisationId, campusId, lineId }: { organisationId: string; campusId: string; lineId: string },
  { everywhere = false } = {},
): Promise<string[]> {
  return db('grants as g')
    .join('people as p', 'p.id', 'g.person_id')
    .where({ 'g.role': 'supervisor', 'p.organisation_id': organisationId, 'p.retired_at': null })
    .whereRaw('g.during @> now()')
    .where((on) => on.whereNull('g.campus_id').modify((q) => !everywhere && q.orWhere('g.campus_id', campusId)))
    .where((on) => on.whereNull('g.line_id').modify((q) => !everywhere && q.orWhere('g.line_id', lineId)))
    .distinct()
    .orderBy('p.id')
    .pluck('p.id')
}
