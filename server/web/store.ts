/** The web's own SQL: remembered requests, and a connection that listens. */
import type { Db } from '../db/index.ts'

export type Remembered = { route: string; bodyHash: Buffer; status: number | null; answer: unknown; ageS: number }

/** Claims a key for a person. Undefined when it is theirs now; else what the first request with it was. */
export async function claimRequest(
  db: Db,
  claim: { personId: string; key: string; route: string; bodyHash: Buffer },
): Promise<Remembered | undefined> {
  const taken = await db('requests')
    .insert({ person_id: claim.personId, key: claim.key, route: claim.route, body_hash: claim.bodyHash })
    .onConflict(['person_id', 'key'])
    .ignore()
    .returning('key')
  if (taken.length > 0) return undefined
  return db('requests')
    .where({ person_id: claim.personId, key: claim.key })
    .first(
      'route',
      'body_hash as bodyHash',
      'status',
      'answer',
      db.raw('extract(epoch from now() - at)::int as "ageS"'),
    )
}

export async function settleRequest(
  db: Db,
  personId: string,
  key: string,
  status: number,
  answer: unknown,
): Promise<void> {
  await db('requests')
    .where({ person_id: personId, key })
    .update({ status, answer: answer === undefined ? null : JSON.stringify(answer) })
}

export async function releaseRequest(db: Db, personId: string, key: string): Promise<void> {
  await db('requests').where({ person_id: personId, key }).whereNull('status').delete()
}

/** Forgets keys older than a day: no console asks again after that. */
export async function forgetOldRequests(db: Db): Promise<void> {
  await db('requests').whereRaw(`at < now() - interval '1 day'`).delete()
}
