import type { SipCredential } from '../wire.ts'

type Said = { kind: 'ask' } | { kind: 'credential'; credential: SipCredential } | { kind: 'off'; station: string }

/**
 * What the tabs of one browser tell each other of the phone. The one that leads hands its credential to those that follow,
 * so that one of them can take over with the server away; nothing of it is stored outside a tab (kept.ts).
 */
export class Tabs {
  #channel = typeof BroadcastChannel === 'function' ? new BroadcastChannel('desk.phone') : undefined

  constructor(on: {
    /** the credential this tab leads with; null when it does not lead */
    held: () => SipCredential | null
    handed: (credential: SipCredential) => void
    off: (station: string) => void
  }) {
    if (!this.#channel) return
    this.#channel.onmessage = ({ data }: MessageEvent<Said>) => {
      if (data.kind === 'credential') on.handed(data.credential)
      if (data.kind === 'off') on.off(data.station)
      const held = data.kind === 'ask' ? on.held() : null
      if (held) this.hand(held)
    }
  }

  /** Asks whoever leads for its credential. */
  ask(): void {
    this.#say({ kind: 'ask' })
  }

  hand(credential: SipCredential): void {
    this.#say({ kind: 'credential', credential })
  }

  /** The agent stops taking calls, in every tab. */
  off(station: string): void {
    this.#say({ kind: 'off', station })
  }

  #say(said: Said): void {
    this.#channel?.postMessage(said)
  }
}
