import { Cell } from '../desk/cell.ts'

/** Where the lane is kept over a reload. */
export type LaneKeep = {
  read: () => { open: string[]; on: string | null } | null
  write: (lane: { open: readonly string[]; on: string | null }) => void
}

/**
 * Which tickets lie open in the work lane. Kept because the lane must not change under a hand: a call that is answered
 * lays its ticket on top, and the one that was being written stays open beside it.
 */
export class Lane {
  #open = new Cell<readonly string[]>([])
  #on = new Cell<string | null>(null)
  /** the ticket each call last laid on top, so that a frame about the same call does not pull it up again */
  #laid = new Map<string, string>()
  readonly #keep: LaneKeep | undefined

  constructor(keep?: LaneKeep) {
    this.#keep = keep
    const kept = keep?.read()
    if (!kept) return
    this.#open.value = kept.open
    this.#on.value = kept.on !== null && kept.open.includes(kept.on) ? kept.on : null
  }

  get open(): readonly string[] {
    return this.#open.value
  }

  /** The ticket on top; null shows the list. */
  get on(): string | null {
    return this.#on.value
  }

  /** A call that is mine has a ticket: it goes on top, once. A call moved to another ticket takes the lane along. */
  call(callId: string, ticketId: string): void {
    const before = this.#laid.get(callId)
    if (before === ticketId) return
    this.#laid.set(callId, ticketId)
    if (before) this.away(before)
    this.show(ticketId)
  }

  show(ticketId: string): void {
    this.#put(this.open.includes(ticketId) ? this.open : [...this.open, ticketId], ticketId)
  }

  /** To the list; what is open stays open. */
  list(): void {
    this.#put(this.open, null)
  }

  away(ticketId: string): void {
    const open = this.open.filter((one) => one !== ticketId)
    this.#put(open, this.on === ticketId ? (open.at(-1) ?? null) : this.on)
  }

  #put(open: readonly string[], on: string | null): void {
    this.#open.value = open
    this.#on.value = on
    this.#keep?.write({ open, on })
  }
}
