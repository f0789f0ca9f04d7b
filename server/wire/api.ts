/** The HTTP doors, as the console calls them. Types only; the schemas in each room's routes.ts are the OpenAPI. */

/**
 * GET    /api/session                      -> Me            401 when signed out
 * POST   /api/session {name,password}      -> Me            sets the cookie
 * DELETE /api/session                      -> 204
 * POST   /api/session/password {old,new}   -> 204
 * GET    /api/desk                         -> DeskSnapshot
 *
 * POST   /api/agent/sign-in {takeOver?, renew?} -> {credential: SipCredential, agent: AgentView}   (again = new password)
 *                                             409 phone-elsewhere: another browser has it, and takeOver was not said
 * POST   /api/agent/sign-out | ready       -> AgentView
 * POST   /api/agent/not-ready {reason}     -> AgentView     on a call: sets the next state
 * POST   /api/agent/next {next,reason?}    -> AgentView
 * POST   /api/agent/wrap-up {do:'extend'|'end'} -> AgentView
 * POST   /api/agent/phone {phone,why?}     -> AgentView
 * POST   /api/agent/ring-test {ok,why?}    -> AgentView
 *
 * GET    /api/calls?limit&after&mine&ani&place&open&recording=alarm -> List<CallCard>
 * GET    /api/calls/:id                    -> CallCard & {legs, offers, recordings: RecordingView[]}
 * GET    /api/calls/:id/pop                -> PopCard
 * POST   /api/calls/:id/painted {legUniqueid, afterMs} -> 204
 * POST   /api/calls/:id/identify {number}|{personId}|{placeId}  -> CallCard
 * POST   /api/calls/:id/join {ticketId, relation}       -> TicketRow
 * POST   /api/calls/:id/ticket             -> TicketRow     a new ticket of its own for this call
 * POST   /api/calls/:id/explain {reason,note?} -> CallCard   only when its ticket is untouched; withdraws the empty ticket
 * POST   /api/calls/dial {number, campus, line?, ticketId?, callbackId?} -> {callId}
 *
 * GET    /api/tickets?limit&after&state&line&campus&assignee=me&place&q -> List<TicketRow>
 * POST   /api/tickets NewTicket            -> TicketRow     Idempotency-Key
 * GET    /api/tickets/:id                  -> TicketPage
 * PATCH  /api/tickets/:id TicketChange     -> TicketPage    409 ticket-changed-meanwhile {yours, theirs}
 * POST   /api/tickets/:id/notes {text}     -> TicketPage
 * POST   /api/tickets/:id/urge|take|withdraw {version,reason?}|reopen -> TicketPage
 * POST   /api/tickets/:id/assign {assigneeId?, crewId?}  -> TicketPage   400 somebody-needed: neither would be left
 * POST   /api/tickets/:id/done {version, resolution, faultCause?} -> TicketPage
 *
 * GET    /api/callbacks                    -> List<CallbackRow>   owed ones, oldest first
 * POST   /api/callbacks/:id/take|release   -> CallbackRow   409 callback-taken
 * POST   /api/callbacks/:id/clear {how, note?} -> CallbackRow
 *
 * GET    /api/recordings/:id  /audio (Range)  /peaks  /listenings (supervisor, auditor)
 * POST   /api/calls/:id/recording/acknowledge -> 204      what is wrong with it is known (supervisor)
 * GET    /api/directory/:what/:id/journal     -> List<RowChange>   newest first
 * GET    /api/lines/night                  -> List<LineNightView>
 * POST   /api/lines/:line/night {night}    -> LineNightView & {told}   told: the exchange has confirmed it
 * GET    /api/search?q=&kinds=place,person,number,ticket -> {places, units, people, numbers, tickets}
 * GET    /api/directory/:what?limit&after&q   -> List<row>    what: campuses lines trunks calendars places units numbers people crews
 * POST   /api/directory/:what                 -> row          PATCH /api/directory/:what/:id {version,…}
 * POST   /api/directory/:what/import {csv, dryRun} -> ImportResult      GET /api/directory/:what/export.csv
 */
/** What is wrong with a cell, a line or the file (line 1). `column` is the file's own header; the words are the console's. */
export type ImportFault = { line: number; column?: string } & (
  | { code: 'not-csv' | 'not-a-column' | 'column-missing' | 'column-twice' | 'missing' | 'control-character' }
  | { code: 'character-lost' | 'unseen-character' }
  | { code: 'scientific-notation' | 'day-in-code' | 'not-a-day' }
  | { code: 'code-malformed' | 'digits-malformed' | 'radio-id-malformed' | 'not-yes-or-no' }
  | { code: 'too-many-rows' | 'too-many-columns' | 'too-many-faults' | 'too-long'; most: number }
  | { code: 'cells-differ'; cells: number; columns: number }
  | { code: 'same-as-line'; other: number }
  | { code: 'no-such-row' | 'no-such-campus' | 'zeros-lost'; named: string }
  | { code: 'not-one-of'; choices: string[] }
  /** the desk's own rules, by the code of the refusal (i18n/errors.ts) */
  | { code: 'refused'; why: string }
)
export type ImportResult = {
  dryRun: boolean
  create: number
  change: number
  same: number
  /** what is not on a sheet that is the whole register */
  retire?: number
  bad: ImportFault[]
  changes: { line: number; key: string; fields: Record<string, [unknown, unknown]> }[]
}
