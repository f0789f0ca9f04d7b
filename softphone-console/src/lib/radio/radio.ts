import { SvelteMap, SvelteSet } from 'svelte/reactivity'
import { Cell } from '../desk/cell.ts'
import type { Desk } from '../desk/desk.ts'
import { t } from '../i18n/index.ts'
import { phonePatch, radio as words } from '../i18n/radio/radio.ts'
import type { Api } from '../live/api.ts'
import type { LiveSocket } from '../live/socket.ts'
import type { Line } from '../phone/line.ts'
import type { LegState, MicrophoneState, RadioLegs } from '../phone/radio-legs.ts'
import type { Toasts } from '../ui/toasts.ts'
import type { EmergencyView, Frame, FromServer, PortNow, SipCredential } from '../wire.ts'
import { RadioNotes } from './overs/notes.ts'
import { OverBoard, OverPlayer } from './overs/overs.ts'
import { keep, kept } from './settings.ts'
import { Pedal } from './talk/hid.ts'
import { heldKeys, rememberKey } from './talk/hold.ts'
import { type Cannot, type LetGo, PttKey } from './talk/key.ts'

/** Ports not selected are heard at this share of their volume. */
const UNSELECTED = 0.5

/** What the radio needs of the rest of the console. */
export type Around = {
  readonly api: Api
  readonly desk: Desk
  readonly live: LiveSocket
  readonly line: Line
  readonly toasts: Toasts
  readonly clock: { read(): number }
  readonly blind: boolean
}

/**
 * The agent's radio: what the server says of the ports, this console's own legs to them, and the key. It listens as soon
 * as the agent takes calls; it shows the ports to whoever may see them, signed on or not.
 */
export class Radio {
  #app: Around
  #ports = new Cell<PortNow[]>([])
  #emergencies = new Cell<EmergencyView[]>([])
  #seenAt = new Cell(0)
  #legs = new SvelteMap<string, LegState>()
  #levels = new SvelteMap<string, MediaStream>()
  #microphone = new Cell<MicrophoneState | null>(null)
  #selected = new SvelteSet<string>(kept.selected())
  #volumes = new SvelteMap<string, number>(Object.entries(kept.volumes()))
  #wire: RadioLegs | undefined
  #starting = 0
  #mutedCall: string | undefined
  #keyCode = new Cell(heldKeys()[0] ?? 'ControlRight')
  #notes: RadioNotes
  readonly key: PttKey
  readonly pedal: Pedal
  readonly overs = new OverBoard()
  readonly player: OverPlayer
  /** the ticket that is open at this desk now: what is said is filed there */
  ticketId: () => string | null = () => null

  constructor(app: Around) {
    this.#app = app
    this.#notes = new RadioNotes(() => app.line.sound.secondOutput)
    this.player = new OverPlayer(() => app.toasts.fault(t(words.clipFault)))
    this.key = new PttKey({
      say: (message) => app.live.say(message),
      cannot: (ports) => this.cannot(ports),
      open: (ports) => this.#open(ports),
      heard: () => this.#wire?.heard() ?? Promise.resolve(false),
      now: () => app.clock.read(),
      sound: (what) => this.#notes.play(what),
    })
    this.pedal = new Pedal({
      press: () => this.press(),
      listens: () => this.ports.length > 0 && document.hasFocus() && !document.hidden,
      release: (why) => this.key.release(why),
    })
    app.line.onPhone = (credential) => void this.#join(credential)
  }

  /** As the server last told; in the order it tells them. */
  get ports(): PortNow[] {
    return this.#ports.value
  }

  get emergencies(): EmergencyView[] {
    return this.#emergencies.value
  }

  /** When the server last spoke of the radio, this browser's ms. */
  get seenAt(): number {
    return this.#seenAt.value
  }

  get microphone(): MicrophoneState | null {
    return this.#microphone.value
  }

