import type { SipCredential } from '../wire.ts'

/**
 * The browser's phone, whatever speaks SIP behind it. It talks straight to Asterisk: with the server dead it still rings,
 * answers and carries sound.
 *
 *   off ──register──▶ connecting ──accepted──▶ registered
 *                       ▲    │                     │ wire lost, refused, microphone gone
 *                       └────┴──────── lost ◀──────┘   (tries again by itself)
 *   following: another tab of this browser holds the phone
 *   off, taken: another computer of this person has the phone now; it does not come back by itself
 */
export type PhoneStatus = {
  state: 'off' | 'connecting' | 'registered' | 'lost' | 'following'
  /** this browser's ms */
  since: number
  /** why it is not registered, when it is not */
  why: PhoneWhy | null
}

export type PhoneWhy = 'wire' | 'refused' | 'expired' | 'no_microphone' | 'other_tab' | 'taken' | 'not_asked'

/**
 * One SIP dialogue.
 *
 *   incoming ─▶ ringing ──answer──▶ connecting ─▶ talking ─▶ ended
 *   outgoing ─▶ dialling ─────────▶ connecting ─▶ talking ─▶ ended
 */
export type PhoneCall = {
  id: string
  direction: 'incoming' | 'outgoing'
  state: 'ringing' | 'dialling' | 'connecting' | 'talking' | 'ended'
  /** number and name as Asterisk said them; shown as text only */
  number: string
  name: string
  /** our call's UUID when the INVITE carried it (X-Desk-Call) */
  callId: string | null
  /** this browser's ms */
  since: number
  talkingSince: number | null
  muted: boolean
  /** since when not one packet of sound has come, browser's ms; null while they come */
  quietSince: number | null
  /** the exchange hangs up on a line that sends nothing for so long (X-Desk-Silence); null: never, or not known */
  silenceMs: number | null
  /** why it ended; null while it goes on */
  ended: CallEnd | null
}

export type CallEnd =
  | 'remote'
  /** a ring that the exchange took back: the caller left, or it rang long enough */
  | 'stopped'
  /** hung up by our own exchange: nothing came from the other side for long */
  | 'silence'
  /** hung up by the exchange for a cause of its own */
  | 'exchange'
  | 'local'
  | 'elsewhere'
  | 'declined'
  | 'media_lost'
  | 'wire_lost'
  | 'no_microphone'
  | 'failed'

export type PhoneEvents = {
  status: (status: PhoneStatus) => void
  /** a call began or changed; an ended one is told once */
  call: (call: PhoneCall) => void
  /** sound of the other side and of this microphone, for level meters */
  sound: (callId: string, streams: { far: MediaStream; near: MediaStream | null }) => void
}

export interface Phone {
  register(credential: SipCredential): void
  /** Says goodbye to Asterisk; calls that are on are hung up. */
  unregister(): void
  answer(id: string): Promise<void>
  /** Refuses a ringing call with 603: the queue offers it to somebody else. */
  decline(id: string): void
  hangUp(id: string): void
  /** Takes effect in the browser at once; no server is asked. */
  mute(id: string, on: boolean): void
  /** One of 0–9 * # sent as RFC 4733 events. */
  dtmf(id: string, digit: string): void
}
