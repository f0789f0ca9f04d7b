/**
 * What the desk wants to be true of Asterisk, against what is: after every reconnect and every thirty seconds.
 * The differences are put right in the ordinary way, as wishes are.
 */
import type { Wish } from '../db/index.ts'
import type { Ami } from './ami.ts'
import type { AriEndpoint } from './ari.ts'
import { type AmiEvent, word } from './words.ts'

export type WantedMember = { queue: string; station: string; paused: boolean; reason: string }
/** What agents/ wants to be true: the browser stations that may exist, and who is in which queue. */
export type Wanted = { stations: string[]; members: WantedMember[] }

/** A browser's station, pushed by us; desk phones are Asterisk's own and left alone. */
const isPushed = (station: string): boolean => /^b\d{4}$/.test(station)
const stationOf = (location: string): string => location.replace(/^PJSIP\//, '')

/** Signed-in members as Asterisk has them. Static ones (desk phones) are not ours to change. */
export function membersIn(status: AmiEvent[]): WantedMember[] {
  return status
    .filter((item) => word(item, 'event') === 'QueueMember' && word(item, 'membership') === 'dynamic')
    .map((item) => ({
      queue: word(item, 'queue'),
      station: stationOf(word(item, 'location')),
      paused: word(item, 'paused') === '1',
      reason: word(item, 'pausedreason'),
    }))
}

/** The wishes that make `is` what is `wanted`. Pure. */
export function differences(wanted: Wanted, is: { members: WantedMember[]; pushed: string[] }): Wish[] {
  const wishes: Wish[] = []
  const key = (one: WantedMember) => `${one.queue} ${one.station}`
  const here = new Map(is.members.map((one) => [key(one), one]))
  const due = new Map(wanted.members.map((one) => [key(one), one]))
  for (const one of due.values()) {
    const now = here.get(key(one))
    const same = now && now.paused === one.paused && (!one.paused || now.reason === one.reason)
    // Adding one that is there already sets the pause right.
    if (!same) wishes.push({ verb: 'queue-add', ...one })
  }
  for (const one of here.values()) {
    if (isPushed(one.station) && !due.has(key(one))) {
      wishes.push({ verb: 'queue-remove', queue: one.queue, station: one.station })
    }
  }
  for (const station of is.pushed) {
    if (isPushed(station) && !wanted.stations.includes(station)) wishes.push({ verb: 'drop-credential', station })
  }
  return wishes
}

/**
 * Reads how things stand. Asterisk first, then the desk: a sign-in commits before it is sent, so whoever Asterisk
 * shows is known to the desk by the time it is asked.
 */
export async function standing(
  ami: Ami,
  endpoints: () => Promise<AriEndpoint[]>,
): Promise<{ members: WantedMember[]; pushed: string[]; online: Map<string, boolean> }> {
  const members = membersIn(await ami.list('QueueStatus'))
  const all = await endpoints()
  return {
    members,
    pushed: all.map(({ station }) => station).filter(isPushed),
    online: new Map(all.map(({ station, online }) => [station, online])),
  }
}
