import { SvelteMap } from 'svelte/reactivity'
import { Reads } from '../../live/reads.ts'
import { withNews } from '../../recordings/held.ts'
import type { Frame, RecordingView, TicketChange, TicketPage, TicketRow } from '../../wire.ts'
import {
  begin,
  choose,
  collided,
  type Draft,
  type FieldName,
  type Fields,
  failed,
  hasClash,
  isDirty,
  openDraft,
  saved,
  type,
} from './draft.ts'

/** What the drafts need of the world: the ticket's door, a clock, a place to keep text, and a timer. */
export type Outside = {
  read: (ticketId: string) => Promise<TicketPage>
  /** rejects with `{code}`; 'ticket-changed-meanwhile' is a collision */
  write: (ticketId: string, change: TicketChange) => Promise<TicketPage>
  now: () => string
  storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>
  /** calls back after ms; the answer cancels it */
  later: (ms: number, work: () => void) => () => void
}

/** A pause in typing this long is a good moment to save. */
export const SAVE_AFTER_MS = 700
/** When the server is away we try again this often; the text stays in the tab's storage meanwhile. */
export const RETRY_AFTER_MS = 4_000

/**
 * Kept because an agent types while calls come and go, pages change and servers die: one draft per ticket, so
 * that another call popping never overwrites it, and a copy in the tab's storage, so that a reload loses nothing.
 */
export class Drafts {
  readonly #drafts = new SvelteMap<string, Draft>()
  readonly #pages = new SvelteMap<string, TicketPage>()
  readonly #watched = new Map<string, number>()
  readonly #timers = new Map<string, () => void>()
  /** by call: news of a call makes its ticket no newer */
  readonly #reads = new Reads()
  readonly #outside: Outside

  constructor(outside: Outside) {
    this.#outside = outside
  }

  of(ticketId: string): Draft | undefined {
    return this.#drafts.get(ticketId)
  }

  /** The whole ticket as the server last answered it. */
  page(ticketId: string): TicketPage | undefined {
    return this.#pages.get(ticketId)
  }

  /** True while any ticket holds text the server does not have. */
  get unsaved(): boolean {
    return [...this.#drafts.values()].some((draft) => isDirty(draft))
  }

  /**
   * Reads the ticket and lays over it what was typed before a reload. With the server away the ticket comes up as this
   * tab last kept it, or as `row` tells it, so that typing goes on; rejects as `read` does when there is neither.
   */
  async open(ticketId: string, row?: TicketRow): Promise<void> {
    try {
      this.heard(await this.#read(ticketId))
    } catch (error) {
      if (isRefusal(error)) throw error
      if (this.#drafts.has(ticketId)) return
      const page = this.#kept(ticketId)?.page ?? (row && pageOfRow(row))
      if (!page) throw error
      this.heard(page)
      this.#with(ticketId, (d) => ({ ...d, why: codeOf(error), unsavedSince: isDirty(d) ? this.#outside.now() : null }))
    }
  }

  #read(ticketId: string): Promise<TicketPage> {
    return this.#reads.whole(() => this.#outside.read(ticketId), callsOf)
  }

  /** While a ticket is on the screen, news of it is fetched; answers how to stop. */
  watch(ticketId: string): () => void {
    this.#watched.set(ticketId, (this.#watched.get(ticketId) ?? 0) + 1)
    return () => this.#watched.set(ticketId, (this.#watched.get(ticketId) ?? 1) - 1)
  }

  /** A frame of the live socket: a newer ticket is read again, calls and recordings of a held page are replaced. */
  hear(frame: Frame): void {
    if (frame.subject === 'ticket') {
      const { ticketId, version } = frame.ticket
      const held = this.#pages.get(ticketId)
      // our own change comes back as a frame as well: the answer to it is on its way
      if (!held || held.version > version || this.#drafts.get(ticketId)?.sending) return
      if ((this.#watched.get(ticketId) ?? 0) > 0) this.open(ticketId).catch(() => {})
    }
    const callId =
      frame.subject === 'call' ? frame.call.callId : frame.subject === 'recording' && frame.recording.callId
    if (callId) this.#reads.hear(callId)
    if (frame.subject === 'call') this.#relabel(frame.call.callId, (call) => ({ ...call, ...frame.call }))
    if (frame.subject === 'recording' && frame.recording.callId) this.#recorded(frame.recording.callId, frame.recording)
  }

  #recorded(callId: string, recording: RecordingView): void {
    let isNew = false
    this.#relabel(callId, (call) => {
      const news = withNews(call.recordings, recording)
      isNew ||= news.isNew
      return { ...call, recordings: news.recordings }
    })
    if (!isNew) return
    for (const page of this.#pages.values()) {
      const isAbout = page.calls.some((call) => call.callId === callId)
      if (isAbout && (this.#watched.get(page.ticketId) ?? 0) > 0) this.open(page.ticketId).catch(() => {})
    }
  }

  #relabel(callId: string, change: (call: TicketPage['calls'][number]) => TicketPage['calls'][number]): void {
    for (const page of [...this.#pages.values()]) {
      if (!page.calls.some((call) => call.callId === callId)) continue
      const calls = page.calls.map((call) => (call.callId === callId ? change(call) : call))
      this.#pages.set(page.ticketId, { ...page, calls })
    }
  }

  /** The ticket as the server has it now: from a read, an answer, or a newer frame. */
  heard(page: TicketPage): void {
    const held = this.#pages.get(page.ticketId)
    if (held && held.version > page.version) return
    this.#pages.set(page.ticketId, page)
    const draft = this.#drafts.get(page.ticketId)
    if (!draft) this.#put(this.#unkept(page))
    else if (draft.sending === null)
      this.#put(isDirty(draft) ? collided(draft, page) : { ...openDraft(page), savedAt: draft.savedAt })
    this.#saveSoon(page.ticketId)
  }

  type<F extends FieldName>(ticketId: string, field: F, value: Fields[F]): void {
    const draft = this.#drafts.get(ticketId)
    if (!draft) return
    this.#put(type(draft, field, value))
    this.#saveSoon(ticketId)
  }

  choose(ticketId: string, field: FieldName, whose: 'yours' | 'theirs'): void {
    const draft = this.#drafts.get(ticketId)
    if (!draft) return
    this.#put(choose(draft, field, whose))
    this.#saveSoon(ticketId)
  }

  /** Saves now. True when the server holds everything that was typed. */
  async save(ticketId: string): Promise<boolean> {
    this.#forgetTimer(ticketId)
    const draft = this.#drafts.get(ticketId)
    const begun = draft && begin(draft)
    if (!draft || !begun) return draft !== undefined && !isDirty(draft) && !hasClash(draft)
    this.#put(begun.draft)
    try {
      const ask = () => this.#outside.write(ticketId, begun.change)
      const { answer: page, isOvertaken } = await this.#reads.once(ask, callsOf)
      this.#pages.set(ticketId, page)
      this.#with(ticketId, (d) => saved(d, page, this.#outside.now()))
      if (isOvertaken) this.open(ticketId).catch(() => {})
    } catch (error) {
      if (codeOf(error) !== 'ticket-changed-meanwhile' || !(await this.#meet(ticketId))) {
        this.#with(ticketId, (d) => failed(d, codeOf(error), this.#outside.now()))
        if (!isRefusal(error)) this.#saveSoon(ticketId, RETRY_AFTER_MS)
        return false
      }
    }
    const after = this.#drafts.get(ticketId)
    // Typed while the answer was out, or a collision that left only our own fields: send those too.
    return after && isDirty(after) && !hasClash(after) ? this.save(ticketId) : after !== undefined && !isDirty(after)
  }

  async #meet(ticketId: string): Promise<boolean> {
    try {
      const theirs = await this.#read(ticketId)
      this.#pages.set(ticketId, theirs)
      this.#with(ticketId, (d) => collided(d, theirs))
      return true
    } catch {
      return false // the caller keeps the text and tries again
    }
  }

  #saveSoon(ticketId: string, ms = SAVE_AFTER_MS): void {
    this.#forgetTimer(ticketId)
    const draft = this.#drafts.get(ticketId)
    if (!draft || !isDirty(draft) || hasClash(draft)) return
    this.#timers.set(
      ticketId,
      this.#outside.later(ms, () => void this.save(ticketId)),
    )
  }

  #forgetTimer(ticketId: string): void {
    this.#timers.get(ticketId)?.()
    this.#timers.delete(ticketId)
  }

  #with(ticketId: string, change: (draft: Draft) => Draft): void {
    const draft = this.#drafts.get(ticketId)
    if (draft) this.#put(change(draft))
  }

