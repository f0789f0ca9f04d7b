import { SvelteMap } from 'svelte/reactivity'
import type { AgentView, CallbackRow, CallCard, Frame, Health, QueueNow, TicketRow } from '../wire.ts'
import { Cell } from './cell.ts'
import { earlierFirst } from './order.ts'

/** Who takes calls now. Kept so that my own state, and whom I could ask, are known without asking. */
export class AgentBoard {
  #agents = new SvelteMap<string, AgentView>()

  get all(): AgentView[] {
    return [...this.#agents.values()].sort((a, b) => a.station.localeCompare(b.station))
  }

  of(personId: string): AgentView | undefined {
    return this.#agents.get(personId)
  }

  load(agents: AgentView[]): void {
    this.#agents.clear()
    for (const agent of agents) this.put(agent)
  }

  put(agent: AgentView): void {
    this.#agents.set(agent.person.id, agent)
  }

  apply(frame: Frame): void {
    if (frame.subject === 'agent') this.put(frame.agent)
    if (frame.subject === 'call') this.#follow(frame.call)
  }

  /** Whether a phone rings or talks follows from the calls; no event of the agent's own tells of it. */
  #follow(call: CallCard): void {
    const isOn = call.state === 'offered' || call.state === 'talking'
    for (const agent of this.all) {
      if (isOn && agent.station === call.station) this.put({ ...agent, callId: call.callId, callState: call.state })
      else if (agent.callId === call.callId) this.put({ ...agent, callId: null, callState: null })
    }
  }
}

/** Tickets this console has seen: mine from the snapshot, and every one a frame told of. */
export class TicketBoard {
  #tickets = new SvelteMap<string, TicketRow>()
  #me: () => string

  constructor(me: () => string) {
    this.#me = me
  }

  get(ticketId: string): TicketRow | undefined {
    return this.#tickets.get(ticketId)
  }

  /** Mine that are not finished: assigned to me, or taken by me first and assigned to nobody. */
  get mine(): TicketRow[] {
    const me = this.#me()
    return [...this.#tickets.values()]
      .filter((ticket) => ticket.state === 'unassigned' || ticket.state === 'in_progress')
      .filter((ticket) => ticket.assignee?.id === me || (!ticket.assignee && ticket.firstTaker?.id === me))
      .sort((a, b) => a.priority - b.priority || a.reportedAt.localeCompare(b.reportedAt))
  }

  /** What no agent took (a message, a call answered on a desk phone or at night): everybody's until somebody takes it. */
  get unclaimed(): TicketRow[] {
    return [...this.#tickets.values()]
      .filter((ticket) => ticket.state === 'unassigned' && !ticket.assignee && !ticket.firstTaker)
      .sort((a, b) => earlierFirst(a.reportedAt, b.reportedAt))
  }

  load(rows: TicketRow[]): void {
    this.#tickets.clear()
    for (const ticket of rows) this.put(ticket)
  }

  /** Keeps a row an HTTP answer carried; an older one than held is passed over. */
  put(ticket: TicketRow): void {
    const held = this.#tickets.get(ticket.ticketId)
    if (!held || held.version <= ticket.version) this.#tickets.set(ticket.ticketId, ticket)
  }

  apply(frame: Frame): void {
    if (frame.subject === 'ticket') this.put(frame.ticket)
  }
}

/** Callbacks still owed, oldest first; one that is cleared leaves by itself. */
export class CallbackBoard {
  #owed = new SvelteMap<string, CallbackRow>()

  get owed(): CallbackRow[] {
    return [...this.#owed.values()].sort((a, b) => earlierFirst(a.owedAt, b.owedAt))
  }

  load(rows: CallbackRow[]): void {
    this.#owed.clear()
    for (const row of rows) this.put(row)
  }

  put(row: CallbackRow): void {
    if (row.clearedAt) this.#owed.delete(row.callbackId)
    else this.#owed.set(row.callbackId, row)
  }

  apply(frame: Frame): void {
    if (frame.subject === 'callback') this.put(frame.callback)
  }
}

/** Figures that are not in the journal; each replaces the one before. `at` is the server's time of the last ones. */
export class Figures {
  #queues = new Cell<QueueNow[]>([])
  #health = new Cell<Health | null>(null)
  #at = new Cell<string | null>(null)

  get queues(): QueueNow[] {
    return this.#queues.value
  }

  get health(): Health | null {
    return this.#health.value
  }

  get at(): string | null {
    return this.#at.value
  }

  of(line: string, campus: string): QueueNow | undefined {
    return this.queues.find((queue) => queue.line === line && queue.campus === campus)
  }

  put(serverTime: string, queues?: QueueNow[], health?: Health): void {
    this.#at.value = serverTime
    if (queues) this.#queues.value = queues
    if (health) this.#health.value = health
  }
}
