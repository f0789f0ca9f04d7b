/** What is known of each port besides its floor: its gateway, the packets really sent, its recorders. */

import type { CarrierState } from '../../wire/radio.ts'
import type { Board } from '../engine/floors.ts'
import type { Media, MediaFact } from '../engine/media.ts'
import type { Log, RadioHooks } from '../engine/words.ts'
import type { PortFacts } from './port-now.ts'

type Of<T extends MediaFact['type']> = Extract<MediaFact, { type: T }>
type Known = PortFacts & {
  /** as last shown; null: not shown yet */
  carrier: CarrierState | null
  cutAt: number
  keyedAt: number
  idleSends: number
  bareSince: number | null
  unrecorded: boolean
  isElsewhere: boolean
  /** where the gateway registered from; null: not known yet */
  address: string | null
}
type WiresParts = {
  board: Board
  media: Media
  hooks: Pick<RadioHooks, 'alarm' | 'changed' | 'recording' | 'gatewayAt'>
  log: Log
  now: () => number
  /** a port that is to be recorded */
  isRecorded: (port: string) => boolean
}

/**
 * A port that is up and not recorded for longer than this raises an alarm. Shorter: each new stream of a gateway would
 * raise one.
 */
const RECORDED_WITHIN_MS = 10_000
/** A piece of the recording is cut after this, when nobody speaks, so that it can be filed. */
const CUT_AFTER_MS = 60 * 60_000
/** And after this even in the middle of a word. */
const CUT_AT_LAST_MS = 70 * 60_000
/** Packets sent more than this long after the last key-up belong to no speaker: raise the alarm. */
const IDLE_SETTLED_MS = 2_500

export type Wires = ReturnType<typeof makeWires>

export function makeWires({ board, media, hooks, log, now, isRecorded }: WiresParts) {
  const facts = new Map<string, Known>()

  function evidence({ port, sentPps, heardPps, roundTripMs, isElsewhere = false }: Of<'evidence'>): void {
    const known = facts.get(port)
    if (!known) return
    known.evidence = { sentPps, heardPps, at: now() }
    known.gateway = { ...known.gateway, roundTripMs }
    if (board.isKeyed(port)) known.keyedAt = now()
    const isStray = (sentPps ?? 0) > 0 && now() - known.keyedAt > IDLE_SETTLED_MS
    const before = known.idleSends
    known.idleSends = isStray ? before + 1 : 0
    if (known.idleSends === 2) {
      log.error({ port, sentPps }, 'packets reach a gateway though nobody speaks')
      hooks.alarm(port, 'sends_in_idle', true)
    } else if (!isStray && before >= 2) hooks.alarm(port, 'sends_in_idle', false)
    if (isElsewhere !== known.isElsewhere) {
      known.isElsewhere = isElsewhere
      if (isElsewhere) log.error({ port }, 'what is said on a radio port is addressed to another than its gateway')
      hooks.alarm(port, 'sends_elsewhere', isElsewhere)
    }
    hooks.changed()
  }

  /** A gateway that registers from another address raises an alarm: which of the two is the real one, nobody here can know. */
  function gatewayAt({ port, address }: Of<'gateway-at'>): void {
    const known = facts.get(port)
    if (!known || known.address === address) return
    if (known.address !== null) {
      log.error({ port, from: known.address, to: address }, 'a radio gateway registered from another address')
      hooks.alarm(port, 'gateway_moved', true)
    }
    known.address = address
    hooks.gatewayAt(port, address)
  }

  /** Cuts the recordings that are long enough. */
  function cut(): void {
    for (const [port, known] of facts) {
      const age = now() - known.cutAt
      const isDue = known.recording.rx && (age > CUT_AT_LAST_MS || (age > CUT_AFTER_MS && board.isFree(port)))
      if (!isDue) continue
      known.cutAt = now()
      media
        .cutRecording(port)
        .catch((error: Error) => log.warn({ port, why: error.message }, 'a recording was not cut'))
    }
  }

  /** Looks which ports are up and not recorded. */
  function watch(): void {
    for (const [port, known] of facts) {
      const { rx, tx } = known.recording
      const isBare = isRecorded(port) && known.gateway.state === 'up' && !(rx && tx)
      known.bareSince = isBare ? (known.bareSince ?? now()) : null
      const unrecorded = known.bareSince !== null && now() - known.bareSince > RECORDED_WITHIN_MS
      if (unrecorded === known.unrecorded) continue
      known.unrecorded = unrecorded
      if (unrecorded) log.error({ port }, 'a radio port is up and is not recorded')
      hooks.alarm(port, 'unrecorded', unrecorded)
    }
  }

  return {
    of: (port: string): PortFacts => facts.get(port) ?? unknownYet(now()),
    /** There is such a port; `address`: where an earlier server knew its gateway to be. */
    setPort(port: string, address: string | null): void {
      const known = facts.get(port) ?? unknownYet(now())
      known.address ??= address
      facts.set(port, known)
    },
    forget: (port: string) => facts.delete(port),
    evidence,
    gatewayAt,
    cut,
    watch,
    /** Ports that are up and not recorded, and since when. */
    unrecorded: () =>
      [...facts].flatMap(([port, { unrecorded, bareSince }]) =>
        unrecorded && bareSince !== null ? [{ port, since: bareSince }] : [],
      ),
    /** Control of Asterisk is back: it tells anew which recordings go on. */
    controlled(): void {
      for (const known of facts.values()) known.recording = { rx: false, tx: false }
    },
    up(port: string): void {
      const known = facts.get(port)
      if (known) known.gateway = { ...known.gateway, state: 'up', since: now(), why: null }
    },
    down({ port, why }: Of<'down'>): void {
      const known = facts.get(port)
      if (!known) return
      known.evidence = null
      // Lost control, a lapsed lease, an order refused: nothing of that says anything of the gateway.
      if (why === 'gateway_lost' || why === 'not_wanted')
        known.gateway = { ...known.gateway, state: 'lost', since: now(), why }
    },
    recording(fact: Of<'recording'> | Of<'segment'>): void {
      const known = facts.get(fact.port)
      if (known && fact.type === 'recording') {
        known.recording = { ...known.recording, [fact.side]: fact.on }
        if (fact.on) known.cutAt = fact.startedAt
      }
      hooks.recording(fact)
    },
    /** What the port's carrier does now: a change is dated. */
    shows(port: string, carrier: CarrierState): void {
      const known = facts.get(port)
      if (!known || known.carrier === carrier) return
      known.carrier = carrier
      known.carrierSince = now()
    },
  }
}

const unknownYet = (now: number): Known => ({
  carrier: null,
  carrierSince: now,
  gateway: { state: 'unknown', since: now, why: null, roundTripMs: null },
  evidence: null,
  recording: { rx: false, tx: false },
  cutAt: now,
  keyedAt: now,
  idleSends: 0,
  bareSince: null,
  unrecorded: false,
  isElsewhere: false,
  address: null,
})
