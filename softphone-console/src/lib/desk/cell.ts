import { SvelteMap } from 'svelte/reactivity'

/** One reactive value in a plain `.ts` file, so that a store can be run by tap as well as by the browser. */
export class Cell<T> {
  #held = new SvelteMap<0, T>()

  constructor(value: T) {
    this.#held.set(0, value)
  }

  get value(): T {
    return this.#held.get(0) as T
  }

  set value(next: T) {
    this.#held.set(0, next)
  }
}
