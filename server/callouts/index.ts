/** A job on the air, by the speaking voice: what is called out, who answers, and who is called next. */
import type { Db, JournalRow, Tx } from '../db/index.ts'
import type { Radio } from '../radio/index.ts'
import { assignForRadio, readTickets, type TicketEvent, thing } from '../tickets/index.ts'
import type { FrameMaker, SharedFrame } from '../web/index.ts'
import { type CalloutParts, Callouts } from './calling.ts'
import type { CalloutEvent } from './events.ts'
import { makeSpeech, type SpeechParts } from './speech.ts'
import { showCallouts, whoAnswered } from './store.ts'

export {
  acknowledgeBy,
  type CalloutAskParts,
  callOut,
  calloutsOf,
  cancelBy,
  preview,
  ticketFor,
} from './asking.ts'
export type { Callouts } from './calling.ts'
export type { CalloutEvent } from './events.ts'
export { calloutAlarms } from './store.ts'

/** Starts what says, hears and waits, on the radio of this server. */
export function startCallouts({
  radio,
  speech,
  ...parts
}: Pick<CalloutParts, 'db' | 'commit' | 'waitS' | 'log'> & { radio: Radio; speech: SpeechParts }) {
  const { engine, isRunning, unitOf } = radio
  return new Callouts({ ...parts, engine, isActing: isRunning, unitOf, speech: makeSpeech(speech) })
}

/** Follows radio.callout: who acknowledged has the ticket. Nobody is named who is not known: then the desk is asked. */
export async function assignWhoAnswered(tx: Tx, event: CalloutEvent): Promise<TicketEvent[]> {
  if (event.step !== 'acknowledged') return []
  const personId = await whoAnswered(tx, event.calloutId)
  return personId ? assignForRadio(tx, { ticketId: event.ticketId, personId, byId: event.byId ?? null }) : []
}

/** What consoles are told of call-outs. Its words are the ticket's: whoever may see that is told of it, as by its page. */
export const calloutFrames = (db: Db, organisationId: string): FrameMaker => ({
  makes: (type) => type === 'radio.callout',
  async framesOf(rows: JournalRow[]): Promise<(SharedFrame | undefined)[]> {
    const ids = [...new Set(rows.map(({ body }) => String(body.calloutId)))]
    const callouts = await showCallouts(db, organisationId, { ids })
    const tickets = await readTickets(db, [...new Set(callouts.map(({ ticketId }) => ticketId))])
    return rows.map(({ seq, at, type, body }) => {
      const called = callouts.find(({ calloutId }) => calloutId === body.calloutId)
      const about = tickets.find(({ id }) => id === called?.ticketId)
      if (!called || !about) return undefined
      const { organisationId: _, campus: __, ...callout } = called
      return { thing: thing(about), frame: { seq, at: at.toISOString(), type, subject: 'callout', callout } }
    })
  },
})
