/**
 * Debian's packages without root: a private apt state, the mirror this machine already uses, `dpkg-deb -x`.
 * The checkout pins every file by SHA-256 in `asterisk-config/debs.sha256`.
 */
import { execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { createInterface } from 'node:readline'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { CONFIG_DIR } from './modules.ts'

const run = promisify(execFile)
const SUITE = 'forky'
const PACKAGES = ['asterisk', 'asterisk-core-sounds-en-wav', 'asterisk-moh-opsound-wav', 'ca-certificates']
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg'

/** Says why there is no Asterisk, in words for the person who ran the command. */
export class NoAsterisk extends Error {}

type Say = (line: string) => void

/**
 * Downloads the complete closure (libc included, since the private dpkg status is empty) into `root/debs`.
 * A download cut short is continued. @throws NoAsterisk when there is no apt, no mirror or no network.
 */
export async function fetchDebs(root: string, say: Say): Promise<string[]> {
  const debs = join(root, 'debs')
  const pins = await readPins()
  const held = await readdir(debs).catch(() => [] as string[])
  if ([...pins.keys()].every((name) => held.includes(name))) {
    say('Asterisk: 软件包已下载 · the packages are already here')
    const files = [...pins.keys()].sort()
    await comparePins(debs, files, pins, say)
    return files.map((name) => join(debs, name))
  }
  const mirror = await debianMirror()
  const apt = join(root, 'apt')
  for (const dir of ['lists/partial', 'etc/preferences.d', 'etc/apt.conf.d', 'dpkg'])
    await mkdir(join(apt, dir), { recursive: true })
  await mkdir(join(debs, 'partial'), { recursive: true })
  await writeFile(join(apt, 'dpkg/status'), '')
  await writeFile(join(apt, 'etc/sources.list'), `deb [signed-by=${KEYRING}] ${mirror} ${SUITE} main\n`)
  await writeFile(join(apt, 'apt.conf'), await privateConfig(apt, debs))
  const env = { ...process.env, APT_CONFIG: join(apt, 'apt.conf'), LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' }

  say(`Asterisk: 读取 ${SUITE} 的软件包目录 · reading the ${SUITE} package lists`)
  await aptGet(['update', '-q', '-o', 'APT::Update::Error-Mode=any'], env, say)
  await aptGet(['install', '-y', '-q', '--download-only', ...PACKAGES], env, say)
  const files = await chosenFiles(debs, env)
  await comparePins(debs, files, pins, say)
  // The package lists weigh more than the packages and are only good for today.
  await rm(apt, { recursive: true, force: true })
  return files.map((name) => join(debs, name))
}

/** The files apt would install now; an older version of a package may lie beside them from an earlier try. */
async function chosenFiles(debs: string, env: NodeJS.ProcessEnv): Promise<string[]> {
  const told = await run('apt-get', ['install', '-s', '-q', ...PACKAGES], { env, maxBuffer: 16e6 })
  const chosen = [...told.stdout.matchAll(/^Inst (\S+) \((\S+) .*\[(\w+)\]\)/gm)].map(
    ([, name, version = '', arch]) => `${name}_${version.replaceAll(':', '%3a')}_${arch}.deb`,
  )
  const held = await readdir(debs)
  const absent = chosen.filter((name) => !held.includes(name))
  if (absent.length) throw new NoAsterisk(`下载不完整 · the download is not complete: ${absent.slice(0, 3).join(', ')}`)
  return chosen.sort()
}

/** Unpacks into `rootfs.half` and renames: a kill in between leaves nothing that looks finished. */
export async function unpackDebs(debs: string[], rootfs: string, say: Say): Promise<void> {
  const half = `${rootfs}.half`
  await rm(half, { recursive: true, force: true })
  await rm(rootfs, { recursive: true, force: true })
  await mkdir(half, { recursive: true })
  const started = Date.now()
  for (const [i, deb] of debs.entries()) {
    await run('dpkg-deb', ['-x', deb, half])
    if (i % 40 === 39 || i === debs.length - 1)
      say(`Asterisk: 解包 ${i + 1}/${debs.length} · unpacked, ${Math.round((Date.now() - started) / 1000)} s`)
  }
  // Maintainer scripts do not run with `dpkg-deb -x`; what they would have done for the sounds is done here.
  const sounds = join(half, 'usr/share/asterisk/sounds')
  for (const name of ['custom', 'recordings', 'priv-callerintros', 'en'])
    await rm(join(sounds, name), { recursive: true, force: true })
  await mkdir(join(sounds, 'custom'), { recursive: true })
  await symlink('en_US_f_Allison', join(sounds, 'en'))
  for (const name of ['doc', 'man', 'locale', 'info', 'perl', 'zoneinfo'])
    await rm(join(half, 'usr/share', name), { recursive: true, force: true })
  await rename(half, rootfs)
}

/** The address of a Debian mirror as this machine's own apt is configured; never one of ours. */
async function debianMirror(): Promise<string> {
  const told = await run(
    'apt-get',
    ['indextargets', '--format', '$(ORIGIN)|$(SITE)|$(REPO_URI)', 'Created-By: Packages'],
    {
      timeout: 30_000,
    },
  ).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT')
      throw new NoAsterisk(
        '这台机器没有 apt,也没有 22.10 以上的 asterisk:请装好后用 ASTERISK=路径 指定 · ' +
          'There is no apt here and no asterisk 22.10 or newer on PATH: install one and name it by ASTERISK=',
      )
    return { stdout: '' }
  })
  const listed = told.stdout.split('\n').map((line) => line.split('|'))
  const fromLists = listed.find((line) => line[0] === 'Debian' && line[2] && !/security/.test(line[2]))?.[2]
  const mirror = fromLists ?? (await mirrorFromSources())
  if (mirror) return mirror.replace(/\/$/, '')
  throw new NoAsterisk(
    '这台机器的 apt 没有 Debian 镜像,取不到 Asterisk:请用 ASTERISK=路径 指定 · ' +
      "This machine's apt knows no Debian mirror to take Asterisk from: name one by ASTERISK=",
  )
}