  #put(draft: Draft): void {
    this.#drafts.set(draft.ticketId, draft)
    const typed = { ...draft.sending, ...draft.typed }
    try {
      if (Object.keys(typed).length === 0) this.#outside.storage.removeItem(draft.ticketId)
      else {
        const kept: Kept = { base: draft.base, typed, page: this.#pages.get(draft.ticketId) }
        this.#outside.storage.setItem(draft.ticketId, JSON.stringify(kept))
      }
    } catch {
      // A full or forbidden storage only costs the copy: the text is still on the screen and goes to the server.
    }
  }

  #kept(ticketId: string): Kept | null {
    try {
      return JSON.parse(this.#outside.storage.getItem(ticketId) ?? 'null') as Kept | null
    } catch {
      return null // no storage, or another version of this console wrote it
    }
  }

  #unkept(page: TicketPage): Draft {
    const fresh = openDraft(page)
    const kept = this.#kept(page.ticketId)
    return kept ? collided({ ...fresh, base: kept.base, typed: kept.typed }, page) : fresh
  }
}

/** What a tab keeps of a ticket somebody was typing into. */
type Kept = { base: Fields; typed: Partial<Fields>; page?: TicketPage | undefined }

/** As much of a ticket as its row tells: enough to type into while the whole of it cannot be fetched. */
function pageOfRow(row: TicketRow): TicketPage {
  return {
    ...row,
    notes: '',
    confirmedPlace: null,
    confirmedCategoryId: null,
    reportedImpact: 3,
    reportedUrgency: 3,
    confirmedImpact: null,
    confirmedUrgency: null,
    ipAddress: null,
    resolution: null,
    faultCause: null,
    respondedAt: null,
    calls: [],
    timeline: [],
    life: null,
  }
}

const callsOf = (page: TicketPage): string[] => page.calls.map((call) => call.callId)

/** The stable code of a refused request, or 'unreachable'. */
export function codeOf(error: unknown): string {
  return error && typeof error === 'object' && 'code' in error && typeof error.code === 'string'
    ? error.code
    : 'unreachable'
}

/** The desk said no, and would say no again: only a person can do something about it. */
function isRefusal(error: unknown): boolean {
  const status = error && typeof error === 'object' && 'status' in error ? Number(error.status) : 0
  return status >= 400 && status < 500 && ![401, 408, 409, 429].includes(status)
}
