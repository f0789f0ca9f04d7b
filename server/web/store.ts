/** The web's own SQL: remembered requests, and a connection that listens. */
import { type Db, prepared } from '../db/index.ts'

export type Remembered = {
  route: string
  bodyHash: Buffer
  /** what the person was granted then; null for one remembered before this was kept */
  rights: Buffer | null
  status: number | null
  answer: unknown
  ageS: number
}

/**
 * A claim is made durable by the commit of the work it stands before, and an answer lost in a crash is a refusal to do
 * it again: neither waits for the disk on its own.
 */
const UNHURRIED = `with unhurried as (select set_config('synchronous_commit', 'off', true))`

/** Claims a key for a person. Undefined when it is theirs now; else what the first request with it was. */
export async function claimRequest(
  db: Db,
  claim: { personId: string; key: string; route: string; bodyHash: Buffer; rights: Buffer },
): Promise<Remembered | undefined> {
  const { rows: taken } = await db
    .raw(
      `${UNHURRIED} insert into requests (person_id, key, route, body_hash, rights) select ?, ?, ?, ?, ? from unhurried
       on conflict (person_id, key) do nothing returning key`,
      [claim.personId, claim.key, claim.route, claim.bodyHash, claim.rights],
    )
    .options(prepared('claim-request'))
  if (taken.length > 0) return undefined
  return db('requests')
    .where({ person_id: claim.personId, key: claim.key })
    .first(
      'route',
      'body_hash as bodyHash',
      'rights',
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
  await db
    .raw(
      `${UNHURRIED} update requests set status = ?, answer = ?::jsonb from unhurried where person_id = ? and key = ?`,
      [status, answer === undefined ? null : JSON.stringify(answer), personId, key],
    )
    .options(prepared('settle-request'))
}

export async function releaseRequest(db: Db, personId: string, key: string): Promise<void> {
  await db('requests').where({ person_id: personId, key }).whereNull('status').delete()
}

/** Forgets keys older than a day: no console asks again after that. */
export async function forgetOldRequests(db: Db): Promise<void> {
  await db('requests').whereRaw(`at < now() - interval '1 day'`).delete()
}
