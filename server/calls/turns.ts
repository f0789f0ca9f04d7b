/** A call's turns: what happened between knowing less and knowing more. Events say each thing once. */
import {
  answeredAt,
  type Call,
  firstAnswer,
  isHeld,
  isLost,
  isShortAbandon,
  type Leg,
  lineOf,
  offerEnd,
  outcomeOf,
  overOf,
  sideOf,
  talkMs,
  talkMsOf,
  waitedMs,
} from './call.ts'
import type { CallEvent } from './events.ts'

type Told<E> = E extends CallEvent ? Omit<E, 'callId' | 'recovered'> : never
type Turn = Told<CallEvent>

/**
 * What `after` knows that `before` did not, as events in the order they happened. Nothing is told until the arrival is
 * known: every room downstream needs campus and line. A call that ended as one thing and turns out, from CEL, to have
 * been another (answered while we were blind) is told as ended once more, with the true outcome.
 */
export function turns(before: Call | undefined, after: Call): CallEvent[] {
  if (!after.arrival) return []
  const known = before?.arrival ? before : undefined
  const told: Turn[] = []
  const { arrival } = after

  if (!known) {
    const { direction, campus } = arrival
    told.push({ type: 'call.arrived', at: arrival.at, pbx: after.pbx, direction, campus, line: lineOf(after) })
  }
  if (after.queuedAt && !known?.queuedAt) {
    told.push({ type: 'call.queued', at: after.queuedAt, line: lineOf(after) ?? '' })
  }
  for (const leg of after.legs) told.push(...legTurns(known, after, leg))
  if (after.callbackAskedAt && !known?.callbackAskedAt) {
    told.push({ type: 'call.callback-asked', at: after.callbackAskedAt })
  }
  if (after.voicemail && !known?.voicemail) {
    const { at, file, ms } = after.voicemail
    told.push({ type: 'call.voicemail-left', at, file, ms })
  }
  if (after.unrecorded && !known?.unrecorded) {
    told.push({ type: 'call.unrecorded', at: arrival.at, why: after.unrecorded })
  }
  const over = overOf(after)
  const outcome = outcomeOf(after)
  if (over && outcome && outcome !== (known && outcomeOf(known))) {
    told.push({
      type: 'call.ended',
      at: over.at,
      outcome,
      endedBy: over.by,
      cause: over.cause,
      waitedMs: waitedMs(after) ?? 0,
      talkMs: talkMs(after),
      short: isShortAbandon(after),
      direction: arrival.direction,
    })
  }
  // By time; the arrival always first and, told together, the end of the call after all but legs that end with it.
  const rank = (turn: Turn) => (turn.type === 'call.arrived' ? 0 : 1)
  told.sort((a, b) => rank(a) - rank(b) || a.at.getTime() - b.at.getTime())
  return told.map((turn) => ({ callId: after.id, ...turn }) as CallEvent)
}

function legTurns(known: Call | undefined, after: Call, leg: Leg): Turn[] {
  const told: Turn[] = []
  const was = known?.legs.find((one) => one.uniqueid === leg.uniqueid)
  const { uniqueid: legUniqueid, personId } = leg
  const heldBefore = was ? isHeld(was) : false
  const lastMark = leg.marks.findLast(([kind]) => kind === 'hold' || kind === 'unhold')
  if (lastMark && isHeld(leg) !== heldBefore && !overOf(after)) {
    told.push({ type: isHeld(leg) ? 'call.held' : 'call.resumed', at: new Date(lastMark[1]), legUniqueid })
  }
  if (sideOf(after, leg) !== 'agent') return told

  const station = leg.station ?? ''
  const answered = answeredAt(after, leg)
  const answeredBefore = known && was && answeredAt(known, was)
  // In a call we made, the agent's own phone ringing is not an offer.
  if (leg.rungAt && after.arrival?.direction === 'inbound') {
    if (!was?.rungAt) told.push({ type: 'call.offered', at: leg.rungAt, legUniqueid, station, personId })
    const end = offerEnd(after, leg)
    const endedBefore = known && was?.rungAt ? offerEnd(known, was) : null
    if (end && end.outcome !== endedBefore?.outcome && (!endedBefore || end.outcome === 'answered')) {
      const rangMs = Math.max(0, end.at.getTime() - leg.rungAt.getTime())
      told.push({
        type: 'call.offer-ended',
        at: end.at,
        legUniqueid,
        station,
        personId,
        outcome: end.outcome,
        rangMs,
      })
    }
  }
  if (answered && !answeredBefore) {
    const first = firstAnswer(after)?.leg.uniqueid === legUniqueid
    const waited = waitedMs(after) ?? 0
    told.push({ type: 'call.answered', at: answered, legUniqueid, station, personId, waitedMs: waited, first })
  }
  if (answered && leg.endedAt && !(was?.endedAt && answeredBefore)) {
    const lost = isLost(after, leg)
    const ms = talkMsOf(after, leg)
    const cause = leg.cause ?? 0
    told.push({ type: 'call.leg-ended', at: leg.endedAt, legUniqueid, station, personId, cause, talkMs: ms, lost })
  }
  return told
}
