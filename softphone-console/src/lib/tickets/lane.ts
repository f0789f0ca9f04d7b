import { Cell } from '../desk/cell.ts'

/**
 * Which tickets lie open in the work lane. Kept because the lane must not change under a hand: a call that is answered
 * lays its ticket on top, and the one that was being written stays open beside it.
 */
export class Lane {
  #open = new Cell<readonly string[]>([])
  #on = new Cell<string | null>(null)
  /** the ticket each call last laid on top, so that a frame about the same call does not pull it up again */
  #laid = new Map<string, string>()

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
    if (!this.open.includes(ticketId)) this.#open.value = [...this.open, ticketId]
    this.#on.value = ticketId
  }

  /** To the list; what is open stays open. */
  list(): void {
    this.#on.value = null
  }

  away(ticketId: string): void {
    this.#open.value = this.open.filter((one) => one !== ticketId)
    if (this.on === ticketId) this.#on.value = this.open.at(-1) ?? null
  }
}
