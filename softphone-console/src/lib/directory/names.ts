import { SvelteMap } from 'svelte/reactivity'
import type { Row } from './subject.ts'

export type Named = 'places' | 'units' | 'people'

/** What a row of the directory is called on the screen. */
export function nameOf(what: Named, row: Row): string {
  const parts = what === 'people' ? [row.name, row.title] : what === 'places' ? [row.path ?? row.zh] : [row.zh]
  return parts.filter((part) => typeof part === 'string' && part !== '').join(' · ')
}

/**
 * Names behind ids, fetched as the screen first asks for them. Kept because rows point to each other by id, and a list of
 * numbers asks for the same ward many times.
 */
export class Names {
  #names = new SvelteMap<string, string>()
  #asked = new Set<string>()
  #read: (what: Named, id: string) => Promise<Row>

  constructor(read: (what: Named, id: string) => Promise<Row>) {
    this.#read = read
  }

  /** The name, or '' until it is known. */
  of(what: Named, id: unknown): string {
    if (typeof id !== 'string' || id === '') return ''
    const key = `${what}/${id}`
    const held = this.#names.get(key)
    if (held === undefined && !this.#asked.has(key)) {
      this.#asked.add(key)
      // asked for while the screen is being drawn: the answer changes the screen later, never now
      this.#read(what, id).then(
        (row) => this.put(what, row),
        () => this.#asked.delete(key),
      )
    }
    return held ?? ''
  }

  put(what: Named, row: Row): void {
    this.#asked.add(`${what}/${row.id}`)
    this.#names.set(`${what}/${row.id}`, nameOf(what, row))
  }
}
