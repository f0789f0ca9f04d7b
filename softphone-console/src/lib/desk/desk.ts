import type { AgentView, Catalogue, DeskSnapshot, Frame, FromServer, Me } from '../wire.ts'
import { CallBoard } from './calls.ts'
import { Cell } from './cell.ts'
import { AgentBoard, CallbackBoard, Figures, TicketBoard } from './rooms.ts'

/** What the desk wants done about a message from the server. */
export type Answer = 'held' | 'ask-again' | 'load-again'

/**
 * All that this console holds of the server's truth: a snapshot, and the numbered frames since. Only load() and apply()
 * change it; a gap is asked for, never guessed.
 */
export class Desk {
  #me = new Cell<Me | null>(null)
  #catalogue = new Cell<Catalogue | null>(null)
  #seq = new Cell(0)
  #listeners = new Set<(frame: Frame) => void>()

  readonly calls = new CallBoard(() => ({ station: this.station, personId: this.#me.value?.personId ?? '' }))
  readonly agents = new AgentBoard()
  readonly tickets = new TicketBoard(() => this.#me.value?.personId ?? '')
  readonly callbacks = new CallbackBoard()
  readonly figures = new Figures()

  get me(): Me | null {
    return this.#me.value
  }

  get catalogue(): Catalogue | null {
    return this.#catalogue.value
  }

  /** The journal seq up to which this console knows all it may see. */
  get seq(): number {
    return this.#seq.value
  }

  /** This agent's station code; null for who takes no calls. */
  get station(): string | null {
    return this.myAgent?.station ?? this.#me.value?.station ?? null
  }

  /** My own state as an agent, as the server last told it. */
  get myAgent(): AgentView | undefined {
    const me = this.#me.value
    return me ? this.agents.of(me.personId) : undefined
  }

  /** True when this person has the role anywhere. */
  has(role: Me['grants'][number]['role']): boolean {
    return this.#me.value?.grants.some((grant) => grant.role === role) ?? false
  }

  load(snapshot: DeskSnapshot): void {
    this.#me.value = snapshot.me
    this.#catalogue.value = snapshot.catalogue
    this.agents.load(snapshot.agents)
    this.calls.load(snapshot.calls, snapshot.pop, snapshot.myLastCalls)
    // one kept by a console of before has none
    this.tickets.load([...snapshot.myTickets, ...(snapshot.unclaimed ?? [])])
    this.callbacks.load(snapshot.callbacks)
    this.figures.put(snapshot.serverTime, snapshot.queues, snapshot.health)
    this.#seq.value = snapshot.seq
  }

  /** A snapshot of what is held now, for the page to come back to when the server is away. */
  snapshot(): DeskSnapshot | null {
    const { me, catalogue } = this
    const { health, queues, at } = this.figures
    if (!me || !catalogue || !health || !at) return null
    const callId = this.myAgent?.callId
    return {
      seq: this.seq,
      serverTime: at,
      me,
      catalogue,
      agents: this.agents.all,
      calls: this.calls.live,
      pop: (callId && this.calls.pop(callId)) || null,
      queues,
      callbacks: this.callbacks.owed,
      myTickets: this.tickets.mine,
      unclaimed: this.tickets.unclaimed,
      myLastCalls: this.calls.last,
      health,
    }
  }

  /** Hears one message of the live socket. */
  hear(message: FromServer): Answer {
    switch (message.kind) {
      case 'now':
        this.figures.put(message.serverTime, message.queues, message.health)
        return 'held'
      case 'frames':
        if (message.upTo <= this.seq) return 'held'
        if (message.after > this.seq) return 'ask-again'
        for (const frame of message.frames) if (frame.seq > this.seq) this.apply(frame)
        this.#seq.value = message.upTo
        return 'held'
      case 'resync':
        return 'load-again'
      case 'bye':
      // The radio's own room hears these.
      case 'radio':
      case 'ptt':
        return 'held'
    }
  }

  /** Whether a frame may change what this person works with: their calls and state, and every ticket and recording. */
  isMine(frame: Frame): boolean {
    switch (frame.subject) {
      case 'call': {
        const { call, pop } = frame
        const mine = (this.station !== null && call.station === this.station) || call.agent?.id === this.me?.personId
        return pop !== undefined || mine || this.calls.pop(call.callId) !== undefined
      }
      case 'agent':
        return frame.agent.person.id === this.me?.personId
      case 'callback':
        return false
      default:
        return true
    }
  }

  apply(frame: Frame): void {
    this.calls.apply(frame)
    this.agents.apply(frame)
    this.tickets.apply(frame)
    this.callbacks.apply(frame)
    for (const listener of this.#listeners) listener(frame)
  }

  /** Tells of every frame after it was applied; returns how to stop. */
  listen(listener: (frame: Frame) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}
