/** What is wrong with the ports, as every desk's lane shows it and the metrics count it. */
import type { Alarm } from '../../wire/views.ts'
import type { PortAlarm } from '../engine/words.ts'

type Named = { port: string; nameZh: string; nameEn: string }
type Standing = { since: number; liftedAt: number | null }

const KINDS: Record<PortAlarm, Extract<Alarm['kind'], `radio_${string}`>> = {
  stuck: 'radio_not_believed',
  flapping: 'radio_not_believed',
  sends_in_idle: 'radio_sends_in_idle',
  sends_elsewhere: 'radio_sends_elsewhere',
  gateway_moved: 'radio_gateway_moved',
  unrecorded: 'radio_unrecorded',
}

/** Packets to nobody may last a few seconds only: such an alarm stays this long after it ended, for whoever looked away. */
const SHOWN_AFTER_MS = 60_000
/** That a gateway moved has no end of its own: it is shown long enough for the next shift to see it. */
const MOVED_SHOWN_MS = 12 * 60 * 60_000

export function makePortAlarms(now: () => number = Date.now) {
  const standing = new Map<string, Standing>()
  const raised: Record<string, number> = Object.fromEntries(Object.values(KINDS).map((kind) => [kind, 0]))

  const isShown = (what: string, { since, liftedAt }: Standing): boolean => {
    if (what === 'gateway_moved') return now() - since < MOVED_SHOWN_MS
    if (what === 'sends_in_idle' || what === 'sends_elsewhere')
      return liftedAt === null || now() - liftedAt < SHOWN_AFTER_MS
    return liftedAt === null
  }

  return {
    hear(port: string, what: PortAlarm, on: boolean): void {
      const key = `${what} ${port}`
      const had = standing.get(key)
      if (!on) {
        if (had) had.liftedAt = now()
        return
      }
      if (!had || had.liftedAt !== null || what === 'gateway_moved')
        raised[KINDS[what]] = (raised[KINDS[what]] ?? 0) + 1
      const since = had && had.liftedAt === null && what !== 'gateway_moved' ? had.since : now()
      standing.set(key, { since, liftedAt: null })
    },
    /** One for each kind, with the ports it is about; a port that is no more has none. */
    now(ports: readonly Named[]): Alarm[] {
      const alarms = new Map<Alarm['kind'], Alarm>()
      for (const [key, one] of standing) {
        const [what = '', code = ''] = key.split(' ')
        const port = ports.find((known) => known.port === code)
        if (!isShown(what, one) || !port) {
          standing.delete(key)
          continue
        }
        const kind = KINDS[what as PortAlarm]
        const had = alarms.get(kind)
        const named = [...(had?.ports ?? []), { zh: port.nameZh, en: port.nameEn }]
        const since = new Date(Math.min(one.since, had ? Date.parse(had.since) : one.since)).toISOString()
        alarms.set(kind, { kind, callId: null, since, count: named.length, ports: named })
      }
      return [...alarms.values()]
    },
    /** How often each was raised since the start. */
    raised: () => ({ ...raised }),
  }
}
