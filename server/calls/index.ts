/** A call, from its arrival to its last leg. What this room can do: hear what a phone system says, and say who called. */

import { type Actor, may, type Thing } from '../access/index.ts'
import { clock, type Db, type Tx, wish } from '../db/index.ts'
import { type Caller, type DirectoryEvent, identify, normaliseCaller } from '../directory/index.ts'
import { notFound, Refusal } from '../refusal.ts'
import { MOBILE, numberOf } from '../wire/number.ts'
import { type Call, type Leg, learn } from './call.ts'
import * as directory from './directory-store.ts'
import { isAsGood } from './essence.ts'
import type { CallEvent } from './events.ts'
import type { CallFact } from './fact.ts'
import { ownRoot } from './leg.ts'
import * as reading from './read-store.ts'
import * as store from './store.ts'
import { turns } from './turns.ts'

export { SHORT_ABANDON_MS } from './call.ts'
export type { CallEvent, CallOutcome, Direction, EndedBy, OfferOutcome } from './events.ts'
export type { CallFact } from './fact.ts'
export { isDeskPhone, ownRoot } from './leg.ts'
export type { CallRow, LegRow } from './read-store.ts'
export {
  callerOn,
  isTalking,
  lineIdOf,
  overCalls,
  talkMsOf,
  talksOf,
  whomItReached,
  whoWasOn,
} from './talking-store.ts'

/** An agent's own word on who called is not overruled by a caller ID that comes late. */
const BY_HAND = new Set(['keyed_by_agent', 'attached_by_agent'])

/**
 * Takes in what a phone system said of one call: what it means is decided once, after all of it is known, and saved.
 * Hearing a thing twice, late or out of order ends in the same rows. All facts of one hearing are of one call.
 */
export async function hear(tx: Tx, heard: CallFact | CallFact[]): Promise<CallEvent[]> {
  const facts = Array.isArray(heard) ? heard : [heard]
  const [one] = facts
  if (!one) return []
  const { callId } = one
  if (facts.some((fact) => fact.callId !== callId)) throw new Error('one hearing is of one call')

  const { held, organisationId, people } = await store.holdCall(tx, {
    id: callId,
    pbx: one.pbx,
    stations: facts.flatMap((fact) => ('station' in fact && fact.station ? [fact.station] : [])),
  })
  const call = withPeople(facts.reduce<Call | undefined>(learn, held?.call) as Call, people)
  const late = facts.every((fact) => fact.recovered)
  if (held && (late ? isAsGood(held.call, call) : same(held.call, call))) return []

  const events = turns(held?.call, call)
  // Recovered: what made it news was not heard live. A second telling of what we knew marks nothing.
  const recovered = Boolean(held?.row.recovered) || (late && events.length > 0)
  const { heardAs, identity } = await whoCalled(tx, organisationId, call, held)
  await store.saveCall(tx, call, { before: held?.call, heardAs, recovered, identity })

  const left = call.arrival && !held?.call.arrival ? await overOnChannel(tx, call, call.arrival) : []
  const told = late ? events.map((event) => ({ ...event, recovered: true })) : events
  if (!identity || !call.arrival) return [...left, ...told]
  const { placeId, personId, how, confidence } = identity
  const identified: CallEvent = {
    type: 'call.identified',
    callId,
    at: call.arrival.at,
    placeId,
    personId,
    how,
    confidence,
  }
  // Right after the arrival: what follows from later events may ask who called.
  const at = told[0]?.type === 'call.arrived' ? 1 : 0
  return [...left, ...told.toSpliced(at, 0, late ? { ...identified, recovered: true } : identified)]
}

/** A channel that begins another call has left the one it was in: nobody else would ever tell that call's end. */
async function overOnChannel(
  tx: Tx,
  { id, pbx, bootId }: Call,
  { root, at }: NonNullable<Call['arrival']>,
): Promise<CallEvent[]> {
  const events: CallEvent[] = []
  for (const callId of await store.openOnRoot(tx, { pbx, bootId, root, but: id }))
    events.push(...(await hear(tx, { callId, pbx, bootId, at, type: 'call-over', cause: 0, by: 'system' })))
  return events
}

/**
 * A call of ours begins when it is asked for. The dialplan says so only once the agent has picked up: whoever never does,
 * or whose phone is never rung, must leave a call that ends, and not one that came from nowhere.
 */
export async function begin(
  tx: Tx,
  placed: {
    callId: string
    pbx: number
    direction: 'outbound' | 'callback'
    campus: string
    line: string | null
    number: string
  },
): Promise<CallEvent[]> {
  const { callId, pbx, direction, campus, line, number } = placed
  const { at, bootId } = await store.clockOf(tx, pbx)
  return hear(tx, {
    type: 'caller-arrived',
    callId,
    pbx,
    bootId,
    at,
    // the channel's own id, as `originate` asks for it (asterisk/doing.ts)
    root: ownRoot(callId),
    direction,
    campus,
    line,
    dialled: number,
    diverted: '',
    ani: '',
    aniName: '',
  })
}

