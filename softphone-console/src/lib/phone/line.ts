import { SvelteMap } from 'svelte/reactivity'
import { Cell } from '../desk/cell.ts'
import type { Desk } from '../desk/desk.ts'
import { agent as words } from '../i18n/agent.ts'
import { t } from '../i18n/index.ts'
import { type Api, ApiFault } from '../live/api.ts'
import * as kept from '../live/kept.ts'
import { Levels } from '../sound/levels.ts'
import { Sound } from '../sound/sound.ts'
import type { Toasts } from '../ui/toasts.ts'
import { type AgentView, numberTyped, type PhoneState, type SipCredential } from '../wire.ts'
import { lead, leadsElsewhere } from './leader.ts'
import { makePhone } from './make.ts'
import type { CallEnd, Phone, PhoneCall, PhoneEvents, PhoneStatus, PhoneWhy } from './phone.ts'
import { Tabs } from './tabs.ts'

/** A refused password is replaced by signing in again, but not oftener than this. */
const SIGN_ON_AGAIN_MS = 10_000
/** An INVITE that comes this soon after "dial" is our own leg, and answers itself. */
const OWN_DIAL_MS = 20_000

/** What the phone needs of the rest of the console. */
export type Around = {
  readonly api: Api
  readonly desk: Desk
  readonly toasts: Toasts
  /** true while the server cannot be seen */
  readonly blind: boolean
}

/**
 * This agent's phone as the screens see it: the phone itself, its sound, and what the server is told of both. Kept apart
 * from the desk because it goes on when the server is gone.
 */
export class Line {
  #app: Around
  #phone: Phone | undefined
  #status = new Cell<PhoneStatus>({ state: 'off', since: Date.now(), why: 'not_asked' })
  #calls = new SvelteMap<string, PhoneCall>()
  #stopLeading: (() => void) | undefined
  #signedOnAt = 0
  #told: string | undefined
  #ownDial: { number: string; at: number } | undefined
  #saidLocked = false
  /** since when this agent is on, by the server's clock: what it told of before is no news */
  #onSince = ''
  /** why this phone stops, once nobody is spoken to on it any more */
  #leaving: PhoneWhy | undefined
  #asksTakeOver = new Cell(false)
  #tabs = new Tabs({
    held: () => (this.#phone ? kept.credential() : null),
    handed: (credential) => {
      const { state } = this.status
      if (state === 'following' && credential.station === this.#app.desk.station) kept.keepCredential(credential)
    },
    off: (station) => {
      if (station !== this.#app.desk.station) return
      this.drop()
      kept.forgetCredential()
    },
  })
  readonly sound = new Sound()
  readonly levels = new Levels()

  constructor(app: Around) {
    this.#app = app
    this.sound.onUnlocked = () => void this.#sayUnlocked()
  }

  get status(): PhoneStatus {
    return this.#status.value
  }

  /** Dialogues that are on, oldest first. */
  get calls(): PhoneCall[] {
    return [...this.#calls.values()].sort((a, b) => a.since - b.since)
  }

  /** Another computer has this person's phone, and they are asked whether to take it over. */
  get asksTakeOver(): boolean {
    return this.#asksTakeOver.value
  }
  set asksTakeOver(on: boolean) {
    this.#asksTakeOver.value = on
  }

  /** Starts taking calls: asks the server for a credential and leads with it. Needs a gesture, which also unlocks sound. */
  async signOn(takeOver = false): Promise<void> {
    this.sound.unlock()
    await this.#signOnWith({ takeOver })
  }

  async #signOnWith(wish: { takeOver: boolean } | { renew: true }): Promise<void> {
    const { credential, agent } = await this.#app.api.post<{ credential: SipCredential; agent: AgentView }>(
      '/api/agent/sign-in',
      wish,
    )
    this.#signedOnAt = Date.now()
    this.#onSince = agent.since
    this.#leaving = undefined
    this.#app.desk.agents.put(agent)
    kept.keepCredential(credential)
    this.#tabs.hand(credential)
    this.#lead(credential.station, credential)
  }

  /** Stops taking calls. The phone is let go even when the server cannot be told. */
  async signOff(): Promise<void> {
    const wasOn = this.status.state !== 'off'
    const { station } = this.#app.desk
    // before the lock is free: a tab that follows must not take over from one that goes off duty
    if (wasOn && station) this.#tabs.off(station)
    this.drop()
    kept.forgetCredential()
    if (!wasOn) return
    const agent = await this.#app.api.post<AgentView>('/api/agent/sign-out').catch(() => undefined)
    if (agent) this.#app.desk.agents.put(agent)
  }

