/** Our wishes in Asterisk's words: one function per verb. Each may be done twice without harm, except a call placed. */
import { setTimeout as pause } from 'node:timers/promises'
import { ownRoot } from '../calls/index.ts'
import type { Wish } from '../db/index.ts'
import { fits } from '../dialplan.ts'
import { Outage, Refusal } from '../refusal.ts'
import { MOBILE as IS_MOBILE } from '../wire/number.ts'
import type { Ami } from './ami/ami.ts'
import type { Ari } from './ari/ari.ts'
import { unlessGone } from './ari/rest.ts'
import { word } from './words.ts'

export type Doer = (wish: Wish) => Promise<string | null>

const STATION = /^[a-z]\d{4}$/
const LINE = /^[a-z][a-z0-9_]{0,31}(-desk)?$/
const CODE = /^[a-z][a-z0-9_]{0,31}$/
const MOBILE = /^\d{5,20}$/
/** One of GotoIfTime's: `00:00-07:59&18:00-23:59,mon-fri,*,*`. */
const HOURS = /^[\d:&-]{11,200},([a-z]{3}[&-]?){1,7},\*,\*$|^[\d:&-]{11,200},\*,\*,\*$/
const MOST_HOURS = 8

/**
 * Says a wish to Asterisk; answers what it said, if that is worth keeping. `reader` is the account that sees
 * what became of what the dialplan was asked to keep. @throws {Refusal | Outage}
 */
export function makeDoer(ami: Ami, reader: Ami, ari: Ari): Doer {
  return async (wish) => {
    switch (wish.verb) {
      case 'push-credential':
        return pushCredential(ari, wish)
      case 'drop-credential':
        return dropCredential(reader, ari, checked(STATION, wish.station))
      case 'queue-add':
        return queueAdd(ami, wish)
      case 'queue-remove':
        return queueRemove(ami, wish.queue, wish.station)
      case 'queue-pause':
        await ami.act('QueuePause', {
          Interface: `PJSIP/${checked(STATION, wish.station)}`,
          Paused: String(wish.paused),
          Reason: wish.reason,
        })
        return null
      case 'originate':
        return originate(ari, reader, wish)
      case 'hang-up':
        await ari.hangUp(checked(/^[\w.-]{1,128}$/, wish.uniqueid), wish.cause)
        return null
      case 'set-night':
        // A custom device state (asterisk-config/pbx/extensions.conf, is-night); it outlives a restart. UNKNOWN is refused.
        await ari.setState(
          `night-${checked(LINE, wish.line)}`,
          ({ on: 'INUSE', off: 'NOT_INUSE', auto: 'INVALID' } as const)[wish.night],
        )
        return null
      case 'set-calendar':
        return setCalendar({ ari, reader }, wish)
      case 'allow-mobile':
        await keep({ ari, reader }, 'allowed', checked(MOBILE, wish.number), wish.allowed ? '1' : null)
        return null
    }
  }
}

function checked(shape: RegExp, text: string): string {
  if (!shape.test(text)) throw new Refusal('asterisk-value-refused', { field: 'value' })
  return text
}

type Of<V extends Wish['verb']> = Extract<Wish, { verb: V }>

/**
 * A browser's phone comes by WebSocket through this machine (acl.conf). What it says of where it is to be rung is not
 * believed: it is rung where it registered from.
 */
const FROM_A_BROWSER = { acl: 'browsers', rewrite_contact: 'yes' }

/** Auth, then where it registers, then who it is: each stands on the one before. They live in astdb (sorcery.conf). */
export async function pushCredential(ari: Ari, { station, ha1, realm }: Of<'push-credential'>): Promise<null> {
  const id = checked(STATION, station)
  await ari.put('auth', id, {
    auth_type: 'digest',
    username: id,
    realm,
    password_digest: `MD5:${checked(/^[\da-f]{32}$/, ha1)}`,
  })
  if (isRadio(id)) return pushRadio(ari, id)
  await ari.put('aor', id, {
    max_contacts: '1',
    remove_existing: 'yes',
    remove_unavailable: 'yes',
    qualify_frequency: '5',
    qualify_timeout: '2',
  })
  await ari.put('endpoint', id, {
    auth: id,
    aors: id,
    context: 'from-desk',
    webrtc: 'yes',
    ...FROM_A_BROWSER,
    disallow: 'all',
    // Never the trunk's codec: transcoded frames cannot make a recorder deaf (radio/port.ts, hearAnew).
    allow: 'opus',
    timers: 'no',
    // A browser that died sends nothing more; its caller rings the same agent again, then the queue. See pjsip.conf: 3 to 5 s.
    rtp_timeout: '4',
    rtp_timeout_hold: '300',
    device_state_busy_at: '1',
    allow_subscribe: 'no',
    // extensions.conf: a text message is no call
    message_context: 'no-messages',
    language: 'zh',
  })
  return null
}

