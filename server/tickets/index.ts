/** Tickets, what hangs on them, callbacks owed, and why a call needs neither. */

export { callbackThing, clearCallback, dialling, releaseCallback, takeCallback } from './callback-door.ts'
export { owedCallbacks, readCallbacks } from './callback-store.ts'
export {
  act,
  change,
  explain,
  join,
  note,
  openAtDesk,
  openSecond,
  standOn,
  thing,
  urge,
  workedOn,
} from './desk-door.ts'
export { endCall } from './ending-door.ts'
export type { CallReason, CallRelation, ClearedHow, TicketEvent, TicketState } from './events.ts'
export {
  clearCallbacksOf,
  openForCall,
  openForVoicemail,
  oweForSilence,
  relabel,
  settleEndedCall,
} from './follow-door.ts'
export { assignForRadio, openForRadio } from './radio-door.ts'
export { listTickets, readTickets } from './shown-store.ts'
export { callsOf, entriesOf } from './store.ts'
export { callbackRows, searchTickets, ticketRows } from './view-door.ts'
