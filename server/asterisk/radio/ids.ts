/**
 * Names of what the radio makes in Asterisk: `radio-<port>-<what>-<uuid>`, for channels and bridges alike. None is ever
 * used twice: an order that comes late finds nothing, and Asterisk misbehaves over a bridge id used again (asterisk#211).
 *
 *   gw      the gateway's leg                     rb         simple bridge: gateway's leg and near half
 *   near    half of the adapter at the gateway    far        its half in the mixing bridge: carries both gates
 *   mb      mixing bridge of the port             voice/say  announcer: near half in the mixing bridge / far half, played to
 *   hb      bridge of the consoles that listen    cast/fan   what is said in the mixing bridge, told to all of them
 *   ear     snoop that feeds the tap              tap, tb    the tap's leg to the server, and their bridge
 *   rx, tx  snoop that is recorded
 *   out, in halves of a link: in the mixing bridge of the one port, and of the other
 *   phone   snoop of a caller on the telephone
 */
import { randomUUID } from 'node:crypto'

const WHATS = [
  ...['gw', 'rb', 'near', 'far', 'mb', 'voice', 'say', 'hb', 'cast', 'fan', 'ear', 'tap', 'tb'],
  ...['rx', 'tx', 'out', 'in', 'phone'],
] as const
export type What = (typeof WHATS)[number]
export type Side = 'rx' | 'tx'

export const made = (port: string, what: What): string => `radio-${port}-${what}-${randomUUID()}`

/** What an id of ours names; undefined for everybody else's. */
export function whatOf(id: string): { port: string; what: What } | undefined {
  const [, port, what] = /^radio-([a-z][a-z0-9_]*)-([a-z]+)-[0-9a-f]/.exec(id) ?? []
  return port && WHATS.includes(what as What) ? { port, what: what as What } : undefined
}

/** A piece of the continuous recording, which is also the file's name: when it began stands in it, for whoever finds it. */
export const piece = (port: string, side: Side, at: number): string =>
  `radio-${port}-${side}-${at.toString(16)}-${randomUUID()}`

export function pieceOf(name: string): { port: string; side: Side; startedAt: number } | undefined {
  const [, port, side, at] = /^radio-([a-z][a-z0-9_]*)-(rx|tx)-([0-9a-f]{10,12})-[0-9a-f-]{36}$/.exec(name) ?? []
  return port && at ? { port, side: side as Side, startedAt: Number.parseInt(at, 16) } : undefined
}
