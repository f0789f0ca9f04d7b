/** The parts of the configuration that grow with the hospital: one small file each, included by a hand-written one. */
import { existsSync } from 'node:fs'
import { type PbxSettings, phonePassword, type RadioPort, type Trunk } from './settings.ts'

const HEAD = '; Made from the settings at each start; the hand-written file that includes it explains it.\n'

/** Trunks, desk phones and the duty handset, on the templates of pjsip.conf. */
export function pjsipMade({ trunks, deskPhones, handset, secrets, radio }: PbxSettings): string {
  const stations = [...deskPhones.map((phone) => phone.station), ...(handset ? [handset] : [])]
  return [
    HEAD,
    ...trunks.map(
      (trunk) => `[${trunk.campus}](trunk)
context=from-${trunk.campus}
aors=${trunk.campus}
${silenceMade(trunk)}
${trunk.lateName ? 'trust_id_inbound=yes\n' : ''}[${trunk.campus}](trunk-aor)
contact=sip:${trunk.gateway}
[${trunk.campus}]
type=identify
endpoint=${trunk.campus}
${trunk.from.map((address) => `match=${address}\n`).join('')}`,
    ),
    ...stations.map(
      (station) => `[${station}](phone)
auth=${station}
aors=${station}
[${station}](phone-auth)
username=${station}
password=${phonePassword(secrets, station)}
[${station}](phone-aor)
`,
    ),
    ...radio.map((port) => gatewayMade(port, secrets)),
  ].join('\n')
}

/**
 * Seconds without a packet after which a trunk's call is dead. Too short, and a ward that only listens is hung up on, as
 * long as its gateway suppresses silence; too long, and a caller whose gateway lost its power keeps an agent waiting.
 */
const SILENT_SECONDS = { sound: 30, 'comfort-noise': 60, unknown: 120 }

/** How long this trunk may send nothing; 0: for ever, its session timer (RFC 4028) tells that the gateway is gone. */
const silentSeconds = ({ silence }: Pick<Trunk, 'silence'>): number =>
  silence === 'nothing' ? 0 : SILENT_SECONDS[silence ?? 'unknown']

function silenceMade(trunk: Pick<Trunk, 'silence'>): string {
  const seconds = silentSeconds(trunk)
  return seconds > 0
    ? `rtp_timeout=${seconds}`
    : 'rtp_timeout=0\nrtp_timeout_hold=0\ntimers=always\ntimers_sess_expires=90'
}

/** A radio gateway: one that waits for our call is known by its address; one that registers, by its password. */
function gatewayMade({ port, gateway, media = [] }: RadioPort, secrets: PbxSettings['secrets']): string {
  const name = `g-${port}`
  const address = gateway?.split(':')[0]
  // the server compares where sound is sent with where it may be
  const known = `set_var=DESK_MEDIA=${[address ?? 'registers', ...media].join('&')}\n`
  return gateway
    ? `[${name}](gateway)
identify_by=ip
aors=${name}
${known}[${name}](gateway-aor)
contact=sip:${port}@${gateway}
[${name}]
type=identify
endpoint=${name}
match=${address}
`
    : `[${name}](gateway)
identify_by=username,auth_username
auth=${name}
aors=${name}
force_rport=yes
rewrite_contact=yes
${known}[${name}](gateway-auth)
username=${name}
password=${phonePassword(secrets, name)}
[${name}](gateway-aor)
max_contacts=1
remove_existing=yes
remove_unavailable=yes
minimum_expiration=30
`
}

/** A queue per line for browsers (members come by QueueAdd), and its second tier of desk phones. */
export function queuesMade({ lines, deskPhones, seconds }: PbxSettings): string {
  return [
    HEAD,
    ...lines.map(({ code }) => {
      const phones = deskPhones.filter((phone) => phone.lines.includes(code))
      const members = phones.map(({ station }) => `member => PJSIP/${station},0,${station}\n`).join('')
      return `[${code}](browsers)\ntimeout=${seconds.ring}\n[${code}-desk](line)\ntimeout=${seconds.ring}\n${members}`
    }),
  ].join('\n')
}

