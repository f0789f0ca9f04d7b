import { Cell } from '../../desk/cell.ts'
import type { LetGo } from './key.ts'
import { isDown, learnt, type PedalButton, type PedalReport } from './pedal.ts'

/** What of WebHID is used; TypeScript's own library does not know it. */
type HidDevice = EventTarget & {
  readonly vendorId: number
  readonly productId: number
  readonly productName: string
  readonly opened: boolean
  open(): Promise<void>
  close(): Promise<void>
  forget?(): Promise<void>
}
type Hid = EventTarget & {
  getDevices(): Promise<HidDevice[]>
  requestDevice(wish: { filters: object[] }): Promise<HidDevice[]>
}
type ReportEvent = Event & { reportId: number; data: DataView }
type Kept = { vendorId: number; productId: number; name: string; button: PedalButton }

export type PedalState = 'none' | 'learning' | 'ready' | 'gone'
export type PedalParts = {
  press: () => void
  /** the window has the focus and is seen */
  listens: () => boolean
  release: (why: LetGo) => void
}

const KEPT = 'desk.radio.pedal'
/** How long a pressed button may be quiet before what it said is understood, in ms. */
const SETTLED_MS = 800

/**
 * The pedal or headset button of this seat, kept as its bits and opened again when it is plugged in. It presses only
 * while this window has the focus, as a key would; losing the device lets go.
 */
export class Pedal {
  #parts: PedalParts
  #hid: Hid | undefined
  #state = new Cell<PedalState>('none')
  #name = new Cell('')
  #down = new Cell(false)
  #device: HidDevice | undefined
  #kept: Kept | null = read()
  #heard: PedalReport[] = []
  #settled: ReturnType<typeof setTimeout> | undefined

  constructor(parts: PedalParts, hid = (globalThis.navigator as { hid?: Hid } | undefined)?.hid) {
    this.#parts = parts
    this.#hid = hid
    if (this.#kept) this.#put('gone', this.#kept.name)
  }

  /** This browser can hear such devices. */
  get possible(): boolean {
    return this.#hid !== undefined
  }

  get state(): PedalState {
    return this.#state.value
  }

  get name(): string {
    return this.#name.value
  }

  /** As the device says now: for the person to see that it follows the foot. */
  get down(): boolean {
    return this.#down.value
  }

  /** Listens to the kept device, now and whenever it comes back. Answers how to stop. */
  listen(): () => void {
    const hid = this.#hid
    if (!hid) return () => {}
    const came = () => void this.#find().catch(() => {})
    const left = (event: Event) => {
      if ((event as Event & { device?: HidDevice }).device === this.#device) this.#lost()
    }
    hid.addEventListener('connect', came)
    hid.addEventListener('disconnect', left)
    came()
    return () => {
      hid.removeEventListener('connect', came)
      hid.removeEventListener('disconnect', left)
      void this.#close()
    }
  }

  /** Asks the person which device; its button is what they press, hold and let go next. False: none was chosen. */
  async pair(): Promise<boolean> {
    const [device] = (await this.#hid?.requestDevice({ filters: [] })) ?? []
    if (!device) return false
    await this.#close()
    this.#kept = null
    this.#heard = []
    await this.#open(device)
    this.#put('learning', device.productName)
    return true
  }

  async remove(): Promise<void> {
    const device = this.#device
    this.#kept = null
    write(null)
    await this.#close()
    await device?.forget?.()
    this.#put('none', '')
  }

  #put(state: PedalState, name: string): void {
    this.#state.value = state
    this.#name.value = name
  }

  async #find(): Promise<void> {
    const kept = this.#kept
    if (!kept || this.#device) return
    const found = (await this.#hid?.getDevices())?.find(
      (one) => one.vendorId === kept.vendorId && one.productId === kept.productId,
    )
    if (!found) return
    await this.#open(found)
    this.#put('ready', kept.name)
  }

  async #open(device: HidDevice): Promise<void> {
    if (!device.opened) await device.open()
    this.#device = device
    device.addEventListener('inputreport', this.#hear)
  }

  async #close(): Promise<void> {
    const device = this.#device
    this.#lost()
    if (device?.opened) await device.close().catch(() => {})
  }

  #lost(): void {
    clearTimeout(this.#settled)
    this.#device?.removeEventListener('inputreport', this.#hear)
    this.#device = undefined
    this.#down.value = false
    this.#parts.release('device')
    if (this.#kept) this.#put('gone', this.#kept.name)
  }

  #hear = (event: Event): void => {
    const { reportId, data } = event as ReportEvent
    const report = {
      reportId,
      bytes: [...new Uint8Array(data.buffer, data.byteOffset, data.byteLength)],
      at: event.timeStamp,
    }
    if (!this.#kept) {
      this.#learn(report)
      return
    }
    const down = isDown(this.#kept.button, report)
    if (down === undefined || down === this.#down.value) return
    this.#down.value = down
    if (!down) this.#parts.release('finger')
    else if (this.#parts.listens()) this.#parts.press()
  }

  #learn(report: PedalReport): void {
    this.#heard = [...this.#heard.slice(-200), report]
    clearTimeout(this.#settled)
    this.#settled = setTimeout(() => {
      const button = learnt(this.#heard)
      const device = this.#device
      // not understood yet: what was heard stays, and the next press says more
      if (!button || !device) return
      const { vendorId, productId, productName: name } = device
      this.#kept = { vendorId, productId, name, button }
      write(this.#kept)
      this.#put('ready', name)
    }, SETTLED_MS)
  }
}

function read(): Kept | null {
  try {
    return JSON.parse(localStorage.getItem(KEPT) ?? 'null') as Kept | null
  } catch {
    return null
  }
}

function write(kept: Kept | null): void {
  try {
    if (kept) localStorage.setItem(KEPT, JSON.stringify(kept))
    else localStorage.removeItem(KEPT)
  } catch {
    // lasts as long as the page
  }
}