/** Asterisk did not take it, or too late: nobody's phone rings for it. */
export async function neverPlaced(tx: Tx, callId: string, pbx: number): Promise<CallEvent[]> {
  const { at, bootId } = await store.clockOf(tx, pbx)
  return hear(tx, { type: 'call-over', callId, pbx, bootId, at, cause: 0, by: 'system' })
}

/**
 * Calls of ours of which Asterisk never said a word: it took them, and no phone was there to be rung. Asked only while it
 * is heard; the own phone rings for twenty seconds at most (asterisk/doing.ts).
 */
export async function endUnheard(tx: Tx): Promise<CallEvent[]> {
  const events: CallEvent[] = []
  for (const { id, pbx } of await store.unheardOf(tx, UNHEARD_AFTER_MS))
    events.push(...(await neverPlaced(tx, id, pbx)))
  return events
}
const UNHEARD_AFTER_MS = 30_000

/**
 * Which of the numbers heard to go by, and who that is. The first one stays unless the later one says more: an exchange
 * that moves a call sends its trunk's number. `identity` is null when it is as it was.
 */
async function whoCalled(
  tx: Tx,
  organisationId: string,
  call: Call,
  held: store.Held | undefined,
): Promise<{ heardAs: store.HeardAs; identity: store.Identity | null }> {
  const first = normaliseCaller(call.caller)
  const later = call.later && normaliseCaller(call.later)
  const { arrival } = call
  if (!arrival) return { heardAs: heardOf(first, later, false), identity: null }
  const known = held?.call
  const isNews = !known?.arrival || !same(known.caller, call.caller) || !same(known.later, call.later)
  const byHand = BY_HAND.has(held?.row.identifiedHow ?? '')
  if (!isNews || byHand) {
    const byLater = first.ani === '' || (held !== undefined && held.row.ani !== first.ani)
    return { heardAs: heardOf(first, later, byLater), identity: null }
  }
  const who = (ani: string, aniName: string) => identify(tx, { organisationId, campus: arrival.campus, ani, aniName })
  // In a call we made, the party to be known is the one dialled.
  if (arrival.direction !== 'inbound') {
    const identity = known?.arrival ? null : await who(arrival.dialled, first.aniName)
    return { heardAs: heardOf(first, later, first.ani === ''), identity }
  }
  const isOther = later !== null && later.ani !== '' && later.ani !== first.ani
  const alone = heardOf(first, isOther ? null : later, false)
  const one = await who(alone.ani, alone.aniName)
  const other = isOther ? await who(later.ani, later.aniName) : null
  const byLater = other !== null && (first.ani === '' || (worth(other) > 0 && worth(other) >= worth(one)))
  const heardAs = heardOf(first, later, byLater)
  // The same number as before is the same caller, whatever it is called now.
  const isSame = known?.arrival && held?.row.ani === heardAs.ani
  return { heardAs, identity: isSame ? null : byLater ? other : one }
}

/** How much is known of who calls: a place or a person, several of them to choose from, or nothing. */
const worth = ({ placeId, personId, candidates }: Awaited<ReturnType<typeof identify>>): number =>
  placeId || personId ? 2 : candidates.length > 0 ? 1 : 0

function heardOf(first: Caller, later: Caller | null, byLater: boolean): store.HeardAs {
  const [one, two] = byLater && later ? [later, first] : [first, later]
  const isSameParty = two !== null && (two.ani === one.ani || two.ani === '')
  // Of one number the later name is the better one; a name of nobody's number is this one's.
  const name = isSameParty ? (byLater ? one.aniName || two.aniName : two.aniName || one.aniName) : one.aniName
  const other = two === null || isSameParty ? { ani: '', aniName: '' } : { ani: two.ani, aniName: two.aniName }
  return { ani: one.ani, aniName: name, other, first, later }
}

/** Who sits at the stations of legs we hear of for the first time. */
function withPeople(call: Call, people: Record<string, string | null>): Call {
  if (call.legs.every((leg) => leg.personId !== null || !leg.station || !people[leg.station])) return call
  const seat = (leg: Leg): Leg => {
    const personId = leg.personId ?? people[leg.station ?? ''] ?? null
    return personId === leg.personId ? leg : { ...leg, personId }
  }
  return { ...call, legs: call.legs.map(seat) }
}

const same = <T>(a: T, b: T): boolean => a === b || JSON.stringify(a) === JSON.stringify(b)

export type IdentifyTarget = { number: string } | { placeId: string } | { personId: string }

/**
 * An agent says who called: by keying the ward's number (this call only: the trunk is shared), or by attaching the
 * caller's number to a place or a person from now on. Attaching also explains the number's past calls that nobody could
 * place. Answers no events when the call, place or person is not there.
 */
