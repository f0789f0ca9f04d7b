/** Signing in and out. The token lives in the browser's cookie alone; we keep only its SHA-256. */
import { createHash, randomBytes } from 'node:crypto'
import { hash, verify } from '@node-rs/argon2'
import type { Db, Tx } from '../../db/index.ts'
import type { Me } from '../../wire/views.ts'
import type { PeopleEvent } from '../events.ts'
import type { Actor } from '../grant.ts'
import {
  FAILURE_WINDOW_MS,
  FREE_FAILURES_PER_ADDRESS,
  FREE_FAILURES_PER_LOGIN,
  passwordFault,
  waitBeforeNextTry,
} from './session.ts'
import * as store from './store.ts'

/** argon2id at the first of OWASP's recommended settings: 19 MiB, 2 passes, 1 lane. */
const ARGON = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const
/** A hash of nobody's password: an unknown name must cost as much time as a known one. */
let nobodysHash: Promise<string> | undefined

/** argon2id hash, in the PHC string format. */
export const hashPassword = (password: string) => hash(password, ARGON)

/** What came of trying to sign in. `wait`: not even looked at, too many failures; try again after `waitMs`. */
export type SignIn = { outcome: 'ok'; personId: string } | { outcome: 'wrong' } | { outcome: 'wait'; waitMs: number }

/** Checks a name and a password. A name nobody has is refused in the same words and the same time as a wrong password. */
export async function checkPassword(
  db: Db,
  given: { name: string; password: string; address: string; now: Date },
): Promise<SignIn> {
  const login = given.name.normalize('NFC').trim().toLowerCase().slice(0, 80)
  const [ofLogin, ofAddress] = await Promise.all([
    store.countFailures(db, { login }, FAILURE_WINDOW_MS),
    store.countFailures(db, { address: given.address }, FAILURE_WINDOW_MS),
  ])
  const waitMs = Math.max(
    waitBeforeNextTry(ofLogin, FREE_FAILURES_PER_LOGIN, given.now),
    waitBeforeNextTry(ofAddress, FREE_FAILURES_PER_ADDRESS, given.now),
  )
  if (waitMs > 0) return { outcome: 'wait', waitMs }

  nobodysHash ??= hashPassword(randomBytes(16).toString('base64'))
  const person = await store.personByLogin(db, login)
  const matches = await verify(person?.passwordHash ?? (await nobodysHash), given.password)
  if (!person?.passwordHash || !matches) {
    await store.addFailure(db, login, given.address)
    return { outcome: 'wrong' }
  }
  await store.forgetFailures(db, login)
  return { outcome: 'ok', personId: person.id }
}

export type OpenedSession = { token: string; sessionId: string; expiresAt: Date; events: PeopleEvent[] }

/** Opens a session for a person; `token` (256 random bits) is told this once. */
export async function openSession(
  tx: Tx,
  {
    personId,
    absoluteMinutes,
    address = '',
    agentString = '',
  }: { personId: string; absoluteMinutes: number; address?: string; agentString?: string },
): Promise<OpenedSession> {
  const token = randomBytes(32).toString('base64url')
  const row = await store.insertSession(tx, {
    tokenHash: digest(token),
    personId,
    absoluteMinutes,
    address,
    agentString,
  })
  return {
    token,
    sessionId: row.id,
    expiresAt: row.expiresAt,
    events: [{ type: 'session.opened', at: row.at, byId: personId, personId, sessionId: row.id }],
  }
}

/** Closes one session. Closing a closed one changes nothing. */
export async function closeSession(
  tx: Tx,
  sessionId: string,
  why: string,
  byId: string | null,
): Promise<PeopleEvent[]> {
  return closed(await store.revokeSessions(tx, { id: sessionId }), why, byId)
}

/** Closes all of a person's sessions, but for `except`. */
export async function closeSessionsOf(
  tx: Tx,
  personId: string,
  why: string,
  { byId = null, except }: { byId?: string | null; except?: string | undefined } = {},
): Promise<PeopleEvent[]> {
  return closed(await store.revokeSessions(tx, { personId, except }), why, byId)
}

const closed = (rows: { id: string; personId: string; at: Date }[], why: string, byId: string | null): PeopleEvent[] =>
  rows.map((row) => ({ type: 'session.closed', at: row.at, byId, personId: row.personId, sessionId: row.id, why }))

