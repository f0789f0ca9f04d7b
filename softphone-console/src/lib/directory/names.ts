import { SvelteMap } from 'svelte/reactivity'
import type { Row } from './subject.ts'

export type Named = 'places' | 'units' | 'people'

/** What a row of the directory is called on the screen. */
export function nameOf(what: Named, row: Row): string {
  const parts = what === 'people' ? [row.name, row.title] : what === 'places' ? [row.path ?? row.zh] : [row.zh]
  return parts.filter((part) => typeof part === 'string' && part !== '').join(' · ')
}

/** How the names are fetched: all of a kind at first, then one at a time what was not among them. */
export type Source = { all: (what: Named) => Promise<Row[]>; one: (what: Named, id: string) => Promise<Row> }

/**
 * Names behind ids. Kept because rows point to each other by id, and a list of numbers asks for the same wards again and
 * again. The first question about a kind fetches the whole of it; a row that is retired or newer is fetched by itself.
 */
export class Names {
  #names = new SvelteMap<string, string>()
  #asked = new Set<string>()
  #all = new Map<Named, Promise<void>>()
  #source: Source

  constructor(source: Source) {
    this.#source = source
  }

  /** The name, or '' until it is known. */
  of(what: Named, id: unknown): string {
    if (typeof id !== 'string' || id === '') return ''
    const key = `${what}/${id}`
    const held = this.#names.get(key)
    if (held === undefined && !this.#asked.has(key)) {
      this.#asked.add(key)
      // asked for while the screen is being drawn: the answer changes the screen later, never now
      this.#learn(what)
        .then(() => (this.#names.has(key) ? undefined : this.#source.one(what, id).then((row) => this.put(what, row))))
        .catch(() => this.#asked.delete(key))
    }
    return held ?? ''
  }

  put(what: Named, row: Row): void {
    this.#asked.add(`${what}/${row.id}`)
    this.#names.set(`${what}/${row.id}`, nameOf(what, row))
  }

  #learn(what: Named): Promise<void> {
    const held = this.#all.get(what)
    if (held) return held
    const learning = this.#source.all(what).then((rows) => {
      for (const row of rows) this.put(what, row)
    })
    this.#all.set(what, learning)
    learning.catch(() => this.#all.delete(what))
    return learning
  }
}
