/** Words that cross the live socket between the server and a console. What the server sends is typed, not checked. */
import { type Static, Type } from 'typebox'
import type { OfferView } from './dispatch.ts'
import { Count, OwnId, strict } from './fields.ts'
import { type CalloutView, type EmergencyView, type OverView, RadioFromConsole, type RadioFromServer } from './radio.ts'
import type { AgentView, CallbackRow, CallCard, Health, PopCard, QueueNow, RecordingView, TicketRow } from './views.ts'

/**
 * One journal event as this person may see it, with its subject as it stood when the frame was made
 * (so that apply() is a replacement, never arithmetic). `type` is the event's name, e.g. `call.answered`.
 */
export type Frame = { seq: number; at: string; type: string } & (
  | { subject: 'call'; call: CallCard; pop?: PopCard }
  | { subject: 'agent'; agent: AgentView }
  | { subject: 'ticket'; ticket: TicketRow; callId?: string }
  | { subject: 'callback'; callback: CallbackRow }
  | { subject: 'recording'; recording: RecordingView }
  | { subject: 'over'; over: OverView }
  | { subject: 'emergency'; emergency: EmergencyView; cleared: boolean }
  | { subject: 'callout'; callout: CalloutView }
  /** who is asked of a ticket has changed; `offer`: the one it is about */
  | { subject: 'dispatch'; ticketId: string; offer: OfferView | null }
  | { subject: 'none' }
)

/**
 * What the server sends:
 * - `frames`: all this person may see of the journal in (after, upTo], empty batches included. A console whose held
 *   `upTo` differs from `after` asks again from what it holds; it never guesses.
 * - `now`: figures that are not in the journal; each replaces the one before.
 * - `resync`: too far behind, or rights changed: fetch /api/desk again.
 * - `bye`: the session ended; why says what to show.
 * - `radio`, `ptt`: the radio as it is now, and the answer to a press; not in the journal.
 */
export type FromServer =
  | { kind: 'frames'; after: number; upTo: number; frames: Frame[] }
  | { kind: 'now'; serverTime: string; queues?: QueueNow[]; health?: Health }
  | { kind: 'resync'; why: string }
  | { kind: 'bye'; why: 'signed_out' | 'expired' | 'revoked' }
  | RadioFromServer

/** What a console may say. Everything else on the socket is refused. */
export const FromConsole = Type.Union([
  Type.Object({ kind: Type.Literal('again'), after: Count }, strict),
  Type.Object(
    {
      kind: Type.Literal('painted'),
      callId: OwnId,
      legUniqueid: Type.String({ pattern: '^[\\w.-]{1,64}$' }),
      afterMs: Count,
    },
    strict,
  ),
  RadioFromConsole,
])
export type FromConsole = Static<typeof FromConsole>