export async function identifyCall(
  tx: Tx,
  callId: string,
  by: Actor,
  target: IdentifyTarget,
): Promise<(CallEvent | DirectoryEvent)[]> {
  const [call] = await reading.readCalls(tx, [callId])
  if (!call) return []
  const at = await now(tx)
  const say = (id: string, who: store.Identity): CallEvent => {
    const { placeId, personId, how, confidence } = who
    return { type: 'call.identified', callId: id, at, placeId, personId, how, confidence, byId: by.personId }
  }

  if ('number' in target) {
    const { ani } = normaliseCaller({ ani: target.number, aniName: '' })
    const { organisationId, campus } = call
    const found = await identify(tx, { organisationId, campus, ani, aniName: '' })
    const who = { ...found, how: 'keyed_by_agent' }
    await store.saveIdentity(tx, [callId], who)
    return [say(callId, who)]
  }

  const placeId = 'placeId' in target ? target.placeId : null
  const personId = 'personId' in target ? target.personId : null
  if (!(await directory.exists(tx, by.organisationId, placeId ? 'places' : 'people', (placeId ?? personId) as string)))
    return []
  const unitId = await directory.unitOf(tx, { placeId, personId })
  const attached = { numberId: call.numberId, placeId, unitId, personId, how: 'attached_by_agent', confidence: 100 }
  const number = await ownNumber(tx, call, placeId ? 'place' : 'person')
  if (!number) {
    await store.saveIdentity(tx, [callId], attached)
    return [say(callId, attached)]
  }

  const past = await directory.unexplainedCalls(tx, {
    ...number,
    numberId: number.id,
    ani: call.ani,
    campus: call.campus,
  })
  const changed = placeId
    ? await directory.ringsAt(tx, number.id, placeId)
    : await directory.belongsTo(tx, number.id, personId as string)
  const ids = [...new Set([callId, ...past])]
  const who = { ...attached, numberId: number.id }
  await store.saveIdentity(tx, ids, who)
  const told: (CallEvent | DirectoryEvent)[] = ids.map((id) => say(id, who))
  const verb = number.made ? 'created' : 'changed'
  const fields = [placeId ? 'place' : 'people']
  if (changed)
    told.push({ type: 'directory.changed', at, byId: by.personId, what: 'numbers', id: number.id, verb, fields })
  return told
}

/** The directory's number behind this call, if it is one that can mean one place or person: not withheld, not shared. */
async function ownNumber(tx: Tx, call: reading.CallRow, what: 'place' | 'person') {
  const heard = numberOf(call.direction === 'inbound' ? call.ani : call.dialled)
  if (!/^\d{2,15}$/.test(heard)) return null
  const { organisationId } = call
  const isMobile = MOBILE.test(heard)
  const realm = isMobile ? 'public' : (call.campus ?? 'public')
  const kind = isMobile || what === 'person' ? 'mobile' : 'ward'
  const number = await directory.numberFor(tx, { organisationId, realm, number: heard, kind })
  return number.kind === 'shared_trunk' || number.kind === 'pilot' ? null : { ...number, organisationId }
}

async function now(tx: Tx): Promise<Date> {
  return (await tx.raw('select now() as at')).rows[0].at
}

export async function readCall(db: Db, callId: string): Promise<reading.CallRow | undefined> {
  return (await reading.readCalls(db, [callId]))[0]
}

/** Every call that has not ended, oldest first. */
export const liveCalls = reading.readLive
/** The call's legs with the times each stood in a bridge, first leg first. */
export const legsOf = reading.readLegs
/** Calls not ended on a PBX, those included of which only later news was heard. */
export const openCalls = reading.readOpen

/** Q.850: normal clearing. */
const CLEARED = 16

/** What may() is asked about a call. Rooms downstream know who works on its tickets, so main.ts hands it in. */
export type AboutCall = (tx: Tx, callId: string) => Promise<Thing | undefined>

/**
 * A supervisor ends a call that stands though nobody speaks: a line that was never hung up, a channel nobody holds. Every
 * channel of it is hung up; its end comes back as each call's does.
 */
export async function endCall(tx: Tx, actor: Actor, callId: string, aboutCall: AboutCall): Promise<CallEvent[]> {
  const call = await readCall(tx, callId)
  const about = await aboutCall(tx, callId)
  if (!call || !about || !may(actor, 'see', about)) throw notFound('call')
  if (!may(actor, 'end', about)) throw new Refusal('not-allowed')
  if (call.state === 'ended') throw new Refusal('call-is-over')
  const legs = (await legsOf(tx, callId)).filter((leg) => leg.endedAt === null)
  const channels = new Set([call.root, ...legs.map(({ uniqueid }) => uniqueid)])
  for (const uniqueid of channels) await wish(tx, call.pbx, { verb: 'hang-up', uniqueid, cause: CLEARED })
  return [{ type: 'call.end-asked', callId, at: await clock(tx), byId: actor.personId }]
}