/** Before the first `apt-get update` of a machine there are no lists to ask; its sources are files. */
async function mirrorFromSources(): Promise<string | undefined> {
  const dir = '/etc/apt/sources.list.d'
  const names = ['/etc/apt/sources.list', ...(await readdir(dir).catch(() => [])).map((name) => join(dir, name))]
  for (const name of names) {
    const text = await readFile(name, 'utf8').catch(() => '')
    for (const found of text.matchAll(/^(?:deb\s+(?:\[[^\]]*\]\s*)?|URIs:\s*)(https?:\/\/\S+)/gm))
      if (/\/debian\/?$/.test(found[1] ?? '')) return found[1]
  }
  return undefined
}

/** Our apt reads nothing of the machine's but how it reaches the network (proxies, clock allowances). */
async function privateConfig(apt: string, debs: string): Promise<string> {
  const acquire = await run('apt-config', ['dump', '--format', '%F "%v";%n', 'Acquire']).catch(() => ({ stdout: '' }))
  const reach = acquire.stdout.split('\n').filter((line) => /^Acquire::(http|https|ftp|Check-Date|Retries)/i.test(line))
  return [
    ...reach,
    `Dir::State "${apt}"; Dir::State::lists "${apt}/lists"; Dir::State::status "${apt}/dpkg/status";`,
    `Dir::Cache "${apt}"; Dir::Cache::archives "${debs}"; Dir::Etc "${apt}/etc";`,
    `Dir::Etc::sourcelist "${apt}/etc/sources.list"; Dir::Etc::sourceparts "-";`,
    `Dir::Etc::preferencesparts "${apt}/etc/preferences.d"; Dir::Etc::parts "${apt}/etc/apt.conf.d";`,
    // A frozen mirror's Release file is past its date; its signature is still checked.
    'APT::Install-Recommends "false"; Acquire::Check-Valid-Until "false"; APT::Sandbox::User "";',
    'Acquire::Languages "none"; Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false"; Acquire::Retries "3";',
    'Acquire::http::Timeout "30"; Debug::NoLocking "1";',
    '',
  ].join('\n')
}

async function aptGet(args: string[], env: NodeJS.ProcessEnv, say: Say): Promise<void> {
  const child = spawn('apt-get', ['-o', 'APT::Status-Fd=3', ...args], {
    env,
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  })
  let complaint = ''
  child.stderr?.on('data', (text: Buffer) => {
    complaint = (complaint + text.toString()).slice(-2_000)
  })
  let saidAt = 0
  createInterface({ input: child.stdio[3] as NodeJS.ReadableStream }).on('line', (line) => {
    const found = /^dlstatus:\d+:([\d.]+):(.*)$/.exec(line)
    if (!found || Date.now() - saidAt < 1_000) return
    saidAt = Date.now()
    say(`Asterisk: 下载 ${Math.round(Number(found[1]))} % · ${found[2]}`)
  })
  const code = await new Promise((done, failed) => child.on('close', done).on('error', failed))
  if (code === 0) return
  const why = complaint.split('\n').find((line) => line.startsWith('E:')) ?? complaint.trim()
  throw new NoAsterisk(
    `从本机镜像取不到 Asterisk,请检查网络 · Cannot fetch Asterisk from this machine's mirror: ${why}`,
  )
}

/** File name → SHA-256. The list was made on amd64; another architecture's packages count as unpinned. */
async function readPins(): Promise<Map<string, string>> {
  const text = await readFile(join(CONFIG_DIR, 'debs.sha256'), 'utf8')
  const rows = text.split('\n').filter(Boolean)
  return new Map(rows.map((line) => [line.slice(66), line.slice(0, 64)]))
}

/** A file we pinned must be the file we pinned; a file we never saw means that the mirror has moved on. */
async function comparePins(dir: string, files: string[], pins: Map<string, string>, say: Say): Promise<void> {
  const moved: string[] = []
  for (const name of files) {
    const pinned = pins.get(basename(name))
    const hash = createHash('sha256')
    await pipeline(createReadStream(join(dir, name)), hash)
    if (!pinned) moved.push(name)
    else if (hash.digest('hex') !== pinned) {
      await rm(join(dir, name))
      throw new NoAsterisk(
        `${name} 与记录的校验值不符,已删除,请重试 · differs from its pinned SHA-256; deleted, try again`,
      )
    }
  }
  if (moved.length)
    say(
      `注意:镜像已更新,${moved.length} 个包不在固定清单里 · Note: the mirror has moved on; ` +
        `${moved.length} of ${files.length} packages are not in asterisk-config/debs.sha256 (${moved.slice(0, 3).join(', ')}…)`,
    )
}