  /**
   * After a reload: goes on with the credential this tab kept, server or no server. A tab opened beside the one that has
   * the phone follows it, and takes over when that one closes.
   */
  resume(): void {
    if (this.status.state !== 'off') return
    const gone = this.#app.blind ? undefined : this.#whyNotMine()
    if (gone) {
      kept.forgetCredential()
      this.#setStatus({ state: 'off', since: Date.now(), why: gone })
      return
    }
    const credential = kept.credential()
    if (credential) {
      this.#lead(credential.station)
      void this.#wakeSound()
      return
    }
    const { station, myAgent } = this.#app.desk
    if (!station || !myAgent || myAgent.state === 'signed_out') return
    leadsElsewhere(lockOf(station))
      .then((led) => {
        if (led && this.status.state === 'off') this.#lead(station)
      })
      // a browser that cannot say who leads leaves this tab without the phone
      .catch(() => {})
  }

  /**
   * The server told of this agent. Signed out there, or the phone taken over by another computer: this one stops, and does
   * not come back by itself, or the two would throw each other out for ever. A call being talked is finished first.
   */
  heed(): void {
    if (this.status.state === 'off' || this.#leaving) return
    const why = this.#whyNotMine()
    if (why) this.#leave(why)
  }

  #whyNotMine(): PhoneWhy | undefined {
    const { me, myAgent } = this.#app.desk
    if (myAgent && myAgent.since < this.#onSince) return undefined
    if (!myAgent || myAgent.state === 'signed_out') return 'not_asked'
    return myAgent.phoneSession && me && myAgent.phoneSession !== me.sessionId ? 'taken' : undefined
  }

  #leave(why: PhoneWhy): void {
    if (this.#leaving) return
    this.#leaving = why
    kept.forgetCredential()
    this.#app.toasts.fault(t(why === 'taken' ? words.movedAway : words.putOff))
    this.#leaveWhenDone()
  }

  #leaveWhenDone(): void {
    const why = this.#leaving
    if (why && !this.calls.some((call) => call.state === 'talking' || call.state === 'connecting')) this.drop(why)
  }

  /** Lets the phone go without telling anybody. */
  drop(why: PhoneWhy = 'not_asked'): void {
    this.#leaving = undefined
    this.#stopLeading?.()
    this.#stopLeading = undefined
    this.#phone?.unregister()
    this.#phone = undefined
    this.onPhone(null)
    this.sound.silence()
    this.#calls.clear()
    this.#setStatus({ state: 'off', since: Date.now(), why })
  }

  /** The server came back: tell it how the phone is, it may have guessed wrong meanwhile. */
  async serverIsBack(): Promise<void> {
    this.#told = undefined
    if (this.status.state === 'lost' && !kept.credential()) await this.#signOnAgain()
    else this.#tell()
  }

  /** An INVITE that shows this number soon is the leg of a call this agent dialled; undefined: no longer. */
  expectOwnDial(number: string | undefined): void {
    this.#ownDial = number === undefined ? undefined : { number: numberTyped(number), at: Date.now() }
  }

  async answer(id: string): Promise<void> {
    this.sound.silence()
    await this.#phone?.answer(id)
  }

  decline(id: string): void {
    this.sound.silence()
    this.#phone?.decline(id)
  }

  hangUp(id: string): void {
    this.#phone?.hangUp(id)
  }

  /** Answers the finger at once, before any server: one of the two exceptions (STYLE.md, the console). */
  toggleMute(call: PhoneCall): boolean {
    const on = !call.muted
    this.#phone?.mute(call.id, on)
    return on
  }

  dtmf(id: string, digit: string): void {
    this.#phone?.dtmf(id, digit)
  }

