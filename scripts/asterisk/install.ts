/**
 * Finds an Asterisk that can carry the desk, or fetches one without root.
 *
 * Order: `ASTERISK=`, then `asterisk` on PATH, each only when it is new enough and has every module our
 * configuration loads; else Debian's own packages, downloaded by a private apt and unpacked into a folder.
 */
import { execFile } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { mkdir, readFile, statfs, writeFile } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { withLock } from '../parts/lock.ts'
import { fetchDebs, NoAsterisk, unpackDebs } from './debs.ts'
import { modulesWanted } from './modules.ts'

const run = promisify(execFile)

/** Oldest version whose behaviour our dialplan and recorder were proven on. */
export const OLDEST: readonly [number, number] = [22, 10]

const ROOM_NEEDED_BYTES = 900e6

/** How to start one particular Asterisk, wherever it was found. */
export type AsteriskBinary = {
  version: string
  /** The command for `-C confFile` plus whatever follows; children get the host's own libraries. */
  spawnArgs(confFile: string, more?: string[]): { command: string; args: string[]; env: Record<string, string> }
  modulesDir: string
  dataDir: string
  sbinDir: string
  /** Where it came from: `extracted`, or the path of an installed binary. */
  from: string
}

type Options = { root: string; say: (line: string) => void; env?: Record<string, string | undefined> }

/**
 * Gives back an Asterisk that passes the module check.
 * @throws NoAsterisk with a sentence in Chinese and English: no apt, no disk, no network, ASTERISK= unusable.
 */
export async function ensureAsterisk({ root, say, env = process.env }: Options): Promise<AsteriskBinary> {
  if (env.ASTERISK) {
    const found = await tryInstalled(env.ASTERISK)
    if (typeof found !== 'string') return found
    throw new NoAsterisk(`ASTERISK=${env.ASTERISK} 不能用:${found} · cannot be used: ${found}`)
  }
  const onPath = (env.PATH ?? '')
    .split(delimiter)
    .map((dir) => join(dir, 'asterisk'))
    .find((file) => existsSync(file))
  if (onPath) {
    const found = await tryInstalled(onPath)
    if (typeof found !== 'string') return found
    say(`本机的 ${onPath} 不合用(${found}),改用自带的一份 · ${onPath} will not do (${found}); fetching our own`)
  }
  // asked before the lock: one shared by several accounts is not written to
  const here = await readyIn(root)
  if (here) return here
  await mkdir(root, { recursive: true })
  return withLock(join(root, 'install.lock'), say, () => extracted(root, say))
}

/** `22.10.1` out of `Asterisk 22.10.1~dfsg+~cs6…`; undefined when it is older than we can use. */
export function usableVersion(text: string): string | undefined {
  const found = /(\d+)\.(\d+)(?:\.(\d+))?/.exec(text)
  if (!found) return undefined
  const [major, minor] = [Number(found[1]), Number(found[2])]
  const enough = major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])
  return enough ? found[0] : undefined
}

async function tryInstalled(command: string): Promise<AsteriskBinary | string> {
  const told = await run(command, ['-V'], { timeout: 10_000 }).catch(() => undefined)
  if (!told) return `${command} -V failed`
  const version = usableVersion(told.stdout)
  if (!version) return `${told.stdout.trim()}, 22.10 needed`
  const modulesDir = firstExisting([
    ...multiarch('/usr/lib').map((dir) => `${dir}/asterisk/modules`),
    '/usr/lib/asterisk/modules',
    '/usr/lib64/asterisk/modules',
    '/usr/local/lib/asterisk/modules',
  ])
  if (!modulesDir) return 'no modules directory'
  const missing = await missingModules(modulesDir)
  if (missing.length) return `modules missing: ${missing.slice(0, 5).join(', ')}`
  const dataDir = firstExisting(['/usr/share/asterisk/documentation', '/var/lib/asterisk/documentation'])
  if (!dataDir) return 'no data directory'
  return {
    version,
    modulesDir,
    dataDir: dirname(dataDir),
    sbinDir: dirname(command),
    from: command,
    spawnArgs: (conf, more = []) => ({ command, args: ['-C', conf, ...more], env: {} }),
  }
}

