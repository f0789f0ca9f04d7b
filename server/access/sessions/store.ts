/** SQL of sessions and sign-in failures. */
import { type Db, prepared, type Tx } from '../../db/index.ts'
import type { Actor } from '../../wire/grant.ts'
import type { Failures, Place } from './session.ts'

export type SignInRow = {
  id: string
  organisationId: string
  login: string
  name: string
  passwordHash: string | null
  mustChangePassword: boolean
}

/** The one who signs in by this name, if not retired. Logins are compared without case. */
export async function personByLogin(db: Db, login: string): Promise<SignInRow | undefined> {
  return db('people')
    .whereRaw('lower(login) = lower(?)', [login])
    .whereNull('retired_at')
    .first('id', 'organisation_id as organisationId', 'login', 'name', 'password_hash as passwordHash')
    .select('must_change_password as mustChangePassword')
}

export async function personToSignIn(db: Db, id: string): Promise<SignInRow | undefined> {
  return db('people')
    .where({ id })
    .first('id', 'organisation_id as organisationId', 'login', 'name', 'password_hash as passwordHash')
    .select('must_change_password as mustChangePassword')
}

/** Whether this person has signed in with this browser before. */
export async function knowsDevice(db: Db, tokenHash: Buffer, personId: string): Promise<boolean> {
  return (
    (await db('sign_in_devices').where({ token_hash: tokenHash, person_id: personId }).first('person_id')) !== undefined
  )
}

/** Whether anybody has: a token that nobody ever got of us is not kept. */
export async function isOurDevice(db: Db, tokenHash: Buffer): Promise<boolean> {
  return (await db('sign_in_devices').where({ token_hash: tokenHash }).first('person_id')) !== undefined
}

export async function rememberDevice(tx: Tx, tokenHash: Buffer, personId: string): Promise<void> {
  await tx('sign_in_devices')
    .insert({ token_hash: tokenHash, person_id: personId })
    .onConflict(['token_hash', 'person_id'])
    .merge({ seen_at: tx.fn.now() })
}

/** Whether this person has ever signed in from this address. */
export async function isAtHome(db: Db, personId: string, address: string): Promise<boolean> {
  return (await db('sessions').where({ person_id: personId, address }).first('id')) !== undefined
}

/** Tries of this name, or from this address, are counted one at a time from here to the end of the transaction. */
export async function holdTries(tx: Tx, keys: string[]): Promise<void> {
  for (const key of keys) await tx.raw(`select pg_advisory_xact_lock(hashtextextended('sign-in ' || ?, 0))`, [key])
}

export async function failuresAt(db: Db, place: Place, windowMs: number): Promise<Failures> {
  return countFailures(db, atPlace(place), windowMs)
}

/** Failures in browsers we do not know. */
export async function failuresOfStrangers(
  db: Db,
  by: { login: string } | { address: string },
  windowMs: number,
): Promise<Failures> {
  return countFailures(db, { ...by, device_hash: null }, windowMs)
}

async function countFailures(db: Db, by: Record<string, unknown>, windowMs: number): Promise<Failures> {
  const row = await db('sign_in_failures')
    .where(by)
    .whereRaw(`at > now() - ? * interval '1 millisecond'`, [windowMs])
    .first(db.raw('count(*)::int as count'), db.raw('max(at) as "lastAt"'))
  return { count: row?.count ?? 0, lastAt: row?.lastAt ?? null }
}

const atPlace = (place: Place) =>
  'device' in place
    ? { login: place.login, device_hash: place.device }
    : { login: place.login, address: place.address, device_hash: null }

/** Counts a try as failed before it is looked at, and forgets those older than a day. */
export async function addFailure(tx: Tx, place: Place, address: string): Promise<void> {
  await tx('sign_in_failures').insert({ ...atPlace(place), address })
  await tx('sign_in_failures').whereRaw(`at < now() - interval '1 day'`).delete()
}

/** Forgets the failures of one place, which were the person's own; or, for an administrator, all of a name. */
export async function forgetFailures(db: Db, which: Place | { login: string }): Promise<void> {
  const isPlace = 'device' in which || 'address' in which
  await db('sign_in_failures')
    .where(isPlace ? atPlace(which) : which)
    .delete()
}