/**
 * A console's second account, r and the digits of its station, which calls radio ports and nothing else: a leg on the first
 * would make the agent busy for the queue. Nobody calls it, so it registers nowhere.
 */
async function pushRadio(ari: Ari, id: string): Promise<null> {
  await ari.put('endpoint', id, {
    auth: id,
    context: 'from-radio',
    webrtc: 'yes',
    ...FROM_A_BROWSER,
    disallow: 'all',
    allow: 'opus',
    // A leg at rest sends nothing, on either side. One that died is ended by its session timer (RFC 4028; 90 is the least):
    // till then it costs nothing, and its key was let go by the console's heartbeat long before.
    timers: 'yes',
    timers_min_se: '90',
    timers_sess_expires: '90',
    rtp_timeout: '0',
    rtp_timeout_hold: '0',
    // A console that holds its leg must not play music into the port.
    moh_passthrough: 'yes',
    allow_transfer: 'no',
    allow_subscribe: 'no',
    // extensions.conf: a text message is no call
    message_context: 'no-messages',
    language: 'zh',
  })
  return null
}

const isRadio = (station: string): boolean => station.startsWith('r')

/**
 * The endpoint goes first, so that nobody can use the account while the rest goes. A call in progress goes on; a console's
 * legs on the radio are hung up, since listening never ends by itself.
 */
async function dropCredential(reader: Ami, ari: Ari, station: string): Promise<null> {
  await ari.drop('endpoint', station)
  if (isRadio(station)) await hangUpAll(ari, station)
  else {
    await dropContacts(reader, ari, station)
    await ari.drop('aor', station)
  }
  await ari.drop('auth', station)
  return null
}

/**
 * Asterisk keeps where a browser registered for up to a minute after its account is gone, and would ring an account of the
 * same name made meanwhile there. Registrations are kept in astdb, as registrar/contact/<station>;@<what the registrar made of its address>.
 */
async function dropContacts(reader: Ami, ari: Ari, station: string): Promise<void> {
  const all = await reader.list('DBGetTree', { Family: 'registrar', Key: 'contact' }).catch(already(/not found/i))
  for (const contact of Array.isArray(all) ? all : []) {
    const id = word(contact, 'key').slice('/registrar/contact/'.length)
    if (!id.startsWith(`${station};@`)) continue
    await ari
      .request('DELETE', `/asterisk/config/dynamic/res_pjsip/contact/${encodeURIComponent(id)}`)
      .catch(unlessGone)
  }
}

async function hangUpAll(ari: Ari, station: string): Promise<void> {
  const channels = (await ari.request('GET', '/channels')) as { id: string; name: string }[]
  for (const { id, name } of channels) if (name.startsWith(`PJSIP/${station}-`)) await ari.hangUp(id, 16)
}

async function queueAdd(ami: Ami, { queue, station, paused, reason }: Of<'queue-add'>): Promise<string | null> {
  const member = { Queue: checked(LINE, queue), Interface: `PJSIP/${checked(STATION, station)}` }
  const said = await ami
    .act('QueueAdd', { ...member, MemberName: station, Penalty: 0, Paused: String(paused) })
    .then(() => null, already(/already there/i))
  // The reason has no place in QueueAdd; and one who was there already may be paused otherwise.
  if (paused || said) await ami.act('QueuePause', { ...member, Paused: String(paused), Reason: reason })
  return said
}

async function queueRemove(ami: Ami, queue: string, station: string): Promise<string | null> {
  const member = { Queue: checked(LINE, queue), Interface: `PJSIP/${checked(STATION, station)}` }
  return ami.act('QueueRemove', member).then(() => null, already(/not there|not dynamic/i))
}

/** A refusal that says the wish is fulfilled already is no refusal. */
function already(words: RegExp): (error: unknown) => string {
  return (error) => {
    if (error instanceof Refusal && words.test(String(error.details.why))) return String(error.details.why)
    throw error
  }
}

