import * as JsSIP from 'jssip'
import type { RTCSession } from 'jssip/lib/RTCSession'
import type { IncomingRTCSessionEvent, RTCSessionEvent, UA } from 'jssip/lib/UA'
import type { SipCredential } from '../wire.ts'
import { byeEnd } from './ending.ts'
import type { CallEnd, Phone, PhoneCall, PhoneEvents, PhoneStatus, PhoneWhy } from './phone.ts'

/** A registration is good for so long; Asterisk forgets a vanished browser after it. Seconds. */
const REGISTER_SECONDS = 60
/** A refused or unanswered registration is tried again after this. */
const REGISTER_AGAIN_MS = 5_000
const LOOK_EVERY_MS = 1_000
/** Shorter is a packet late, or a browser that was busy. */
const QUIET_AFTER_MS = 2_500
const MICROPHONE: MediaStreamConstraints = {
  audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
}

type Held = {
  session: RTCSession
  call: PhoneCall
  near: MediaStream | null
  far: MediaStream | null
  speaker: HTMLAudioElement | null
  looking: ReturnType<typeof setInterval> | undefined
  /** packets of sound that have come, and when the last was seen to have */
  packets: number
  packetAt: number
}

/** SIP over WebSocket straight to Asterisk. The only file that knows JsSIP. */
export class JsSipPhone implements Phone {
  #events: PhoneEvents
  #ua: UA | undefined
  #held = new Map<string, Held>()
  #again: ReturnType<typeof setTimeout> | undefined

  constructor(events: PhoneEvents) {
    this.#events = events
  }

