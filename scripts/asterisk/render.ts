/** Writes the hand-written configuration of `asterisk-config/`, with its values filled in, below `$DESK_VAR`. */
import { existsSync } from 'node:fs'
import { chmod, cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type DeadEnd, deadEnds, readDialplan } from '../../server/dialplan.ts'
import { extensionsMade, globalsMade, pjsipMade, queuesMade, zoneFor } from './made.ts'
import { CONFIG_DIR } from './modules.ts'
import type { PbxSettings } from './settings.ts'

/** One rendered Asterisk: what `startAsterisk` needs to run it. */
export type Instance = {
  name: 'pbx' | 'campus'
  /** Holds etc/ run/ log/ spool/ varlib/ db/. */
  base: string
  conf: string
  binary: PbxSettings['binary']
}

const FOLDERS = [
  'etc',
  'run',
  'db',
  'varlib/agi-bin',
  'varlib/keys',
  'log/cel-custom',
  'log/cdr-csv',
  'log/cdr-custom',
  'spool/live',
  'spool/done',
  'spool/monitor',
  'spool/recording',
  'spool/tmp',
  'spool/system',
  'prompts',
  'sounds',
]

/** Files Asterisk wants to find; empty is right, absent is a complaint at each start. */
const EMPTY = [
  'acl',
  'ccss',
  'cdr',
  'cli_permissions',
  'codecs',
  'features',
  'pjproject',
  'queuerules',
  'stasis',
  'udptl',
  'websocket_client',
]

/** Renders both instances and gives them back. Safe on a running one: files are replaced whole. */
export async function renderAll(settings: PbxSettings): Promise<{ pbx: Instance; campus: Instance }> {
  return { pbx: await renderPbx(settings), campus: await renderCampus(settings) }
}

/** Renders the desk's own PBX below `$DESK_VAR/pbx`. @throws when a placeholder has no value. */
export async function renderPbx(settings: PbxSettings): Promise<Instance> {
  const base = join(settings.varDir, 'pbx')
  const { pbx, secrets, seconds } = settings
  await makeFolders(base)
  // Callers' numbers, written by an earlier release.
  await rm(join(base, 'log/queue_log'), { force: true })
  await fillFolder(join(CONFIG_DIR, 'prompts'), join(base, 'prompts'))
  // A recorded file of the same name takes the place of the spoken one.
  const own = join(settings.varDir, 'prompts')
  if (existsSync(own)) await fillFolder(own, join(base, 'prompts'))
  const ownMusic = join(own, 'music')
  const gateways = settings.radio.flatMap(({ gateway }) => gateway?.split(':')[0] ?? [])
  const permit = [...pbx.sipPermit, ...settings.trunks.flatMap((trunk) => trunk.from), ...gateways]
  await renderFolder('pbx', base, {
    ...places(base, settings, pbx.name),
    PROMPTS: join(base, 'prompts'),
    MUSIC: existsSync(ownMusic) ? ownMusic : join(settings.binary.dataDir, 'moh'),
    HOST: pbx.host,
    SIP_HOST: pbx.sipHost,
    SIP_EXTERNAL: translation(pbx),
    SIP_PORT: pbx.sipPort,
    HTTP_PORT: pbx.httpPort,
    AMI_PORT: pbx.amiPort,
    RTP_START: pbx.rtpStart,
    RTP_END: pbx.rtpEnd,
    ORIGINS: pbx.origins.join(','),
    SIP_PERMIT: [...new Set(permit)].map((network) => `permit=${network}`).join('\n'),
    AMI_PERMIT: pbx.amiPermit.join(','),
    ARI_SECRET: secrets.ari,
    AMI_READER_SECRET: secrets.amiReader,
    AMI_ACTOR_SECRET: secrets.amiActor,
    TIMEZONE: zoneFor(settings.timeZone),
    QUEUE_WAIT: seconds.queue,
    DESK_WAIT: seconds.desk,
    HANDSET_WAIT: seconds.handset,
    MOBILE_WAIT: seconds.mobile,
    VOICEMAIL_SECONDS: seconds.voicemail,
  })
  await put(join(base, 'etc/pjsip.made.conf'), pjsipMade(settings))
  await put(join(base, 'etc/queues.made.conf'), queuesMade(settings))
  await put(join(base, 'etc/globals.made.conf'), globalsMade(settings))
  await put(join(base, 'etc/extensions.made.conf'), extensionsMade(settings))
  return { name: 'pbx', base, conf: join(base, 'etc/asterisk.conf'), binary: settings.binary }
}

