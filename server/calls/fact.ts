import type { Direction } from './events.ts'

/**
 * What a phone system can tell us about a call. Asterisk is one way of being told; the same fact may come live (AMI),
 * late (CEL) or both, in any order. `at` is the phone system's clock.
 *
 * `callId` is the UUID the dialplan gave on entry. `root` is the caller's channel, for the key (pbx, boot, root).
 */
export type CallFact = { callId: string; at: Date; pbx: number; bootId: string; recovered?: boolean } & (
  | {
      type: 'caller-arrived'
      root: string
      direction: Direction
      campus: string | null
      line: string | null
      dialled: string
      diverted: string
      /** as heard, hostile until normalised */
      ani: string
      aniName: string
    }
  | { type: 'caller-named'; ani: string; aniName: string }
  /** the caller has heard that the call is recorded, and from now on somebody is looked for */
  | { type: 'notice-over' }
  | { type: 'caller-queued'; queue: string }
  | { type: 'station-rung'; uniqueid: string; station: string }
  | {
      type: 'station-stopped'
      uniqueid: string
      station: string
      why: 'no_answer' | 'declined' | 'cancelled' | 'unreachable' | 'answered'
    }
  | { type: 'station-answered'; uniqueid: string; station: string }
  | { type: 'leg-talking'; uniqueid: string; side: 'caller' | 'agent'; station: string | null }
  | { type: 'leg-silent'; uniqueid: string }
  | { type: 'leg-held'; uniqueid: string }
  | { type: 'leg-resumed'; uniqueid: string }
  | {
      type: 'leg-ended'
      uniqueid: string
      cause: number
      endedBy: 'caller' | 'agent' | 'system' | 'pbx_restart' | null
    }
  | { type: 'callback-asked' }
  | { type: 'voicemail-left'; file: string; ms: number }
  | { type: 'unrecorded'; why: string }
  | { type: 'call-over'; cause: number; by: 'caller' | 'agent' | 'system' | 'pbx_restart' }
)