  register(credential: SipCredential): void {
    this.unregister()
    const ua = new JsSIP.UA({
      sockets: [new JsSIP.WebSocketInterface(credential.wsUrl)],
      uri: credential.uri,
      authorization_user: credential.username,
      password: credential.password,
      register: true,
      register_expires: REGISTER_SECONDS,
      // Asterisk's rtp_timeout finds a dead leg sooner than a session timer would
      session_timers: false,
      connection_recovery_min_interval: 1,
      connection_recovery_max_interval: 5,
      user_agent: 'Dutydesk',
    })
    this.#ua = ua
    this.#status('connecting', null)
    ua.on('registered', () => this.#status('registered', null))
    ua.on('unregistered', (event) => this.#status('lost', event.cause ? 'wire' : 'not_asked'))
    ua.on('disconnected', () => this.#status('lost', 'wire'))
    ua.on('registrationFailed', (event) => {
      const refused = [401, 403, 404, 407].includes(event.response?.status_code ?? 0)
      this.#status('lost', refused ? 'refused' : 'wire')
      clearTimeout(this.#again)
      this.#again = setTimeout(() => ua.isConnected() && ua.register(), REGISTER_AGAIN_MS)
    })
    ua.on('newRTCSession', (event: RTCSessionEvent) => {
      if (event.originator === 'remote') this.#incoming(event as IncomingRTCSessionEvent)
    })
    ua.start()
  }

  unregister(): void {
    clearTimeout(this.#again)
    for (const id of [...this.#held.keys()]) this.hangUp(id)
    const ua = this.#ua
    this.#ua = undefined
    // the old one's last words must not be taken for the new one's
    ua?.removeAllListeners()
    ua?.stop()
  }

  async answer(id: string): Promise<void> {
    const held = this.#held.get(id)
    if (held?.call.state !== 'ringing') return
    this.#change(held, { state: 'connecting' })
    try {
      held.near = await navigator.mediaDevices.getUserMedia(MICROPHONE)
    } catch {
      held.session.terminate({ status_code: 480 })
      this.#end(held, 'no_microphone')
      return
    }
    // the caller may have left while the microphone opened
    if (held.session.isEnded()) return this.#end(held, 'stopped')
    held.session.answer({ mediaStream: held.near, pcConfig: { iceServers: [] } })
  }

  decline(id: string): void {
    const held = this.#held.get(id)
    if (!held) return
    held.session.terminate({ status_code: 603, reason_phrase: 'Decline' })
    this.#end(held, 'declined')
  }

  hangUp(id: string): void {
    const held = this.#held.get(id)
    if (!held) return
    try {
      held.session.terminate()
    } catch {
      // already over on the wire; the screen still has to hear it
    }
    this.#end(held, 'local')
  }

  mute(id: string, on: boolean): void {
    const held = this.#held.get(id)
    if (!held) return
    for (const track of held.near?.getAudioTracks() ?? []) track.enabled = !on
    this.#change(held, { muted: on })
  }

  dtmf(id: string, digit: string): void {
    const held = this.#held.get(id)
    if (held?.call.state !== 'talking' || !/^[0-9*#]$/.test(digit)) return
    held.session.sendDTMF(digit, { duration: 160, transportType: JsSIP.C.DTMF_TRANSPORT.RFC2833 })
  }

  #incoming({ session, request }: IncomingRTCSessionEvent): void {
    const held: Held = {
      session,
      near: null,
      far: null,
      speaker: null,
      looking: undefined,
      packets: 0,
      packetAt: Date.now(),
      call: {
        id: session.id,
        direction: 'incoming',
        state: 'ringing',
        number: session.remote_identity.uri.user ?? '',
        name: session.remote_identity.display_name ?? '',
        callId: request.getHeader('X-Desk-Call') ?? null,
        since: Date.now(),
        talkingSince: null,
        muted: false,
        quietSince: null,
        silenceMs: Number(request.getHeader('X-Desk-Silence')) * 1_000 || null,
        ended: null,
      },
    }
    this.#held.set(session.id, held)
    session.on('peerconnection', ({ peerconnection }) => this.#carry(held, peerconnection))
    session.on('confirmed', () => this.#change(held, { state: 'talking', talkingSince: Date.now() }))
    session.on('ended', (event) => {
      const bye = event.message as { getHeader?: (name: string) => string | undefined } | null
      const end = event.originator === 'local' ? 'local' : byeEnd(bye?.getHeader?.('Reason'), held.call, Date.now())
      this.#end(held, end)
    })
    session.on('failed', (event) => this.#end(held, endOf(event.cause, elsewhere(event.message))))
    this.#events.call({ ...held.call })
  }

  /** Sound of the other side, and the end of a call whose wire died: JsSIP does not tell of that one. */
  #carry(held: Held, connection: RTCPeerConnection): void {
    held.looking = setInterval(() => void this.#look(held, connection), LOOK_EVERY_MS)
    connection.addEventListener('track', (event) => {
      held.far = event.streams[0] ?? new MediaStream([event.track])
      held.speaker = new Audio()
      held.speaker.srcObject = held.far
      // refused only where no gesture ever was; answering is one
      held.speaker.play().catch(() => {})
      this.#events.sound(held.call.id, { far: held.far, near: held.near })
    })
    connection.addEventListener('connectionstatechange', () => {
      if (connection.connectionState !== 'failed') return
      try {
        held.session.terminate()
      } catch {
        // the far end is gone
      }
      this.#end(held, 'media_lost')
    })
  }

  /** Whether packets still come: a ward that says nothing sends some, a line that is dead, or suppresses silence, none. */
  async #look(held: Held, connection: RTCPeerConnection): Promise<void> {
    if (held.call.state !== 'talking') return
    let packets = 0
    for (const one of (await connection.getStats()).values())
      if (one.type === 'inbound-rtp') packets += one.packetsReceived ?? 0
    const now = Date.now()
    if (packets !== held.packets) Object.assign(held, { packets, packetAt: now })
    const quietSince = now - held.packetAt > QUIET_AFTER_MS ? held.packetAt : null
    if (quietSince !== held.call.quietSince) this.#change(held, { quietSince })
  }

  #change(held: Held, part: Partial<PhoneCall>): void {
    if (held.call.state === 'ended') return
    held.call = { ...held.call, ...part }
    this.#events.call({ ...held.call })
  }

  #end(held: Held, ended: CallEnd): void {
    if (!this.#held.delete(held.call.id)) return
    clearInterval(held.looking)
    for (const track of held.near?.getTracks() ?? []) track.stop()
    if (held.speaker) held.speaker.srcObject = null
    this.#change(held, { state: 'ended', ended })
  }

  #status(state: PhoneStatus['state'], why: PhoneWhy | null): void {
    this.#events.status({ state, since: Date.now(), why })
  }
}

/** A CANCEL says in its Reason header when another phone took the call. */
function elsewhere(message: { getHeader?: (name: string) => string | undefined } | null | undefined): boolean {
  return /completed elsewhere|cause=200/i.test(message?.getHeader?.('Reason') ?? '')
}

function endOf(cause: string, tookElsewhere: boolean): CallEnd {
  const { causes } = JsSIP.C
  if (tookElsewhere) return 'elsewhere'
  if (cause === causes.CANCELED) return 'stopped'
  if (cause === causes.REJECTED) return 'declined'
  if (cause === causes.USER_DENIED_MEDIA_ACCESS) return 'no_microphone'
  if (cause === causes.CONNECTION_ERROR) return 'wire_lost'
  return 'failed'
}
