import { SvelteMap } from 'svelte/reactivity'
import type { CallCard, Frame, PopCard, RecordingView } from '../wire.ts'
import { earlierFirst } from './order.ts'

/** How many of my finished calls the bay lists. */
const LAST_CALLS = 8

/**
 * The calls that are on now, the pops meant for this agent, and this agent's last calls. Kept because the bay must go on
 * showing who is there when the server cannot be asked.
 */
export class CallBoard {
  #live = new SvelteMap<string, CallCard>()
  #pops = new SvelteMap<string, PopCard>()
  #last = new SvelteMap<string, CallCard>()
  /** When this browser heard of each pop, on performance.now()'s clock; for the paint's own time. */
  #heardAt = new Map<string, number>()
  #mine: () => { station: string | null; personId: string }

  /** `mine` tells which station and person this console belongs to. */
  constructor(mine: () => { station: string | null; personId: string }) {
    this.#mine = mine
  }

  /** Calls that are on now, longest first. */
  get live(): CallCard[] {
    return [...this.#live.values()].sort((a, b) => earlierFirst(a.arrivedAt, b.arrivedAt))
  }

  /** My finished calls, newest first. */
  get last(): CallCard[] {
    return [...this.#last.values()].sort((a, b) => earlierFirst(b.arrivedAt, a.arrivedAt))
  }

  get(callId: string): CallCard | undefined {
    return this.#live.get(callId) ?? this.#last.get(callId)
  }

  pop(callId: string): PopCard | undefined {
    return this.#pops.get(callId)
  }

  /** When the pop of this call was heard, in milliseconds of performance.now(). */
  heardAt(callId: string): number | undefined {
    return this.#heardAt.get(callId)
  }

  load(live: CallCard[], pop: PopCard | null, last: CallCard[]): void {
    const keep = [...this.#pops.values()].filter((p) =>
      live.some((call) => call.callId === p.call.callId && this.#isMine(call)),
    )
    this.#live.clear()
    this.#pops.clear()
    this.#last.clear()
    for (const call of live) this.#live.set(call.callId, call)
    for (const call of last) this.#last.set(call.callId, call)
    for (const held of keep)
      this.#pops.set(held.call.callId, { ...held, call: this.#live.get(held.call.callId) ?? held.call })
    if (pop) this.#show(pop)
  }

  apply(frame: Frame): void {
    if (frame.subject === 'recording') this.#recorded(frame.recording)
    if (frame.subject !== 'call') return
    const { call, pop } = frame
    if (pop) this.#show(pop)
    const held = this.#pops.get(call.callId)
    if (call.state === 'ended') {
      this.#live.delete(call.callId)
      if (held || call.agent?.id === this.#mine().personId) this.#remember(call)
    } else {
      this.#live.set(call.callId, call)
    }
    if (!held) return
    // an offer that went elsewhere is no longer mine to see; one that ended with me stays for the wrap-up
    if (call.state !== 'ended' && !this.#isMine(call)) this.#pops.delete(call.callId)
    else this.#pops.set(call.callId, { ...held, call })
  }

  #show(pop: PopCard): void {
    const before = this.#pops.get(pop.call.callId)
    this.#pops.set(pop.call.callId, pop)
    if (before?.legUniqueid !== pop.legUniqueid) this.#heardAt.set(pop.call.callId, performance.now())
  }

  #isMine(call: CallCard): boolean {
    return call.station !== null && call.station === this.#mine().station
  }

  #remember(call: CallCard): void {
    this.#last.set(call.callId, call)
    for (const old of this.last.slice(LAST_CALLS)) {
      this.#last.delete(old.callId)
      this.#pops.delete(old.callId)
      this.#heardAt.delete(old.callId)
    }
  }

  #recorded(recording: RecordingView): void {
    if (!recording.callId) return
    for (const held of [this.#live, this.#last]) {
      const call = held.get(recording.callId)
      if (call) held.set(call.callId, { ...call, recording })
    }
  }
}
