/**
 * The environment, read once and checked whole: one typed object, or a refusal that names every variable at fault.
 * Nothing else in the server looks at `process.env`. `.env.example` lists the same names with their meaning.
 */
import { isAbsolute, join, resolve } from 'node:path'

/** Where recordings are kept: a folder on this machine, or a bucket of an S3 server (MinIO). */
export type VaultConfig =
  | { readonly kind: 'folder'; readonly dir: string }
  | {
      readonly kind: 's3'
      readonly endpoint: string
      readonly bucket: string
      readonly region: string
      readonly accessKey: string
      readonly secretKey: string
    }

/** One IPPBX. Its `id` is its number in every table and key; today there is number one. */
export type PbxConfig = {
  readonly id: 1
  readonly host: string
  readonly sipPort: number
  readonly httpPort: number
  readonly amiPort: number
  readonly ariSecret: string
  readonly amiReaderSecret: string
  readonly amiActorSecret: string
  /** Folder with `live/` and `done/`, on the PBX's host. */
  readonly spool: string
  /** The CEL file, one JSON object a line, on the PBX's host. */
  readonly cel: string
}

export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent'

export type Config = {
  /** State of this desk: absolute path. */
  readonly varDir: string
  readonly host: string
  readonly port: number
  /** The address people type, without a slash at the end; undefined on one machine. */
  readonly publicUrl: string | undefined
  readonly databaseUrl: string
  /** Seed the demonstration hospital when the database is empty. */
  readonly demo: boolean
  /** The hospital's telephones (server/site.ts); the file need not be there. */
  readonly siteFile: string
  readonly pbx: PbxConfig
  /** What the browser's phone connects to: an absolute ws(s) URL, or a path of this origin (behind the front proxy). */
  readonly sipSocket: string
  readonly vault: VaultConfig
  /** Addresses or networks of proxies whose X-Forwarded-* headers are believed. Empty: nobody's. */
  readonly trustProxy: readonly string[]
  readonly logLevel: LogLevel
  /** The built console. */
  readonly consoleDir: string
  /** How words become sound for the air: the program, where Asterisk reads what was made, the hospital's own recordings. */
  readonly speech: { readonly program: string; readonly dir: string; readonly phrases: string }
  /** How long an answer to a call-out by radio is waited for. */
  readonly calloutS: number
  /** How long a radio port is watched at rest before agents may key it; the rule is a minute. */
  readonly commissionIdleS: number
  readonly sessions: { readonly idleMinutes: number; readonly absoluteMinutes: number }
  /** Generated secrets of this desk (JSON, mode 600). */
  readonly secretsFile: string
  /** Where a demonstration's accounts are written when it is seeded (JSON, mode 600). */
  readonly accountsFile: string
}

/** Every variable of ours, so that a misspelt one is refused instead of silently doing nothing. */
export const NAMES: ReadonlySet<string> = new Set(
  `DESK_VAR DESK_HOST DESK_PORT DESK_URL DESK_DEMO DESK_TRUST_PROXY DESK_LOG DESK_CONSOLE DESK_SIP_SOCKET
   DESK_SESSION_IDLE_MINUTES DESK_SESSION_ABSOLUTE_MINUTES DESK_ASTERISK_ROOT DESK_TOOLS DESK_SITE DESK_CALLOUT_SECONDS DESK_COMMISSION_IDLE_SECONDS
   ESPEAK_NG
   PBX_HOST PBX_SIP_PORT PBX_HTTP_PORT PBX_AMI_PORT PBX_RTP_START PBX_RTP_END PBX_SPOOL PBX_CEL
   AMI_READER_SECRET AMI_ACTOR_SECRET ARI_SECRET VAULT VAULT_DIR
   S3_ENDPOINT S3_BUCKET S3_REGION S3_ACCESS_KEY S3_SECRET_KEY`.split(/\s+/),
)

const OURS = /^(DESK|PBX|S3|AMI|ARI|VAULT)_/
const LOG_LEVELS: readonly LogLevel[] = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']

/** The environment cannot be used. `problems` holds one sentence per variable, each beginning with its name. */
export class ConfigRefused extends Error {
  readonly problems: readonly string[]
  constructor(problems: readonly string[]) {
    super(`Configuration refused 配置有误:\n  ${problems.join('\n  ')}`)
    this.name = 'ConfigRefused'
    this.problems = problems
  }
}

