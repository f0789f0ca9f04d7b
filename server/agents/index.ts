/** The ACD: who is signed in, ready or not and why, wrap-up, and the memory of a declined call. */
import { createHash, randomBytes } from 'node:crypto'
import { type CallEvent, isTalking, lineIdOf } from '../calls/index.ts'
import { clock, type Db, type Tx, wish } from '../db/index.ts'
import type { DirectoryEvent } from '../directory/index.ts'
import { Refusal } from '../refusal.ts'
import type { PhoneState } from '../wire/words.ts'
import { type Agent, type Ask, decide, evolve, LONGEST_WRAP_UP_MS, pauseOf } from './agent.ts'
import type { AgentEvent } from './events.ts'
import * as store from './store.ts'

export type { AgentEvent } from './events.ts'
export { seatOf } from './store.ts'

/** The realm our PBX challenges with: needs `default_realm=desk` in asterisk-config/pbx/pjsip.conf. */
export const SIP_REALM = 'desk'
/** A declining agent is not rung again for the same call until it has left the queue, this long at most. */
export const DECLINE_MEMORY_MS = 20_000
/** A phone gone for shorter than this is a reload or a blip, and pauses nobody. */
export const PHONE_GRACE_MS = 8_000

type Of<T extends CallEvent['type']> = Extract<CallEvent, { type: T }>
/** The station's phone and its radio account: one password, two names. */
export type Credential = {
  station: string
  username: string
  radio: string
  password: string
  until: Date
  wishId: number
}

/** The account of a browser station that calls radio ports. */
const radioOf = (station: string): string => `r${station.slice(1)}`

/** Who is signed in at the station that this radio account belongs to. */
export const personAtRadio = (db: Db, account: string): Promise<string | undefined> =>
  store.personAt(db, `b${account.slice(1)}`)

const PBX = 1

/** `sessionId`: the browser that asks. `takeOver`: also from a browser that has the phone now. `renew`: a new password only. */
export type SignInWish = { untilMs: number; sessionId?: string; takeOver?: boolean; renew?: boolean }

/**
 * Signs a person in at their browser station: a fresh SIP password (the old one is worthless at once), and a place,
 * paused, in every queue they take. Asking again from the browser that has the phone renews the password and changes
 * nothing else. One person has one phone: another browser is refused until it says that it takes over, and then the
 * ring is to be heard there first.
 */
export async function signIn(
  tx: Tx,
  personId: string,
  { untilMs, sessionId, takeOver = false, renew = false }: SignInWish,
): Promise<{ events: AgentEvent[]; credential: Credential }> {
  const station = await store.stationOf(tx, personId)
  if (!station) throw new Refusal('no-station')
  const { state } = await store.holdAgent(tx, personId)
  if (renew && state === 'signed_out') throw new Refusal('not-signed-in')
  const elsewhere = await isElsewhere(tx, personId, sessionId)
  if (elsewhere && !takeOver) throw new Refusal('phone-elsewhere')
  const events = await change(tx, personId, { ask: 'sign-in', station: station.code, moved: elsewhere })
  // The other browser's registration must not be rung while this one's is on its way.
  if (elsewhere) await dropCredentials(tx, station.code)
  const password = randomBytes(24).toString('base64url')
  const push = (name: string) => {
    const ha1 = createHash('md5').update(`${name}:${SIP_REALM}:${password}`).digest('hex')
    return wish(tx, PBX, { verb: 'push-credential', station: name, ha1, realm: SIP_REALM })
  }
  const until = new Date((await clock(tx)).getTime() + untilMs)
  await store.setCredential(tx, personId, until, sessionId ?? null)
  const radio = radioOf(station.code)
  const wishId = await push(station.code)
  await push(radio)
  return { events, credential: { station: station.code, username: station.code, radio, password, until, wishId } }
}

/** An agent, the clock or the phone asks for a change. Refused with a code when it makes no sense. */
export async function ask(tx: Tx, personId: string, what: Ask): Promise<AgentEvent[]> {
  return change(tx, personId, what)
}

/** Whether another browser of this person has the phone. */
async function isElsewhere(tx: Tx, personId: string, sessionId: string | undefined): Promise<boolean> {
  const holder = await store.holderOf(tx, personId)
  return holder !== undefined && sessionId !== undefined && holder.sessionId !== sessionId
}

/** What a browser says of the phone counts only from the one that has it: another one knows nothing of it any more. */
export async function fromTheirPhone(tx: Tx, personId: string, sessionId: string): Promise<void> {
  if (await isElsewhere(tx, personId, sessionId)) throw new Refusal('phone-elsewhere')
}

/** The phone of a station came or went. Told by Asterisk's contact, or by the browser itself. */
export async function hearStation(
  tx: Tx,
  fact: { station: string; registered: boolean; why: string | null },
): Promise<AgentEvent[]> {
  const personId = await store.personAt(tx, fact.station)
  if (!personId) return []
  const phone: PhoneState = fact.registered ? 'registered' : 'unregistered'
  const events = await change(tx, personId, { ask: 'phone', phone, why: fact.why })
  if (events.length > 0) await store.setPhone(tx, personId, await clock(tx), fact.why)
  return events
}

