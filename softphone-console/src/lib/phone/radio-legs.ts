import * as JsSIP from 'jssip'
import type { RTCSession } from 'jssip/lib/RTCSession'
import type { UA } from 'jssip/lib/UA'
import type { SipCredential } from '../wire.ts'
import { Microphone, type MicrophoneState } from './microphone.ts'

export type { MicrophoneState } from './microphone.ts'

/** A leg that went is dialled again after so long, then longer; ms. */
const AGAIN_MS = [500, 1_000, 2_000, 5_000]
/** A leg whose wire (ICE, RFC 7675: asked every few seconds, also in silence) says nothing for so long is dead; ms. */
const SILENT_WIRE_MS = 4_000
/** How often the socket says that it is there: a third of what asterisk-config/nginx allows it to be silent. */
const ALIVE_MS = 10_000
const MICROPHONE: MediaStreamConstraints = {
  audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
}

export type LegState = 'dialling' | 'up' | 'lost'

export type LegEvents = {
  /** null: no longer wanted */
  leg: (port: string, state: LegState | null) => void
  microphone: (state: MicrophoneState) => void
  sound: (port: string, far: MediaStream | null) => void
}

type Leg = {
  port: string
  session: RTCSession | undefined
  /** this leg's own copy of the microphone, closed unless keyed; null while that sleeps */
  near: MediaStreamTrack | null
  speaker: HTMLAudioElement
  tries: number
  again: ReturnType<typeof setTimeout> | undefined
}

/**
 * One SIP call per radio port, from an identity of its own: the phone stays free for the queue. They listen always and
 * speak only while `open` names their port; a leg that breaks is dialled again, never with its microphone open.
 *
 * A leg at rest sends no packet, and of a port at rest none comes. That the leg is alive ICE's consent checks tell the
 * browser, and the session timer (RFC 4028, set on the account by server/asterisk/doing.ts) tells the exchange.
 */
export class RadioLegs {
  #events: LegEvents
  #ua: UA | undefined
  #host = ''
  #legs = new Map<string, Leg>()
  #microphone: Microphone
  #silence: { context: AudioContext; track: MediaStreamTrack } | undefined
  #alive: ReturnType<typeof setInterval> | undefined
  #open: readonly string[] = []
  #volumes = new Map<string, number>()
  #stopWatching = new AbortController()