/**
 * Reads the server's configuration from `env`. Pure: opens no file, asks no network.
 * @throws {ConfigRefused} naming every unknown, missing or malformed variable at once.
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const problems: string[] = []
  const refuse = <T>(name: string, why: string, instead: T): T => {
    problems.push(`${name}: ${why}`)
    return instead
  }

  /** A variable that is set to nothing counts as not set: that is what `NAME=` in an env file means. */
  const text = (name: string, otherwise?: string): string => {
    const value = env[name] || otherwise
    if (value === undefined) return refuse(name, 'is needed and not set 必填', '')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are exactly what is refused
    return /[\u0000-\u001f\u007f]/.test(value) ? refuse(name, 'has a control character in it 含控制字符', '') : value
  }
  const whole = (name: string, otherwise: number, least: number, most: number): number => {
    const value = env[name] || String(otherwise)
    const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN
    if (number >= least && number <= most) return number
    return refuse(name, `must be a whole number from ${least} to ${most}, not "${value}" 应为整数`, otherwise)
  }
  const port = (name: string, otherwise: number) => whole(name, otherwise, 1, 65535)
  const oneOf = <T extends string>(name: string, choices: readonly T[], otherwise: T): T => {
    const value = env[name] || otherwise
    return choices.find((choice) => choice === value) ?? refuse(name, `must be one of ${choices.join(', ')}`, otherwise)
  }
  const url = (name: string, schemes: readonly string[], value: string): string => {
    if (value === '') return value // already refused as missing
    const parsed = URL.canParse(value) ? new URL(value) : undefined
    if (parsed && schemes.includes(parsed.protocol) && parsed.hostname) return value
    return refuse(name, `must be an address beginning with ${schemes.join('// or ')}//`, '')
  }
  const host = (name: string, otherwise: string): string => {
    const value = text(name, otherwise)
    return /^[\w.:[\]-]+$/.test(value) ? value : refuse(name, 'must be a host name or an IP address', otherwise)
  }
  const secret = (name: string): string => {
    const value = text(name)
    if (value === '' || value.length >= 16) return value
    return refuse(name, 'is shorter than 16 characters 密钥太短', value)
  }
  const path = (name: string, otherwise: string): string => resolve(text(name, otherwise))

  for (const name of Object.keys(env)) {
    if (OURS.test(name) && !NAMES.has(name))
      refuse(name, 'is not a name this desk knows 未知变量 (see .env.example)', 0)
  }

  const varDir = path('DESK_VAR', 'var')
  const pbxHost = host('PBX_HOST', '127.0.0.1')
  const httpPort = port('PBX_HTTP_PORT', 8088)
  const publicUrl = env.DESK_URL
    ? url('DESK_URL', ['http:', 'https:'], text('DESK_URL')).replace(/\/+$/, '')
    : undefined
  const sipSocket = text('DESK_SIP_SOCKET', publicUrl?.startsWith('https:') ? '/sip' : `ws://${pbxHost}:${httpPort}/ws`)
  if (!/^\/[\w/-]*$/.test(sipSocket)) url('DESK_SIP_SOCKET', ['ws:', 'wss:'], sipSocket)

  const trustProxy = (env.DESK_TRUST_PROXY ?? '').split(',').map((part) => part.trim())
  for (const part of trustProxy) {
    if (part && !/^[\da-fA-F.:]+(\/\d{1,3})?$/.test(part))
      refuse('DESK_TRUST_PROXY', `"${part}" is not an IP address or a network`, 0)
  }

  const idleMinutes = whole('DESK_SESSION_IDLE_MINUTES', 60, 1, 10_080)
  const absoluteMinutes = whole('DESK_SESSION_ABSOLUTE_MINUTES', 840, 1, 10_080)
  if (absoluteMinutes < idleMinutes)
    refuse('DESK_SESSION_ABSOLUTE_MINUTES', `is shorter than DESK_SESSION_IDLE_MINUTES (${idleMinutes})`, 0)

  const kind = oneOf('VAULT', ['folder', 's3'] as const, 'folder')
  const vault: VaultConfig =
    kind === 'folder'
      ? { kind, dir: path('VAULT_DIR', join(varDir, 'vault')) }
      : {
          kind,
          endpoint: url('S3_ENDPOINT', ['http:', 'https:'], text('S3_ENDPOINT')),
          bucket: text('S3_BUCKET'),
          region: text('S3_REGION', 'us-east-1'),
          accessKey: text('S3_ACCESS_KEY'),
          secretKey: text('S3_SECRET_KEY'),
        }

  const config: Config = {
    varDir,
    host: host('DESK_HOST', '127.0.0.1'),
    port: port('DESK_PORT', 8080),
    publicUrl,
    databaseUrl: url('DATABASE_URL', ['postgres:', 'postgresql:'], text('DATABASE_URL')),
    demo: oneOf('DESK_DEMO', ['0', '1'] as const, '0') === '1',
    siteFile: path('DESK_SITE', join(varDir, 'site.json')),
    pbx: {
      id: 1,
      host: pbxHost,
      sipPort: port('PBX_SIP_PORT', 5060),
      httpPort,
      amiPort: port('PBX_AMI_PORT', 5038),
      ariSecret: secret('ARI_SECRET'),
      amiReaderSecret: secret('AMI_READER_SECRET'),
      amiActorSecret: secret('AMI_ACTOR_SECRET'),
      spool: path('PBX_SPOOL', join(varDir, 'pbx/spool')),
      cel: path('PBX_CEL', join(varDir, 'pbx/log/cel-custom/cel.jsonl')),
    },
    sipSocket,
    vault,
    trustProxy: trustProxy.filter((part) => part !== ''),
    logLevel: oneOf('DESK_LOG', LOG_LEVELS, 'info'),
    consoleDir: path('DESK_CONSOLE', 'softphone-console/build'),
    speech: {
      program: text('ESPEAK_NG', 'espeak-ng'),
      dir: join(varDir, 'speech'),
      phrases: join(varDir, 'phrases'),
    },
    calloutS: whole('DESK_CALLOUT_SECONDS', 45, 5, 600),
    commissionIdleS: whole('DESK_COMMISSION_IDLE_SECONDS', 60, 3, 600),
    sessions: { idleMinutes, absoluteMinutes },
    secretsFile: join(varDir, 'secrets.json'),
    accountsFile: join(varDir, 'accounts.json'),
  }
  if (!isAbsolute(config.varDir)) refuse('DESK_VAR', 'is not a path', 0)
  if (problems.length > 0) throw new ConfigRefused(problems)
  return config
}
