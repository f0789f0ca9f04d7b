/**
 * A hospital's telephones: `site.json`, read once and checked whole, by the starter (which renders Asterisk from it) and
 * by the server (whose directory begins with it). Without the file the demonstration's telephones are used.
 * Imports nothing but Node: Asterisk's container runs it without the server.
 */
import { existsSync, readFileSync } from 'node:fs'
import { isIPv4 } from 'node:net'

export type SiteTrunk = {
  readonly campus: string
  /** Addresses or networks (CIDR) the gateway speaks from: it is known by them alone. */
  readonly from: readonly string[]
  /** Where the gateway is called: `ip:port`. */
  readonly gateway: string
  /** It gives no hang-up but a busy tone. */
  readonly busyTone: boolean
  /** It tells the caller's name only after the answer. */
  readonly lateName: boolean
  /** What its exchange wants dialled before a mobile, such as `9` or `0`; empty when nothing. */
  readonly outside: string
  /** What it sends while its side says nothing: silence as sound, comfort noise, or no packet; null: nobody knows. */
  readonly silence: 'sound' | 'comfort-noise' | 'nothing' | null
  /** Extensions that may be called through it, in Asterisk's patterns without the underscore: `[67]XXXX`. */
  readonly wards: readonly string[]
}
/** An RF channel behind a SIP gateway. */
export type SiteRadio = {
  /** Its code, such as `old`; the gateway is endpoint `g-<port>`. */
  readonly port: string
  readonly campus: string
  readonly zh: string
  readonly en: string
  /** Where the gateway is called, `ip:port`; null for one that registers as `g-<port>` with its password. */
  readonly gateway: string | null
  /** Addresses its sound may have besides the one its SIP comes from: a gateway with a card of its own for media. */
  readonly media: readonly string[]
}
export type SiteLine = {
  readonly code: string
  readonly zh: string
  readonly en: string
  /** Dialled number by campus. */
  readonly numbers: Readonly<Record<string, string>>
  /** Old numbers that lead here on every campus. */
  readonly legacy: readonly string[]
}
export type Site = {
  readonly hospital: { readonly code: string; readonly zh: string; readonly en: string }
  readonly timeZone: string
  readonly campuses: readonly {
    readonly code: string
    readonly zh: string
    readonly en: string
    readonly seal: 'outlined' | 'solid'
  }[]
  readonly trunks: readonly SiteTrunk[]
  readonly lines: readonly SiteLine[]
  readonly deskPhones: readonly {
    readonly station: string
    readonly label: string
    readonly lines: readonly string[]
  }[]
  /** Radio gateways; none for a desk without a radio. */
  readonly radio: readonly SiteRadio[]
  /** The duty handset's station, rung at night; null when there is none. */
  readonly handset: string | null
  /** Mobiles that may be called besides those of the directory. */
  readonly mobiles: readonly string[]
  /** The campus whose trunk carries calls to mobiles. */
  readonly mobileTrunk: string
  readonly sip: {
    /** Address of this machine that gateways and phones reach; `0.0.0.0` is every one. HTTP and AMI stay on loopback. */
    readonly host: string
    readonly port: number
    /** The address others know us by, behind address translation; null without it. */
    readonly external: string | null
    /** Networks (CIDR) on our side of the translation. */
    readonly local: readonly string[]
    /** Networks (CIDR) of desk phones: nobody else but the trunks may speak SIP to us. */
    readonly permit: readonly string[]
  }
  readonly rtp: { readonly start: number; readonly end: number }
  /** In the queue, at the desk phones, one phone, the handset, a mobile, a message at most. */
  readonly seconds: Readonly<Record<'queue' | 'desk' | 'ring' | 'handset' | 'mobile' | 'voicemail', number>>
}

/** The demonstration's trunks, where there is no such file. */
export const DEMO_TRUNKS: readonly Pick<SiteTrunk, 'campus' | 'from'>[] = [
  { campus: 'old', from: ['127.0.0.11/32'] },
  { campus: 'new', from: ['127.0.0.12/32'] },
]

/** The file cannot be used. `problems` holds one sentence per field, each beginning with its path. */
export class SiteRefused extends Error {
  readonly problems: readonly string[]
  constructor(file: string, problems: readonly string[]) {
    super(`${file} 有误 · refused:\n  ${problems.join('\n  ')}`)
    this.name = 'SiteRefused'
    this.problems = problems
  }
}

/** The site of `file`, or undefined when there is no such file. @throws {SiteRefused} */
export function loadSite(file: string): Site | undefined {
  return existsSync(file) ? readSite(readFileSync(file, 'utf8'), file) : undefined
}

const CODE = /^[a-z][a-z0-9_]{0,31}$/
const STATION = /^d\d{4}$/
const NUMBER = /^\d{2,12}$/
const SECONDS = { queue: 60, desk: 40, ring: 20, handset: 20, mobile: 30, voicemail: 120 }

