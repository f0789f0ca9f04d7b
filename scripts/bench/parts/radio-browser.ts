/** An agent at the radio in a Chromium: the real key, the real page, the real WebRTC leg. Times are the machine's, in ms. */
import type { Page } from 'playwright'
import { goOnline, openSeat, type Seat, signIn, WAIT } from '../../../softphone-console/tests/browser.ts'
import type { Lab } from '../../lab/index.ts'
import { monoMs } from '../../lab/sound/rtp.ts'

export type RadioBrowser = {
  readonly seat: Seat
  /** The talk key goes down or up; answers when the page got it, monotonic. */
  down(): Promise<number>
  up(): Promise<number>
  /** Says the chirp into the microphone; answers when its first sample was said, monotonic. */
  chirp(): Promise<number>
  /** When the first port was painted as receiving, monotonic, since it was last asked; none: undefined. */
  painted(): Promise<number | undefined>
  /** The first port's timers, as the desk tells them. */
  profile(): Promise<{ txTailMs: number; txLeadMs: number } | undefined>
  /** Waits until the first port is shown as free. */
  free(): Promise<void>
  close(): Promise<void>
}

export const CHIRP = { from: 500, to: 2_500, seconds: 0.1 }
const KEY = 'ControlRight'

type Notes = { down: number; up: number; painted: number | undefined; chirp: () => Promise<number> }
type Noted = { deskRadio: Notes }

/** The chirp as 8 kHz samples, to be found again. */
export function chirpSamples(rate = 8_000): Float32Array {
  const { from, to, seconds } = CHIRP
  return Float32Array.from({ length: seconds * rate }, (_, i) => {
    const at = i / rate
    return 0.5 * Math.sin(2 * Math.PI * (from * at + ((to - from) * at * at) / (2 * seconds)))
  })
}

/** Signs an agent in, ready for calls, with the first port joined. Close it before the lab. */
export async function openRadioBrowser(lab: Lab): Promise<RadioBrowser> {
  const seat = await openSeat(lab)
  const { page, context } = seat
  try {
    await context.addInitScript(takeRadioNotes, CHIRP)
    await page.goto(lab.url)
    await signIn(seat)
    await goOnline({ page })
    await port(page).getByText('信道畅通').waitFor({ timeout: 30_000 })
    await free(page)
  } catch (error) {
    await seat.close()
    throw error
  }
  const note = <K extends 'down' | 'up' | 'painted'>(name: K): Promise<Notes[K]> =>
    page.evaluate((what) => {
      const notes = (globalThis as unknown as Noted).deskRadio
      const held = notes[what]
      if (what === 'painted') notes.painted = undefined
      return held
    }, name) as Promise<Notes[K]>
  return {
    seat,
    async down() {
      await page.keyboard.down(KEY)
      return mono(await note('down'))
    },
    async up() {
      await page.keyboard.up(KEY)
      return mono(await note('up'))
    },
    chirp: async () => mono(await page.evaluate(() => (globalThis as unknown as Noted).deskRadio.chirp())),
    async painted() {
      const at = await note('painted')
      return at === undefined ? undefined : mono(at)
    },
    profile: async () => {
      const { ports } = await page.evaluate(() => fetch('/api/radio').then((answer) => answer.json()))
      return ports[0]?.timers
    },
    free: () => free(page),
    close: () => seat.close(),
  }
}

const port = (page: Page) => page.locator('section.port').first()
const free = (page: Page) => port(page).getByText('空闲', { exact: true }).waitFor(WAIT)
/** The page's calendar time as this machine's monotonic one. */
const mono = (wall: number): number => monoMs() - (performance.timeOrigin + performance.now() - wall)

/** Runs in the page: notes the key as it comes, what is painted, and is the microphone (no card, no driver in between). */
function takeRadioNotes({ from, to, seconds }: { from: number; to: number; seconds: number }): void {
  const now = () => performance.timeOrigin + performance.now()
  const context = new AudioContext({ latencyHint: 'interactive' })
  const microphone = context.createMediaStreamDestination()
  const rate = context.sampleRate
  const sound = context.createBuffer(1, Math.round(seconds * rate), rate)
  const samples = sound.getChannelData(0)
  for (let i = 0; i < samples.length; i++) {
    const at = i / rate
    samples[i] = 0.5 * Math.sin(2 * Math.PI * (from * at + ((to - from) * at * at) / (2 * seconds)))
  }
  const notes: Notes = {
    down: Number.NaN,
    up: Number.NaN,
    painted: undefined,
    async chirp() {
      // the clock of the sound goes in steps: seen at the moment of a step
      const before = context.currentTime
      while (context.currentTime === before) await new Promise((soon) => setTimeout(soon, 0))
      const [steps, wall] = [context.currentTime, now()]
      const source = context.createBufferSource()
      source.buffer = sound
      source.connect(microphone)
      source.start(steps + 0.05)
      return wall + 50
    },
  }
  Object.assign(globalThis, { deskRadio: notes })
  const note = (name: 'down' | 'up') => (event: KeyboardEvent) => {
    if (event.code === 'ControlRight' && !event.repeat) notes[name] = performance.timeOrigin + event.timeStamp
  }
  addEventListener('keydown', note('down'), true)
  addEventListener('keyup', note('up'), true)
  const devices = navigator.mediaDevices
  if (devices)
    devices.getUserMedia = async () => {
      await context.resume()
      return microphone.stream.clone()
    }
  let receiving = false
  const look = () => {
    const word = document.querySelector('section.port .st')?.textContent ?? ''
    const is = /接收/.test(word)
    if (is && !receiving)
      requestAnimationFrame(() => {
        // the frame after this one has it
        setTimeout(() => {
          notes.painted ??= now()
        }, 0)
      })
    receiving = is
  }
  new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true })
}
