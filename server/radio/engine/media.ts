/**
 * What the radio orders of Asterisk, and what it hears from it. Types only: asterisk/radio/ fulfils them. A port here is its
 * code. Times are epoch milliseconds of this host.
 *
 * Every order carries the port's epoch, which grows each time the port's bridges are built anew; an order of an earlier
 * epoch is refused, so that one that comes late can never key a carrier.
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

/** What Asterisk tells the radio, in order, each as soon as it is known. */
export type MediaFact =
  /** the port's bridges were built anew, every gate verified shut */
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
  /**
   * 20 ms of what the gateway sends, as 16-bit samples at 8 kHz, taken before any mix and whatever the gates; not sent
   * while the gateway sends nothing
   */
  | { readonly type: 'heard'; readonly port: string; readonly at: number; readonly samples: Int16Array }
  /** an RFC 4733 digit from the gateway's own leg */
  | { readonly type: 'digit'; readonly port: string; readonly at: number; readonly digit: string }
  /** a digital gateway told who speaks (SIP INFO / MESSAGE), as it spelt it */
  | { readonly type: 'unit'; readonly port: string; readonly at: number; readonly raw: string }
  /** 20 ms of what a joined caller says, whether or not he is let into the port */
  | {
      readonly type: 'phone-heard'
      readonly port: string
      readonly channel: string
      readonly at: number
      readonly samples: Int16Array
    }
  /** a joined caller is joined no more: the call or its leg to the port has ended */
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
  /**
   * The ports that shall be up, replacing those of before. Each is dialled and joined again for ever, never with its
   * gate open.
   */
  want(ports: readonly PortWish[]): void
  /**
   * Keys up, in this order: lease armed, receive gate shut, transmit gate open, voice let in. Resolves when Asterisk has
   * confirmed all; otherwise shuts everything again and rejects.
   */
  key(order: { port: string; epoch: number; voice: Voice; leaseMs: number }): Promise<void>
  /** Gives the carrier to another voice without dropping it. */
  pass(order: { port: string; epoch: number; from: Voice; to: Voice }): Promise<void>
  /**
   * Prolongs the lease: `leaseMs` from this call, however long the order waits on its way. Only while the speaker is
   * known to be there.
   */
  renew(order: { port: string; epoch: number; leaseMs: number }): Promise<void>
  /**
   * Shuts the voice out, after `tailMs` the transmit gate, then ends the lease. May be ordered twice; is tried again
   * inside; if all fails, the lease runs out.
   */
  unkey(order: { port: string; epoch: number; voice: Voice; tailMs: number }): Promise<void>
  /** Whether what is received reaches the consoles. */
  rxGate(order: { port: string; epoch: number; open: boolean }): Promise<void>
  /** Sends touch tones to the gateway: some are keyed and unkeyed by them. */
  sendDigits(order: { port: string; epoch: number; digits: string }): Promise<void>
  /**
   * Lets a caller on the telephone hear the port and, while keyed as its voice, be heard on it. Answers the channel to
   * key with.
   */
  joinPhone(order: { port: string; epoch: number; callChannel: string }): Promise<{ channel: string }>
  leavePhone(order: { port: string; channel: string }): Promise<void>
  /** Ends the current piece of both recordings and begins the next. */
  cutRecording(port: string): Promise<void>
  hear(told: (fact: MediaFact) => void): void
  start(): void
  stop(): Promise<void>
}