  #lead(station: string, given?: SipCredential): void {
    this.#stopLeading?.()
    this.#setStatus({ state: 'connecting', since: Date.now(), why: null })
    let followed = false
    this.#stopLeading = lead(
      lockOf(station),
      async (alone) => {
        this.#phone?.unregister()
        this.#phone = undefined
        const credential = kept.credential() ?? given
        if (!credential) return void this.#signOnAgain()
        const phone = await makePhone(this.#events())
        if (!alone()) return
        this.#phone = phone
        phone.register(credential)
        this.onPhone(credential)
        if (followed) void this.#wakeSound()
      },
      () => {
        followed = true
        this.#setStatus({ state: 'following', since: Date.now(), why: 'other_tab' })
        this.#tabs.ask()
      },
    )
  }

  #events(): PhoneEvents {
    return {
      status: (status) => {
        this.#setStatus(status)
        if (status.why === 'refused' || status.why === 'expired') void this.#signOnAgain()
      },
      call: (call) => this.#hear(call),
      sound: (id, streams) => this.levels.watch(id, streams),
    }
  }

  #hear(call: PhoneCall): void {
    const before = this.#calls.get(call.id)
    if (call.state === 'ended') {
      this.#calls.delete(call.id)
      this.levels.forget(call.id)
    } else {
      this.#calls.set(call.id, call)
    }
    const own = this.#ownDial
    if (
      !before &&
      call.state === 'ringing' &&
      own?.number === numberTyped(call.number) &&
      Date.now() - own.at < OWN_DIAL_MS
    ) {
      this.#ownDial = undefined
      void this.answer(call.id)
      return
    }
    if (call.ended) this.onEnded(call.ended, call.id, call.since)
    if (!this.calls.some((one) => one.state === 'ringing')) this.sound.silence()
    else if (!before) this.onRinging(call)
    if (call.state === 'ended' && call.ended === 'no_microphone')
      this.#setStatus({ ...this.status, why: 'no_microphone' })
    if (call.state === 'ended') this.#leaveWhenDone()
  }

  /** Set by the radio: this tab has the phone, with this credential; null: no longer. */
  onPhone: (credential: SipCredential | null) => void = () => {}

  /** Set by the bay: shows the call first, then lets it sound. */
  onRinging: (call: PhoneCall) => void = () => this.ring()

  /** Set by the bay: says how a call ended that began at `since`, this browser's ms. */
  onEnded: (end: CallEnd, id: string, since: number) => void = () => {}

  /** Sounds the ring, or one tick when the ear is already on a call. */
  ring(): void {
    if (this.calls.some((one) => one.state === 'talking' || one.state === 'connecting')) this.sound.tick()
    else if (this.calls.some((one) => one.state === 'ringing')) this.sound.ring()
  }

  #setStatus(status: PhoneStatus): void {
    const was = this.#status.value
    this.#status.value = was.state === status.state && was.why === status.why ? was : status
    this.#tell()
  }

  /** Tells the server whether this phone can ring; once for each change. */
  #tell(): void {
    const { state, why } = this.status
    if (state === 'connecting' || state === 'following' || state === 'off' || this.#leaving || this.#app.blind) return
    const phone: PhoneState = state === 'registered' ? 'registered' : 'unregistered'
    const word = `${phone} ${why}`
    if (this.#told === word) return
    this.#told = word
    this.#app.api
      .post<AgentView>('/api/agent/phone', { phone, ...(why ? { why } : {}) })
      .then((agent) => this.#app.desk.agents.put(agent))
      .catch(() => {
        this.#told = undefined
      })
  }

  /** A ring that cannot sound is no ring: the server must not offer calls to it. */
  async #wakeSound(): Promise<void> {
    if ((await this.sound.wake()) || this.#app.blind || this.#app.desk.myAgent?.state !== 'ready') return
    this.#saidLocked = true
    await this.#sayRing({ ok: false, why: 'locked' })
  }

  async #sayUnlocked(): Promise<void> {
    if (!this.#saidLocked) return
    this.#saidLocked = false
    await this.#sayRing({ ok: true })
  }

  async #sayRing(test: { ok: boolean; why?: string }): Promise<void> {
    const view = await this.#app.toasts.tell(this.#app.api.post<AgentView>('/api/agent/ring-test', test))
    if (view) this.#app.desk.agents.put(view)
  }

  async #signOnAgain(): Promise<void> {
    if (this.#leaving || Date.now() - this.#signedOnAt < SIGN_ON_AGAIN_MS) return
    this.#signedOnAt = Date.now()
    try {
      await this.#signOnWith({ renew: true })
    } catch (error) {
      const code = error instanceof ApiFault ? error.code : undefined
      if (code === 'phone-elsewhere') this.#leave('taken')
      else if (code === 'not-signed-in' || code === 'not-an-agent') this.#leave('not_asked')
      else if (!(error instanceof ApiFault && error.unreachable)) this.#app.toasts.fault(error)
    }
  }
}

/** The Web Lock that the tab with this station's phone holds. */
const lockOf = (station: string): string => `desk.phone.${station}`

export type { PhoneCall, PhoneStatus, PhoneWhy }
