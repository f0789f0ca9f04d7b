/** What this browser remembers of its radio: it is the seat's, not the person's. */
const SELECTED = 'desk.radio.selected'
const VOLUMES = 'desk.radio.volumes'
const MUTES_CALL = 'desk.radio.call'
const SIDE = 'desk.side'

function read<T>(key: string, otherwise: T): T {
  try {
    return (JSON.parse(localStorage.getItem(key) ?? 'null') as T | null) ?? otherwise
  } catch {
    return otherwise
  }
}

function write(key: string, value: unknown): void {
  try {
    localStorage.setItem(key, JSON.stringify(value))
  } catch {
    // lasts as long as the page
  }
}

export const kept = {
  selected: () => read<string[]>(SELECTED, []),
  /** 0 to 1 by port */
  volumes: () => read<Record<string, number>>(VOLUMES, {}),
  /** whether the caller on the phone is kept from hearing what is said on the radio */
  mutesCall: () => read(MUTES_CALL, true),
  side: () => read<'radio' | 'duty'>(SIDE, 'radio'),
}

export const keep = {
  selected: (ports: readonly string[]) => write(SELECTED, ports),
  volumes: (volumes: Record<string, number>) => write(VOLUMES, volumes),
  mutesCall: (on: boolean) => write(MUTES_CALL, on),
  side: (side: 'radio' | 'duty') => write(SIDE, side),
}
