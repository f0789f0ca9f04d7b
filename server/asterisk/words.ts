/** Small readings of what Asterisk says, shared by the live translation (AMI) and the late one (CEL). */
import type { CallFact } from '../calls/index.ts'
import { nameInHeader } from './names.ts'

/** One AMI block as the library parsed it: keys in lower case, repeated keys as arrays, variables as an object. */
export type AmiEvent = Record<string, unknown>

/** What a browser's or a desk phone's registration does. */
export type StationFact = {
  type: 'station-registered' | 'station-unregistered'
  station: string
  at: Date
  why: string
}

/** Where a fact comes from: which Asterisk, and which of its lives (from one start to the next). */
export type Source = { pbx: number; bootId: string }

// Omit over a union would keep only what all its members share.
type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never
export type BareFact = Without<CallFact, 'pbx' | 'bootId' | 'recovered'>

const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/

/** A call's id, or null for anything that is not a UUID in lower case: it becomes a key, a path and a query. */
export const callIdOf = (text: string | undefined): string | null => (text && UUID.test(text) ? text : null)

/** One value of a block as text; a repeated key gives its first. */
export function word(event: AmiEvent, key: string): string {
  const value = Object.hasOwn(event, key) ? event[key] : undefined
  const one = Array.isArray(value) ? value[0] : value
  return typeof one === 'string' ? one : ''
}

/** `Timestamp: 1795292633.871857`; an event without one (the login's own) is stamped with ours. */
export function timeOf(ami: AmiEvent): Date {
  const seconds = Number(word(ami, 'timestamp'))
  return seconds > 0 ? new Date(Math.floor(seconds * 1000)) : new Date()
}

/** A caller's number: Asterisk writes `<unknown>` where there is none. */
export const callerWord = (text: string): string => (text === '<unknown>' ? '' : text)

/** `PJSIP/b1001-0000002f` → `b1001`; null for channels that are no phone's (Local, Snoop, Recorder, …). */
export function stationOf(channel: string): string | null {
  return /^PJSIP\/([\w.@-]{1,64})-[\da-f]{8,}$/.exec(channel)?.[1] ?? null
}

export const direction = (text: string | undefined): 'inbound' | 'outbound' | 'callback' =>
  text === 'outbound' || text === 'callback' ? text : 'inbound'

/** A code of ours, or null when the dialplan had none. */
export const codeOrNull = (text: string | undefined): string | null =>
  text && /^[a-z][a-z0-9_]{0,31}$/.test(text) ? text : null

export type Announced = { root: string; ani: string; aniName: string }

/**
 * What the dialplan says about itself, the same words live (UserEvent) and in the CEL (CELGenUserEvent).
 * `DeskLegLost` and `DeskNight` tell us nothing that the legs do not.
 */
export function announced(name: string, said: (key: string) => string, at: Date, from: Announced): BareFact | null {
  const callId = callIdOf(said('call'))
  if (!callId) return null
  switch (name) {
    case 'DeskArrived':
      return {
        type: 'caller-arrived',
        callId,
        at,
        root: from.root,
        direction: direction(said('direction')),
        campus: codeOrNull(said('campus')),
        line: codeOrNull(said('line')),
        dialled: said('dialled').slice(0, 64),
        diverted: said('diverted').slice(0, 64),
        ani: from.ani,
        // As the exchange sent it, when the dialplan could read that: Asterisk's own has lost what is not UTF-8.
        aniName: said('named') === '' ? from.aniName : nameInHeader(said('named')),
      }
    case 'DeskNoticeOver':
      return { type: 'notice-over', callId, at }
    case 'DeskCallbackAsked':
      return { type: 'callback-asked', callId, at }
    case 'DeskVoicemail': {
      const seconds = Number(said('seconds'))
      const ms = Number.isFinite(seconds) ? Math.round(Math.min(seconds, 3_600) * 1000) : 0
      return { type: 'voicemail-left', callId, at, file: said('file').slice(0, 200), ms }
    }
    case 'DeskUnrecorded':
      return { type: 'unrecorded', callId, at, why: said('why').slice(0, 80) }
    default:
      return null
  }
}
