/** The handhelds in use and who holds them, kept in memory: they are asked for while somebody speaks. */
import type { KnownHandheld } from '../hearing/ident.ts'

/** A handheld with what its radio sends, by scheme. */
export type Handheld = KnownHandheld & {
  organisationId: string
  campus: string
  ids: { gateway: string | null; mdc1200: string | null; five_tone: string | null; dtmf: string | null }
}

export class KnownHandhelds {
  #all: readonly Handheld[] = []
  #campusOf: ReadonlyMap<string, string> = new Map()

  /** `campusOf`: the campus of each port. */
  set(all: readonly Handheld[], campusOf: ReadonlyMap<string, string>): void {
    this.#all = all
    this.#campusOf = campusOf
  }

  /** `tail`: what of a call in danger says who; then a handheld counts whose own number alone ends so. */
  byId(how: keyof Handheld['ids'], raw: string, tail?: string): Handheld | null {
    const exact = this.#all.find(({ ids }) => ids[how] === raw)
    if (exact || !tail) return exact ?? null
    const ending = this.#all.filter(({ ids }) => ids[how]?.endsWith(tail))
    return ending.length === 1 ? (ending[0] ?? null) : null
  }

  /** The one handheld that somebody of this port's campus holds; null when there are several or none. */
  likely(port: string): Handheld | null {
    const held = this.#all.filter(({ campus, holderId }) => campus === this.#campusOf.get(port) && holderId !== null)
    return held.length === 1 ? (held[0] ?? null) : null
  }
}
