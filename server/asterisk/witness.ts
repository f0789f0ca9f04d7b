/**
 * Tells what Asterisk said from what a caller made it say.
 *
 * A text that Asterisk writes as it is into an event can add lines to it (a key stands twice) or end it and begin another
 * (the first is cut short, the second is of a channel nobody announced, or in the name of one). The dialplan keeps such
 * texts out (who-calls in asterisk-config/pbx/extensions.conf); should one come through all the same, what cannot be is
 * refused here. The CEL, which no text can break, still tells what really happened.
 *
 *   listed at the connection ──┐
 *   Newchannel ────────────────┴─► up ── Hangup ──► ended (a queue still speaks of it for a moment)
 */
import { type AmiEvent, callIdOf, timeOf, word } from './words.ts'

/** `born` as far as it is known, in ms: nothing is true of a channel before. */
type Channel = { name: string; callId: string | null; born: number }

export type Witness = {
  /** Takes in one event; false when it cannot be so, and then nothing may follow from it. */
  hear(ami: AmiEvent): boolean
  /** The channels that stand (CoreShowChannels): from now on every other one announces itself. */
  adopt(items: AmiEvent[]): void
}

/** Channels whose end is remembered: fewer would refuse a queue's last words of a ring, more cost memory only. */
const MOST_ENDED = 2_000
/** Above this a channel that was announced longest ago is forgotten, and what is said of it is refused. */
const MOST_UP = 20_000
/** An event may be on its way while the channels are being listed: its channel may be in neither. */
const STILL_UNSURE_MS = 2_000
/** A clock that is put right moves by less: facts before their channel's birth by more were never Asterisk's. */
export const CLOCK_SET_BACK_MS = 5 * 60_000
/** And none is so far ahead of ours. */
const CLOCK_AHEAD_MS = 86_400_000

/** Said of a channel, but not about it: the answer to an Originate may name one that was never made. */
const ABOUT_NO_CHANNEL = new Set(['OriginateResponse'])
const MAY_REPEAT = /^(dest)?chanvariable/

/**
 * A Uniqueid that Asterisk gave ends in the second of its channel's birth and a number: `pbx1-1795298618.4`. Those that we
 * gave (a call of ours, the radio's legs) say nothing of it.
 */
export function bornAt(uniqueid: string): number | null {
  const seconds = /(?:^|-)(\d{9,11})\.\d+$/.exec(uniqueid)?.[1]
  return seconds === undefined ? null : Number(seconds) * 1_000
}

export function makeWitness(now: () => number = Date.now): Witness {
  const up = new Map<string, Channel>()
  const ended = new Map<string, Channel>()
  let sureFrom = Number.POSITIVE_INFINITY
  let cutShort = false

  const keep = (map: Map<string, Channel>, most: number, uniqueid: string, channel: Channel) => {
    if (map.size >= most) map.delete(map.keys().next().value as string)
    map.set(uniqueid, channel)
  }

  /** Whether such a channel is there, under this name, of this call, and was there by then. */
  function knows(uniqueid: string, name: string, callId: string | null, at: number): boolean {
    let channel = up.get(uniqueid) ?? ended.get(uniqueid)
    if (!channel) {
      if (now() >= sureFrom) return false
      channel = { name, callId: null, born: bornAt(uniqueid) ?? at }
      keep(up, MOST_UP, uniqueid, channel)
    }
    if (channel.name !== name || at < channel.born - CLOCK_SET_BACK_MS) return false
    channel.callId ??= callId
    return callId === null || channel.callId === callId
  }

  function isSo(ami: AmiEvent): boolean {
    const name = word(ami, 'event')
    const uniqueid = word(ami, 'uniqueid')
    const dialled = word(ami, 'destuniqueid')
    if ((uniqueid === '' && dialled === '') || ABOUT_NO_CHANNEL.has(name)) return true
    const at = timeOf(ami).getTime()
    if (at > now() + CLOCK_AHEAD_MS) return false
    const callId = callOf(ami)
    if (name === 'Newchannel') return announces(uniqueid, word(ami, 'channel'), callId, at)
    if (uniqueid !== '' && !knows(uniqueid, word(ami, 'channel'), callId, at)) return false
    return dialled === '' || knows(dialled, word(ami, 'destchannel'), callId, at)
  }

  function announces(uniqueid: string, name: string, callId: string | null, at: number): boolean {
    const known = up.get(uniqueid) ?? ended.get(uniqueid)
    // Twice only while we begin: in the list of those that stand, and in its own words.
    if (known) return known.name === name && now() < sureFrom
    const born = bornAt(uniqueid) ?? at
    if (Math.abs(at - born) > CLOCK_SET_BACK_MS) return false
    keep(up, MOST_UP, uniqueid, { name, callId, born })
    return true
  }

  function remember(ami: AmiEvent): void {
    const uniqueid = word(ami, 'uniqueid')
    const channel = up.get(uniqueid)
    if (!channel) return
    if (word(ami, 'event') === 'Rename') channel.name = word(ami, 'newname')
    if (word(ami, 'event') !== 'Hangup') return
    up.delete(uniqueid)
    keep(ended, MOST_ENDED, uniqueid, channel)
  }

  return {
    hear(ami) {
      const restOfOne = cutShort
      // A channel's description always ends in its Linkedid.
      cutShort = ami.channelstate !== undefined && ami.calleridnum !== undefined && ami.linkedid === undefined
      const twice = Object.entries(ami).some(([key, value]) => Array.isArray(value) && !MAY_REPEAT.test(key))
      if (cutShort || restOfOne || twice || !isSo(ami)) return false
      remember(ami)
      return true
    },
    adopt(items) {
      for (const item of items) {
        const uniqueid = word(item, 'uniqueid')
        if (word(item, 'event') !== 'CoreShowChannel' || up.has(uniqueid) || ended.has(uniqueid)) continue
        const born = bornAt(uniqueid) ?? 0
        keep(up, MOST_UP, uniqueid, { name: word(item, 'channel'), callId: callOf(item), born })
      }
      sureFrom = now() + STILL_UNSURE_MS
    },
  }
}

function callOf(ami: AmiEvent): string | null {
  const variables = ami.chanvariable
  const call = variables && typeof variables === 'object' ? (variables as Record<string, unknown>).DESK_CALL : undefined
  return callIdOf(typeof call === 'string' ? call : undefined)
}
