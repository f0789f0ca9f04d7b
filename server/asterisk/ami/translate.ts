/**
 * Asterisk's live words (AMI events) into ours. They are spelled here and nowhere else.
 *
 * Needs, in asterisk-config/pbx/manager.conf, `channelvars=DESK_CALL,…` (the UUID the dialplan gave the call names it,
 * whatever channels come and go; the Linkedid will not do: bridging two calls replaces one of them) and
 * `timestampevents=yes` (Asterisk's clock, not ours).
 */
import type { CallFact } from '../../calls/index.ts'
import { isDeskPhone } from '../../calls/index.ts'
import { nameInAmi } from '../names.ts'
import {
  type AmiEvent,
  announced,
  type BareFact,
  callerWord,
  callIdOf,
  type Source,
  type StationFact,
  stationOf,
  timeOf,
  word,
} from '../words.ts'

export type Translator = {
  /** Most of what Asterisk says is not about us, and translates to nothing. */
  call(ami: AmiEvent): CallFact | null
  station(ami: AmiEvent): StationFact | null
}

/** Channels we remember as having asked for their own hang-up; more than this are forgotten, oldest first. */
const MOST_REQUESTS = 2_000

/**
 * A translator for one connection. It remembers two things only: which channels hung up by themselves, because the
 * request comes in one event and the end in another, and which were rung.
 */
export function makeTranslator(source: () => Source): Translator {
  const hungUp = new Map<string, 'caller' | 'agent'>()
  const rung = new Set<string>()
  /** A queue tells of each ring twice (AgentCalled and DialBegin); the second is no news, and would be heard for nothing. */
  const rungOnce = (ami: AmiEvent, at: Date): BareFact | null => {
    const leg = dialled(ami)
    if (!leg || rung.has(leg.uniqueid)) return null
    if (rung.size >= MOST_REQUESTS) rung.delete(rung.keys().next().value as string)
    rung.add(leg.uniqueid)
    return { type: 'station-rung', ...leg, at }
  }

  const dictionary: Record<string, (ami: AmiEvent, at: Date) => BareFact | null> = {
    UserEvent: (ami, at) =>
      announced(word(ami, 'userevent'), (key) => word(ami, key), at, {
        root: word(ami, 'uniqueid'),
        ani: callerWord(word(ami, 'calleridnum')),
        aniName: nameInAmi(word(ami, 'calleridname')),
      }),
    // A name or number that the exchange tells late (UPDATE, re-INVITE) arrives as a new caller ID of the caller's channel.
    NewCallerid: (ami, at) => {
      const { callId, uniqueid } = from(ami)
      if (!callId || uniqueid !== word(ami, 'linkedid')) return null
      const ani = callerWord(word(ami, 'calleridnum'))
      const aniName = nameInAmi(word(ami, 'calleridname'))
      return isDeskPhone(stationOf(word(ami, 'channel'))) ? null : { type: 'caller-named', callId, at, ani, aniName }
    },
    QueueCallerJoin: (ami, at) => {
      const { callId } = from(ami)
      return callId ? { type: 'caller-queued', callId, at, queue: word(ami, 'queue') } : null
    },
    AgentCalled: rungOnce,
    DialBegin: rungOnce,
    AgentConnect: (ami, at) => {
      const leg = dialled(ami)
      return leg && { type: 'station-answered', ...leg, at }
    },
    AgentRingNoAnswer: (ami, at) => {
      const leg = dialled(ami)
      return leg && { type: 'station-stopped', ...leg, at, why: 'no_answer' }
    },
    DialEnd: (ami, at) => {
      const leg = dialled(ami)
      const why = DIAL_END[word(ami, 'dialstatus')]
      return leg && why ? { type: 'station-stopped', ...leg, at, why } : null
    },
    HangupRequest: (ami, at) => {
      const { callId, uniqueid, station } = from(ami)
      if (!callId) return null
      if (hungUp.size >= MOST_REQUESTS) hungUp.delete(hungUp.keys().next().value as string)
      const cause = Number(word(ami, 'cause'))
      // Cause 0 or absent: the phone's own BYE or CANCEL. 16 on a leg follows the other side's.
      if (!hungUp.has(uniqueid)) hungUp.set(uniqueid, isDeskPhone(station) ? 'agent' : 'caller')
      // 603 Decline is 21 (call rejected), 486 Busy Here is 17: the agent pressed "not me".
      if (!station || (cause !== 21 && cause !== 17)) return null
      return { type: 'station-stopped', callId, uniqueid, station, at, why: 'declined' }
    },
    BridgeEnter: (ami, at) => {
      const { callId, uniqueid, station } = from(ami)
      if (!callId || !station) return null
      return { type: 'leg-talking', callId, uniqueid, at, side: isDeskPhone(station) ? 'agent' : 'caller', station }
    },
    BridgeLeave: (ami, at) => onLeg(ami, at, 'leg-silent'),
    Hold: (ami, at) => onLeg(ami, at, 'leg-held'),
    Unhold: (ami, at) => onLeg(ami, at, 'leg-resumed'),
    Hangup: (ami, at) => {
      const { callId, uniqueid, station } = from(ami)
      const endedBy = hungUp.get(uniqueid) ?? null
      hungUp.delete(uniqueid)
      if (!callId || !station) return null
      return { type: 'leg-ended', callId, uniqueid, at, cause: Number(word(ami, 'cause')) || 0, endedBy }
    },
  }

  return {
    call(ami) {
      const name = word(ami, 'event')
      const fact = Object.hasOwn(dictionary, name) ? dictionary[name]?.(ami, timeOf(ami)) : null
      return fact ? { ...fact, ...source() } : null
    },
    station: contact,
  }
}

