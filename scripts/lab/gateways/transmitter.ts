/** The transmitting half of a gateway: packets in, key line and sound on the air out, each keying with its account. */

import type { Arrived } from '../sound/rtp.ts'
import { Air } from './air.ts'
import { instant, type KeyedLog } from './keyed-log.ts'
import type { GatewayProfile } from './profile.ts'
import { Ptt, type PttChange } from './ptt.ts'

type Account = {
  keyedAt: number
  packets: number
  lost: number
  first: number | undefined
  last: number | undefined
  seq: number | undefined
  gaps: { afterMs: number; ms: number }[]
}

export class Transmitter {
  readonly ptt: Ptt
  readonly air = new Air()
  /** Of all time. */
  packets = 0
  keyings = 0
  keyedMs = 0
  lastPacket: number | undefined
  #log: KeyedLog
  #account: Account | undefined
  #delayed: Arrived[] = []
  #profile: GatewayProfile

  constructor(profile: GatewayProfile, log: KeyedLog) {
    this.#profile = profile
    this.#log = log
    this.ptt = new Ptt(profile)
  }

  set profile(profile: GatewayProfile) {
    this.#profile = profile
    this.ptt.profile = profile
  }

  /** A packet arrived. Gives the frames that now go on the air. */
  hear(packet: Arrived): Int16Array[] {
    const gap = packet.at - (this.lastPacket ?? packet.at)
    this.packets++
    const before = this.#account
    const changes = [
      ...this.ptt.packet(packet.at, packet.db),
      ...(packet.digit === undefined ? [] : this.ptt.digit(packet.at, packet.digit)),
    ]
    this.#tell(changes, packet.at)
    this.lastPacket = packet.at
    const account = this.#account
    if (account) {
      account.packets++
      account.first ??= packet.at
      account.last = packet.at
      if (account.seq !== undefined) account.lost += Math.min(100, ((packet.seq - account.seq + 65_536) & 0xffff) - 1)
      account.seq = Math.max(packet.seq, 0)
      if (before === account && gap > 40 && account.gaps.length < 100)
        account.gaps.push({ afterMs: Math.round(packet.at - gap - account.keyedAt), ms: Math.round(gap) })
    }
    if (packet.samples) this.#delayed.push(packet)
    return this.#onAir(packet.at)
  }

  /** A digit heard in the sound, for gateways that are keyed by it. */
  digit(at: number, digit: string): void {
    this.#tell(this.ptt.digit(at, digit), at)
  }

  /** Time has gone on. Gives the frames that now go on the air. */
  pass(at: number): Int16Array[] {
    this.#tell(this.ptt.pass(at), at)
    return this.#onAir(at)
  }

  drop(at: number, why: 'call_ended' | 'power_lost'): void {
    this.#tell(this.ptt.drop(at, why), at)
    this.#delayed = []
  }

  #onAir(at: number): Int16Array[] {
    const due = at - this.#profile.voiceDelayMs
    const frames: Int16Array[] = []
    while (this.#delayed[0] && this.#delayed[0].at <= due) {
      const packet = this.#delayed.shift() as Arrived
      if (!this.ptt.keyed || !packet.samples) continue
      frames.push(packet.samples)
      // The transmitter's power and the handheld's squelch take their time: the first of it nobody hears.
      if (at - (this.#account?.keyedAt ?? at) >= this.#profile.txAttackMs)
        this.air.put({ at, seq: packet.seq, stamp: packet.stamp, ssrc: packet.ssrc, samples: packet.samples })
    }
    return frames
  }

  #tell(changes: readonly PttChange[], now: number): void {
    for (const { at, keyed, why } of changes) {
      if (keyed) {
        this.keyings++
        this.#account = {
          keyedAt: at,
          packets: 0,
          lost: 0,
          first: undefined,
          last: undefined,
          seq: undefined,
          gaps: [],
        }
        const firstPacket = why === 'packets' ? instant(now) : null
        this.#log.tell({ type: 'keyed', n: this.keyings, why, firstPacket }, at)
        continue
      }
      const account = this.#account
      this.#account = undefined
      if (!account) continue
      this.keyedMs += at - account.keyedAt
      this.#log.tell(
        {
          type: 'unkeyed',
          n: this.keyings,
          why,
          keyedMs: Math.round(at - account.keyedAt),
          packets: account.packets,
          lost: account.lost,
          firstPacket: account.first === undefined ? null : instant(account.first),
          lastPacket: account.last === undefined ? null : instant(account.last),
          gaps: account.gaps,
        },
        at,
      )
    }
  }
}
