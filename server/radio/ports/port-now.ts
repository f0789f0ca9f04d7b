/** One port as consoles are shown it, from its floor and what else is known of it. Pure. */
import type { PortNow } from '../../wire/radio.ts'
import { carrierOf } from '../floor/floor.ts'
import type { Floor } from '../floor/words.ts'
import type { Over } from '../overs/over.ts'
import type { GatewayProfile } from './profile.ts'

export type EnginePort = {
  port: string
  campus: string
  nameZh: string
  nameEn: string
  /** PJSIP endpoint of its gateway */
  endpoint: string
  /** agents may key it */
  enabled: boolean
  record: boolean
  profile: GatewayProfile
  /** where its gateway was last seen to register from */
  gatewayAddress?: string | null
}

/** What is known of a port besides its floor. Times of this host's clock. */
export type PortFacts = {
  carrierSince: number
  gateway: { state: 'up' | 'lost' | 'unknown'; since: number; why: string | null; roundTripMs: number | null }
  evidence: { sentPps: number | null; heardPps: number | null; at: number } | null
  recording: { rx: boolean; tx: boolean }
}

type Seen = {
  port: EnginePort
  facts: PortFacts
  floor: Floor
  over: Over | undefined
  control: { up: boolean; since: number }
  patch: { patchId: string; ports: string[]; phoneCallId: string | null } | null
  /** turns the floor's time into this host's */
  wall: (at: number) => number
}

const iso = (at: number): string => new Date(at).toISOString()

export function portNow({ port, facts, floor, over, control, patch, wall }: Seen): PortNow {
  const line = floor.lines[port.port]
  const { gateway, evidence, recording } = facts
  const totAt = limitOf(floor, port.port)
  return {
    port: port.port,
    campus: port.campus,
    nameZh: port.nameZh,
    nameEn: port.nameEn,
    enabled: port.enabled,
    carrier: carrierOf(floor, port.port),
    since: iso(facts.carrierSince),
    talkSince: over ? iso(over.from) : null,
    talker: over?.talker ?? null,
    totAt: totAt === null ? null : iso(wall(totAt)),
    patch: patch && { ...patch, holds: holderOf(floor) },
    gateway: { ...gateway, since: iso(gateway.since) },
    control: { state: control.up ? 'up' : 'lost', since: iso(control.since) },
    evidence: evidence && { ...evidence, at: iso(evidence.at) },
    recording: recording.rx && recording.tx,
    noTx: line?.noTx ?? null,
    muted: line?.muted ?? null,
    timers: { txLeadMs: port.profile.txLeadMs, txTailMs: port.profile.txTailMs, totS: port.profile.totS },
  }
}

/** The port whose carrier holds a shared floor; null when a console does, or nobody. */
function holderOf({ phase }: Floor): string | null {
  return phase.is === 'rx' || phase.is === 'rx_hang' ? phase.port : null
}

/** When what is on will be cut. */
function limitOf({ phase, lines }: Floor, port: string): number | null {
  if (phase.is === 'tx') return lines[port]?.key.is === 'on' ? phase.totAt : null
  if (phase.is !== 'rx' && phase.is !== 'rx_hang') return null
  const source = lines[phase.port]
  if (port === phase.port) return phase.since + (source?.timers.rxTotS ?? 0) * 1_000
  const others = Object.values(lines).filter((line) => line.port !== phase.port)
  const totS = Math.min(...others.map(({ timers }) => timers.totS))
  return phase.relay === null || phase.cut ? null : phase.relay + totS * 1_000
}