/** The ring was heard, or was not: until it was, the agent is not ready. */
export async function ringTested(tx: Tx, personId: string, ok: boolean): Promise<AgentEvent[]> {
  const agent = await store.holdAgent(tx, personId)
  if (agent.state === 'signed_out') throw new Refusal('not-signed-in')
  if (!ok) return change(tx, personId, { ask: 'not-ready', reason: 'ring_untested' })
  const at = await clock(tx)
  await store.setRingTested(tx, personId, at)
  const tested: AgentEvent = { type: 'agent.ring-tested', personId, station: agent.station, at }
  const waiting = agent.state === 'not_ready' && agent.reason === 'ring_untested'
  return [tested, ...(waiting ? await change(tx, personId, { ask: 'ready' }) : [])]
}

/** One more time for the ticket: wrap-up goes on, counted from now, up to the longest. */
export async function extendWrapUp(tx: Tx, personId: string, byMs = 60_000): Promise<AgentEvent[]> {
  const agent = await store.holdAgent(tx, personId)
  const now = (await clock(tx)).getTime()
  const until = Math.min(now + byMs, agent.since.getTime() + LONGEST_WRAP_UP_MS)
  return change(tx, personId, { ask: 'extend-wrap-up', until: new Date(until) })
}

/** Follows call.offer-ended: who declines is not rung again for this call. */
export async function rememberDecline(tx: Tx, call: Of<'call.offer-ended'>): Promise<AgentEvent[]> {
  if (call.outcome !== 'declined' || !call.personId) return []
  const agent = await store.holdAgent(tx, call.personId)
  if (agent.state === 'signed_out') return []
  const until = new Date((await clock(tx)).getTime() + DECLINE_MEMORY_MS)
  await store.insertDecline(tx, call.callId, call.personId, until)
  await wish(
    tx,
    PBX,
    { verb: 'queue-pause', station: agent.station, paused: true, reason: 'declined' },
    { notAfterMs: 10_000 },
  )
  return [{ type: 'agent.declined', personId: call.personId, at: call.at, callId: call.callId, until }]
}

/**
 * Follows call.offer-ended: who let it ring is not ready, with that reason, and says when they are back. The queue would
 * else ring the empty chair twenty seconds, again and again, while the ward waits.
 */
export async function pauseUnanswered(tx: Tx, call: Of<'call.offer-ended'>): Promise<AgentEvent[]> {
  if (call.outcome !== 'no_answer' || !call.personId) return []
  const agent = await store.holdAgent(tx, call.personId)
  // A ring told late may be of before they came back, or sat down elsewhere.
  if (agent.state !== 'ready' || agent.station !== call.station || agent.since > call.at) return []
  if (await isTalking(tx, call.personId)) return []
  return change(tx, call.personId, { ask: 'not-ready', reason: 'no_answer' })
}

/** Follows call.answered and call.ended: the call has left the queue, so declining it is over. */
export async function forgetDeclines(tx: Tx, call: { callId: string }): Promise<AgentEvent[]> {
  for (const personId of await store.liftDeclines(tx, { callId: call.callId })) {
    await tellQueues(tx, await store.holdAgent(tx, personId))
  }
  return []
}

/** Follows call.leg-ended: who has talked gets the line's wrap-up, unless the leg was lost and rings again. */
export async function startWrapUp(tx: Tx, call: Of<'call.leg-ended'>): Promise<AgentEvent[]> {
  if (!call.personId || call.talkMs <= 0 || call.lost) return []
  const agent = await store.holdAgent(tx, call.personId)
  if (agent.state === 'signed_out' || agent.station !== call.station) return []
  // A call heard of late (we were away) is over for longer than any wrap-up would have lasted.
  const seconds = await store.wrapUpSeconds(tx, await lineIdOf(tx, call.callId))
  const now = await clock(tx)
  const until = new Date(call.at.getTime() + seconds * 1000)
  if (until <= now) return []
  return change(tx, call.personId, { ask: 'wrap-up', callId: call.callId, until })
}

/**
 * Follows session.closed: whoever lost the session that the phone was given to, or the right to sit here, is out of the
 * queues and without a password at once. The call they talk on is theirs to finish.
 */
export async function leaveUnseated(tx: Tx, { personId }: { personId: string }): Promise<AgentEvent[]> {
  const why = await store.whyUnseated(tx, personId)
  return why ? change(tx, personId, leaving(why)) : []
}

/** Follows grants.changed: the last right gone ends the seat, a narrower one leaves the queues that it no longer covers. */
export async function followRights(tx: Tx, { personId }: { personId: string }): Promise<AgentEvent[]> {
  const left = await leaveUnseated(tx, { personId })
  if (left.length === 0) await followQueues(tx, personId)
  return left
}

