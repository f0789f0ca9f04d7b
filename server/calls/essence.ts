/**
 * What a call comes to, for telling whether a second source says anything new. AMI and CEL stamp the same moment a few
 * milliseconds apart: a call that differs only by that is not written again.
 */
import { answeredAt, type Call, lineOf, offerEnd, outcomeOf, overOf, sideOf, stateOf, talksOf } from './call.ts'

const SAME_MOMENT_MS = 400

type Piece = string | number | boolean | null | undefined

const ms = (at: Date | null | undefined): number | undefined => at?.getTime()

function* essence(call: Call): Generator<Piece> {
  const { arrival, caller, voicemail } = call
  const over = overOf(call)
  yield* [arrival?.root, arrival?.direction, arrival?.campus, lineOf(call), ms(arrival?.at), ms(call.queuedAt)]
  yield ms(call.noticeOverAt)
  yield* [
    caller.ani,
    caller.aniName,
    call.later?.ani,
    call.later?.aniName,
    stateOf(call),
    outcomeOf(call),
    ms(over?.at),
    over?.by,
    over?.cause,
  ]
  yield* [ms(call.callbackAskedAt), voicemail?.file, voicemail?.ms, call.unrecorded, call.legs.length]
  for (const leg of call.legs) {
    const end = leg.rungAt && offerEnd(call, leg)
    yield* [leg.uniqueid, leg.station, leg.personId, sideOf(call, leg), leg.cause]
    yield* [ms(leg.rungAt), end?.outcome, ms(answeredAt(call, leg)), ms(leg.endedAt)]
    for (const { from, to } of talksOf(call, leg)) yield* [ms(from), ms(to)]
  }
}

/** The same call but for a few milliseconds. */
export function isAsGood(known: Call, told: Call): boolean {
  const [a, b] = [[...essence(known)], [...essence(told)]]
  return (
    a.length === b.length &&
    a.every((piece, i) => {
      const other = b[i]
      if (typeof piece !== 'number' || typeof other !== 'number') return piece === other
      return Math.abs(piece - other) <= SAME_MOMENT_MS
    })
  )
}
