/**
 * What npm does not carry: the voice of announcements (espeak-ng), and for tests Chromium, Chinese fonts, SIPp, nginx,
 * docker-compose. Root installs them by apt; anyone else gets the same packages unpacked into a folder, with a small
 * starter for each program.
 */
import { spawn, spawnSync } from 'node:child_process'
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { delimiter, join, resolve } from 'node:path'
import { ROOT } from '../build.ts'
import { type Say, Stop } from './say.ts'

type Tool = { readonly package: string; readonly program?: string; readonly sign?: string; readonly runs?: string }

const TOOLS: readonly Tool[] = [
  { package: 'chromium', program: 'chromium', runs: 'usr/lib/chromium/chromium' },
  { package: 'fonts-noto-cjk', sign: '/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc' },
  { package: 'sip-tester', program: 'sipp', runs: 'usr/bin/sipp' },
  { package: 'openssl', program: 'openssl', runs: 'usr/bin/openssl' },
  { package: 'nginx', program: 'nginx', runs: 'usr/sbin/nginx' },
  { package: 'espeak-ng', program: 'espeak-ng', runs: 'usr/bin/espeak-ng' },
  { package: 'docker-compose', program: 'docker-compose', runs: 'usr/bin/docker-compose' },
]

/** Where a program is, on PATH or where Debian keeps daemons. */
export function whereIs(program: string, path = process.env.PATH ?? ''): string | undefined {
  for (const dir of [...path.split(delimiter), '/usr/sbin', '/usr/local/sbin']) {
    try {
      accessSync(join(dir, program), constants.X_OK)
      return join(dir, program)
    } catch {
      // Not here.
    }
  }
  return undefined
}

/** The folder of tools of the desk in `varDir`: DESK_TOOLS, or one below it. */
export const toolsIn = (varDir: string): string => resolve(ROOT, process.env.DESK_TOOLS || join(varDir, 'tools'))

/** Where espeak-ng is: on PATH, or where `ensureTools` put it below `folder`. */
export const speechProgram = (folder: string): string | undefined =>
  whereIs('espeak-ng', [process.env.PATH, join(folder, 'bin')].join(delimiter))

/**
 * Sees that every tool is here (or those of `packages`), fetching those that are not.
 * @returns the PATH to run them with. @throws Stop when a tool is missing and apt cannot bring it.
 */
export async function ensureTools(folder: string, tell: Say, packages?: readonly string[]): Promise<string> {
  const bin = join(folder, 'bin')
  const path = [bin, process.env.PATH, '/usr/sbin'].join(delimiter)
  const have = (tool: Tool) =>
    tool.program
      ? whereIs(tool.program, path) !== undefined
      : existsSync(tool.sign ?? '') || existsSync(join(folder, 'root', tool.sign ?? ''))
  const missing = TOOLS.filter((tool) => (packages?.includes(tool.package) ?? true) && !have(tool))
  if (missing.length === 0) return path

  const names = missing.map((tool) => tool.package)
  if (!whereIs('apt-get'))
    throw new Stop(
      `需要 ${names.join('、')},但这台机器没有 apt,请自行安装 · Needed: ${names.join(', ')}; there is no apt here, so install them yourself`,
    )
  const started = performance.now()
  tell(`工具: 安装 ${names.join('、')} · installing what npm does not carry`)
  if (process.getuid?.() === 0) await installAsRoot(names, tell)
  else await unpackBeside(folder, names, tell)
  for (const tool of missing)
    if (!have(tool)) throw new Stop(`${tool.package}: 安装后仍找不到 · still not here after installing it`)
  tell(`工具: 就绪 · ready in ${((performance.now() - started) / 1000).toFixed(0)} s`)
  return path
}

async function installAsRoot(names: readonly string[], tell: Say): Promise<void> {
  const install = ['install', '-y', '-q', '--no-install-recommends', ...names]
  // Lists may be missing (a fresh image) or old (a package was replaced on the mirror): then once more after an update.
  if ((await apt(install, {}, tell)).code === 0) return
  await apt(['update', '-q'], {}, tell)
  const { code, said } = await apt(install, {}, tell)
  if (code !== 0) throw new Stop(`apt 安装失败 · apt could not install ${names.join(' ')}: ${said}`)
}

