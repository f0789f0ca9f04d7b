/** What the wires count: plain numbers, read by /metrics and /status. */

export type Meters = {
  count(name: CounterName, by?: number): void
  event(name: string): void
  resync(reason: string): void
  /** From hearing a fact to its commit, in ms. */
  committed(ms: number): void
  read(): MeterFigures
}

export type CounterName =
  | 'ami_parse_errors_total'
  | 'ami_forged_total'
  | 'ari_parse_errors_total'
  | 'cel_parse_errors_total'
  | 'cel_lines_total'
  | 'dup_events_suppressed_total'
  | 'facts_total'
  | 'facts_dropped_total'
  | 'facts_refused_total'
  | 'sip_parse_refusals_total'

export type MeterFigures = {
  counters: Record<CounterName, number>
  ami_events_total: Record<string, number>
  ami_resync_total: Record<string, number>
  /** Of the last thousand commits; null before the first. */
  event_to_commit_ms: { p50: number; p95: number; max: number } | null
}

/** Names of events come from outside: past so many different ones the rest count as one. */
const MOST_NAMES = 300
const SAMPLES = 1_000

export function makeMeters(): Meters {
  const counters: Record<CounterName, number> = {
    ami_parse_errors_total: 0,
    ami_forged_total: 0,
    ari_parse_errors_total: 0,
    cel_parse_errors_total: 0,
    cel_lines_total: 0,
    dup_events_suppressed_total: 0,
    facts_total: 0,
    facts_dropped_total: 0,
    facts_refused_total: 0,
    sip_parse_refusals_total: 0,
  }
  const events = new Map<string, number>()
  const resyncs = new Map<string, number>()
  const samples: number[] = []
  let next = 0
  const add = (map: Map<string, number>, name: string) => {
    const key = map.has(name) || map.size < MOST_NAMES ? name : 'other'
    map.set(key, (map.get(key) ?? 0) + 1)
  }
  return {
    count: (name, by = 1) => {
      counters[name] += by
    },
    event: (name) => add(events, name.slice(0, 64)),
    resync: (reason) => add(resyncs, reason),
    committed: (ms) => {
      samples[next++ % SAMPLES] = ms
    },
    read: () => {
      const sorted = samples.toSorted((a, b) => a - b)
      const at = (q: number) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0
      return {
        counters: { ...counters },
        ami_events_total: Object.fromEntries(events),
        ami_resync_total: Object.fromEntries(resyncs),
        event_to_commit_ms: sorted.length > 0 ? { p50: at(0.5), p95: at(0.95), max: at(1) } : null,
      }
    },
  }
}
