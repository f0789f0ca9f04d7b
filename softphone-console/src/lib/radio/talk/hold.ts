import type { PttKey } from './key.ts'

/** Keys that hold the radio: right Ctrl, and what foot pedals usually send. */
export const USUAL_KEYS = ['ControlRight', 'F13', 'F14'] as const
const KEPT = 'desk.radio.keys'

/** The keys this browser listens to, by `event.code`. */
export function heldKeys(): readonly string[] {
  try {
    const kept = localStorage.getItem(KEPT)
    return kept ? [kept, ...USUAL_KEYS.slice(1)] : USUAL_KEYS
  } catch {
    return USUAL_KEYS
  }
}

/** Another key in right Ctrl's place; remembered for this browser. Null: right Ctrl again. */
export function rememberKey(code: string | null): void {
  try {
    if (code) localStorage.setItem(KEPT, code)
    else localStorage.removeItem(KEPT)
  } catch {
    // lasts as long as the page
  }
}

/** A key that types, or that the desk uses, would put the desk on the air by accident. */
export const mayHold = (code: string): boolean =>
  /^(ControlRight|AltRight|MetaRight|ContextMenu|Pause|ScrollLock|Insert|F1[3-9]|F2[0-4])$/.test(code)

export type Hold = {
  key: PttKey
  /** presses on what is selected now */
  press: () => void
  /** false: nothing to key with here; the keys stay what they were */
  listens: () => boolean
  keys?: () => readonly string[]
}

/**
 * Holds by keyboard and pedal, and lets go in every way a key can be lost: its own keyup or any other key, whatever has
 * the focus; another window; a hidden tab; a page that leaves. Listens in the capture phase, so that no field and no
 * dialogue can keep a keyup to itself. Answers how to stop.
 */
export function listenForKey({ key, press, listens, keys = heldKeys }: Hold, target: EventTarget = window): () => void {
  const stop = new AbortController()
  const on = (name: string, act: (event: Event) => void, to: EventTarget = target) =>
    to.addEventListener(name, act, { capture: true, signal: stop.signal })
  on('keydown', (event) => {
    const { code, repeat } = event as KeyboardEvent
    const isOurs = keys().includes(code)
    if (isOurs && listens()) event.preventDefault()
    if (repeat) return
    if (key.down) {
      if (!isOurs) key.release('other_key')
    } else if (isOurs && listens()) press()
  })
  on('keyup', () => key.release('finger'))
  on('blur', ({ target: on }) => {
    if (on === target) key.release('blur')
  })
  on('pagehide', () => key.release('page'))
  on('freeze', () => key.release('page'), document)
  on('visibilitychange', () => document.hidden && key.release('hidden'), document)
  return () => {
    stop.abort()
    key.release('page')
  }
}
