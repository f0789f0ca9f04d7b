/**
 * Asterisk's record of what happened (CEL, nearly a JSON object a line) into the same facts as its live words.
 *
 * It has no row for ringing: a leg's CHAN_START stands for it. Its `userfield` (the call's UUID) is empty on
 * CHAN_START, so a channel's call is learned from a later row, or at once from the channel it was made for.
 */
import { createHash } from 'node:crypto'
import type { CallFact } from '../../calls/index.ts'
import { isDeskPhone } from '../../calls/index.ts'
import { nameInSip } from '../names.ts'
import { bornAt, CLOCK_SET_BACK_MS } from '../witness.ts'
import { announced, type BareFact, callIdOf, type Source, stationOf } from '../words.ts'

type Row = Record<string, string>

type Channel = {
  uniqueid: string
  linkedid: string
  station: string
  startedAt: Date
  context: string
  exten: string
  ani: string
  aniName: string
  callId: string | null
  arrived: boolean
  rungTold: boolean
  /** reached Queue(), and it is not yet known whether it let the caller in */
  atQueue: { queue: string; at: Date } | null
  /** where its first row stands in the file */
  offset: number
}

export type CelReader = {
  /** The facts of one line; null when the line is none of CEL's. */
  read(line: string, offset: number): CallFact[] | null
  /** The first byte still needed to understand the channels that are up: reading may begin again there. */
  neededFrom(otherwise: number): number
  /** The file was rotated: what is still needed of it stands at the beginning of the new one, or nowhere. */
  rebase(): void
  forget(): void
}

const MOST_CHANNELS = 10_000
const TURNED_AWAY_MS = 100

/** Reads lines in the order of the file, remembering the channels that are up. */
export function makeCelReader(source: () => Source): CelReader {
  const channels = new Map<string, Channel>()

  function open(row: Row, at: Date, offset: number): Channel | null {
    const station = stationOf(row.channame ?? '')
    const uniqueid = row.uniqueid ?? ''
    const known = channels.get(uniqueid)
    if (known || !station || !uniqueid) return known ?? null
    if (channels.size >= MOST_CHANNELS) channels.delete(channels.keys().next().value as string)
    const started = row.eventtype === 'CHAN_START'
    const channel: Channel = {
      uniqueid,
      linkedid: row.linkedid ?? uniqueid,
      station,
      startedAt: at,
      context: started ? (row.context ?? '') : '',
      exten: started ? (row.exten ?? '') : '',
      ani: row.num ?? '',
      aniName: nameInSip(row.name ?? ''),
      callId: null,
      arrived: false,
      rungTold: false,
      atQueue: null,
      offset,
    }
    channels.set(uniqueid, channel)
    return channel
  }

  function facts(row: Row, at: Date, offset: number): BareFact[] {
    // Said in the name of a channel that is gone already.
    if (row.eventtype === 'LINKEDID_END') return []
    const channel = open(row, at, offset)
    if (!channel) return []
    // Asterisk knows nobody's number before the dialplan has read it.
    if (row.num) Object.assign(channel, { ani: row.num, aniName: nameInSip(row.name ?? '') })
    const told: BareFact[] = []
    channel.callId ??= callIdOf(row.userfield) ?? channels.get(channel.linkedid)?.callId ?? null
    const isRoot = channel.uniqueid === channel.linkedid || channel.arrived
    if (channel.callId && !isRoot && !channel.rungTold) {
      channel.rungTold = true
      const { callId, uniqueid, station, startedAt } = channel
      told.push({ type: 'station-rung', callId, uniqueid, station, at: startedAt })
    }
    told.push(...said(row, at, channel))
    return told
  }

  function said(row: Row, at: Date, channel: Channel): BareFact[] {
    const { uniqueid, station } = channel
    // Asterisk 22 writes the user's own name as the type; its documentation says USER_DEFINED.
    if (row.eventtype === 'USER_DEFINED' || (row.userdeftype && row.eventtype === row.userdeftype)) {
      const pairs = pairsOf(row.eventextra ?? '')
      const fact = announced(row.userdeftype ?? '', (key) => pairs.get(key) ?? '', at, {
        root: uniqueid,
        ani: row.num ?? '',
        aniName: nameInSip(row.name ?? ''),
      })
      if (fact?.type === 'caller-arrived') Object.assign(channel, { arrived: true, callId: fact.callId })
      return fact ? [fact] : []
    }
    if (row.eventtype === 'HANGUP') return [...joined(row, at, channel), ...hungUp(row, at, channel, source().pbx)]
    if (row.eventtype === 'CHAN_END') {
      channels.delete(uniqueid)
      return []
    }
    const { callId } = channel
    if (!callId) return []
    switch (row.eventtype) {
      case 'APP_START':
        if (row.appname === 'Queue') channel.atQueue = { queue: (row.appdata ?? '').split(',')[0] ?? '', at }
        return []
      case 'APP_END':
      case 'STREAM_BEGIN':
        return joined(row, at, channel)
      case 'BRIDGE_ENTER':
        return [{ type: 'leg-talking', callId, uniqueid, at, side: isDeskPhone(station) ? 'agent' : 'caller', station }]
      case 'BRIDGE_EXIT':
        return [{ type: 'leg-silent', callId, uniqueid, at }]
      default:
        return []
    }
  }

  return {
    read(line, offset) {
      const row = rowOf(line)
      const at = row && new Date((row.eventtime ?? '').replace(/(\.\d{3})\d*/, '$1'))
      if (!row || !at || Number.isNaN(at.getTime())) return null
      // Before its channel was born: no row of Asterisk's.
      if (at.getTime() < (bornAt(row.uniqueid ?? '') ?? 0) - CLOCK_SET_BACK_MS) return null
      return facts(row, at, offset).map((fact) => ({ ...fact, ...source(), recovered: true }))
    },
    neededFrom(otherwise) {
      let first = otherwise
      for (const channel of channels.values()) first = Math.min(first, channel.offset)
      return first
    },
    rebase() {
      for (const channel of channels.values()) channel.offset = 0
    },
    forget: () => channels.clear(),
  }
}

