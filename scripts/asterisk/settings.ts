/** All that a rendered phone system depends on, in one value. */
import { createHmac } from 'node:crypto'
import type { Site } from '../../server/site.ts'
import type { AsteriskBinary } from './install.ts'

/** A campus trunk: the gateway is known by the address it speaks from, whatever its port. */
export type Trunk = {
  campus: string
  /** Addresses or networks (CIDR) that are this gateway. */
  from: string[]
  /** Where we call the gateway: `ip:port`. */
  gateway: string
  /** The gateway gives no hang-up but a busy tone: listen for it. */
  busyTone: boolean
  /** The exchange names the caller in mid-call, and is believed: Asterisk writes what it says as it is. */
  lateName: boolean
  /** Dialled before a mobile, as its exchange wants it; empty when nothing. */
  outside: string
  /** What it sends while its side says nothing; null: nobody knows. */
  silence: Site['trunks'][number]['silence']
  /** Extensions that may be called through it: Asterisk patterns without the underscore. */
  wards: string[]
}

export type Line = {
  code: string
  /** Dialled number by campus. */
  numbers: Record<string, string>
  /** Old habits that lead here on every campus; the number is kept as dialled. */
  legacy: string[]
  /** Hours at night, each `18:00-08:00,mon-fri,*,*` (Asterisk GotoIfTime); empty: never. */
  night: string[]
  /** Who is rung at night, first a station, then a mobile (which must be allowed). */
  handset: string
  mobile: string
}

/** An RF channel behind a SIP gateway: called at its address, or registering as `g-<port>` when there is none. */
export type RadioPort = {
  port: string
  gateway: string | undefined
  /** Addresses its sound may have besides the one its SIP comes from. */
  media?: readonly string[]
}

export type DeskPhone = { station: string; lines: string[] }

export type Secrets = { amiReader: string; amiActor: string; ari: string; campus: string; deskPhones: string }

export type PbxSettings = {
  /** `$DESK_VAR`; `pbx/`, `campus/` and `prompts/` live below. */
  varDir: string
  binary: AsteriskBinary
  secrets: Secrets
  pbx: {
    name: string
    host: string
    sipPort: number
    httpPort: number
    amiPort: number
    rtpStart: number
    rtpEnd: number
    /** Web origins that may use ARI from a page: none of ours does, so normally the desk's own address. */
    origins: string[]
    /** Where SIP is bound: HTTP and AMI stay at `host`. */
    sipHost: string
    /** The address others know us by, behind address translation, and the networks on our side of it. */
    external: string | undefined
    localNetworks: string[]
    /** Networks (CIDR) that may speak SIP to us besides the trunks. */
    sipPermit: string[]
    /** Networks (CIDR) that may speak AMI to us. */
    amiPermit: string[]
  }
  campus: {
    sipPort: number
    amiPort: number
    rtpStart: number
    rtpEnd: number
    hosts: { old: string; new: string }
  }
  timeZone: string
  lines: Line[]
  trunks: Trunk[]
  deskPhones: DeskPhone[]
  radio: RadioPort[]
  /** The duty handset's station, or none. */
  handset: string | undefined
  /** Mobiles that may be called from the desk besides those the server allows (astdb `allowed/<number>`). */
  allowedMobiles: string[]
  /** Trunk (campus) that carries calls to mobiles. */
  mobileTrunk: string
  seconds: Site['seconds']
}

export type Ports = {
  host: string
  sipPort: number
  httpPort: number
  amiPort: number
  rtpStart: number
  rtpEnd: number
  campusSipPort: number
  campusAmiPort: number
  campusRtpStart: number
  campusRtpEnd: number
  /** SIP port of the demonstration's radio gateways. */
  radioSipPort?: number
}

/** The ports of an only instance on a machine. */
export const USUAL_PORTS: Required<Ports> = {
  host: '127.0.0.1',
  sipPort: 5060,
  httpPort: 8088,
  amiPort: 5038,
  rtpStart: 10_000,
  rtpEnd: 11_999,
  campusSipPort: 5160,
  campusAmiPort: 5138,
  campusRtpStart: 12_000,
  campusRtpEnd: 13_999,
  radioSipPort: 5170,
}

const CAMPUS_HOSTS = { old: '127.0.0.11', new: '127.0.0.12' }
/** Addresses of the demonstration's radio gateways, one for each campus. */
export const RADIO_HOSTS = { old: '127.0.0.13', new: '127.0.0.14' } as const
const LINES = [
  ['logistics', '8001', '8101', ['6601']],
  ['it', '8002', '8102', ['6600']],
  ['equipment', '8003', '8103', []],
  ['property', '8004', '8104', []],
] as const