/** The machine's own sources and list of installed packages, but lists and files of our own: needs no right at all. */
async function unpackBeside(folder: string, names: readonly string[], tell: Say): Promise<void> {
  const state = join(folder, 'apt')
  const debs = join(state, 'archives')
  mkdirSync(join(state, 'lists/partial'), { recursive: true })
  mkdirSync(join(debs, 'partial'), { recursive: true })
  const own = {
    'Dir::State::Lists': join(state, 'lists'),
    'Dir::Cache': state,
    'Dir::Cache::Archives': debs,
    'Dir::State::Status': '/var/lib/dpkg/status',
    'Debug::NoLocking': '1',
    'APT::Sandbox::User': '',
  }
  const update = await apt(['update', '-q'], own, tell)
  const fetch = await apt(['install', '-y', '-q', '--no-install-recommends', '--download-only', ...names], own, tell)
  if (fetch.code !== 0)
    throw new Stop(`apt 下载失败 · apt could not fetch ${names.join(' ')}: ${fetch.said || update.said}`)

  const root = join(folder, 'root')
  const half = `${root}.half`
  rmSync(half, { recursive: true, force: true })
  mkdirSync(half, { recursive: true })
  for (const deb of readdirSync(debs).filter((name) => name.endsWith('.deb')))
    spawnSync('dpkg-deb', ['-x', join(debs, deb), half], { stdio: 'ignore' })
  rmSync(root, { recursive: true, force: true })
  renameSync(half, root)
  writeStarters(folder, root)
}

function writeStarters(folder: string, root: string): void {
  mkdirSync(join(folder, 'bin'), { recursive: true })
  const fonts = join(folder, 'fonts.conf')
  writeFileSync(
    fonts,
    `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><include ignore_missing="yes">/etc/fonts/fonts.conf</include><include ignore_missing="yes">${root}/etc/fonts/fonts.conf</include><dir>${root}/usr/share/fonts</dir><cachedir>${folder}/fontcache</cachedir></fontconfig>\n`,
  )
  const libraries = [
    'usr/lib/x86_64-linux-gnu',
    'lib/x86_64-linux-gnu',
    'usr/lib/chromium',
    // espeak-ng can speak to PulseAudio, and will not start without it.
    'usr/lib/x86_64-linux-gnu/pulseaudio',
  ].map((dir) => join(root, dir))
  for (const tool of TOOLS) {
    if (!tool.program || !tool.runs || !existsSync(join(root, tool.runs))) continue
    const isPython = tool.program === 'docker-compose'
    const voices = join(root, 'usr/lib/x86_64-linux-gnu')
    const starter = [
      '#!/bin/sh',
      tool.program === 'espeak-ng' ? `export ESPEAK_DATA_PATH='${voices}'` : '',
      `export LD_LIBRARY_PATH='${libraries.join(':')}' FONTCONFIG_FILE='${fonts}'`,
      isPython ? `export PYTHONPATH='${root}/usr/lib/python3/dist-packages'` : '',
      `exec ${isPython ? 'python3 ' : ''}'${join(root, tool.runs)}' "$@"`,
    ]
    const file = join(folder, 'bin', tool.program)
    writeFileSync(file, `${starter.filter(Boolean).join('\n')}\n`)
    chmodSync(file, 0o755)
  }
}

/** One apt-get, its progress told at most every three seconds. */
async function apt(args: readonly string[], options: Readonly<Record<string, string>>, tell: Say) {
  const set = Object.entries({ 'APT::Status-Fd': '3', 'DPkg::Lock::Timeout': '300', ...options })
  const child = spawn('apt-get', [...set.flatMap(([name, value]) => ['-o', `${name}=${value}`]), ...args], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' },
  })
  let complaint = ''
  child.stderr?.on('data', (text: Buffer) => {
    complaint = (complaint + text).slice(-3_000)
  })
  let told = 0
  child.stdio[3]?.on('data', (text: Buffer) => {
    const [, , percent, what] = (text.toString().trim().split('\n').at(-1) ?? '').split(':')
    if (!what || Date.now() - told < 3_000) return
    told = Date.now()
    tell(`工具: ${Math.round(Number(percent))} % ${what}`)
  })
  const code = await new Promise<number>((done) =>
    child.on('close', (code) => done(code ?? 1)).on('error', () => done(127)),
  )
  return {
    code,
    said:
      complaint
        .split('\n')
        .filter((line) => line.startsWith('E:'))
        .join(' ') || complaint.trim().slice(-300),
  }
}