/**
 * Reads the text of a site file. Names that begin with `//` are remarks. Pure.
 * @throws {SiteRefused} naming every field at fault at once.
 */
export function readSite(text: string, file = 'site.json'): Site {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch (error) {
    throw new SiteRefused(file, [`JSON: ${(error as Error).message}`])
  }
  const reader = new SiteReader()
  const site = reader.site(parsed)
  const problems = reader.problems.length > 0 ? reader.problems : contradictionsIn(site)
  if (problems.length > 0) throw new SiteRefused(file, problems)
  return site
}

const TOP = 'hospital timeZone campuses trunks lines deskPhones radio handset mobiles mobileTrunk sip rtp seconds'

/** Values of a site file as they should be; whatever is not is a problem, and something harmless takes its place. */
class Values {
  readonly problems: string[] = []

  refuse(path: string, why: string): void {
    this.problems.push(`${path}: ${why}`)
  }
  object(value: unknown, path: string, known: string): Record<string, unknown> {
    if (!value || typeof value !== 'object' || Array.isArray(value)) {
      this.refuse(path, 'must be an object {…} 应为对象')
      return {}
    }
    for (const key of Object.keys(value))
      if (!key.startsWith('//') && !known.split(' ').includes(key))
        this.refuse(path ? `${path}.${key}` : key, `is not known; here stand 未知设置,可用: ${known}`)
    return value as Record<string, unknown>
  }
  list<T>(value: unknown, path: string, read: (one: unknown, path: string) => T, least = 0): T[] {
    if (!Array.isArray(value) || value.length < least) {
      this.refuse(path, `must be a list [ … ] of ${least} or more 应为列表`)
      return []
    }
    return value.map((one, index) => read(one, `${path}[${index}]`))
  }
  word(value: unknown, path: string, shape: (text: string) => boolean, what: string): string {
    if (typeof value === 'string' && shape(value)) return value
    this.refuse(path, `${value === undefined ? 'is needed 必填' : `must not be ${JSON.stringify(value)}`}; ${what}`)
    return ''
  }
  flag(value: unknown, path: string): boolean {
    if (value !== undefined && typeof value !== 'boolean') this.refuse(path, 'must be true or false 应为 true 或 false')
    return value === true
  }
  whole(value: unknown, path: string, least: number, most: number, otherwise: number): number {
    const given = value ?? otherwise
    if (typeof given === 'number' && Number.isInteger(given) && given >= least && given <= most) return given
    this.refuse(path, `must be a whole number from ${least} to ${most} 应为整数`)
    return otherwise
  }

  code = (value: unknown, path: string) =>
    this.word(value, path, (one) => CODE.test(one), 'small letters, digits, _, such as it 小写字母、数字、下划线')
  name = (value: unknown, path: string) =>
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are exactly what is refused
    this.word(value, path, (one) => /^[^\u0000-\u001f\u007f]{1,120}$/.test(one), 'a name of 1 to 120 characters 名称')
  network = (value: unknown, path: string) =>
    this.word(value, path, isNetwork, 'an address or network 10.1.0.0/16 地址或网段')
  number = (value: unknown, path: string) =>
    this.word(value, path, (one) => NUMBER.test(one), 'a number of digits, in quotes: "8001" 号码(加引号)')
  station = (value: unknown, path: string) =>
    this.word(value, path, (one) => STATION.test(one), 'd and four digits, such as d8121 话机代号')
  address = (value: unknown, path: string) => this.word(value, path, isIPv4, 'an IPv4 address 地址')
}

