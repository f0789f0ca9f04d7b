import { SvelteMap } from 'svelte/reactivity'
import { Cell } from '../../desk/cell.ts'
import type { Api } from '../../live/api.ts'
import type { Frame, List, OverView } from '../../wire.ts'

/** So many of the last overs are held for the lane and for instant recall; the page fetches what is older. */
const HELD = 60
/** Shorter than this is a slip of a key: kept, but nothing to file. */
const SHORT_MS = 300
/** What waits to be filed is counted again so soon after something was said or filed. */
const RECOUNT_MS = 1_000

/** The last overs of all ports this person may hear; those still going on are the ports' affair. */
export class OverBoard {
  #overs = new SvelteMap<string, OverView>()
  #loaded = new Cell(false)
  #waiting = new Cell(0)
  #api: Pick<Api, 'get'> | undefined
  #recount: ReturnType<typeof setTimeout> | undefined

  get loaded(): boolean {
    return this.#loaded.value
  }

  /** Newest first. */
  get recent(): OverView[] {
    return [...this.#overs.values()].sort((a, b) => b.from.localeCompare(a.from))
  }

  /** How many overs are under no ticket, however long ago they were said. */
  get untaggedCount(): number {
    return this.#waiting.value
  }

  async load(api: Pick<Api, 'get'>): Promise<void> {
    this.#api = api
    void this.#count()
    const { items } = await api.get<List<OverView>>(`/api/radio/overs?limit=${HELD}`)
    for (const over of items) this.put(over)
    this.#loaded.value = true
  }

  of(overId: string): OverView | undefined {
    return this.#overs.get(overId)
  }

  clear(): void {
    this.#overs.clear()
    this.#loaded.value = false
    this.#waiting.value = 0
    this.#api = undefined
    clearTimeout(this.#recount)
    this.#recount = undefined
  }

  put(over: OverView): void {
    this.#overs.set(over.overId, over)
    for (const old of this.recent.slice(HELD)) this.#overs.delete(old.overId)
  }

  apply(frame: Frame): void {
    if (frame.subject !== 'over') return
    this.put(frame.over)
    this.#recount ??= setTimeout(() => {
      this.#recount = undefined
      void this.#count()
    }, RECOUNT_MS)
  }

  async #count(): Promise<void> {
    const api = this.#api
    const told = await api?.get<{ count: number }>('/api/radio/overs/untagged').catch(() => undefined)
    if (told && api === this.#api) this.#waiting.value = told.count
  }
}

/** Heard from a handheld or said by an agent, and long enough to mean something: it belongs under a ticket. */
export const isFileable = (over: OverView): boolean =>
  (over.ms ?? 0) >= SHORT_MS && (over.kind === 'rx' || over.kind === 'tx')

/** Such an over under no ticket yet; one filed under a ticket that is not ours to see says only that it is filed. */
export const isUntagged = (over: OverView): boolean =>
  over.ticketId === null && over.attachedHow === null && isFileable(over)

/** The day something was said, YYYY-MM-DD, by the hospital's clock. */
export const dayOf = (at: string, timeZone = 'Asia/Shanghai'): string =>
  new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' }).format(new Date(at))

/** Plays clips in this browser, one at a time; nobody else hears them and nothing goes on the air. */
export class OverPlayer {
  #playing = new Cell<string | null>(null)
  #element: HTMLAudioElement | undefined
  #onfault: (over: string) => void

  constructor(onfault: (over: string) => void) {
    this.#onfault = onfault
  }

  get playing(): string | null {
    return this.#playing.value
  }

  /** Plays this one, or stops it when it is the one that plays; `then` follows when it has come to its end. */
  toggle(overId: string, then: readonly string[] = []): void {
    const was = this.playing
    this.stop()
    if (was === overId) return
    const element = new Audio(`/api/radio/overs/${overId}/audio`)
    this.#element = element
    this.#playing.value = overId
    const fault = () => {
      if (this.#element !== element) return
      this.stop()
      this.#onfault(overId)
    }
    element.onended = () => {
      if (this.#element !== element) return
      this.stop()
      const [next, ...rest] = then
      if (next !== undefined) this.toggle(next, rest)
    }
    element.onerror = fault
    element.play().catch(fault)
  }

  stop(): void {
    const element = this.#element
    this.#element = undefined
    this.#playing.value = null
    if (!element) return
    element.onerror = element.onended = null
    element.pause()
    element.removeAttribute('src')
  }
}
