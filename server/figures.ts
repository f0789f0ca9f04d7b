/** What `/metrics` says of this server, beside what each HTTP route counts. Names are fixed: dashboards hold them. */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Archive } from './archive/index.ts'
import type { Asterisk, PhonesWay } from './asterisk/index.ts'
import type { Db } from './db/index.ts'
import { type DueRows, failures } from './every.ts'
import type { DeskHealth } from './health.ts'
import type { Figure } from './web/health.ts'
import type { Live } from './web/live.ts'
import type { Alarm } from './wire/views.ts'

export type FigureParts = {
  db: Db
  asterisk: Asterisk
  archive: Archive
  phones: PhonesWay
  health: DeskHealth
  radio: { alarmsRaised: () => Record<string, number> }
  live: Live
  /** rows with a due time, by kind, once they are started */
  due: () => Record<string, DueRows | undefined>
}

export const deskFigures = (parts: FigureParts): Figure[] => [
  ...asteriskFigures(parts.asterisk),
  ...popFigures(parts),
  ...parts.archive.figures(),
  ...alarmFigures(parts),
  ...liveFigures(parts.live),
  ...processFigures(parts),
]

function popFigures({ health: { pops }, asterisk, phones }: FigureParts): Figure[] {
  return [
    {
      name: 'call_to_pop_seconds_sum',
      help: 'from Asterisk ringing to the browser’s word that the pop is painted, all pops since start',
      kind: 'counter',
      value: () => pops.seconds.sum,
    },
    {
      name: 'call_to_pop_seconds_count',
      help: 'pops painted since start',
      kind: 'counter',
      value: () => pops.seconds.count,
    },
    {
      name: 'call_to_pop_p95_seconds',
      help: 'ring to paint, last thousand pops',
      kind: 'gauge',
      value: () => quantile(pops.lately, 0.95) / 1000,
    },
    {
      name: 'call_to_pop_browser_p95_seconds',
      help: 'the part of it after the frame had come to the browser, last thousand pops',
      kind: 'gauge',
      value: () => quantile(pops.browserLately, 0.95) / 1000,
    },
    {
      name: 'asterisk_clock_offset_seconds',
      help: 'what Asterisk’s clock is behind ours (ahead: negative); 0 where they agree',
      kind: 'gauge',
      value: () => asterisk.clockOffsetMs() / 1000,
    },
    {
      name: 'pops_unpainted_total',
      help: 'rings at a browser with no pop on its screen within a second',
      kind: 'counter',
      value: () => pops.unpainted,
    },
    {
      name: 'browser_phones_let_in',
      help: '1 while a browser phone can open its socket',
      kind: 'gauge',
      value: () => (phones.health().state === 'well' ? 1 : 0),
    },
  ]
}

const alarmFigures = ({ health, radio }: FigureParts): Figure[] => [
  {
    name: 'desk_alarms',
    help: 'alarms standing, by kind',
    kind: 'gauge',
    label: 'kind',
    value: () => counted(health.now().alarms),
  },
  {
    name: 'radio_alarms_total',
    help: 'alarms the radio has raised since start, by kind',
    kind: 'counter',
    label: 'kind',
    value: () => radio.alarmsRaised(),
  },
]

const liveFigures = (live: Live): Figure[] => [
  { name: 'ws_clients', help: 'consoles on the live socket', kind: 'gauge', value: () => live.clients() },
  {
    name: 'ws_replay_total',
    help: 'consoles that asked again',
    kind: 'counter',
    value: () => live.figures.replays,
  },
  {
    name: 'ws_backpressure_drops_total',
    help: 'consoles too slow',
    kind: 'counter',
    value: () => live.figures.dropped,
  },
]

function processFigures({ db, due }: FigureParts): Figure[] {
  const delay = monitorEventLoopDelay({ resolution: 10 })
  delay.enable()
  return [
    {
      name: 'event_loop_delay_p99_seconds',
      help: 'how long the loop makes work wait',
      kind: 'gauge',
      value: () => delay.percentile(99) / 1e9,
    },
    {
      name: 'pg_pool_waiting',
      help: 'queries waiting for a connection',
      kind: 'gauge',
      value: () => db.client.pool?.numPendingAcquires() ?? 0,
    },
    {
      name: 'due_rows_late_seconds',
      help: 'how late the oldest row is that is due, by kind',
      kind: 'gauge',
      label: 'kind',
      value: () => Object.fromEntries(Object.entries(due()).map(([kind, rows]) => [kind, rows?.lateSeconds() ?? 0])),
    },
    {
      name: 'loop_failures_total',
      help: 'work that comes again and rows that were due which threw, since start, by name',
      kind: 'counter',
      label: 'loop',
      value: failures,
    },
  ]
}

const counted = (alarms: Alarm[]): Record<string, number> => {
  const kinds: Record<string, number> = {
    recording_missing: 0,
    recording_short: 0,
    unrecorded: 0,
    spool_full: 0,
    call_without_ticket: 0,
    call_silent: 0,
    radio_unrecorded: 0,
    dialplan_dead_end: 0,
    radio_sends_in_idle: 0,
    radio_sends_elsewhere: 0,
    radio_gateway_moved: 0,
    radio_not_believed: 0,
    callout_given_up: 0,
  }
  for (const alarm of alarms) kinds[alarm.kind] = (kinds[alarm.kind] ?? 0) + 1
  return kinds
}

function quantile(values: number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}

/** The meters of the Asterisk wires, each under its own name. */
function asteriskFigures(asterisk: Asterisk): Figure[] {
  const now = () => asterisk.figures()
  const counters = Object.keys(now().counters) as (keyof ReturnType<typeof now>['counters'])[]
  return [
    ...counters.map(
      (name): Figure => ({ name, help: name.replaceAll('_', ' '), kind: 'counter', value: () => now().counters[name] }),
    ),
    {
      name: 'ami_connected',
      help: '1 when the AMI reader is signed in',
      kind: 'gauge',
      value: () => now().ami_connected,
    },
    {
      name: 'ami_last_event_age_seconds',
      help: 'since Asterisk last said anything',
      kind: 'gauge',
      value: () => now().ami_last_event_age_seconds ?? undefined,
    },
    {
      name: 'sip_refused_calls_total',
      help: 'calls that SIP refused before they were any, by trunk and status',
      kind: 'counter',
      label: 'what',
      value: () => now().sip_refused_calls_total,
    },
    {
      name: 'sip_wrong_passwords_total',
      help: 'SIP passwords refused',
      kind: 'counter',
      value: () => now().sip_wrong_passwords_total,
    },
    {
      name: 'ami_events_total',
      help: 'AMI events heard',
      kind: 'counter',
      label: 'event',
      value: () => now().ami_events_total,
    },
    {
      name: 'ami_resync_total',
      help: 'times everything was read back',
      kind: 'counter',
      label: 'reason',
      value: () => now().ami_resync_total,
    },
    {
      name: 'event_to_commit_p95_seconds',
      help: 'from hearing a fact to its commit, last thousand',
      kind: 'gauge',
      value: () => (now().event_to_commit_ms?.p95 ?? 0) / 1000,
    },
  ]
}
