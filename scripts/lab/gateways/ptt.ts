/**
 * When a gateway's transmitter is keyed: its push-to-talk line as a function of what arrives and when. Pure: times are
 * milliseconds of any one clock, and a change says when it happened, however late it is asked for.
 *
 *             cause begins                    cause ended, call ended, power lost
 *   unkeyed ───────────────▶ keyed ──────────────────────────────────────────────▶ unkeyed
 *      ▲                       │ longer than timeOutMs
 *      │ cause has ended       ▼
 *      └──────────────── locked out
 *
 * Causes: `packet` RTP of any kind arrives; `vox` it is loud enough; `dtmf` digits turn it on and off.
 */

export type PttProfile = {
  mode: 'packet' | 'vox' | 'dtmf'
  /** packet: unkeyed so long after the last packet */
  packetHangMs: number
  /** vox (defaults of an Icom VE-PG4): loud for so long; quiet for so long; what is loud, dB below full scale */
  voxAttackMs: number
  voxReleaseMs: number
  voxThresholdDb: number
  /** dtmf: the sequences; digits further apart than `digitGapMs` are no sequence */
  on: string
  off: string
  digitGapMs: number
  /** dtmf: unkeyed when no packet came for so long; 0: stays keyed until `off` or the time-out */
  rtpLossMs: number
  /** the gateway's own time-out timer; 0: none */
  timeOutMs: number
}

export const PTT_DEFAULTS: PttProfile = {
  mode: 'packet',
  packetHangMs: 60,
  voxAttackMs: 50,
  voxReleaseMs: 500,
  voxThresholdDb: -38,
  on: '*1',
  off: '*0',
  digitGapMs: 1_000,
  rtpLossMs: 1_000,
  timeOutMs: 65_000,
}

export type PttWhy = 'packets' | 'voice' | 'digits' | 'quiet' | 'rtp_lost' | 'time_out' | 'call_ended' | 'power_lost'
export type PttChange = { readonly at: number; readonly keyed: boolean; readonly why: PttWhy }

const PACKET_MS = 20

export class Ptt {
  profile: PttProfile
  keyed = false
  /** Timed out, and what keyed it has not ended yet. */
  locked = false
  #keyedAt = 0
  #lastPacket = -Infinity
  #loudSince: number | undefined
  #lastLoud = -Infinity
  #digits = ''
  #lastDigit = -Infinity

  constructor(profile: Partial<PttProfile> = {}) {
    this.profile = { ...PTT_DEFAULTS, ...profile }
  }

  /** 20 ms of sound (or a key press, a comfort noise) arrived, so loud. */
  packet(at: number, levelDb: number): PttChange[] {
    const before = this.pass(at)
    const { mode, voxThresholdDb, voxAttackMs } = this.profile
    const gap = at - this.#lastPacket
    this.#lastPacket = at
    if (mode === 'packet') return [...before, ...this.#key(at, 'packets')]
    if (mode === 'dtmf') return before
    if (levelDb < voxThresholdDb) {
      this.#loudSince = undefined
      return before
    }
    if (this.#loudSince === undefined || gap > 3 * PACKET_MS) this.#loudSince = at
    this.#lastLoud = at
    return at - this.#loudSince + PACKET_MS >= voxAttackMs ? [...before, ...this.#key(at, 'voice')] : before
  }

  digit(at: number, digit: string): PttChange[] {
    const before = this.pass(at)
    const { mode, on, off, digitGapMs } = this.profile
    if (mode !== 'dtmf') return before
    this.#digits = at - this.#lastDigit > digitGapMs ? digit : this.#digits + digit
    this.#lastDigit = at
    if (this.#digits.endsWith(on)) {
      this.#digits = ''
      return [...before, ...this.#key(at, 'digits')]
    }
    if (this.#digits.endsWith(off)) {
      this.#digits = ''
      this.locked = false
      return [...before, ...this.drop(at, 'digits')]
    }
    return before
  }

  /** What has happened by itself until `at`. */
  pass(at: number): PttChange[] {
    const { mode, packetHangMs, voxReleaseMs, rtpLossMs, timeOutMs } = this.profile
    const quietAt =
      mode === 'packet'
        ? this.#lastPacket + packetHangMs
        : mode === 'vox'
          ? this.#lastLoud + voxReleaseMs
          : rtpLossMs > 0
            ? Math.max(this.#keyedAt, this.#lastPacket) + rtpLossMs
            : Infinity
    const cutAt = timeOutMs > 0 ? this.#keyedAt + timeOutMs : Infinity
    const changes: PttChange[] = []
    if (this.keyed && Math.min(quietAt, cutAt) <= at) {
      const cut = cutAt < quietAt
      this.locked = cut
      changes.push(...this.drop(Math.min(quietAt, cutAt), cut ? 'time_out' : mode === 'dtmf' ? 'rtp_lost' : 'quiet'))
    }
    if (this.locked && quietAt <= at) this.locked = false
    return changes
  }

  /** Unkeyed from outside: the call ended, the power went. */
  drop(at: number, why: PttWhy): PttChange[] {
    if (!this.keyed) return []
    this.keyed = false
    this.#loudSince = undefined
    return [{ at, keyed: false, why }]
  }

  #key(at: number, why: PttWhy): PttChange[] {
    if (this.keyed || this.locked) return []
    this.keyed = true
    this.#keyedAt = at
    return [{ at, keyed: true, why }]
  }
}