/** What an earlier run finished; undefined when it was cut short or the module list has grown since. */
async function readyIn(root: string): Promise<AsteriskBinary | undefined> {
  const rootfs = join(root, 'rootfs')
  const before = await readFile(join(root, 'ready.json'), 'utf8').then(JSON.parse, () => undefined)
  if (!before?.version || !existsSync(rootfs)) return undefined
  const binary = ownLoader(rootfs, before.version)
  return (await missingModules(binary.modulesDir)).length === 0 ? binary : undefined
}

async function extracted(root: string, say: Options['say']): Promise<AsteriskBinary> {
  const here = await readyIn(root)
  if (here) return here
  const rootfs = join(root, 'rootfs')
  const disk = await statfs(root)
  if (disk.bavail * disk.bsize < ROOM_NEEDED_BYTES)
    throw new NoAsterisk(
      `磁盘空间不足:${root} 至少要 0.9 GB · Not enough disk: ${root} needs 0.9 GB, ${Math.round((disk.bavail * disk.bsize) / 1e6)} MB are free`,
    )
  const debs = await fetchDebs(root, say)
  await unpackDebs(debs, rootfs, say)
  const draft = ownLoader(rootfs, '')
  const { command, args, env } = draft.spawnArgs('/dev/null', ['-V'])
  const told = await run(command, args, { env: { ...process.env, ...env } })
  const version = usableVersion(told.stdout)
  if (!version)
    throw new NoAsterisk(
      `镜像里的 Asterisk 太旧 · The mirror's Asterisk is too old: ${told.stdout.trim()}, 22.10 needed`,
    )
  const missing = await missingModules(draft.modulesDir)
  if (missing.length) throw new NoAsterisk(`Asterisk 缺模块 · modules missing: ${missing.join(', ')}`)
  // Written last: an extraction killed half way has no marker, and is done again from the debs already here.
  await writeFile(join(root, 'ready.json'), `${JSON.stringify({ version, debs: debs.length })}\n`)
  say(`Asterisk ${version} 就绪 · ready`)
  return { ...draft, version }
}

/**
 * The extracted binary is run by its own dynamic loader. `--library-path` is an argument and not an environment
 * variable, so what Asterisk starts (the recorder's rename script) still runs with the host's libraries.
 */
function ownLoader(rootfs: string, version: string): AsteriskBinary {
  const lib = multiarch(join(rootfs, 'usr/lib'))[0]
  const loader = lib && readdirSync(lib).find((name) => /^ld-linux.*\.so\.\d$/.test(name))
  if (!lib || !loader) throw new NoAsterisk(`${rootfs} 不完整 · is not complete`)
  const program = join(rootfs, 'usr/sbin/asterisk')
  return {
    version,
    modulesDir: join(lib, 'asterisk/modules'),
    dataDir: join(rootfs, 'usr/share/asterisk'),
    sbinDir: join(rootfs, 'usr/sbin'),
    from: 'extracted',
    spawnArgs: (conf, more = []) => ({
      command: join(lib, loader),
      args: ['--argv0', 'asterisk', '--library-path', lib, program, '-C', conf, ...more],
      env: { GCONV_PATH: join(lib, 'gconv'), OPENSSL_MODULES: join(lib, 'ossl-modules') },
    }),
  }
}

async function missingModules(modulesDir: string): Promise<string[]> {
  return (await modulesWanted()).filter((name) => !existsSync(join(modulesDir, `${name}.so`)))
}

const multiarch = (base: string): string[] =>
  existsSync(base)
    ? readdirSync(base)
        .filter((name) => /^[a-z0-9_]+-linux-gnu/.test(name))
        .map((name) => join(base, name))
    : []

const firstExisting = (paths: string[]): string | undefined => paths.find((path) => existsSync(path))