/** The parts of a site file, each from its own object. */
class SiteReader extends Values {
  site(parsed: unknown): Site {
    const top = this.object(parsed, '', TOP)
    const { one: _, ...hospital } = this.#named(top.hospital, 'hospital')
    const zone = top.timeZone ?? 'Asia/Shanghai'
    const campuses = this.list(top.campuses, 'campuses', (value, path) => this.#campus(value, path), 1)
    const trunks = this.list(top.trunks, 'trunks', (value, path) => this.#trunk(value, path), 1)
    const lines = this.list(top.lines, 'lines', (value, path) => this.#line(value, path, campuses), 1)
    const phones = (value: unknown, path: string) => this.#deskPhone(value, path, lines)
    return {
      hospital,
      timeZone: this.word(zone, 'timeZone', isZone, 'a zone such as Asia/Shanghai 时区'),
      campuses,
      trunks,
      lines,
      deskPhones: this.list(top.deskPhones ?? [], 'deskPhones', phones),
      radio: this.list(top.radio ?? [], 'radio', (value, path) => this.#radio(value, path)),
      handset: top.handset === undefined || top.handset === null ? null : this.station(top.handset, 'handset'),
      mobiles: this.list(top.mobiles ?? [], 'mobiles', (it, path) =>
        this.word(it, path, (one) => /^1[3-9]\d{9}$/.test(one), 'a mobile of eleven digits, in quotes 手机号(加引号)'),
      ),
      mobileTrunk: this.code(top.mobileTrunk ?? trunks[0]?.campus, 'mobileTrunk'),
      sip: this.#sip(top.sip),
      ...this.#media(top.rtp, top.seconds),
    }
  }

  #named(value: unknown, path: string, more = '') {
    const one = this.object(value, path, `code zh en${more}`)
    const zh = this.name(one.zh, `${path}.zh`)
    return { one, code: this.code(one.code, `${path}.code`), zh, en: this.name(one.en, `${path}.en`) }
  }

  #campus(value: unknown, path: string): Site['campuses'][number] {
    const { one, ...rest } = this.#named(value, path, ' seal')
    const isSeal = (it: string) => /^(outlined|solid)$/.test(it)
    const seal = this.word(one.seal ?? 'outlined', `${path}.seal`, isSeal, 'outlined, solid')
    return { ...rest, seal: seal as 'outlined' | 'solid' }
  }

  #trunk(value: unknown, path: string): SiteTrunk {
    const one = this.object(value, path, 'campus from gateway busyTone lateName outside silence wards')
    const isOutside = (it: string) => /^[\d*#]{0,6}$/.test(it)
    const isSilence = (it: string) => /^(sound|comfort-noise|nothing)$/.test(it)
    const isWards = (it: string) => /^(\d|[XNZ]|\[[\d-]+\]){2,16}$/.test(it)
    const silence = () =>
      this.word(one.silence, `${path}.silence`, isSilence, 'sound, comfort-noise or nothing 静音时网关发什么')
    const outside = one.outside ?? ''
    return {
      campus: this.code(one.campus, `${path}.campus`),
      from: this.list(one.from, `${path}.from`, this.network, 1),
      gateway: this.word(one.gateway, `${path}.gateway`, isAddressAndPort, 'ip:port, such as 10.1.0.5:5060 地址:端口'),
      busyTone: this.flag(one.busyTone, `${path}.busyTone`),
      lateName: this.flag(one.lateName, `${path}.lateName`),
      outside: this.word(outside, `${path}.outside`, isOutside, 'up to six digits, in quotes: "9" 出局码(加引号)'),
      silence: (one.silence ?? null) === null ? null : (silence() as SiteTrunk['silence']),
      wards: this.list(one.wards ?? ['[67]XXXX'], `${path}.wards`, (it, at) =>
        this.word(it, at, isWards, 'a pattern such as [67]XXXX 分机号样式'),
      ),
    }
  }

  #line(value: unknown, path: string, campuses: Site['campuses']): SiteLine {
    const { one, ...rest } = this.#named(value, path, ' numbers legacy')
    const numbers = this.object(one.numbers, `${path}.numbers`, campuses.map((campus) => campus.code).join(' '))
    const own = Object.entries(numbers).filter(([campus]) => !campus.startsWith('//'))
    return {
      ...rest,
      numbers: Object.fromEntries(own.map(([campus, it]) => [campus, this.number(it, `${path}.numbers.${campus}`)])),
      legacy: this.list(one.legacy ?? [], `${path}.legacy`, this.number),
    }
  }

  #deskPhone(value: unknown, path: string, lines: readonly SiteLine[]): Site['deskPhones'][number] {
    const one = this.object(value, path, 'station label lines')
    const all = lines.map((line) => line.code)
    return {
      station: this.station(one.station, `${path}.station`),
      label: one.label === undefined ? String(one.station) : this.name(one.label, `${path}.label`),
      lines: one.lines === undefined ? all : this.list(one.lines, `${path}.lines`, this.code),
    }
  }