export async function insertSession(
  tx: Tx,
  session: { tokenHash: Buffer; personId: string; absoluteMinutes: number; address: string; agentString: string },
): Promise<{ id: string; at: Date; expiresAt: Date }> {
  const [row] = await tx('sessions')
    .insert({
      token_hash: session.tokenHash,
      person_id: session.personId,
      expires_at: tx.raw(`now() + ? * interval '1 minute'`, [session.absoluteMinutes]),
      address: session.address || null,
      agent_string: session.agentString.slice(0, 200),
    })
    .returning(['id', 'created_at as at', 'expires_at as expiresAt'])
  return row
}

/** Marks sessions revoked; answers those that were open until now. */
export async function revokeSessions(
  tx: Tx,
  which: { id: string } | { personId: string; except?: string | undefined },
): Promise<{ id: string; personId: string; at: Date }[]> {
  const query = tx('sessions').whereNull('revoked_at')
  if ('id' in which) query.where({ id: which.id })
  else {
    query.where({ person_id: which.personId })
    if (which.except) query.whereNot({ id: which.except })
  }
  return query.update({ revoked_at: tx.fn.now() }).returning(['id', 'person_id as personId', 'revoked_at as at'])
}

const OPEN = `s.revoked_at is null and s.expires_at > now() and s.seen_at > now() - :idle * interval '1 minute'`

const ACTOR = `
  select s.id as "sessionId", p.id as "personId", p.organisation_id as "organisationId", p.name, st.code as station,
         p.must_change_password as "mustChangePassword", s.seen_at < now() - interval '1 minute' as stale,
         coalesce((select jsonb_agg(jsonb_build_object('role', g.role, 'campus', c.code, 'line', l.code) order by g.role, g.id)
                     from grants g left join campuses c on c.id = g.campus_id left join lines l on l.id = g.line_id
                    where g.person_id = p.id and g.during @> now()), '[]') as grants
    from sessions s
    join people p on p.id = s.person_id and p.retired_at is null
    left join stations st on st.person_id = p.id and st.kind = 'browser'`

export type ActorRow = Actor & { mustChangePassword: boolean; stale: boolean }

export async function actorByToken(db: Db, tokenHash: Buffer, idle: number): Promise<ActorRow | undefined> {
  const { rows } = await db
    .raw(`${ACTOR} where s.token_hash = :tokenHash and ${OPEN}`, { tokenHash, idle })
    .options(prepared('actor-by-token'))
  return rows[0]
}

/** The actors of those of these sessions that are still open, with their grants as they stand now. */
export async function actorsOfSessions(db: Db, ids: string[], idle: number): Promise<ActorRow[]> {
  const { rows } = await db
    .raw(`${ACTOR} where s.id = any(:ids::uuid[]) and ${OPEN}`, { ids, idle })
    .options(prepared('actors-of-sessions'))
  return rows
}

export async function touchSessions(db: Db, ids: string[]): Promise<void> {
  await db('sessions').whereIn('id', ids).whereNull('revoked_at').update({ seen_at: db.fn.now() })
}

/**
 * Moves the last use of open sessions forward by the time since the desk's last sign of life: the newest use of any
 * session, or `newestEvent` if that is later. Those that were idle for too long by then stay over.
 */
export async function forgiveIdleness(db: Db, idle: number, newestEvent: Date | null): Promise<void> {
  await db.raw(
    `with life as (select least(now(), greatest(max(seen_at), :newestEvent::timestamptz)) as at from sessions)
     update sessions s set seen_at = s.seen_at + (now() - life.at) from life
      where s.revoked_at is null and s.expires_at > now() and s.seen_at > life.at - :idle * interval '1 minute'
        and life.at < now() - interval '1 minute'`,
    { idle, newestEvent },
  )
}

export async function setPassword(tx: Tx, personId: string, passwordHash: string, mustChange: boolean): Promise<Date> {
  const [row] = await tx('people')
    .where({ id: personId })
    .update({ password_hash: passwordHash, must_change_password: mustChange, version: tx.raw('version + 1') })
    .returning(tx.raw('now() as at'))
  return row.at
}

export async function readMe(db: Db, personId: string) {
  const person = await db('people')
    .where({ id: personId })
    .first('login', 'name', 'locale')
    .select('must_change_password as mustChangePassword')
  const lines = await db('agent_queues as q')
    .join('lines as l', 'l.id', 'q.line_id')
    .where('q.person_id', personId)
    .orderBy('l.sort')
    .pluck('l.code')
  return { ...person, lines }
}
