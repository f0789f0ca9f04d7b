/** What is said on the control socket of the gateway simulator: one JSON object a line, each answered by its `id`. */
import type { Sounding } from './air.ts'
import type { Gateway } from './gateway.ts'
import type { Instant, LogEntry } from './keyed-log.ts'
import type { GatewayProfile } from './profile.ts'

/** A handheld speaks: a 16-bit WAV, a tone, or silence with a carrier. */
export type SpeakWish = {
  readonly port: string
  readonly unit: string
  /** path of a WAV file */
  readonly wav?: string
  /** hertz; 0 is an open carrier */
  readonly tone?: number
  /** of a tone; missing: until `stop` */
  readonly forMs?: number
  /** false: sends no identity this time */
  readonly ident?: boolean
}

/** What went on the air of a port in a span of time. */
export type HeardOnAir = Sounding & {
  /** the whole span, silence where nobody was on the air */
  readonly wav: string
  readonly from: Instant
  readonly seconds: number
  /** of sound on the air */
  readonly airMs: number
  /** each 20 ms that handhelds heard: when, its RTP sequence number, and where it lies in the file */
  readonly frames: readonly { readonly mono: number; readonly seq: number; readonly sample: number }[]
}

/** Wishes by name, and what each is answered. */
export type Wishes = {
  status: { ask: Record<never, never>; answer: ReturnType<Gateway['status']>[] }
  /** answered when the key is up again: its `over` entries */
  speak: { ask: SpeakWish; answer: LogEntry[] }
  /** the emergency button of a handheld */
  emergency: { ask: { port: string; unit: string }; answer: null }
  /** a handheld acknowledges by keys */
  ack: { ask: { port: string; unit: string; dtmf: string }; answer: LogEntry[] }
  stop: { ask: { port: string; unit?: string }; answer: null }
  /** changes settings, and gives all of them */
  mode: { ask: { port: string; set: Partial<GatewayProfile> }; answer: GatewayProfile }
  kill: { ask: { port: string }; answer: null }
  revive: { ask: { port: string }; answer: null }
  hangup: { ask: { port: string }; answer: null }
  register: { ask: { port: string; seconds: number }; answer: number }
  /** entries from the monotonic time `since` on, of one port or all */
  log: { ask: { port?: string; since?: number }; answer: LogEntry[] }
  heard: { ask: { port: string; since: number; wav?: string }; answer: HeardOnAir }
  /** from now on every entry is told on this connection as `{entry}` */
  watch: { ask: Record<never, never>; answer: null }
}
export type Wish = keyof Wishes

/** The simulator's socket below a desk's folder. */
export const socketIn = (varDir: string): string => `${varDir}/run/radio-sim.sock`