/** Follows directory.changed: a password that was changed is known to somebody else perhaps, and so is the phone's. */
export async function followDirectory(
  tx: Tx,
  { what, id, verb, fields }: Extract<DirectoryEvent, { type: 'directory.changed' }>,
): Promise<AgentEvent[]> {
  if (what === 'queue-members' || (what === 'people' && verb === 'retired')) return followRights(tx, { personId: id })
  if (what !== 'people' || !fields.includes('password')) return []
  return change(tx, id, { ask: 'sign-out', why: 'session_ended' })
}

const leaving = (why: store.Unseated): Ask => ({ ask: 'sign-out', why: why === 'right_gone' ? 'admin' : why })

/** Each queue is told whether this agent sits in it; saying so again is harmless. */
async function followQueues(tx: Tx, personId: string): Promise<void> {
  const agent = await store.holdAgent(tx, personId)
  if (agent.state === 'signed_out') return
  const { station } = agent
  const pause = await pauseNow(tx, agent)
  for (const { queue, takes } of await store.queuesFor(tx, personId)) {
    if (takes) await wish(tx, PBX, { verb: 'queue-add', queue, station, ...pause })
    else await wish(tx, PBX, { verb: 'queue-remove', queue, station }, { notAfterMs: 60_000 })
  }
}

/** What the clock alone changes: wrap-up over, a phone lost for long, a decline forgotten, a right or a session that ended. */
export async function sweep(tx: Tx, { idleMinutes = 60 }: { idleMinutes?: number } = {}): Promise<AgentEvent[]> {
  const events: AgentEvent[] = []
  for (const due of await store.dueAgents(tx, { phoneGraceMs: PHONE_GRACE_MS, idleMinutes })) {
    const what: Ask =
      due.why === 'session_ended' || due.why === 'right_gone'
        ? leaving(due.why)
        : due.why === 'phone_lost'
          ? { ask: 'not-ready', reason: 'phone_lost' }
          : due.why === 'phone_back'
            ? { ask: 'ready' }
            : { ask: 'end-wrap-up' }
    const agent = await store.holdAgent(tx, due.personId)
    events.push(...(await change(tx, agent.personId, what)))
  }
  for (const personId of await store.liftDeclines(tx, { before: await clock(tx) })) {
    await tellQueues(tx, await store.holdAgent(tx, personId))
  }
  return events
}

/** What should be true in Asterisk: which browser stations exist, and who sits in which queue, paused or not. */
export async function wanted(
  db: Db,
): Promise<{ stations: string[]; members: { queue: string; station: string; paused: boolean; reason: string }[] }> {
  const rows = await store.signedInMembers(db)
  const stations = [...new Set(rows.flatMap(({ station }) => [station, radioOf(station)]))]
  const members = rows.flatMap((row) => {
    if (!row.queue) return []
    const pause = row.declining ? { paused: true, reason: 'declined' } : pauseOf(row)
    return [{ queue: row.queue, station: row.station, ...pause }]
  })
  return { stations, members }
}

async function change(tx: Tx, personId: string, what: Ask): Promise<AgentEvent[]> {
  const before = await store.holdAgent(tx, personId)
  const at = await clock(tx)
  const said = decide(before, what, at, await isTalking(tx, personId))
  if (typeof said === 'string') throw new Refusal(said)
  if (said.length === 0) return []
  const after = said.reduce<Agent>(evolve, before)
  await store.saveAgent(tx, after)
  await tellAsterisk(tx, before, after)
  return said
}

/** The queues learn only what changed. Refused or lost wishes are put right by the regular comparison with wanted(). */
async function tellAsterisk(tx: Tx, before: Agent, after: Agent): Promise<void> {
  const { station, personId } = after
  if (before.state === 'signed_out' && after.state !== 'signed_out') {
    const pause = pauseOf(after)
    for (const { queue, takes } of await store.queuesFor(tx, personId)) {
      if (takes) await wish(tx, PBX, { verb: 'queue-add', queue, station, ...pause })
    }
  } else if (after.state === 'signed_out') {
    // Of every queue: a right that is gone no longer says which ones they were in.
    for (const { queue } of await store.queuesFor(tx, personId)) {
      await wish(tx, PBX, { verb: 'queue-remove', queue, station }, { notAfterMs: 60_000 })
    }
    await dropCredentials(tx, station)
  } else if (pauseOf(before).reason !== pauseOf(after).reason) {
    await tellQueues(tx, after)
  }
}

async function tellQueues(tx: Tx, agent: Agent): Promise<void> {
  if (agent.state === 'signed_out') return
  const pause = await pauseNow(tx, agent)
  await wish(tx, PBX, { verb: 'queue-pause', station: agent.station, ...pause }, { notAfterMs: 10_000 })
}

async function pauseNow(tx: Tx, agent: Agent): Promise<{ paused: boolean; reason: string }> {
  const declining = await store.isDeclining(tx, agent.personId)
  return declining ? { paused: true, reason: 'declined' } : pauseOf(agent)
}

/** The phone's and the radio's. */
async function dropCredentials(tx: Tx, station: string): Promise<void> {
  for (const name of [station, radioOf(station)])
    await wish(tx, PBX, { verb: 'drop-credential', station: name }, { notAfterMs: 60_000 })
}
