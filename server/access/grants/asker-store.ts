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
