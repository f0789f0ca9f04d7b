import { createContext } from 'svelte'
import { Cell } from './desk/cell.ts'
import { Desk } from './desk/desk.ts'
import { offerLocale } from './i18n/index.ts'
import { Keys } from './keys/keys.ts'
import { Api, ApiFault } from './live/api.ts'
import { Clock } from './live/clock.ts'
import { Gather } from './live/gather.ts'
import * as kept from './live/kept.ts'
import { LiveSocket, openLive } from './live/socket.ts'
import { useZone } from './live/time.ts'
import { Line } from './phone/line.ts'
import { Radio } from './radio/radio.ts'
import { Theme } from './ui/theme.ts'
import { Toasts } from './ui/toasts.ts'
import type { DeskSnapshot, FromServer, Me } from './wire.ts'

/** How often the desk is kept for this tab's own reload, in milliseconds. */
const KEEP_EVERY_MS = 15_000

/** `must-change`: signed in with a one-time password; nothing else is open until it is changed. */
export type Session = 'asking' | 'out' | 'must-change' | 'in'

/**
 * Everything the screens share, made once in the root layout and passed by context: `const app = useApp()`.
 * `desk` is what the server said, `line` is the phone, `live` is the link to the server.
 */
export class App {
  #session = new Cell<Session>('asking')
  #bye = new Cell<string | null>(null)
  #loading: Promise<void> | undefined
  #gather = new Gather(
    (frame) => this.desk.isMine(frame),
    (message) => this.#hear(message),
  )

  readonly api = new Api()
  readonly clock = new Clock()
  readonly desk = new Desk()
  readonly keys = new Keys()
  readonly toasts = new Toasts()
  readonly theme = new Theme()
  readonly live = new LiveSocket(openLive, {
    held: () => this.desk.seq,
    hear: (message) => this.#gather.hear(message),
    back: () => void this.#back(),
    lost: () => this.radio.socketLost(),
  })
  readonly line = new Line(this)
  readonly radio = new Radio(this)

  constructor() {
    this.api.onSignedOut = () => this.#leave('expired')
    this.desk.listen((frame) => this.radio.apply(frame))
    this.desk.listen((frame) => {
      if (frame.subject === 'agent' && frame.agent.person.id === this.desk.me?.personId) this.line.heed()
    })
  }

  get session(): Session {
    return this.#session.value
  }

  /** Why the last session ended, for the sign-in screen to say. */
  get bye(): string | null {
    return this.#bye.value
  }

  /** Since when the server cannot be seen, in this browser's ms; null while it can. Everything live is then "as seen at". */
  get blindSince(): number | null {
    return this.live.blindSince
  }

  get blind(): boolean {
    return this.blindSince !== null
  }

  /** Finds out who is here. With the server away, the desk comes back as it was last seen. */
  async start(): Promise<void> {
    this.clock.start()
    addEventListener('pagehide', () => this.#keep())
    // a browser that crashes says no goodbye
    setInterval(() => this.#keep(), KEEP_EVERY_MS)
    try {
      await this.#enter(await this.api.get<Me>('/api/session'))
    } catch (error) {
      const seen = error instanceof ApiFault && error.unreachable ? kept.snapshot() : null
      if (!seen) {
        this.#session.value = 'out'
        return
      }
      this.#load(seen.snapshot)
      this.live.startBlind(seen.at)
      this.#session.value = 'in'
      this.line.resume()
    }
  }

  /** Signs in; a refusal is thrown as ApiFault for the form to show. */
  async signIn(name: string, password: string): Promise<void> {
    const me = await this.api.post<Me>('/api/session', { name, password })
    this.#bye.value = null
    await this.#enter(me)
  }

  /** Replaces a password; afterwards the desk opens. */
  async changePassword(old: string, next: string): Promise<void> {
    await this.api.post('/api/session/password', { old, new: next })
    await this.#enter(await this.api.get<Me>('/api/session'))
  }

  async signOut(): Promise<void> {
    await this.line.signOff()
    await this.api.delete('/api/session').catch(() => {})
    this.#leave('signed_out')
  }

  /** Fetches the whole desk again: after a gap, a long absence, or a change of rights. */
  reload(): Promise<void> {
    this.#loading ??= this.api
      .get<DeskSnapshot>('/api/desk')
      .then((snapshot) => this.#load(snapshot))
      .finally(() => {
        this.#loading = undefined
      })
    return this.#loading
  }

  async #enter(me: Me): Promise<void> {
    offerLocale(me.locale)
    if (me.mustChangePassword) {
      this.#session.value = 'must-change'
      return
    }
    await this.reload()
    this.live.start()
    this.#session.value = 'in'
    this.line.resume()
  }

  #leave(why: string): void {
    this.live.stop()
    this.line.drop()
    this.radio.leave()
    kept.forget()
    this.#bye.value = why
    this.#session.value = 'out'
  }

  #load(snapshot: DeskSnapshot): void {
    this.clock.heard(snapshot.serverTime)
    useZone(snapshot.catalogue.timeZone)
    this.desk.load(snapshot)
    this.line.heed()
  }

  #hear(message: FromServer): void {
    if (message.kind === 'now') this.clock.heard(message.serverTime)
    if (message.kind === 'bye') {
      this.#leave(message.why)
      return
    }
    this.radio.hear(message)
    const answer = this.desk.hear(message)
    if (answer === 'ask-again') this.live.say({ kind: 'again', after: this.desk.seq })
    if (answer === 'load-again') void this.reload().catch((error) => this.toasts.fault(error))
  }

  /** The server is back. What is not in the journal (pop, figures, my state) is fetched; the frames come by themselves. */
  async #back(): Promise<void> {
    await this.reload().catch(() => {})
    void this.radio.refresh()
    await this.line.serverIsBack()
  }

  #keep(): void {
    const snapshot = this.session === 'in' ? this.desk.snapshot() : null
    if (snapshot) kept.keepSnapshot(snapshot, this.blindSince ?? Date.now())
  }
}

export const [useApp, provideApp] = createContext<App>()
