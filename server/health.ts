/** How the desk is, put together from every wire: for the strip on the screen, `/status` and `/metrics`. */
import type { Logger } from 'pino'
import { type Archive, recordingAlarms } from './archive/index.ts'
import type { Asterisk, PhonesWay } from './asterisk/index.ts'
import { calloutAlarms } from './callouts/index.ts'
import type { Db, watchPulse } from './db/index.ts'
import { every, type Repeated } from './every.ts'
import { callAlarms, type Painted, unpainted } from './screens/index.ts'
import type { Alarm, Health, WireHealth } from './wire/views.ts'

const ALARMS_EVERY_MS = 5_000
/** A pop that is on the screen later than this came late: the agent was told by a desktop notification instead. */
const PAINT_WITHIN_MS = 1_000
/** Below this free share of the spool's disk recordings are in danger. */
const SPOOL_TIGHT = 0.1

export type HealthParts = {
  db: Db
  pulse: ReturnType<typeof watchPulse>
  asterisk: Asterisk
  archive: Archive
  phones: PhonesWay
  log: Logger
  /** what is wrong with the radio now */
  radio: () => { alarms: () => Alarm[] }
}

/** How soon a ring was on a screen, as the browsers said; kept for `/metrics`. */
class Pops {
  /** milliseconds, the last thousand: from the ring to the paint, and the browser's own part of it */
  lately: number[] = []
  browserLately: number[] = []
  readonly seconds = { sum: 0, count: 0 }
  /** rings at a browser with no pop on its screen in time */
  unpainted = 0
  #lookedUpTo = new Date()

  painted(ms: number, ringAt: Date, browserMs: number): void {
    this.lately = [...this.lately.slice(-999), ms]
    this.browserLately = [...this.browserLately.slice(-999), browserMs]
    this.seconds.sum += ms / 1000
    this.seconds.count++
    // One that was still unpainted when it was looked for has been counted then.
    if (ms > PAINT_WITHIN_MS && ringAt > this.#lookedUpTo) this.unpainted++
  }

  async look(db: Db): Promise<void> {
    const { count, upTo } = await unpainted(db, this.#lookedUpTo)
    this.unpainted += count
    this.#lookedUpTo = upTo
  }
}

export class DeskHealth {
  readonly pops = new Pops()
  readonly #parts: HealthParts
  readonly #looking: Repeated
  /** found in the rows at the last look */
  #alarms: Alarm[] = []

  constructor(parts: HealthParts) {
    this.#parts = parts
    this.#looking = every({ name: 'alarms', everyMs: ALARMS_EVERY_MS, work: () => this.#look(), log: parts.log })
  }

  now(): Health {
    const { asterisk, radio } = this.#parts
    return {
      serverTime: new Date().toISOString(),
      acting: asterisk.acting(),
      wires: this.#wires(),
      alarms: [...this.#alarms, ...heardAlarms(asterisk), ...radio().alarms()],
    }
  }

  /** A pop is on the screen: from the ring to the word of it, both by our clock. */
  painted({ ringAt, saidAt, browserMs }: Painted): void {
    const ms = Math.max(0, saidAt - (ringAt.getTime() + this.#parts.asterisk.clockOffsetMs()))
    this.pops.painted(ms, ringAt, browserMs)
  }

  stop(): Promise<void> {
    return this.#looking.stop()
  }

  async #look(): Promise<void> {
    const { db, pulse, archive } = this.#parts
    // The pulse tells of a database that is away; the alarms of before stand until it is back.
    if (!pulse.isUp()) return
    await this.pops.look(db)
    const recorded = await recordingAlarms(db)
    const wrong = recorded.map((alarm) => ({ ...alarm, since: alarm.since.toISOString() }))
    this.#alarms = [...wrong, ...(await callAlarms(db)), ...(await calloutAlarms(db)), ...spoolAlarm(archive)]
  }

  #wires(): WireHealth[] {
    const { archive, asterisk, phones, pulse } = this.#parts
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
}

function spoolAlarm(archive: Archive): Alarm[] {
  const { spool } = archive.health()
  if (spool.freeRatio >= SPOOL_TIGHT) return []
  return [
    { kind: 'spool_full', callId: null, since: spool.since.toISOString(), count: Math.round(spool.freeRatio * 100) },
  ]
}

/** What is wrong by the exchange's own word, now. */
function heardAlarms(asterisk: Asterisk): Alarm[] {
  const { all, since } = asterisk.deadEnds()
  const refused = asterisk.refusedLately()
  const guessed = asterisk.guessedLately()
  const alarm = (kind: Alarm['kind'], from: Date, count: number, rest: Partial<Alarm> = {}): Alarm => ({
    kind,
    callId: null,
    since: from.toISOString(),
    count,
    ...rest,
  })
  return [
    ...(all.length > 0 ? [alarm('dialplan_dead_end', since, all.length)] : []),
    ...(refused ? [alarm('calls_refused', refused.since, refused.count, { details: refused.what })] : []),
    ...(guessed ? [alarm('sip_guessing', guessed.since, guessed.count)] : []),
    ...asterisk.silent().map((silent) => alarm('call_silent', silent.since, 1, { callId: silent.callId })),
  ]
}