/** The demonstration hospital's phone system: two campuses, four lines, six desk phones and a duty handset. */
export function demoSettings(
  base: { varDir: string; binary: AsteriskBinary; secrets: Secrets },
  ports: Ports = USUAL_PORTS,
): PbxSettings {
  const { host, sipPort, httpPort, amiPort, rtpStart, rtpEnd } = ports
  return {
    ...base,
    pbx: {
      name: 'pbx1',
      host,
      sipPort,
      httpPort,
      amiPort,
      rtpStart,
      rtpEnd,
      origins: [],
      sipHost: host,
      external: undefined,
      localNetworks: [],
      sipPermit: ['127.0.0.0/8'],
      amiPermit: ['127.0.0.0/8'],
    },
    campus: {
      sipPort: ports.campusSipPort,
      amiPort: ports.campusAmiPort,
      rtpStart: ports.campusRtpStart,
      rtpEnd: ports.campusRtpEnd,
      hosts: CAMPUS_HOSTS,
    },
    timeZone: 'Asia/Shanghai',
    lines: LINES.map(([code, old, young, legacy]) => ({
      code,
      numbers: { old, new: young },
      legacy: [...legacy],
      // The demonstration desk is manned round the clock; a hospital sets its hours in the console.
      night: [],
      handset: 'd8190',
      mobile: '13900008191',
    })),
    trunks: (['old', 'new'] as const).map((campus) => ({
      campus,
      from: [`${CAMPUS_HOSTS[campus]}/32`],
      gateway: `${CAMPUS_HOSTS[campus]}:${ports.campusSipPort}`,
      busyTone: campus === 'old',
      lateName: false,
      outside: '',
      silence: 'sound' as const,
      wards: ['[67]XXXX'],
    })),
    deskPhones: [1, 2, 3, 4, 5, 6].map((seat) => ({
      station: `d812${seat}`,
      lines: LINES.map(([code]) => code),
    })),
    radio: (['old', 'new'] as const).map((port) => ({
      port,
      gateway: `${RADIO_HOSTS[port]}:${ports.radioSipPort ?? USUAL_PORTS.radioSipPort}`,
    })),
    handset: 'd8190',
    allowedMobiles: ['13900008191'],
    mobileTrunk: 'old',
    seconds: { queue: 60, desk: 40, ring: 20, handset: 20, mobile: 30, voicemail: 120 },
  }
}

/**
 * A hospital's own phone system, by its site file. The ports of `ports` win: they are the environment's, or the file's.
 * A line's night is not here: the server says it (astdb), from the calendars of the directory.
 */
export function siteSettings(
  site: Site,
  base: { varDir: string; binary: AsteriskBinary; secrets: Secrets },
  ports: Ports,
): PbxSettings {
  const demo = demoSettings(base, ports)
  return {
    ...demo,
    pbx: {
      ...demo.pbx,
      sipHost: site.sip.host,
      external: site.sip.external ?? undefined,
      localNetworks: [...site.sip.local],
      // Browsers' phones come through the front proxy of this machine.
      sipPermit: ['127.0.0.0/8', ...site.sip.permit],
    },
    timeZone: site.timeZone,
    lines: site.lines.map(({ code, numbers, legacy }) => ({
      code,
      numbers,
      legacy: [...legacy],
      night: [],
      handset: site.handset ?? '',
      mobile: '',
    })),
    trunks: site.trunks.map(({ campus, from, gateway, busyTone, lateName, outside, silence, wards }) => ({
      campus,
      from: [...from],
      gateway,
      busyTone,
      lateName,
      outside,
      silence,
      wards: [...wards],
    })),
    deskPhones: site.deskPhones.map(({ station, lines }) => ({ station, lines: [...lines] })),
    radio: site.radio.map(({ port, gateway, media }) => ({ port, gateway: gateway ?? undefined, media })),
    handset: site.handset ?? undefined,
    allowedMobiles: [...site.mobiles],
    mobileTrunk: site.mobileTrunk,
    seconds: site.seconds,
  }
}

/** The SIP password of a desk phone or the duty handset: its own, made from the one secret. */
export function phonePassword(secrets: Pick<Secrets, 'deskPhones'>, station: string): string {
  return createHmac('sha256', secrets.deskPhones).update(station).digest('base64url').slice(0, 32)
}
