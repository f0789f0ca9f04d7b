/** An agent's desk as it is: a Chromium with the console, its button held by a mouse. What it is told is read off its socket. */

import type { PortNow, PttAnswer, RadioFromServer } from '../../../server/wire/radio.ts'
import { goOnline, openSeat, type Seat, signIn, WAIT } from '../../../softphone-console/tests/browser.ts'
import type { Lab } from '../../lab/index.ts'
import { AGENT_TONE, type Press, until } from '../../lab/radio-console.ts'
import { monoMs } from '../../lab/sound/rtp.ts'
import type { RadioDesk } from './radio-rounds.ts'

const CAMPUS: Record<string, string> = { old: '老', new: '新' }

export class BrowserDesk implements RadioDesk {
  readonly #lab: Lab
  #seat: Seat | undefined
  #ports: PortNow[] = []
  #answers: PttAnswer[] = []
  #joined: string[] = []

  private constructor(lab: Lab) {
    this.#lab = lab
  }

  /** An agent who has signed in and takes calls. */
  static async open(lab: Lab): Promise<BrowserDesk> {
    const desk = new BrowserDesk(lab)
    await goOnline(await desk.#open())
    return desk
  }

  async #open(): Promise<Seat> {
    const seat = await openSeat(this.#lab, { tone: AGENT_TONE })
    this.#seat = seat
    this.#ports = []
    seat.page.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => this.#hear(String(payload))))
    await signIn(seat)
    return seat
  }

  #hear(text: string): void {
    // SIP is spoken on a socket too
    if (!text.startsWith('{')) return
    const told = JSON.parse(text) as RadioFromServer
    if (told.kind === 'ptt') this.#answers.push(told.answer)
    if (told.kind === 'radio') this.#ports = told.ports
  }

  #port(code: string) {
    if (!this.#seat) throw new Error('the browser is not open')
    return this.#seat.page.getByRole('region', { name: `对讲 ${CAMPUS[code]}院区 UHF-1` })
  }

  /** A console joins every port by itself: only waits until it has. */
  async join(...codes: string[]): Promise<void> {
    this.#joined = codes
    for (const code of codes) await this.#port(code).getByText('信道畅通').waitFor({ timeout: 40_000 })
  }

  press(codes: string[]): Press {
    const seat = this.#seat
    const from = this.#answers.length
    const at = monoMs()
    const act = async () => {
      await this.#port(codes[0] ?? '')
        .locator('button.ptt')
        .hover(WAIT)
      await seat?.page.mouse.down()
    }
    const down = act().catch(() => undefined)
    const letGo = () => void down.then(() => seat?.page.mouse.up()).catch(() => undefined)
    return {
      press: 0,
      at,
      answer: (is = () => true, ms) => until('the press is answered', () => this.#answers.slice(from).find(is), ms),
      letGo,
      dies: letGo,
    }
  }

  shows(code: string, is: (port: PortNow) => boolean, ms?: number): Promise<unknown> {
    return until(
      `${code} shows what is waited for`,
      () => {
        const port = this.#ports.find((one) => one.port === code)
        return port !== undefined && is(port)
      },
      ms,
    )
  }

  /** kill -9. */
  async kill(): Promise<void> {
    await this.#seat?.kill()
  }

  /** The agent starts it again, signs in and takes calls. */
  async comeBack(): Promise<void> {
    const { page } = await this.#open()
    // Still on duty: only this browser's phone is to be brought up.
    await page.getByRole('button', { name: '上线' }).first().click(WAIT)
    // One person, one phone: while the killed browser's account still stands, the desk asks before it takes it over.
    const asked = page.getByRole('button', { name: '接过来' })
    await asked.or(page.getByText('信道畅通').first()).first().waitFor(WAIT)
    if (await asked.isVisible()) await asked.click(WAIT)
    await this.join(...this.#joined)
  }

  close(): void {
    void this.#seat?.close().catch(() => undefined)
  }
}
