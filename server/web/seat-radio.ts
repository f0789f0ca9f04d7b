/** The radio's words of a console: a press, its heartbeat, its release. Anything else is not understood. */
import type { RadioFromConsole } from '../wire/radio.ts'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const PORT = /^[\w-]{1,32}$/
/** Ports keyed by one press at most. */
const MOST_PORTS = 16

export function understandRadio(said: Record<string, unknown>): RadioFromConsole | undefined {
  const { kind, press, ports, override, ticketId, ...others } = said
  if (Object.keys(others).length > 0 || !Number.isSafeInteger(press) || (press as number) < 0) return undefined
  const number = press as number
  if (kind === 'held' || kind === 'unptt') return Object.keys(said).length === 2 ? { kind, press: number } : undefined
  if (kind !== 'ptt' || !arePorts(ports)) return undefined
  if (override !== undefined && typeof override !== 'boolean') return undefined
  if (ticketId !== undefined && !(typeof ticketId === 'string' && UUID.test(ticketId))) return undefined
  return {
    kind,
    press: number,
    ports,
    ...(override !== undefined && { override }),
    ...(ticketId !== undefined && { ticketId: ticketId as string }),
  }
}

const arePorts = (value: unknown): value is string[] =>
  Array.isArray(value) &&
  value.length > 0 &&
  value.length <= MOST_PORTS &&
  value.every((port) => typeof port === 'string' && PORT.test(port)) &&
  new Set(value).size === value.length