/** For each line its night: hours, handset, mobile; the number it shows when calling out; the mobile trunk. */
export function globalsMade({ lines, trunks, mobileTrunk }: PbxSettings): string {
  return [
    HEAD,
    ...lines.flatMap(({ code, numbers, night, handset, mobile }) => [
      `HOURS_${code}=${night.join('|')}`,
      `HANDSET_${code}=${handset}`,
      `MOBILE_${code}=${mobile}`,
      ...Object.entries(numbers).map(([campus, number]) => `PILOT_${campus}_${code}=${number}`),
    ]),
    ...trunksPilots(lines),
    ...trunks.flatMap(({ campus, gateway, outside, silence }) => [
      `GATEWAY_${campus}=${gateway}`,
      `OUTSIDE_${campus}=${outside}`,
      `SILENCE_${campus}=${silentSeconds({ silence })}`,
    ]),
    `FIRST_CAMPUS=${trunks[0]?.campus ?? ''}`,
    `MOBILE_TRUNK=${mobileTrunk}`,
    '',
  ].join('\n')
}

/** A call out without a line shows the campus's first number. */
function trunksPilots(lines: PbxSettings['lines']): string[] {
  const first = lines[0]
  return first ? Object.entries(first.numbers).map(([campus, number]) => `PILOT_${campus}_=${number}`) : []
}

/** `from-<campus>`: the numbers a ward can reach, exactly; and the wards and mobiles the desk may call. */
export function extensionsMade({ lines, trunks, allowedMobiles, radio }: PbxSettings): string {
  const arrive = (
    number: string,
    trunk: Trunk,
    line: string,
  ) => `exten => ${number},1,Set(__DESK_CAMPUS=${trunk.campus})
 same => n,Set(__DESK_LINE=${line})
 same => n,Set(BUSY_TONE=${trunk.busyTone ? 'yes' : 'no'})
 same => n,Goto(arrived,\${EXTEN},1)
`
  return [
    HEAD,
    ...trunks.map(
      (trunk) =>
        `[from-${trunk.campus}]\n${lines
          .flatMap((line) =>
            [line.numbers[trunk.campus] ?? [], line.legacy].flat().map((n) => arrive(n, trunk, line.code)),
          )
          .join('')}`,
    ),
    '[from-desk-wards]',
    ...trunks.flatMap(({ campus, wards }, index) =>
      wards.map((ward) => `exten => _0${index + 1}${ward},1,Goto(outward,s-${campus}-\${EXTEN:2},1)`),
    ),
    // Without a prefix: the campus of the call this belongs to, or the first.
    ...[...new Set(trunks.flatMap(({ wards }) => wards))].map(
      (ward) =>
        `exten => _${ward},1,Goto(outward,s-\${IF($["\${GATEWAY_\${DESK_CAMPUS}}" = ""]?\${FIRST_CAMPUS}:\${DESK_CAMPUS})}-\${EXTEN},1)`,
    ),
    '',
    '[allowed-mobiles]',
    ...allowedMobiles.map((number) => `exten => ${number},1,Return()`),
    '',
    '[from-radio-ports]',
    ...radio.map(({ port }) => `exten => radio-${port},1,Stasis(desk,leg,${port})\n same => n,Hangup(38)`),
    '',
  ].join('\n')
}

/**
 * The zone as Asterisk can read it: its name when this machine has the zone files, else POSIX (`CST-8`), which needs
 * none. The POSIX form holds today's offset: right for zones without summer time.
 */
export function zoneFor(timeZone: string, at = new Date()): string {
  if (existsSync(`/usr/share/zoneinfo/${timeZone}`)) return timeZone
  const shown = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' }).formatToParts(at)
  const offset = /GMT([+-])(\d\d):(\d\d)/.exec(shown.find((part) => part.type === 'timeZoneName')?.value ?? '')
  if (!offset) return 'UTC0'
  return `LOC${offset[1] === '+' ? '-' : '+'}${Number(offset[2])}:${offset[3]}`
}
