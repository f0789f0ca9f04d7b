export type MicrophoneState = 'held' | 'none'

export type MicrophoneParts = {
  /** opens the device; null: there is none, or it is not allowed */
  open: () => Promise<MediaStream | null>
  /** is there any to open? */
  isThere: () => Promise<boolean>
  tell: (state: MicrophoneState) => void
  /** it hears, or no longer; whoever holds a copy takes a new one */
  changed: (stream: MediaStream | null) => void
}

/**
 * So long after the last key or carrier it is closed. Longer, and every silent desk pays for echo cancelling all day;
 * shorter, and the second sentence of a conversation waits for the device.
 */
const REST_MS = 30_000

/**
 * The radio's microphone, open only while somebody may soon speak.
 *
 *   none ◀──refused, unplugged── asleep ──wake: a key, or a carrier──▶ awake
 *     └──plugged in──▶ awake        ▲────30 s without either───────────┘
 */
export class Microphone {
  #parts: MicrophoneParts
  #stream: MediaStream | null = null
  #opening: Promise<MediaStream | null> | undefined
  #rest: ReturnType<typeof setTimeout> | undefined
  #isKept = false
  #isOver = false

  constructor(parts: MicrophoneParts) {
    this.#parts = parts
  }

  /** What it hears; null while it sleeps or there is none. */
  get stream(): MediaStream | null {
    return this.#stream
  }

  /** Opens it, or keeps it open. Null: there is none. */
  wake(): Promise<MediaStream | null> {
    this.#restLater()
    if (this.#stream) return Promise.resolve(this.#stream)
    this.#opening ??= this.#open().finally(() => {
      this.#opening = undefined
    })
    return this.#opening
  }

  /** While kept it does not fall asleep: a key is down. */
  keep(on: boolean): void {
    this.#isKept = on
    if (on) void this.wake()
    else this.#restLater()
  }

  /** Devices came or went. */
  async look(): Promise<void> {
    if (this.#stream) return
    if (await this.#parts.isThere()) this.#parts.tell('held')
    else this.#parts.tell('none')
  }

  stop(): void {
    this.#isOver = true
    this.#close()
  }

  async #open(): Promise<MediaStream | null> {
    const stream = await this.#parts.open().catch(() => null)
    if (this.#isOver) {
      for (const track of stream?.getTracks() ?? []) track.stop()
      return null
    }
    const [track] = stream?.getAudioTracks() ?? []
    this.#stream = track ? stream : null
    this.#parts.tell(track ? 'held' : 'none')
    track?.addEventListener('ended', () => {
      if (this.#stream !== stream) return
      this.#close()
      this.#parts.tell('none')
      void this.look()
    })
    if (track) this.#parts.changed(stream)
    return this.#stream
  }

  #restLater(): void {
    clearTimeout(this.#rest)
    if (this.#isKept || this.#isOver) return
    this.#rest = setTimeout(() => this.#close(), REST_MS)
  }

  #close(): void {
    clearTimeout(this.#rest)
    const stream = this.#stream
    this.#stream = null
    for (const track of stream?.getTracks() ?? []) track.stop()
    if (stream) this.#parts.changed(null)
  }
}