/** A queue with nobody in it lets nobody in: its end follows its start at once, and the live wire says nothing of it. */
function joined(row: Row, at: Date, channel: Channel): BareFact[] {
  const { atQueue, callId } = channel
  if (!atQueue || !callId) return []
  channel.atQueue = null
  if (row.eventtype === 'APP_END' && at.getTime() - atQueue.at.getTime() < TURNED_AWAY_MS) return []
  return [{ type: 'caller-queued', callId, at: atQueue.at, queue: atQueue.queue }]
}

function hungUp(row: Row, at: Date, channel: Channel, pbx: number): BareFact[] {
  const extra = objectOf(row.eventextra ?? '')
  const by = stationOf(typeof extra.hangupsource === 'string' ? extra.hangupsource : '')
  const endedBy = by ? (isDeskPhone(by) ? 'agent' : 'caller') : null
  const cause = typeof extra.hangupcause === 'number' ? extra.hangupcause : 0
  const told: BareFact[] = []
  // A station calling out, or a console's leg on the radio, is nobody who came in.
  const campus = /^from-(?!(?:desk|radio)$)([a-z][a-z0-9_]*)$/.exec(channel.context)?.[1]
  const { uniqueid } = channel
  if (campus && !channel.arrived && uniqueid === channel.linkedid) {
    // Gone before the dialplan could say a word: still a call that came in.
    channel.callId ??= idOf(pbx, channel)
    channel.arrived = true
    const { callId, startedAt, exten, ani, aniName } = channel
    const arrived = {
      root: uniqueid,
      direction: 'inbound',
      campus,
      line: null,
      dialled: exten,
      diverted: '',
    } as const
    told.push({ type: 'caller-arrived', callId, at: startedAt, ...arrived, ani, aniName })
  }
  const { callId } = channel
  if (callId) told.push({ type: 'leg-ended', callId, uniqueid, at, cause, endedBy })
  return told
}

/**
 * One line of the file. Asterisk escapes the quotes of a value but not its backslashes: a caller named `Ward "7\` makes a
 * line that is no JSON. What it writes is unambiguous all the same: `","` and a key stand between values and never in one.
 */
export function rowOf(line: string): Row | null {
  if (!line.startsWith('{"') || !line.endsWith('"}')) return null
  const row = new Map<string, string>()
  for (const pair of line.slice(2, -2).split(/","(?=[a-z]+":")/)) {
    const at = pair.indexOf('":"')
    const key = pair.slice(0, Math.max(at, 0))
    if (!/^[a-z]+$/.test(key) || row.has(key)) return null
    row.set(key, pair.slice(at + 3).replaceAll('\\"', '"'))
  }
  return row.get('eventtype') && row.has('uniqueid') ? Object.fromEntries(row) : null
}

function objectOf(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    return value && typeof value === 'object' ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

/** CELGenUserEvent's text, `Call=…;Line=it`, which Asterisk wraps as JSON inside JSON: `{"extra": "…"}`. */
function pairsOf(extra: string): Map<string, string> {
  const wrapped = objectOf(extra).extra
  const text = typeof wrapped === 'string' ? wrapped : extra
  return new Map(
    text.split(';').map((pair) => {
      const cut = pair.indexOf('=')
      return [pair.slice(0, Math.max(cut, 0)).toLowerCase(), pair.slice(cut + 1)]
    }),
  )
}

/** Namespace of our own for ids made from channels (RFC 9562 §5.5). */
const NAMESPACE = Buffer.from('6f2b8d3ea7c94c0f9f0d3a51c8e47b12', 'hex')

/**
 * The id of a call whose UUID nobody heard. CEL does not name Asterisk's boot, so the channel's start stands in for it:
 * the same on every reading, and no two lives of Asterisk share it.
 */
function idOf(pbx: number, channel: Channel): string {
  const name = `${pbx}/${channel.startedAt.toISOString()}/${channel.uniqueid}`
  const hash = createHash('sha1').update(NAMESPACE).update(name).digest().subarray(0, 16)
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x50, 6)
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8)
  return hash.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
