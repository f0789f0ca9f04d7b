import type { App } from '../app.ts'
import { bay } from '../i18n/bay.ts'
import { t } from '../i18n/index.ts'
import { wishKey } from '../live/api.ts'
import type { CallCard, TicketRow } from '../wire.ts'

/** After F2, hanging up is dead for this long: a finger that pressed twice must not end the call. Milliseconds. */
export const DEAD_AFTER_ANSWER_MS = 1_000

/** What an agent does about a call besides speaking: each asks the server and waits for its answer. */
export class CallActs {
  #app: App
  #keys = new Map<string, string>()

  constructor(app: App) {
    this.#app = app
  }

  /** The call is about a ticket that is open already. */
  async join(call: CallCard, ticket: TicketRow, relation: 'same_fault' | 'urge'): Promise<void> {
    const done = t(relation === 'urge' ? bay.urged : bay.joined, ticket.number)
    await this.#ticket(`/api/calls/${call.callId}/join`, { ticketId: ticket.ticketId, relation }, done)
  }

  /** The call is about something new, whatever else is open at the place. */
  async newTicket(call: CallCard): Promise<void> {
    await this.#ticket(`/api/calls/${call.callId}/ticket`, {}, null)
  }

  /** Says who or where the caller is; past calls of the number are relabelled by the server. */
  async identify(
    call: CallCard,
    who: { number: string } | { personId: string } | { placeId: string },
  ): Promise<boolean> {
    const { api, toasts } = this.#app
    return (await toasts.tell(api.post(`/api/calls/${call.callId}/identify`, who), t(bay.identified))) !== undefined
  }

  /** Dials out through the server, so that the call is known and recorded; this phone rings and answers itself. */
  async dial(to: {
    number: string
    campus: string
    line?: string
    ticketId?: string
    callbackId?: string
  }): Promise<boolean> {
    const { api, toasts, line } = this.#app
    line.expectOwnDial(to.number)
    const asked = await toasts.tell(api.post('/api/calls/dial', to), t(bay.dialling_))
    if (asked === undefined) line.expectOwnDial(undefined)
    return asked !== undefined
  }

  async #ticket(path: string, body: unknown, done: string | null): Promise<void> {
    const { api, desk, toasts } = this.#app
    // the same wish again (a second key press, a lost answer) is the same wish
    const name = `${path} ${JSON.stringify(body)}`
    const key = this.#keys.get(name) ?? wishKey()
    this.#keys.set(name, key)
    const ticket = await toasts.tell(api.post<TicketRow>(path, body, key))
    if (!ticket) {
      this.#keys.delete(name)
      return
    }
    desk.tickets.put(ticket)
    toasts.done(done ?? t(bay.opened, ticket.number))
  }
}
