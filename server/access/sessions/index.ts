/** Signing in and out. The token lives in the browser's cookie alone; we keep only its SHA-256. */
import { createHash, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { hash, verify } from '@node-rs/argon2'
import { type Db, newestEventAt, type Tx } from '../../db/index.ts'
import type { Actor, SignedIn } from '../../wire/grant.ts'
import type { Me } from '../../wire/views.ts'
import type { AccessEvent } from '../events.ts'
import {
  FAILURE_WINDOW_MS,
  FREE_FAILURES,
  FREE_FAILURES_OF_STRANGERS,
  type Place,
  passwordFault,
  waitBeforeNextTry,
} from './session.ts'
import * as store from './store.ts'
import { Turns } from './turns.ts'

/** argon2id at the first of OWASP's recommended settings: 19 MiB, 2 passes, 1 lane. */
const ARGON = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const
/** A hash of nobody's password: an unknown name must cost as much time as a known one. */
let nobodysHash: Promise<string> | undefined

/** argon2id hash, in the PHC string format. */
export const hashPassword = (password: string) => hash(password, ARGON)

/** Passwords that are tried first everywhere; read once. */
const COMMON: ReadonlySet<string> = new Set(
  readFileSync(new URL('./common-passwords.txt', import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line && !line.startsWith('#')),
)
const turns = new Turns(4)

/** What came of trying to sign in. `wait`: not even looked at, too many failures; try again after `waitMs`. */
export type SignIn = { outcome: 'ok'; personId: string } | { outcome: 'wrong' } | { outcome: 'wait'; waitMs: number }

/** Who tries: `device` is the token of a browser that was signed in with before. */
export type Try = { name: string; password: string; address: string; device?: string | undefined; now: Date }

/**
 * Checks a name and a password. A name nobody has is refused in the same words and the same time as a wrong password. A
 * try is counted as a failure before it is looked at, so that many at once do not all pass.
 */
export async function checkPassword(db: Db, given: Try): Promise<SignIn> {
  const login = given.name.normalize('NFC').trim().toLowerCase().slice(0, 80)
  const person = await store.personByLogin(db, login)
  const device = given.device === undefined ? undefined : digest(given.device)
  const known = device && person ? await store.knowsDevice(db, device, person.id) : false
  const { address } = given
  const place: Place = device && known ? { login, device } : { login, address }
  const key = `${login} ${device && known ? device.toString('hex') : address}`

  return turns.take(key, async () => {
    const waitMs = await db.transaction(async (tx) => {
      await store.holdTries(tx, known ? [`name ${login}`] : [`address ${address}`, `name ${login}`])
      const wait = await waitAt(tx, place, { address, personId: person?.id, now: given.now })
      if (wait === 0) await store.addFailure(tx, place, address)
      return wait
    })
    if (waitMs > 0) return { outcome: 'wait', waitMs }

    nobodysHash ??= hashPassword(randomBytes(16).toString('base64'))
    const matches = await verify(person?.passwordHash ?? (await nobodysHash), given.password)
    if (!person?.passwordHash || !matches) return { outcome: 'wrong' }
    await store.forgetFailures(db, place)
    return { outcome: 'ok', personId: person.id }
  })
}

/** How long this place must wait, in ms. */
async function waitAt(
  tx: Tx,
  place: Place,
  { address, personId, now }: { address: string; personId: string | undefined; now: Date },
): Promise<number> {
  const own = waitBeforeNextTry(await store.failuresAt(tx, place, FAILURE_WINDOW_MS), FREE_FAILURES, now)
  if (own > 0 || 'device' in place) return own
  let wait = 0
  for (const by of [{ address }, { login: place.login }]) {
    const all = await store.failuresOfStrangers(tx, by, FAILURE_WINDOW_MS)
    wait = Math.max(wait, waitBeforeNextTry(all, FREE_FAILURES_OF_STRANGERS, now))
  }
  return wait > 0 && personId && (await store.isAtHome(tx, personId, address)) ? 0 : wait
}

/** Notes that this person has signed in with this browser; answers its token, a new one when it had none of ours. */
export async function rememberDevice(tx: Tx, personId: string, token: string | undefined): Promise<string> {
  const isOurs = token !== undefined && (await store.isOurDevice(tx, digest(token)))
  const kept = isOurs ? token : randomBytes(32).toString('base64url')
  await store.rememberDevice(tx, digest(kept), personId)
  return kept
}

export type OpenedSession = { token: string; sessionId: string; expiresAt: Date; events: AccessEvent[] }

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
): Promise<AccessEvent[]> {
  return closed(await store.revokeSessions(tx, { id: sessionId }), why, byId)
}

/** Closes all of a person's sessions, but for `except`. */
export async function closeSessionsOf(
  tx: Tx,
  personId: string,
  why: string,
  { byId = null, except }: { byId?: string | null; except?: string | undefined } = {},
): Promise<AccessEvent[]> {
  return closed(await store.revokeSessions(tx, { personId, except }), why, byId)
}

const closed = (rows: { id: string; personId: string; at: Date }[], why: string, byId: string | null): AccessEvent[] =>
  rows.map((row) => ({ type: 'session.closed', at: row.at, byId, personId: row.personId, sessionId: row.id, why }))

/** Who holds this session cookie; undefined when it is unknown, revoked, idle for `idleMinutes`, or over. */
export async function loadActor(db: Db, token: string, idleMinutes = 60): Promise<SignedIn | undefined> {
  if (!/^[\w-]{43}$/.test(token)) return undefined
  const row = await store.actorByToken(db, digest(token), idleMinutes)
  if (!row) return undefined
  if (row.stale) await store.touchSessions(db, [row.sessionId])
  return bare(row)
}

/** Who is signed in, for web/: by the token of a request, and again while a console is connected. */
export const makeDoorkeeper = (db: Db, idleMinutes = 60) => ({
  byToken: (token: string) => loadActor(db, token, idleMinutes),
  bySessions: (ids: string[]) => actorsOfSessions(db, ids, idleMinutes),
  touch: (ids: string[]) => store.touchSessions(db, ids),
})

/** The actors of these sessions as they stand now, by session; a session that is over has no entry. */
export async function actorsOfSessions(db: Db, ids: string[], idleMinutes = 60): Promise<Map<string, SignedIn>> {
  if (ids.length === 0) return new Map()
  const rows = await store.actorsOfSessions(db, ids, idleMinutes)
  return new Map(rows.map((row) => [row.sessionId, bare(row)]))
}

/**
 * No session was idle while the server or PostgreSQL was away: nobody could have been seen using one. Without this, all
 * who work would be signed out and their phones taken from them as soon as the desk is back.
 */
export async function forgiveIdleness(db: Db | Tx, idleMinutes: number): Promise<void> {
  await store.forgiveIdleness(db, idleMinutes, (await newestEventAt(db)) ?? null)
}

/** Says that these sessions are in use. */

const bare = ({ stale: _, ...actor }: store.ActorRow): SignedIn => actor

/** What came of changing one's own password; on `changed` every other session of the person is closed. */
export type PasswordChange =
  | { outcome: 'wrong' }
  | { outcome: 'refused'; why: string }
  | { outcome: 'changed'; events: AccessEvent[] }

/** Changes one's own password. Needs the old one, whatever the session says. */
export async function changePassword(tx: Tx, actor: Actor, old: string, wanted: string): Promise<PasswordChange> {
  const person = await store.personToSignIn(tx, actor.personId)
  if (!person?.passwordHash || !(await verify(person.passwordHash, old))) return { outcome: 'wrong' }
  const why = old === wanted ? 'the-same' : passwordFault(wanted, person, COMMON)
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
): Promise<{ password: string; events: AccessEvent[] } | undefined> {
  const person = await store.personToSignIn(tx, personId)
  if (!person?.login || person.organisationId !== by.organisationId) return undefined
  const password = makePassword()
  const at = await store.setPassword(tx, personId, await hashPassword(password), true)
  await store.forgetFailures(tx, { login: person.login.toLowerCase() })
  const closed = await closeSessionsOf(tx, personId, 'password-reset', { byId: by.personId })
  return {
    password,
    events: [passwordSet(personId, at, by.personId), ...closed],
  }
}

const passwordSet = (id: string, at: Date, byId: string): AccessEvent => ({
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
