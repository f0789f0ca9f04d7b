import { SvelteMap } from 'svelte/reactivity'

/**
 * A key as the cheat sheet writes it: `F2`, `Shift+F2`, `Alt+Enter`, `Ctrl+/`. Letters and signs are matched by their place
 * on the keyboard (`event.code`), so a Chinese input method does not get in between.
 */
export type KeyName = string

export type Binding = {
  key: KeyName
  /** what it does, in the person's language */
  label: () => string
  run: () => void
  /** absent = always */
  when?: () => boolean
  /** cheat sheet's heading */
  group: 'call' | 'ticket' | 'state' | 'page'
  /** true for plain letters: only outside fields */
  outsideFields?: boolean
}

const codes: Record<string, string> = {
  '/': 'Slash',
  '[': 'BracketLeft',
  ']': 'BracketRight',
  ',': 'Comma',
  '.': 'Period',
}

/** The code of a name's last part. */
function codeOf(part: string): string {
  if (/^[A-Z]$/.test(part)) return `Key${part}`
  if (/^[0-9]$/.test(part)) return `Digit${part}`
  return codes[part] ?? part
}

/** Whether this key press is the named key. */
export function isKey(
  name: KeyName,
  press: { code: string; ctrlKey: boolean; altKey: boolean; shiftKey: boolean; metaKey: boolean },
): boolean {
  const parts = name.split('+')
  const last = parts.pop() as string
  const code = codeOf(last)
  const same = press.code === code || (code === 'Enter' && press.code === 'NumpadEnter')
  return (
    same &&
    press.ctrlKey === parts.includes('Ctrl') &&
    press.altKey === parts.includes('Alt') &&
    press.shiftKey === parts.includes('Shift') &&
    !press.metaKey
  )
}

/** Every key the desk listens to. A later binding of the same key is asked first, and passes on when it does not apply. */
export class Keys {
  #bindings = new SvelteMap<number, Binding>()
  #next = 1

  /** Adds bindings; answers how to take them away again (give it to `$effect` as its return). */
  bind(...bindings: Binding[]): () => void {
    const ids = bindings.map((binding) => {
      const id = this.#next++
      this.#bindings.set(id, binding)
      return id
    })
    return () => {
      for (const id of ids) this.#bindings.delete(id)
    }
  }

  get all(): Binding[] {
    return [...this.#bindings.values()]
  }

  /** Runs what the press is bound to; true when something was. */
  press(event: KeyboardEvent): boolean {
    if (event.repeat || event.isComposing) return false
    const inField =
      event.target instanceof Element && event.target.closest('input, textarea, select, [contenteditable]')
    for (const binding of this.all.reverse()) {
      if (!isKey(binding.key, event)) continue
      if (binding.outsideFields && inField) continue
      if (binding.when && !binding.when()) continue
      event.preventDefault()
      binding.run()
      return true
    }
    return false
  }
}
