/**
 * What the desk wants to be true of Asterisk, against what is: after every reconnect and every thirty seconds.
 * The differences are put right in the ordinary way, as wishes are.
 */
import type { Wish } from '../db/index.ts'
import type { Night } from '../wire/words.ts'
import type { Ami } from './ami/ami.ts'
import type { AriEndpoint } from './ari/ari.ts'
import { type AmiEvent, word } from './words.ts'

export type WantedMember = { queue: string; station: string; paused: boolean; reason: string }
/** A line's night for calls of one campus; `hours` as GotoIfTime takes them, none for a line that is never at night. */
export type WantedNight = { line: string; campus: string; hours: string[]; handset: string; mobile: string }
/**
 * What is to be true: the browser stations that may exist, who is in which queue, when lines are at night and which
 * mobiles may be dialled. Without `night` what Asterisk has of it is left alone.
 */
export type Wanted = {
  stations: string[]
  members: WantedMember[]
  night?: { calendars: WantedNight[]; mobiles: string[]; switches?: { line: string; night: Night }[] }
}
/** Asterisk's own database, what of it is ours: `/calendar/it/new` → its hours. */
export type Kept = Map<string, string>

/** A browser's station or its radio account, pushed by us; desk phones are Asterisk's own and left alone. */
const isPushed = (station: string): boolean => /^[br]\d{4}$/.test(station)
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
export function differences(wanted: Wanted, is: { members: WantedMember[]; pushed: string[]; kept?: Kept }): Wish[] {
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
  return [...wishes, ...(wanted.night ? nightDifferences(wanted.night, is.kept ?? new Map()) : [])]
}

function nightDifferences({ calendars, mobiles, switches }: NonNullable<Wanted['night']>, kept: Kept): Wish[] {
  const wishes: Wish[] = []
  // Who may be dialled goes first: a night that names a mobile is of no use before.
  const allowed = new Set(mobiles)
  for (const number of allowed)
    if (!kept.has(`/allowed/${number}`)) wishes.push({ verb: 'allow-mobile', number, allowed: true })
  for (const number of keysOf(kept, /^\/allowed\/(\d+)$/))
    if (!allowed.has(number)) wishes.push({ verb: 'allow-mobile', number, allowed: false })
  const due = new Set<string>()
  for (const one of calendars) {
    const key = `${one.line}/${one.campus}`
    due.add(key)
    const same =
      kept.get(`/calendar/${key}`) === one.hours.join('|') &&
      kept.get(`/handset/${key}`) === one.handset &&
      kept.get(`/mobile/${key}`) === one.mobile
    if (!same) wishes.push({ verb: 'set-calendar', ...one })
  }
  for (const key of new Set(keysOf(kept, /^\/(?:calendar|handset|mobile)\/([a-z0-9_]+\/[a-z0-9_]+)$/))) {
    const [line = '', campus = ''] = key.split('/')
    if (!due.has(key)) wishes.push({ verb: 'set-calendar', line, campus, hours: null, handset: '', mobile: '' })
  }
  for (const { line, night } of switches ?? [])
    if (switchIn(kept, line) !== night) wishes.push({ verb: 'set-night', line, night })
  return wishes
}

/** func_devstate.c keeps a custom state in astdb by its name; one that is not there, or neither, is by the hours. */
function switchIn(kept: Kept, line: string): Night {
  const state = kept.get(`/CustomDevstate/night-${line}`)
  return state === 'INUSE' ? 'on' : state === 'NOT_INUSE' ? 'off' : 'auto'
}

const keysOf = (kept: Kept, shape: RegExp): string[] => [...kept.keys()].flatMap((key) => shape.exec(key)?.[1] ?? [])

/**
 * Reads how things stand. Asterisk first, then the desk: a sign-in commits before it is sent, so whoever Asterisk
 * shows is known to the desk by the time it is asked.
 */
export async function standing(
  ami: Ami,
  endpoints: () => Promise<AriEndpoint[]>,
): Promise<{ members: WantedMember[]; pushed: string[]; kept: Kept; online: Map<string, boolean> }> {
  const members = membersIn(await ami.list('QueueStatus'))
  const kept: Kept = new Map()
  for (const Family of ['calendar', 'handset', 'mobile', 'allowed', 'CustomDevstate'])
    for (const item of await ami.list('DBGetTree', { Family })) kept.set(word(item, 'key'), word(item, 'val'))
  const all = await endpoints()
  return {
    members,
    kept,
    pushed: all.map(({ station }) => station).filter(isPushed),
    online: new Map(all.map(({ station, online }) => [station, online])),
  }
}