  /** The ports the key works on, in the order they are shown. */
  get selected(): string[] {
    const codes = this.ports.map(({ port }) => port)
    const chosen = codes.filter((port) => this.#selected.has(port))
    return chosen.length > 0 ? chosen : codes.slice(0, 1)
  }

  get untaggedCount(): number {
    return this.overs.untaggedCount
  }

  /** The talk key of this seat, by `event.code`. */
  get keyCode(): string {
    return this.#keyCode.value
  }

  get keyName(): string {
    return this.keyCode === 'ControlRight' ? t(words.rightCtrl) : this.keyCode
  }

  /** Another talk key; null: right Ctrl again. */
  useKey(code: string | null): void {
    rememberKey(code)
    this.#keyCode.value = code ?? 'ControlRight'
  }

  isSelected(port: string): boolean {
    return this.selected.includes(port)
  }

  port(code: string): PortNow | undefined {
    return this.ports.find(({ port }) => port === code)
  }

  leg(port: string): LegState | undefined {
    return this.#legs.get(port)
  }

  /** What comes out of a port, for level meters. */
  sound(port: string): MediaStream | undefined {
    return this.#levels.get(port)
  }

  volume(port: string): number {
    return this.#volumes.get(port) ?? 1
  }

  setVolume(port: string, volume: number): void {
    this.#volumes.set(port, volume)
    keep.volumes(Object.fromEntries(this.#volumes))
    this.#loudness()
  }

  /** The key works on this port; `also`: on this one besides, or no longer. */
  choose(port: string, also = false): void {
    if (this.key.down) return
    const was = this.selected
    const next = !also ? [port] : was.includes(port) ? was.filter((one) => one !== port) : [...was, port]
    this.#selected.clear()
    for (const one of next.length > 0 ? next : [port]) this.#selected.add(one)
    keep.selected([...this.#selected])
    this.#loudness()
  }

  /** Presses the key: on this port, or with several selected on all of them. */
  press(port?: string): void {
    const ports = port === undefined || (this.isSelected(port) && this.selected.length > 1) ? this.selected : [port]
    this.player.stop()
    this.key.press(ports, this.ticketId())
  }

  letGo(why: LetGo): void {
    this.key.release(why)
  }

  /** Why this console cannot key now; null when it can ask. */
  cannot(ports: readonly string[]): Cannot | null {
    const { state } = this.#app.line.status
    if (this.#app.blind || this.#app.live.state.kind !== 'live') return 'blind'
    if (state === 'following') return 'other_tab'
    if (state === 'off' || !this.#wire) return 'not_on'
    if (this.microphone !== 'held') return 'no_microphone'
    return ports.some((port) => this.leg(port) === 'up') ? null : 'no_leg'
  }

  hear(message: FromServer): void {
    if (message.kind === 'radio') {
      const codes = this.#codes()
      this.#ports.value = message.ports
      this.#emergencies.value = message.emergencies
      this.#seenAt.value = Date.now()
      if (codes !== this.#codes()) {
        this.#wire?.follow(this.#enabled())
        void this.refresh()
      }
      if (message.ports.some(({ carrier }) => carrier !== 'idle' && carrier !== 'offline')) this.#wire?.stir()
      this.#loudness()
      this.#sayEmergencies()
    }
    if (message.kind !== 'ptt') return
    this.key.hear(message.answer)
    const { answer } = message
    // the exchange does not know this leg, however well it looks from here
    if (answer.result === 'denied' && answer.why === 'not_joined') this.#wire?.redial(answer.port)
  }

  apply(frame: Frame): void {
    this.overs.apply(frame)
  }

  /** Fetches what was said lately; a desk without a radio has nothing to fetch. */
  async refresh(): Promise<void> {
    if (this.ports.length > 0) await this.overs.load(this.#app.api).catch(() => {})
  }

  /** The socket is gone: nobody hears our heartbeat. */
  socketLost(): void {
    this.key.release('socket')
    this.#sayEmergencies()
  }

  /** Signed out: nothing of the radio stays on the screen or in the ear. */
  leave(): void {
    this.key.release('page')
    this.player.stop()
    this.#notes.alarm(false)
    this.overs.clear()
    this.#ports.value = []
    this.#emergencies.value = []
  }

  /** Plays the last over again; pressed once more, the one before it. */
  recall(): void {
    const heard = this.overs.recent.filter(({ playable, mayListen }) => playable && mayListen)
    const at = heard.findIndex(({ overId }) => overId === this.player.playing)
    const next = heard[at + 1]
    if (next)
      this.player.toggle(
        next.overId,
        at < 0
          ? []
          : heard
              .slice(0, at + 1)
              .reverse()
              .map(({ overId }) => overId),
      )
    else this.#app.toasts.done(t(words.nothingToRecall))
  }

  async acknowledge(emergencyId: string): Promise<void> {
    const { api, toasts } = this.#app
    await toasts.tell(api.post(`/api/radio/emergencies/${emergencyId}/acknowledge`), t(words.acknowledged))
  }

  /** The port the caller of this call is joined to. */
  joinedTo(callId: string): PortNow | undefined {
    return this.ports.find(({ patch }) => patch?.phoneCallId === callId)
  }

  /** Joins the caller this agent talks with to the port the key works on. */
  async joinCall(callId: string): Promise<void> {
    const { api, toasts } = this.#app
    await toasts.tell(api.post('/api/radio/patches', { port: this.selected[0], callId }), t(phonePatch.joined))
  }

  async partCall({ patch }: Pick<PortNow, 'patch'>): Promise<void> {
    const { api, toasts } = this.#app
    if (patch) await toasts.tell(api.delete(`/api/radio/patches/${patch.patchId}`), t(phonePatch.parted))
  }

  async #join(credential: SipCredential | null): Promise<void> {
    const mine = ++this.#starting
    this.key.release('page')
    this.#wire?.stop()
    this.#wire = undefined
    this.#microphone.value = null
    if (!credential?.radio || globalThis.deskPretendPhone) return
    const { RadioLegs } = await import('../phone/radio-legs.ts')
    if (mine !== this.#starting) return
    const wire = new RadioLegs({
      leg: (port, state) => (state ? this.#legs.set(port, state) : this.#legs.delete(port)),
      microphone: (state) => {
        this.#microphone.value = state
        if (state === 'none') this.key.release('microphone')
      },
      sound: (port, far) => (far ? this.#levels.set(port, far) : this.#levels.delete(port)),
    })
    await wire.start(credential)
    if (mine !== this.#starting) return wire.stop()
    this.#wire = wire
    wire.follow(this.#enabled())
    this.#loudness()
  }

  /** The key opens its own microphone; the call's is closed for the over, so that the caller does not hear it. */
  #open(ports: readonly string[]): void {
    this.#wire?.open(ports)
    const { line } = this.#app
    if (ports.length > 0 && this.#mutedCall === undefined) {
      const call = line.calls.find(({ state, muted }) => state === 'talking' && !muted)
      // a caller who is joined hears the agent from the radio; by telephone too it would be twice
      const twice = ports.some((port) => this.#isMyCaller(this.port(port)))
      if (!call || !(twice || kept.mutesCall())) return
      this.#mutedCall = call.id
      line.toggleMute(call)
    } else if (ports.length === 0 && this.#mutedCall !== undefined) {
      const call = line.calls.find(({ id }) => id === this.#mutedCall)
      this.#mutedCall = undefined
      if (call?.muted) line.toggleMute(call)
    }
  }

  #isMyCaller(port: PortNow | undefined): boolean {
    const mine = this.#app.desk.myAgent?.callId
    return mine != null && port?.patch?.phoneCallId === mine
  }

  /** What is relayed from another port is heard there already, and my caller by telephone. */
  #loudness(): void {
    for (const now of this.ports) {
      const { port, talker } = now
      const isHeard = talker?.kind === 'relay' || (talker?.kind === 'phone' && this.#isMyCaller(now))
      const own = this.volume(port) * (this.isSelected(port) ? 1 : UNSELECTED)
      this.#wire?.volume(port, isHeard ? 0 : own)
    }
  }

  #sayEmergencies(): void {
    this.#notes.alarm(this.emergencies.some(({ ackedAt }) => ackedAt === null))
  }

  #enabled(): string[] {
    return this.ports.filter(({ enabled }) => enabled).map(({ port }) => port)
  }

  #codes(): string {
    return this.ports.map(({ port, enabled }) => `${port}${enabled}`).join(' ')
  }
}