/** Dial's own words for how a ring ended. ANSWER stops the ringing; that somebody spoke, only the bridge tells. */
const DIAL_END: Record<string, 'no_answer' | 'declined' | 'cancelled' | 'unreachable' | 'answered'> = {
  ANSWER: 'answered',
  NOANSWER: 'no_answer',
  CANCEL: 'cancelled',
  BUSY: 'declined',
  CHANUNAVAIL: 'unreachable',
  CONGESTION: 'unreachable',
}

/** The channel an event is about. */
function from(ami: AmiEvent): { callId: string | null; uniqueid: string; station: string | null } {
  const variables = ami.chanvariable
  const call = variables && typeof variables === 'object' ? (variables as Record<string, unknown>).DESK_CALL : undefined
  return {
    callId: callIdOf(typeof call === 'string' ? call : undefined),
    uniqueid: word(ami, 'uniqueid'),
    station: stationOf(word(ami, 'channel')),
  }
}

/** The channel being rung. Its own variables arrive as `DestChanVariable: DESK_CALL=…`, which the library leaves as text. */
function dialled(ami: AmiEvent): { callId: string; uniqueid: string; station: string } | null {
  const station = stationOf(word(ami, 'destchannel'))
  const uniqueid = word(ami, 'destuniqueid')
  const lines = [ami.destchanvariable ?? []].flat()
  const own = lines.find((line): line is string => typeof line === 'string' && line.startsWith('DESK_CALL='))
  const callId = from(ami).callId ?? callIdOf(own?.slice('DESK_CALL='.length))
  return callId && station && uniqueid ? { callId, uniqueid, station } : null
}

function onLeg(ami: AmiEvent, at: Date, type: 'leg-silent' | 'leg-held' | 'leg-resumed'): BareFact | null {
  const { callId, uniqueid, station } = from(ami)
  return callId && station ? { type, callId, uniqueid, at } : null
}

const REACHED = new Set(['Reachable', 'NonQualified', 'Created', 'Updated'])
const GONE = new Set(['Unreachable', 'Removed'])

function contact(ami: AmiEvent): StationFact | null {
  if (word(ami, 'event') !== 'ContactStatus') return null
  const station = word(ami, 'aor')
  const status = word(ami, 'contactstatus')
  if (!isDeskPhone(station)) return null
  const at = timeOf(ami)
  if (REACHED.has(status)) return { type: 'station-registered', station, at, why: status.toLowerCase() }
  if (GONE.has(status)) return { type: 'station-unregistered', station, at, why: status.toLowerCase() }
  return null
}
