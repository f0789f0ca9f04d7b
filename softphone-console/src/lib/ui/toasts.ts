import { SvelteMap } from 'svelte/reactivity'
import { sentence } from '../live/api.ts'

export type Tone = 'done' | 'fault'
export type Toast = { id: number; tone: Tone; text: string }

/** How long a sentence stays, in milliseconds; a fault stays longer. */
const STAY_MS: Record<Tone, number> = { done: 4_000, fault: 10_000 }

/** Short sentences about what a key or a button did; also what a screen reader hears. */
export class Toasts {
  #held = new SvelteMap<number, Toast>()
  #next = 1

  get all(): Toast[] {
    return [...this.#held.values()]
  }

  done(text: string): void {
    this.#show('done', text)
  }

  /** Says what went wrong, in the person's language. */
  fault(error: unknown): void {
    this.#show('fault', typeof error === 'string' ? error : sentence(error))
  }

  drop(id: number): void {
    this.#held.delete(id)
  }

  /** Runs a wish: its failure is said; answers what came of it, or undefined. */
  async tell<T>(wish: Promise<T>, done?: string): Promise<T | undefined> {
    try {
      const value = await wish
      if (done) this.done(done)
      return value
    } catch (error) {
      this.fault(error)
      return undefined
    }
  }

  #show(tone: Tone, text: string): void {
    const id = this.#next++
    for (const old of this.all) if (old.text === text) this.#held.delete(old.id)
    this.#held.set(id, { id, tone, text })
    setTimeout(() => this.drop(id), STAY_MS[tone])
  }
}