  #radio(value: unknown, path: string): SiteRadio {
    const one = this.object(value, path, 'port campus zh en gateway register media')
    const registers = this.flag(one.register, `${path}.register`)
    if (registers && one.gateway !== undefined) this.refuse(path, 'gateway or register, not both 二者选一')
    const gateway = () =>
      this.word(one.gateway, `${path}.gateway`, isAddressAndPort, 'ip:port, or register: true 地址:端口')
    return {
      port: this.code(one.port, `${path}.port`),
      campus: this.code(one.campus, `${path}.campus`),
      zh: this.name(one.zh, `${path}.zh`),
      en: this.name(one.en, `${path}.en`),
      gateway: registers ? null : gateway(),
      media: this.list(one.media ?? [], `${path}.media`, this.address),
    }
  }

  #sip(value: unknown): Site['sip'] {
    const sip = this.object(value, 'sip', 'host port external local permit')
    return {
      host: this.word(sip.host, 'sip.host', (it) => isIPv4(it), 'an IPv4 address of this machine, or 0.0.0.0 本机地址'),
      port: this.whole(sip.port, 'sip.port', 1, 65_535, 5060),
      external:
        sip.external == null ? null : this.word(sip.external, 'sip.external', (it) => isIPv4(it), 'an IPv4 address'),
      local: this.list(sip.local ?? [], 'sip.local', this.network),
      permit: this.list(sip.permit ?? [], 'sip.permit', this.network),
    }
  }

  #media(ports: unknown, times: unknown): Pick<Site, 'rtp' | 'seconds'> {
    const rtp = this.object(ports ?? {}, 'rtp', 'start end')
    const seconds = this.object(times ?? {}, 'seconds', Object.keys(SECONDS).join(' '))
    return {
      rtp: {
        start: this.whole(rtp.start, 'rtp.start', 1_024, 65_000, 10_000),
        end: this.whole(rtp.end, 'rtp.end', 1_124, 65_535, 11_999),
      },
      seconds: Object.fromEntries(
        Object.entries(SECONDS).map(([key, usual]) => [key, this.whole(seconds[key], `seconds.${key}`, 1, 600, usual)]),
      ) as Site['seconds'],
    }
  }
}

function isNetwork(text: string): boolean {
  const [address = '', bits = '32', ...more] = text.split('/')
  return more.length === 0 && isIPv4(address) && /^\d{1,2}$/.test(bits) && Number(bits) <= 32
}
function isAddressAndPort(text: string): boolean {
  const [address = '', port = '', ...more] = text.split(':')
  return more.length === 0 && isIPv4(address) && /^\d{1,5}$/.test(port) && Number(port) > 0 && Number(port) <= 65_535
}
function isZone(text: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }) !== undefined
  } catch {
    return false
  }
}

/** Fields each right by itself that cannot all be true. */
function contradictionsIn(site: Site): string[] {
  const found: string[] = []
  const once = (path: string, values: readonly string[]) => {
    const twice = values.find((value, index) => values.indexOf(value) !== index)
    if (twice !== undefined) found.push(`${path}: ${twice} stands there twice 重复`)
  }
  const campuses = new Set(site.campuses.map(({ code }) => code))
  const lines = new Set(site.lines.map(({ code }) => code))
  const carried = new Set(site.trunks.map(({ campus }) => campus))
  once('campuses', [...site.campuses.map(({ code }) => code)])
  once('lines', [...site.lines.map(({ code }) => code)])
  once('trunks', [...site.trunks.map(({ campus }) => campus)])
  once(
    'trunks.from',
    site.trunks.flatMap(({ from }) => from.map((one) => one.replace('/32', ''))),
  )
  once('deskPhones', [...site.deskPhones.map(({ station }) => station), ...(site.handset ? [site.handset] : [])])
  for (const campus of campuses) {
    const numbers = site.lines.flatMap((line) => [line.numbers[campus] ?? [], line.legacy].flat())
    once(`lines.numbers.${campus}`, numbers)
  }
  for (const code of ['desk', 'radio']) if (campuses.has(code)) found.push(`campuses: ${code} is a word of ours 保留字`)
  if (campuses.size > 9) found.push('campuses: more than nine 最多九个')
  for (const { campus } of site.trunks)
    if (!campuses.has(campus)) found.push(`trunks: there is no campus ${campus} 没有这个院区`)
  if (!carried.has(site.mobileTrunk)) found.push(`mobileTrunk: ${site.mobileTrunk} has no trunk 没有中继`)
  once('radio', [...site.radio.map(({ port }) => port)])
  const addresses = site.radio.flatMap(({ gateway }) => gateway?.split(':')[0] ?? [])
  once('radio.gateway', addresses)
  for (const address of addresses)
    if (site.trunks.some(({ from }) => from.some((one) => one.replace('/32', '') === address)))
      found.push(`radio.gateway: ${address} is a trunk already 已是中继`)
  for (const { campus } of site.radio)
    if (!campuses.has(campus)) found.push(`radio: there is no campus ${campus} 没有这个院区`)
  for (const { station, lines: own } of site.deskPhones)
    for (const line of own)
      if (!lines.has(line)) found.push(`deskPhones: ${station} is for ${line}, which is no line 没有这条线`)
  if (site.rtp.end - site.rtp.start < 99) found.push('rtp: fewer than a hundred ports 端口太少')
  const far = site.trunks.find(({ gateway }) => !gateway.startsWith('127.'))
  if (far && site.sip.host.startsWith('127.'))
    found.push(`sip.host: ${far.gateway} cannot reach ${site.sip.host}; give this machine's address 网关到不了环回地址`)
  return found
}
