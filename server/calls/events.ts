/** What happens to a call, in the desk's words. Ids and codes only: this goes into the journal as it stands. */
import type { CallOutcome, Direction } from '../wire/words.ts'

export type { CallOutcome, Direction }
export type EndedBy = 'caller' | 'agent' | 'system' | 'pbx_restart'
export type OfferOutcome = 'answered' | 'no_answer' | 'declined' | 'cancelled' | 'unreachable'

/** `at` is Asterisk's clock. `recovered`: told by CEL or a snapshot after we had been away, not heard live. */
export type CallEvent = { callId: string; at: Date; recovered?: boolean } & (
  | { type: 'call.arrived'; pbx: number; direction: Direction; campus: string | null; line: string | null }
  | {
      type: 'call.identified'
      placeId: string | null
      personId: string | null
      how: string
      confidence: number
      byId?: string
    }
  | { type: 'call.queued'; line: string }
  | { type: 'call.offered'; legUniqueid: string; station: string; personId: string | null }
  | {
      type: 'call.offer-ended'
      legUniqueid: string
      station: string
      personId: string | null
      outcome: OfferOutcome
      rangMs: number
    }
  | {
      type: 'call.answered'
      legUniqueid: string
      station: string
      personId: string | null
      waitedMs: number
      first: boolean
    }
  | { type: 'call.held'; legUniqueid: string }
  | { type: 'call.resumed'; legUniqueid: string }
  | {
      type: 'call.leg-ended'
      legUniqueid: string
      station: string
      personId: string | null
      cause: number
      talkMs: number
      lost: boolean
    }
  | { type: 'call.callback-asked' }
  | { type: 'call.voicemail-left'; file: string; ms: number }
  | { type: 'call.unrecorded'; why: string }
  /** a supervisor has it hung up */
  | { type: 'call.end-asked'; byId: string }
  | {
      type: 'call.ended'
      outcome: CallOutcome
      endedBy: EndedBy
      cause: number
      waitedMs: number
      talkMs: number
      /** hung up before the notice was over or within five seconds: never gave us a fair chance */
      short: boolean
      direction: Direction
    }
)
