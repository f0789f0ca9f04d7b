/** A call we make: the agent's own phone rings first, then the number. */
import { randomUUID } from 'node:crypto'
import { type Actor, may, type Thing } from '../access/index.ts'
import { seatOf } from '../agents/index.ts'
import { begin, type CallEvent, neverPlaced } from '../calls/index.ts'
import { type Db, settled, type Tx, wish } from '../db/index.ts'
import { Outage, Refusal } from '../refusal.ts'
import { DIGITS, numberOf, numberTyped } from '../wire/number.ts'
import { dialling, releaseCallback } from './callbacks/index.ts'
import type { TicketEvent } from './events.ts'
import { standOn } from './joining.ts'
import { held } from './saving.ts'

const PBX = 1
/** Long enough for a busy Asterisk, short enough that a late ring does not startle anybody. */
const DIAL_WITHIN_MS = 5_000

/** desk.ts: what is done in one transaction with all that follows from it */
type Commit = (work: (tx: Tx) => Promise<(CallEvent | TicketEvent)[]>) => Promise<unknown>

export type Dial = { number?: string; campus?: string; line?: string; ticketId?: string; callbackId?: string }

/** Rings, and answers the call's id once the exchange dials. A callback is dialled only by whoever holds its lease. */
export async function dial(db: Db, commit: Commit, actor: Actor, wanted: Dial): Promise<string> {
  const callId = randomUUID()
  const sent = await place(db, commit, actor, callId, wanted).catch(async (error) => {
    await giveBack(commit, actor, wanted)
    throw error
  })
  // Where nobody knows whether it was dialled, the lease stays: it may be ringing.
  if (sent.outcome === 'refused' || sent.outcome === 'expired') await giveBack(commit, actor, wanted)
  if (sent.answer === 'mobile-not-allowed') throw new Refusal('mobile-not-allowed', { field: 'number' })
  if (sent.outcome === 'refused') throw new Refusal('dial-refused', { answer: sent.answer })
  if (sent.outcome !== 'done') throw new Outage('ami')
  return callId
}

async function place(db: Db, commit: Commit, actor: Actor, callId: string, wanted: Dial) {
  let wishId = 0
  await commit(async (tx) => {
    const station = await seatOf(tx, actor.personId)
    if (!station) throw new Refusal('not-signed-in')
    const back = wanted.callbackId ? await dialling(tx, actor, wanted.callbackId) : undefined
    const ticket = wanted.ticketId ? await held(tx, actor, wanted.ticketId) : undefined
    const given = back?.number ?? wanted.number ?? ticket?.contactNumber ?? ''
    const number = back ? numberOf(given) : numberTyped(given)
    const campus = back?.call.campus ?? wanted.campus ?? ticket?.campus
    if (given.trim() === '') throw new Refusal('number-needed', { field: 'number' })
    if (!DIGITS.test(number)) throw new Refusal('number-unreadable', { field: 'number' })
    if (!campus) throw new Refusal('campus-needed', { field: 'campus' })
    const line = back?.call.line ?? wanted.line ?? ticket?.line ?? null
    if (!may(actor, 'change', ownCall(actor.organisationId, campus, line))) throw new Refusal('not-allowed')
    const direction = back ? 'callback' : 'outbound'
    wishId = await wish(
      tx,
      PBX,
      { verb: 'originate', callId, station, number, campus, line, direction },
      { notAfterMs: DIAL_WITHIN_MS },
    )
    const begun = await begin(tx, { callId, pbx: PBX, direction, campus, line, number })
    const stands = ticket ? await standOn(tx, actor, callId, ticket.id, direction) : []
    return [...(back?.events ?? []), ...begun, ...stands]
  })
  const sent = await settled(db, wishId, DIAL_WITHIN_MS)
  // Where nobody knows whether it was dialled, its legs tell, or the next look at what stands in the exchange.
  if (sent.outcome === 'refused' || sent.outcome === 'expired') await commit((tx) => neverPlaced(tx, callId, PBX))
  return sent
}

/** What may() is asked before there is a call: one of this campus and line, which nobody took. */
const ownCall = (organisationId: string, campus: string, line: string | null): Thing => ({
  kind: 'call',
  organisationId,
  campus,
  line,
  agentIds: [],
  assigneeIds: [],
})

/** A callback that could not be dialled is everybody's again, at once: its lease would keep it from whoever can. */
async function giveBack(commit: Commit, actor: Actor, { callbackId }: Dial): Promise<void> {
  if (!callbackId) return
  await commit((tx) => releaseCallback(tx, actor, callbackId)).catch((error) => {
    // Somebody cleared it meanwhile, or it was never theirs: what is told is why it was not dialled.
    if (!(error instanceof Refusal)) throw error
  })
}
