/**
 * What a gateway hears on its channel and sends to the exchange, frame by frame. Pure: `at` is milliseconds of any one
 * clock and goes up by 20.
 *
 *   shut ──carrier, not deaf──▶ opening ──attackMs──▶ open ──carrier gone──▶ hanging ──hangMs──▶ shut
 *                                                       ▲────carrier again────┘
 *
 * `rtpPresence`: packets only while open or hanging. `vad`: packets always, with the receiver's noise floor in between.
 */
import { FRAME, mix } from '../sound/g711.ts'

export type ReceiverProfile = {
  cor: 'rtpPresence' | 'vad'
  /** carrier → squelch open; what is said meanwhile is lost */
  attackMs: number
  /** carrier gone → squelch shut; what is heard meanwhile is noise, so loud (dB below full scale; −100: silence) */
  hangMs: number
  noiseDb: number
  /** vad: noise while shut */
  floorDb: number
  /** half duplex: hears nothing while its own transmitter is keyed, and so long after */
  deafOnTx: boolean
  deafTailMs: number
  /** what is transmitted comes back on the channel so much later; 0: never */
  echoMs: number
}

export const RECEIVER_DEFAULTS: ReceiverProfile = {
  cor: 'rtpPresence',
  attackMs: 40,
  hangMs: 120,
  noiseDb: -24,
  floorDb: -66,
  deafOnTx: true,
  deafTailMs: 20,
  echoMs: 0,
}

export class Receiver {
  profile: ReceiverProfile
  #carrierSince: number | undefined
  #hangUntil = -Infinity
  #deafUntil = -Infinity
  #echo: { at: number; frame: Int16Array }[] = []
  #seed = 1

  constructor(profile: Partial<ReceiverProfile> = {}) {
    this.profile = { ...RECEIVER_DEFAULTS, ...profile }
  }

  /** Squelch open, or hanging. */
  get open(): boolean {
    return this.#hangUntil > -Infinity
  }

  /** 20 ms went on the air from this gateway's own transmitter. */
  sent(at: number, frame: Int16Array): void {
    const { echoMs } = this.profile
    if (echoMs > 0) this.#echo.push({ at: at + echoMs, frame })
  }

  /** The next 20 ms towards the exchange, or undefined when no packet is sent. `voices`: handhelds that are keyed now. */
  frame(at: number, voices: readonly Int16Array[], keyed: boolean): Int16Array | undefined {
    const { cor, attackMs, hangMs, noiseDb, floorDb, deafOnTx, deafTailMs } = this.profile
    const back = this.#returned(at)
    if (keyed && deafOnTx) this.#deafUntil = at + deafTailMs
    const onAir = back ? [...voices, back] : voices
    const carrier = onAir.length > 0 && !(deafOnTx && (keyed || at < this.#deafUntil))
    const shut = () => (cor === 'vad' ? this.#noise(floorDb) : undefined)

    if (carrier) {
      this.#carrierSince ??= at
      if (!this.open && at - this.#carrierSince < attackMs) return shut()
      this.#hangUntil = at + hangMs
      return mix(onAir)
    }
    this.#carrierSince = undefined
    if (!this.open) return shut()
    // Its own transmitter overrides the squelch at once: no tail is heard.
    if ((deafOnTx && keyed) || at >= this.#hangUntil) {
      this.#hangUntil = -Infinity
      return shut()
    }
    return this.#noise(noiseDb)
  }

  /** One frame of the echo for each of ours, although they come with another rhythm; too old ones are gone. */
  #returned(at: number): Int16Array | undefined {
    while (this.#echo[0] && this.#echo[0].at < at - 100) this.#echo.shift()
    return this.#echo[0] && this.#echo[0].at <= at + 10 ? this.#echo.shift()?.frame : undefined
  }

  #noise(db: number): Int16Array {
    const frame = new Int16Array(FRAME)
    if (db <= -100) return frame
    // Uniform noise has √3 times its mean power as peak.
    const peak = 32_768 * 10 ** (db / 20) * Math.sqrt(3)
    for (let i = 0; i < FRAME; i++) {
      this.#seed = (Math.imul(this.#seed, 1_664_525) + 1_013_904_223) >>> 0
      frame[i] = Math.max(-32_768, Math.min(32_767, Math.round((this.#seed / 2 ** 31 - 1) * peak)))
    }
    return frame
  }
}