/** Who holds this session cookie; undefined when it is unknown, revoked, idle for `idleMinutes`, or over. */
export async function loadActor(db: Db, token: string, idleMinutes = 60): Promise<SignedIn | undefined> {
  if (!/^[\w-]{43}$/.test(token)) return undefined
  const row = await store.actorByToken(db, digest(token), idleMinutes)
  if (!row) return undefined
  if (row.stale) await store.touchSessions(db, [row.sessionId])
  return bare(row)
}

/** An actor who has come with a session. Until a first password is changed, nothing else may be done. */
export type SignedIn = Actor & { mustChangePassword: boolean }

/** The actors of these sessions as they stand now, by session; a session that is over has no entry. */
export async function actorsOfSessions(db: Db, ids: string[], idleMinutes = 60): Promise<Map<string, SignedIn>> {
  if (ids.length === 0) return new Map()
  const rows = await store.actorsOfSessions(db, ids, idleMinutes)
  return new Map(rows.map((row) => [row.sessionId, bare(row)]))
}

/** Says that these sessions are in use. */
export const touchSessions = store.touchSessions

const bare = ({ stale: _, ...actor }: store.ActorRow): SignedIn => actor

/** What came of changing one's own password; on `changed` every other session of the person is closed. */
export type PasswordChange =
  | { outcome: 'wrong' }
  | { outcome: 'refused'; why: string }
  | { outcome: 'changed'; events: PeopleEvent[] }

/** Changes one's own password. Needs the old one, whatever the session says. */
export async function changePassword(tx: Tx, actor: Actor, old: string, wanted: string): Promise<PasswordChange> {
  const person = await store.personToSignIn(tx, actor.personId)
  if (!person?.passwordHash || !(await verify(person.passwordHash, old))) return { outcome: 'wrong' }
  const why = old === wanted ? 'the-same' : passwordFault(wanted, person)
  if (why) return { outcome: 'refused', why }
  const at = await store.setPassword(tx, actor.personId, await hashPassword(wanted), false)
  const closed = await closeSessionsOf(tx, actor.personId, 'password-changed', {
    byId: actor.personId,
    except: actor.sessionId,
  })
  return { outcome: 'changed', events: [passwordSet(actor.personId, at, actor.personId), ...closed] }
}

/**
 * Gives a person a one-time password and closes their sessions; they must choose their own when they sign in.
 * Undefined when there is no such person in the administrator's organisation, or one without a login.
 */
export async function givePassword(
  tx: Tx,
  personId: string,
  by: { personId: string; organisationId: string },
): Promise<{ password: string; events: PeopleEvent[] } | undefined> {
  const person = await store.personToSignIn(tx, personId)
  if (!person?.login || person.organisationId !== by.organisationId) return undefined
  const password = makePassword()
  const at = await store.setPassword(tx, personId, await hashPassword(password), true)
  await store.forgetFailures(tx, person.login.toLowerCase())
  const closed = await closeSessionsOf(tx, personId, 'password-reset', { byId: by.personId })
  return {
    password,
    events: [passwordSet(personId, at, by.personId), ...closed],
  }
}

const passwordSet = (id: string, at: Date, byId: string): PeopleEvent => ({
  type: 'directory.changed',
  at,
  byId,
  what: 'people',
  id,
  verb: 'changed',
  fields: ['password'],
})

/** A password a person can read out and type: 80 random bits, no letters that look alike. */
export function makePassword(): string {
  const letters = 'abcdefghjkmnpqrstuvwxyz23456789'
  const drawn: string[] = []
  while (drawn.length < 16) {
    for (const byte of randomBytes(32)) if (byte < letters.length * 8) drawn.push(letters[byte % letters.length] ?? '')
  }
  return drawn
    .slice(0, 16)
    .join('')
    .replace(/(.{4})(?=.)/g, '$1-')
}

/** The person as their own console shows them. */
export async function me(db: Db, actor: Actor): Promise<Me> {
  const row = await store.readMe(db, actor.personId)
  return { ...row, personId: actor.personId, grants: actor.grants, station: actor.station, sessionId: actor.sessionId }
}

const digest = (token: string) => createHash('sha256').update(token).digest()