  constructor(events: LegEvents) {
    this.#events = events
    this.#microphone = new Microphone({
      open: () => navigator.mediaDevices.getUserMedia(MICROPHONE),
      isThere: async () =>
        (await navigator.mediaDevices.enumerateDevices().catch(() => [])).some(({ kind }) => kind === 'audioinput'),
      tell: events.microphone,
      changed: (stream) => this.#give(stream),
    })
    const { signal } = this.#stopWatching
    navigator.mediaDevices?.addEventListener('devicechange', () => void this.#microphone.look(), { signal })
    // sound that was held back for want of a gesture comes with the first one
    const play = () => {
      for (const { speaker } of this.#legs.values()) if (speaker.paused) speaker.play().catch(() => {})
    }
    addEventListener('pointerdown', play, { signal, capture: true })
    addEventListener('keydown', play, { signal, capture: true })
  }

  async start(credential: SipCredential): Promise<void> {
    this.#host = credential.uri.split('@')[1] ?? 'desk'
    const socket = new JsSIP.WebSocketInterface(credential.wsUrl)
    // It registers nowhere, so nobody asks whether it is there: it says so itself (RFC 5626 §3.5.1). The front proxy
    // ends a socket that is silent for 30 s.
    this.#alive = setInterval(() => socket.isConnected() && socket.send('\r\n\r\n'), ALIVE_MS)
    const ua = new JsSIP.UA({
      sockets: [socket],
      uri: `sip:${credential.radio.username}@${this.#host}`,
      authorization_user: credential.radio.username,
      password: credential.password,
      register: false,
      session_timers: true,
      session_timers_refresh_method: 'UPDATE',
      connection_recovery_min_interval: 1,
      connection_recovery_max_interval: 5,
      user_agent: 'Dutydesk radio',
    })
    this.#ua = ua
    await this.#microphone.wake()
    ua.on('connected', () => {
      for (const leg of this.#legs.values()) if (!leg.session) this.#dial(leg)
    })
    ua.start()
  }

  /** The ports to be joined, and no other. */
  follow(ports: readonly string[]): void {
    for (const leg of [...this.#legs.values()]) if (!ports.includes(leg.port)) this.#drop(leg)
    for (const port of ports) {
      if (this.#legs.has(port)) continue
      const speaker = new Audio()
      speaker.volume = this.#volumes.get(port) ?? 1
      const leg: Leg = { port, session: undefined, near: this.#copy(port), speaker, tries: 0, again: undefined }
      this.#legs.set(port, leg)
      this.#dial(leg)
    }
  }

  /** The microphone is heard by exactly these ports. Closing takes effect at once; opening, as soon as `heard` says. */
  open(ports: readonly string[]): void {
    this.#open = ports
    // closed by hand first: what follows takes its time
    for (const { port, near } of this.#legs.values()) if (near) near.enabled = ports.includes(port)
    this.#microphone.keep(ports.length > 0)
    for (const leg of this.#legs.values()) this.#send(leg)
    if (ports.length === 0) void this.#silence?.context.suspend()
  }

  /** Resolves once whoever speaks is heard: it may have slept. False: there is no microphone. */
  async heard(): Promise<boolean> {
    return (await this.#microphone.wake()) !== null
  }

  /** Somebody speaks on a port and may be answered: the microphone is open before the key is pressed. */
  stir(): void {
    if (this.#legs.size > 0) void this.#microphone.wake()
  }

  /** 0 to 1. */
  volume(port: string, volume: number): void {
    this.#volumes.set(port, volume)
    const leg = this.#legs.get(port)
    if (leg) leg.speaker.volume = volume
  }

  /** The exchange does not know this leg although it looks well from here: begin anew. */
  redial(port: string): void {
    const leg = this.#legs.get(port)
    if (leg) this.#lost(leg)
  }

  stop(): void {
    this.#stopWatching.abort()
    clearInterval(this.#alive)
    for (const leg of [...this.#legs.values()]) this.#drop(leg)
    this.#microphone.stop()
    void this.#silence?.context.close()
    this.#ua?.removeAllListeners()
    this.#ua?.stop()
    this.#ua = undefined
  }

  #dial(leg: Leg): void {
    clearTimeout(leg.again)
    const ua = this.#ua
    if (!ua || leg.session || this.#legs.get(leg.port) !== leg) return
    this.#events.leg(leg.port, 'dialling')
    if (!ua.isConnected()) return
    leg.near ??= this.#copy(leg.port)
    const session = ua.call(`sip:radio-${leg.port}@${this.#host}`, {
      mediaStream: new MediaStream([this.#silent().track.clone()]),
      pcConfig: { iceServers: [] },
      eventHandlers: {
        confirmed: () => {
          if (leg.session !== session) return
          leg.tries = 0
          this.#send(leg)
          this.#events.leg(leg.port, 'up')
        },
        ended: () => leg.session === session && this.#lost(leg),
        failed: () => leg.session === session && this.#lost(leg),
      },
    })
    leg.session = session
    const { connection } = session
    let dead: ReturnType<typeof setTimeout> | undefined
    connection.addEventListener('track', (event) => {
      const far = event.streams[0] ?? new MediaStream([event.track])
      leg.speaker.srcObject = far
      leg.speaker.play().catch(() => {})
      this.#events.sound(leg.port, far)
    })
    connection.addEventListener('connectionstatechange', () => {
      clearTimeout(dead)
      const { connectionState } = connection
      if (connectionState === 'failed' && leg.session === session) this.#lost(leg)
      if (connectionState === 'disconnected')
        dead = setTimeout(() => leg.session === session && this.#lost(leg), SILENT_WIRE_MS)
    })
  }

  #lost(leg: Leg): void {
    this.#hangUp(leg)
    if (this.#legs.get(leg.port) !== leg) return
    this.#events.leg(leg.port, 'lost')
    leg.again = setTimeout(() => this.#dial(leg), AGAIN_MS[Math.min(leg.tries, AGAIN_MS.length - 1)])
    leg.tries += 1
  }

  #hangUp(leg: Leg): void {
    const { session } = leg
    leg.session = undefined
    clearTimeout(leg.again)
    leg.near?.stop()
    leg.near = null
    leg.speaker.srcObject = null
    this.#events.sound(leg.port, null)
    try {
      if (session && !session.isEnded()) session.terminate()
    } catch {
      // over on the wire already
    }
  }

  #drop(leg: Leg): void {
    this.#legs.delete(leg.port)
    this.#hangUp(leg)
    this.#events.leg(leg.port, null)
  }

  /** What this leg sends now: nothing; while its port is keyed the microphone, or silence until that has woken. */
  #send(leg: Leg): void {
    const sender = leg.session?.connection?.getSenders()[0]
    if (!sender) return
    const isOpen = this.#open.includes(leg.port)
    const track = isOpen ? (leg.near ?? this.#silent().track) : null
    // the exchange lets go of a console that is on the air and sends nothing
    if (isOpen && !leg.near) void this.#silent().context.resume()
    if (sender.track !== track) sender.replaceTrack(track).catch(() => this.#lost(leg))
  }

  /** The microphone woke or fell asleep: legs already up get the new voice without being dialled again. */
  #give(stream: MediaStream | null): void {
    for (const leg of this.#legs.values()) {
      leg.near?.stop()
      leg.near = stream && this.#copy(leg.port)
      this.#send(leg)
    }
  }

  /** A copy of the microphone, closed unless this port is keyed. */
  #copy(port: string): MediaStreamTrack | null {
    const track = this.#microphone.stream?.getAudioTracks()[0]?.clone() ?? null
    if (track) track.enabled = this.#open.includes(port)
    return track
  }

  #silent(): { context: AudioContext; track: MediaStreamTrack } {
    if (this.#silence) return this.#silence
    const context = new AudioContext()
    const [track] = context.createMediaStreamDestination().stream.getAudioTracks() as [MediaStreamTrack]
    void context.suspend()
    this.#silence = { context, track }
    return this.#silence
  }
}