/** Jumps to nowhere in what was rendered: each would cut a caller off, so whoever starts Asterisk says them aloud. */
export async function deadEndsIn({ base }: Instance): Promise<DeadEnd[]> {
  const etc = join(base, 'etc')
  const text = await readFile(join(etc, 'extensions.conf'), 'utf8')
  const made = await readFile(join(etc, 'extensions.made.conf'), 'utf8')
  return deadEnds(readDialplan(text.replace('#include "extensions.made.conf"', () => made)))
}

/** The same as a sentence for the person at the terminal, or none. */
export async function deadEndsTold(instance: Instance): Promise<string[]> {
  return (await deadEndsIn(instance)).map(
    ({ at, to }) => `✗ 拨号方案有一处跳转没有目标,来电到此会被挂断 · a caller who comes here is cut off: ${at} → ${to}`,
  )
}

/** Renders the simulated campuses below `$DESK_VAR/campus`. */
export async function renderCampus(settings: PbxSettings): Promise<Instance> {
  const base = join(settings.varDir, 'campus')
  const { campus, pbx, secrets } = settings
  await makeFolders(base)
  await fillFolder(join(CONFIG_DIR, 'campus/sounds'), join(base, 'sounds'))
  await renderFolder('campus', base, {
    ...places(base, settings, 'campus'),
    CAMPUS_OLD: campus.hosts.old,
    CAMPUS_NEW: campus.hosts.new,
    CAMPUS_SIP_PORT: campus.sipPort,
    CAMPUS_AMI_PORT: campus.amiPort,
    CAMPUS_RTP_START: campus.rtpStart,
    CAMPUS_RTP_END: campus.rtpEnd,
    CAMPUS_SECRET: secrets.campus,
    CAMPUS_SOUNDS: join(base, 'sounds'),
    PBX_HOST: pbx.sipHost,
    PBX_SIP_PORT: pbx.sipPort,
  })
  return { name: 'campus', base, conf: join(base, 'etc/asterisk.conf'), binary: settings.binary }
}

type Values = Record<string, string | number>

/** What a phone outside is told to send to, when this machine stands behind address translation. */
function translation({ external, localNetworks }: PbxSettings['pbx']): string {
  if (!external) return ''
  const told = [`external_signaling_address=${external}`, `external_media_address=${external}`]
  return [...told, ...localNetworks.map((network) => `local_net=${network}`)].join('\n')
}

const places = (base: string, { binary }: PbxSettings, name: string): Values => ({
  BASE: base,
  NAME: name,
  SPOOL: join(base, 'spool'),
  MODULES: binary.modulesDir,
  DATA: binary.dataDir,
  SBIN: binary.sbinDir,
})

async function makeFolders(base: string): Promise<void> {
  for (const folder of FOLDERS) await mkdir(join(base, folder), { recursive: true })
  // Voices and names of callers: the account that runs the desk, and nobody else.
  await chmod(base, 0o700)
}

async function renderFolder(name: 'pbx' | 'campus', base: string, values: Values): Promise<void> {
  for (const file of await readdir(join(CONFIG_DIR, name))) {
    if (!file.endsWith('.conf')) continue
    const text = await readFile(join(CONFIG_DIR, name, file), 'utf8')
    await put(join(base, 'etc', file), filled(text, values, file))
  }
  const missing = EMPTY.filter((file) => !existsSync(join(CONFIG_DIR, name, `${file}.conf`)))
  for (const file of missing) await put(join(base, 'etc', `${file}.conf`), '')
}

/** `@NAME@` → its value. @throws when the file names one that was not given. */
export function filled(text: string, values: Values, file: string): string {
  return text.replace(/@([A-Z_]+)@/g, (_, name: string) => {
    const value = values[name]
    if (value === undefined) throw new Error(`${file} asks for @${name}@, which has no value`)
    return String(value)
  })
}

async function put(file: string, text: string, mode = 0o600): Promise<void> {
  await writeFile(`${file}.new`, text, { mode })
  await rename(`${file}.new`, file)
}

async function fillFolder(from: string, to: string): Promise<void> {
  for (const file of await readdir(from)) if (file.endsWith('.wav')) await cp(join(from, file), join(to, file))
}
