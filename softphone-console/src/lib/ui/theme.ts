import { Cell } from '../desk/cell.ts'

export type ThemeWish = 'auto' | 'light' | 'dark'
const KEY = 'desk.theme'

/** Light, dark, or as the system says. static/floor.js does the same before the first paint. */
export class Theme {
  #wish = new Cell<ThemeWish>('auto')
  #system = matchMedia('(prefers-color-scheme: dark)')

  constructor() {
    try {
      const kept = localStorage.getItem(KEY)
      if (kept === 'light' || kept === 'dark') this.#wish.value = kept
    } catch {
      // storage refused by policy: follow the system
    }
    this.#system.addEventListener('change', () => this.#wear())
    this.#wear()
  }

  get wish(): ThemeWish {
    return this.#wish.value
  }

  choose(wish: ThemeWish): void {
    this.#wish.value = wish
    try {
      localStorage.setItem(KEY, wish)
    } catch {
      // lasts as long as the page
    }
    this.#wear()
  }

  #wear(): void {
    const dark = this.wish === 'dark' || (this.wish === 'auto' && this.#system.matches)
    document.documentElement.dataset.theme = dark ? 'dark' : 'light'
  }
}