/** Who is rung first, the hours last: they are what makes it night. */
async function setCalendar(
  keeper: Keeper,
  { line, campus, hours, handset, mobile }: Of<'set-calendar'>,
): Promise<null> {
  const key = `${checked(CODE, line)}/${checked(CODE, campus)}`
  if ((hours?.length ?? 0) > MOST_HOURS) throw new Refusal('asterisk-value-refused', { field: 'hours' })
  for (const one of hours ?? []) checked(HOURS, one)
  if (handset !== '') checked(STATION, handset)
  if (mobile !== '') checked(MOBILE, mobile)
  await keep(keeper, 'handset', key, hours && handset)
  await keep(keeper, 'mobile', key, hours && mobile)
  await keep(keeper, 'calendar', key, hours?.join('|') ?? null)
  return null
}

type Keeper = { ari: Ari; reader: Ami }
type Family = 'calendar' | 'handset' | 'mobile' | 'allowed'
const KEPT_WITHIN_MS = 3_000
const KEPT_LOOK_MS = 20

/**
 * Has the dialplan write an astdb entry, or delete it (asterisk-config/pbx/extensions.conf, keep), and sees that it did.
 * An empty one is not the same as none: it wins over the rendered setting. @throws {Outage} when it is not so in time.
 */
async function keep({ ari, reader }: Keeper, family: Family, key: string, value: string | null): Promise<void> {
  const how = value === null ? 'del' : 'put'
  const variables = { __KEEP_FAMILY: family, __KEEP_KEY: key, __KEEP_VALUE: value ?? '' }
  await ari.originate({ endpoint: `Local/${how}@keep/n`, context: 'keep', extension: 'over', variables })
  for (const until = Date.now() + KEPT_WITHIN_MS; Date.now() < until; await pause(KEPT_LOOK_MS)) {
    const tree = await reader.list('DBGetTree', { Family: family, Key: key }).catch(already(/not found/i))
    const entry = Array.isArray(tree) ? tree.find((item) => word(item, 'key') === `/${family}/${key}`) : undefined
    if (value === null ? !entry : entry && word(entry, 'val') === value) return
  }
  throw new Outage('ari', { cause: new Error(`astdb ${family}/${key} was not written`) })
}

/**
 * Rings the agent; once answered, the dialplan's from-desk dials the number (it alone knows which may be dialled). What it
 * knows no extension for, Asterisk refuses at once; of a mobile it is asked before, or the agent's phone would ring and the
 * line be cut without a word.
 */
async function originate(ari: Ari, reader: Ami, wish: Of<'originate'>): Promise<null> {
  const station = checked(STATION, wish.station)
  const number = checked(/^\d{2,20}$/, wish.number)
  if (IS_MOBILE.test(number)) {
    if (!(await mayDial(reader, number))) throw new Refusal('mobile-not-allowed')
  } else if (!(await isWard(reader, number))) throw new Refusal('asterisk-refused', { why: 'no such extension' })
  await ari.originate({
    endpoint: `PJSIP/${station}`,
    // The channel's own id: the same wish sent twice is refused by Asterisk the second time.
    channelId: ownRoot(checked(/^[\da-f-]{36}$/, wish.callId)),
    context: 'from-desk',
    extension: number,
    callerId: `<${number}>`,
    timeoutS: 20,
    variables: {
      __DESK_CALL: wish.callId,
      __DESK_CAMPUS: checked(CODE, wish.campus),
      __DESK_LINE: wish.line === null ? '' : checked(LINE, wish.line),
      DESK_DIRECTION: wish.direction,
    },
  })
  return null
}

/**
 * What the dialplan's may-dial will say (asterisk-config/pbx/extensions.conf), asked by reading alone: Getvar would answer
 * too, but runs any function there is.
 */
async function mayDial(reader: Ami, number: string): Promise<boolean> {
  const kept = await read(reader, 'DBGetTree', { Family: 'allowed', Key: number })
  if (kept.some((item) => word(item, 'key') === `/allowed/${number}`)) return true
  const rendered = await read(reader, 'ShowDialPlan', { Context: 'allowed-mobiles', Extension: number })
  return rendered.some((item) => word(item, 'extension') === number)
}

/**
 * Whether from-desk-wards knows the number: ARI would ring the agent first and find out then. Where the dialplan says
 * nothing of its wards, the call goes out as asked.
 */
async function isWard(reader: Ami, number: string): Promise<boolean> {
  const items = await read(reader, 'ShowDialPlan', { Context: 'from-desk-wards' })
  const patterns = items.map((item) => word(item, 'extension')).filter((one) => one !== '')
  return patterns.length === 0 || patterns.some((pattern) => fits(pattern, number))
}

/** "Did not find …" is Asterisk's way to say that there is none. A wire that is down is another matter. */
function read(reader: Ami, action: string, fields: Record<string, string>) {
  return reader.list(action, fields).catch((error) => {
    if (error instanceof Refusal) return []
    throw error
  })
}
