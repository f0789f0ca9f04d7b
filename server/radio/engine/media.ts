/**
 * What the radio asks of the exchange, and what it hears from it. Types only: asterisk/radio/ fulfils them, tests may
 * stand in for them. A port here is its code. Times are epoch milliseconds of this host.
 *
 * Every order carries the port's epoch. It grows with each rebuild of the port's adapter; an order of an older life is
 * refused, so that a late answer can never key a carrier (fencing).
 */

/** One gateway to be kept up. */
export type PortWish = {
  readonly port: string
  /** PJSIP endpoint of the gateway in Asterisk, e.g. `g-old` */
  readonly endpoint: string
  readonly jitterBuffer: 'none' | 'adaptive' | 'fixed60'
  readonly record: boolean
}

/** Whose voice goes on the air. A leg is a console's own channel on this port. */
export type Voice =
  | { readonly kind: 'leg'; readonly channel: string }
  | { readonly kind: 'port'; readonly port: string }
  /** an announcement: a file of Asterisk's sounds, without its ending, or an absolute path without its ending */
  | { readonly kind: 'sound'; readonly path: string }
  /** a caller on the telephone, joined by `joinPhone` */
  | { readonly kind: 'phone'; readonly channel: string }

/** What the exchange tells the radio, in order, each as soon as it is known. */
export type MediaFact =
  /** adapter built anew, every gate verified shut */
  | { readonly type: 'up'; readonly port: string; readonly epoch: number; readonly at: number }
  | {
      readonly type: 'down'
      readonly port: string
      readonly at: number
      readonly why: 'gateway_lost' | 'control_lost' | 'lapsed' | 'refused' | 'not_wanted'
    }
  /** a console's channel joined the port, listening; or left */
  | {
      readonly type: 'leg'
      readonly port: string
      readonly station: string
      readonly channel: string
      readonly on: boolean
      readonly at: number
    }
  /** 20 ms of what the gateway sends, as 16-bit samples at 8 kHz, taken before any mix and whatever the gates; not sent while the gateway sends nothing */
  | { readonly type: 'heard'; readonly port: string; readonly at: number; readonly samples: Int16Array }
  /** an RFC 4733 digit from the gateway's own leg */
  | { readonly type: 'digit'; readonly port: string; readonly at: number; readonly digit: string }
  /** a digital gateway told who speaks (SIP INFO / MESSAGE), as it spelt it */
  | { readonly type: 'unit'; readonly port: string; readonly at: number; readonly raw: string }
  /** a caller joined by `joinPhone` began to speak, or paused; not every exchange tells it */
  | {
      readonly type: 'phone-voice'
      readonly port: string
      readonly channel: string
      readonly on: boolean
      readonly at: number
    }
  /** 20 ms of what a joined caller says, whether or not he is let into the port */
  | {
      readonly type: 'phone-heard'
      readonly port: string
      readonly channel: string
      readonly at: number
      readonly samples: Int16Array
    }
  /** a joined caller is joined no more: the call ended, or what joined it */
  | { readonly type: 'phone-left'; readonly port: string; readonly channel: string; readonly at: number }
  | { readonly type: 'sound-ended'; readonly port: string; readonly at: number; readonly ok: boolean }
  /** RTP packets a second on the gateway's leg, about each second */
  | {
      readonly type: 'evidence'
      readonly port: string
      readonly at: number
      readonly sentPps: number | null
      readonly heardPps: number | null
      readonly roundTripMs: number | null
      /** our packets are addressed to nobody that is this gateway */
      readonly isElsewhere?: boolean
    }
  /** a gateway that registers did so from this address */
  | { readonly type: 'gateway-at'; readonly port: string; readonly at: number; readonly address: string }
  /** the ARI connection; while lost nothing can be ordered, and leases lapse by themselves */
  | { readonly type: 'control'; readonly up: boolean; readonly at: number }
  /** a piece of the continuous recording is complete in the spool, or was found complete after a restart */
  | {
      readonly type: 'segment'
      readonly port: string
      readonly side: 'rx' | 'tx'
      readonly segment: string
      readonly startedAt: number
      readonly endedAt: number
      readonly path: string
    }
  /** a recorder began: from here on an over's place in the sound is known */
  | {
      readonly type: 'recording'
      readonly port: string
      readonly side: 'rx' | 'tx'
      readonly segment: string
      readonly startedAt: number
      readonly on: boolean
    }

export type Media = {
  /** The ports that shall be up, replacing those of before. Each is dialled and joined again for ever, never with its gate open. */
  want(ports: readonly PortWish[]): void
  /**
   * Key-up in the order of RADIO.md §3.1: lease armed, RX gate shut, PTT gate open, voice let in. Resolves when Asterisk has
   * said 2xx to all; rejects (and shuts everything again) otherwise.
   */
  key(order: { port: string; epoch: number; voice: Voice; leaseMs: number }): Promise<void>
  /** Another voice on the same carrier, which is never dropped. */
  pass(order: { port: string; epoch: number; from: Voice; to: Voice }): Promise<void>
  /** The lease goes on for `leaseMs` from this call, however long the order waits. Called only while the one who speaks is known to be there. */
  renew(order: { port: string; epoch: number; leaseMs: number }): Promise<void>
  /** Voice out, then after `tailMs` PTT gate shut, lease disarmed. Idempotent, retried inside; the lease is the last word. */
  unkey(order: { port: string; epoch: number; voice: Voice; tailMs: number }): Promise<void>
  /** What is received reaches consoles, or not (deaf time, stuck receiver). */
  rxGate(order: { port: string; epoch: number; open: boolean }): Promise<void>
  /** Keyed in the port's sound by DTMF: a gateway whose PTT is a digit sequence. */
  sendDigits(order: { port: string; epoch: number; digits: string }): Promise<void>
  /** Lets a caller on the telephone hear these ports and, while keyed as a voice, be heard. Answers the channel to key with. */
  joinPhone(order: { port: string; epoch: number; callChannel: string }): Promise<{ channel: string }>
  leavePhone(order: { port: string; channel: string }): Promise<void>
  /** Starts a new piece of both recordings; the floor calls it in silence, about each hour. */
  cutRecording(port: string): Promise<void>
  hear(told: (fact: MediaFact) => void): void
  start(): void
  stop(): Promise<void>
}
