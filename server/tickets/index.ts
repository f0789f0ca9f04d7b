/** Tickets, what hangs on them, callbacks owed, and why a call needs neither. */

export { act, assignForDispatch, assignForRadio, type How, note, urge } from './acting.ts'
export {
  callbackRows,
  callbackThing,
  owedCallbacks,
  readCallbacks,
} from './callbacks/index.ts'
export { change } from './changing.ts'
export { type Dial, dial } from './dialling.ts'
export type { TicketEvent } from './events.ts'
export {
  clearCallbacksOf,
  openForCall,
  openForVoicemail,
  oweForSilence,
  relabel,
  settleEndedCall,
} from './following.ts'
export { aboutCall, explain, join, openSecond } from './joining.ts'
export { causes, changeCause } from './life/causes.ts'
export { doAct, type Sending } from './life/living.ts'
export { startWaking } from './life/waking.ts'
export { type Load, loadsOf, workedBefore } from './load-store.ts'
export { openAtDesk, openForRadio } from './opening.ts'
export { held, thing } from './saving.ts'
export { listTickets, readTickets, type ShownTicket } from './shown-store.ts'
export { entriesOf, holdTicket, isCrew, isPerson, jobOf, showTo } from './store.ts'
export { stateAfter, type Ticket } from './ticket.ts'
export { searchTickets, ticketRows } from './viewing.ts'
