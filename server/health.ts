/** How the desk is, put together from every wire: for the strip on the screen, `/status` and `/metrics`. */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Logger } from 'pino'
import { type Archive, recordingAlarms } from './archive/index.ts'
import type { Asterisk, PhonesWay } from './asterisk/index.ts'
import { calloutAlarms } from './callouts/index.ts'
import type { Db, watchPulse } from './db/index.ts'
import { every } from './every.ts'
import { callAlarms, type Painted, unpainted } from './screens/index.ts'
import type { Figure } from './web/health.ts'
import type { Live } from './web/live.ts'
import type { Alarm, Health, WireHealth } from './wire/views.ts'

const ALARMS_EVERY_MS = 5_000
/** A pop that is on the screen later than this came late: the agent was told by a desktop notification instead. */
const PAINT_WITHIN_MS = 1_000
/** Below this free share of the spool's disk recordings are in danger. */
const SPOOL_TIGHT = 0.1

export type DeskHealth = ReturnType<typeof watchHealth>

export function watchHealth(parts: {
  db: Db
  pulse: ReturnType<typeof watchPulse>
  asterisk: Asterisk
  archive: Archive
  phones: PhonesWay
  log: Logger
  /** what is wrong with the radio now, and how often each of it was */
  radio: () => { alarms: () => Alarm[]; alarmsRaised: () => Record<string, number> }
}) {
  const { db, pulse, asterisk, phones, archive, radio, log } = parts
  let alarms: Alarm[] = []
  let pops: number[] = []
  let browserParts: number[] = []
  const popSeconds = { sum: 0, count: 0 }
  const unseen = { pops: 0, upTo: new Date() }
  const delay = monitorEventLoopDelay({ resolution: 10 })
  delay.enable()

  async function lookForAlarms(): Promise<void> {
    // The pulse tells of a database that is away; the alarms of before stand until it is back.
    if (!pulse.isUp()) return
    const { count, upTo } = await unpainted(db, unseen.upTo)
    unseen.pops += count
    unseen.upTo = upTo
    const recorded = await recordingAlarms(db)
    const wrong = recorded.map((alarm) => ({ ...alarm, since: alarm.since.toISOString() }))
    alarms = [...wrong, ...(await callAlarms(db)), ...(await calloutAlarms(db)), ...spoolAlarm()]
  }
  const looking = every({ name: 'alarms', everyMs: ALARMS_EVERY_MS, work: lookForAlarms, log })

  /** What is wrong by the exchange's own word, now. */
  const heardNow = (): Alarm[] => [
    ...dialplanAlarm(),
    ...refusedAlarm(),
    ...guessedAlarm(),
    ...asterisk
      .silent()
      .map(({ callId, since }): Alarm => ({ kind: 'call_silent', callId, since: since.toISOString(), count: 1 })),
    ...radio().alarms(),
  ]

  const spoolAlarm = (): Alarm[] => {
    const { spool } = archive.health()
    if (spool.freeRatio >= SPOOL_TIGHT) return []
    return [
      { kind: 'spool_full', callId: null, since: spool.since.toISOString(), count: Math.round(spool.freeRatio * 100) },
    ]
  }

  const dialplanAlarm = (): Alarm[] => {
    const { all, since } = asterisk.deadEnds()
    return all.length === 0
      ? []
      : [{ kind: 'dialplan_dead_end', callId: null, since: since.toISOString(), count: all.length }]
  }

  const guessedAlarm = (): Alarm[] => {
    const guessed = asterisk.guessedLately()
    if (!guessed) return []
    return [{ kind: 'sip_guessing', callId: null, since: guessed.since.toISOString(), count: guessed.count }]
  }

  const refusedAlarm = (): Alarm[] => {
    const refused = asterisk.refusedLately()
    if (!refused) return []
    const { since, count, what } = refused
    return [{ kind: 'calls_refused', callId: null, since: since.toISOString(), count, details: what }]
  }

  function wires(): WireHealth[] {
    const { vault, spool } = archive.health()
    return [
      ...asterisk.health(),
      phones.health(),
      pulse.health(),
      {
        wire: 'vault',
        state: vault.up ? 'well' : 'broken',
        since: vault.since.toISOString(),
        lastHeardAt: vault.lastHeardAt?.toISOString() ?? null,
        why: vault.why,
      },
      {
        wire: 'spool',
        state: !spool.up ? 'broken' : spool.freeRatio < SPOOL_TIGHT ? 'slow' : 'well',
        since: spool.since.toISOString(),
        lastHeardAt: spool.lastLookAt?.toISOString() ?? null,
        why: spool.why,
      },
    ]
  }

  return {
    now: (): Health => ({
      serverTime: new Date().toISOString(),
      acting: asterisk.acting(),
      wires: wires(),
      alarms: [...alarms, ...heardNow()],
    }),

    /** A pop is on the screen: from the ring to the word of it, both by our clock. */
    painted({ ringAt, saidAt, browserMs }: Painted): void {
      const ms = Math.max(0, saidAt - (ringAt.getTime() + asterisk.clockOffsetMs()))
      pops = [...pops.slice(-999), ms]
      browserParts = [...browserParts.slice(-999), browserMs]
      popSeconds.sum += ms / 1000
      popSeconds.count++
      // One that was still unpainted when it was looked for has been counted then.
      if (ms > PAINT_WITHIN_MS && ringAt > unseen.upTo) unseen.pops++
    },

    figures: ({ live }: { live: Live }): Figure[] => [
      ...asteriskFigures(asterisk),
      {
        name: 'call_to_pop_seconds_sum',
        help: 'from Asterisk ringing to the browser’s word that the pop is painted, all pops since start',
        kind: 'counter',
        value: () => popSeconds.sum,
      },
      {
        name: 'call_to_pop_seconds_count',
        help: 'pops painted since start',
        kind: 'counter',
        value: () => popSeconds.count,
      },
      {
        name: 'call_to_pop_p95_seconds',
        help: 'ring to paint, last thousand pops',
        kind: 'gauge',
        value: () => quantile(pops, 0.95) / 1000,
      },
      {
        name: 'call_to_pop_browser_p95_seconds',
        help: 'the part of it after the frame had come to the browser, last thousand pops',
        kind: 'gauge',
        value: () => quantile(browserParts, 0.95) / 1000,
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
        value: () => unseen.pops,
      },
      {
        name: 'browser_phones_let_in',
        help: '1 while a browser phone can open its socket',
        kind: 'gauge',
        value: () => (phones.health().state === 'well' ? 1 : 0),
      },
      ...archive.figures(),
      {
        name: 'desk_alarms',
        help: 'alarms standing, by kind',
        kind: 'gauge',
        label: 'kind',
        value: () => counted([...alarms, ...heardNow()]),
      },
      {
        name: 'radio_alarms_total',
        help: 'alarms the radio has raised since start, by kind',
        kind: 'counter',
        label: 'kind',
        value: () => radio().alarmsRaised(),
      },
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
    ],

    async stop(): Promise<void> {
      await looking.stop()
      delay.disable()
    },
  }
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
