import { Cell } from '../desk/cell.ts'
import type { List } from '../wire.ts'

/**
 * A list fetched page by page. Kept apart from the screen because answers come late: one that was asked for an older
 * filter is dropped.
 */
export class Pages<T> {
  #items = new Cell<readonly T[]>([])
  #next = new Cell<string | null>(null)
  #state = new Cell<'idle' | 'loading' | 'more' | 'failed'>('idle')
  #fault = new Cell<unknown>(null)
  #asked = 0
  #query = ''
  /** rows told of while a page is on its way: it may know less */
  #told = new Map<string, { row: T; keyOf: (row: T) => string }>()
  readonly #fetch: (query: string, after: string | null) => Promise<List<T>>

  constructor(fetch: (query: string, after: string | null) => Promise<List<T>>) {
    this.#fetch = fetch
  }

  get items(): readonly T[] {
    return this.#items.value
  }

  get state(): 'idle' | 'loading' | 'more' | 'failed' {
    return this.#state.value
  }

  get fault(): unknown {
    return this.#fault.value
  }

  get hasMore(): boolean {
    return this.#next.value !== null
  }

  /** From the top, for this query. What is shown stays until the answer is here. */
  load(query: string): Promise<void> {
    this.#query = query
    return this.#ask(null, 'loading')
  }

  again(): Promise<void> {
    return this.load(this.#query)
  }

  more(): Promise<void> {
    return this.#next.value === null || this.state !== 'idle' ? Promise.resolve() : this.#ask(this.#next.value, 'more')
  }

  /** Puts a newer row in the place of the one with the same key; rows not shown are left out. */
  replace(row: T, keyOf: (row: T) => string): void {
    const key = keyOf(row)
    if (this.state === 'loading' || this.state === 'more') this.#told.set(key, { row, keyOf })
    if (this.items.some((one) => keyOf(one) === key))
      this.#items.value = this.items.map((one) => (keyOf(one) === key ? row : one))
  }

  /** Puts a newer row in its place, or one that came after all that are shown on top. */
  meet(row: T, keyOf: (row: T) => string, isAfter: (row: T, first: T | undefined) => boolean): void {
    const isShown = this.items.some((one) => keyOf(one) === keyOf(row))
    if (!isShown && this.state === 'idle' && isAfter(row, this.items[0])) this.#items.value = [row, ...this.items]
    else this.replace(row, keyOf)
  }

  async #ask(after: string | null, state: 'loading' | 'more'): Promise<void> {
    const mine = ++this.#asked
    this.#state.value = state
    this.#told.clear()
    try {
      const { items, next } = await this.#fetch(this.#query, after)
      if (mine !== this.#asked) return
      this.#items.value = after === null ? items : [...this.items, ...items]
      this.#next.value = next
      this.#fault.value = null
      this.#state.value = 'idle'
      for (const { row, keyOf } of this.#told.values()) this.replace(row, keyOf)
    } catch (error) {
      if (mine !== this.#asked) return
      this.#fault.value = error
      this.#state.value = 'failed'
    }
  }
}
