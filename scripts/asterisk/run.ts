/** Starts, asks and stops one rendered Asterisk. */
import { execFile, spawn } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs'
import { mkdir, readFile, readlink, rm, writeFile } from 'node:fs/promises'
import { setPriority } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import { isAlive } from '../parts/lock.ts'
import { modulesOf } from './modules.ts'
import type { Instance } from './render.ts'

const run = promisify(execFile)
const BOOT_MS = 30_000
const STOP_MS = 8_000
const MOST_LOOKS = 5
const VOICE_NICENESS = -10

export type RunningAsterisk = {
  pid: number
  instance: Instance
  /** True when it was running already, from an earlier start, with the same configuration. */
  adopted: boolean
  /** One command of Asterisk's own console; gives its text. Rejects when Asterisk is gone. */
  rx(command: string): Promise<string>
  /** SIGTERM, then SIGKILL: recordings are closed and renamed by a SIGTERM. */
  stop(): Promise<void>
  /** SIGKILL, at once and without waiting: what a power cut does. */
  kill(): void
  /** Resolves when the process has ended, whoever ended it. */
  ended: Promise<void>
}

/**
 * Starts an instance and waits until it is fully booted with every module of its modules.conf running.
 * One that an earlier start left behind is ended first (or taken over with `adopt`, its configuration reloaded).
 * @throws with Asterisk's own last words when it does not come up within 30 s.
 */
export async function startAsterisk(instance: Instance, options: { adopt?: boolean } = {}): Promise<RunningAsterisk> {
  const pidFile = join(instance.base, 'run/desk.pid')
  const orphan = await orphanOf(instance, pidFile)
  if (orphan && options.adopt && (await booted(instance))) {
    const running = handle(instance, orphan, pidFile, true)
    await running.rx('core reload')
    await assertModules(running)
    return running
  }
  if (orphan) await end(orphan, pidFile)
  await mkdir(join(instance.base, 'run'), { recursive: true })
  await rm(join(instance.base, 'run/asterisk.ctl'), { force: true })
  const { command, args, env } = instance.binary.spawnArgs(instance.conf, ['-f', '-q'])
  const outFile = join(instance.base, 'log/stdout.log')
  const out = openSync(outFile, 'w', 0o600)
  // Its own session: Ctrl-C in the terminal must not reach the phones before we say so.
  const child = spawn(command, args, {
    detached: true,
    stdio: ['ignore', out, out],
    env: { ...process.env, ...env },
    cwd: instance.base,
  })
  closeSync(out)
  const pid = child.pid
  if (!pid) throw new Error(`Asterisk (${instance.name}) could not be started: ${command}`)
  child.unref()
  beforeAllElse(pid)
  await writeFile(pidFile, `${pid}\n`)
  const running = handle(instance, pid, pidFile, false)
  const deadline = Date.now() + BOOT_MS
  while (!(await booted(instance))) {
    if (!isAlive(pid) || child.exitCode !== null || Date.now() > deadline) {
      await running.stop()
      const words = (await readFile(outFile, 'utf8')).trim().split('\n').slice(-8).join('\n')
      throw new Error(`Asterisk (${instance.name}) 没有启动 · did not come up:\n${words}`)
    }
    await wait(50)
  }
  await assertModules(running)
  return running
}

/**
 * Voices come first on a machine that carries everything: its scheduler takes Asterisk before the database and the
 * browsers. Threads take the niceness of the one that makes them, so this comes before there are any. Only root may;
 * others run as all do.
 */
function beforeAllElse(pid: number): void {
  try {
    setPriority(pid, VOICE_NICENESS)
  } catch {
    // not root, or gone already: whoever waits for it to boot says so
  }
}

/** The pid of a still running Asterisk of this folder, proven by /proc: a reused pid is not ours. */
async function orphanOf(instance: Instance, pidFile: string): Promise<number | undefined> {
  const pid = Number(await readFile(pidFile, 'utf8').catch(() => '0'))
  if (!pid || !isAlive(pid)) return undefined
  const words = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0')
  return words.includes(instance.conf) ? pid : undefined
}

function handle(instance: Instance, pid: number, pidFile: string, adopted: boolean): RunningAsterisk {
  return {
    pid,
    instance,
    adopted,
    rx: (command) => rx(instance, command),
    stop: () => end(pid, pidFile),
    kill: () => {
      // a pid is ours only while its pid file is there: a stopped one may be somebody else's by now
      if (existsSync(pidFile) && readFileSync(pidFile, 'utf8').trim() === String(pid) && isAlive(pid))
        process.kill(pid, 'SIGKILL')
    },
    ended: (async () => {
      while (await runs(pid)) await wait(500, undefined, { ref: false })
    })(),
  }
}

/** A console command of a running instance; rejects when it is not running. */
export async function rx(instance: Instance, command: string): Promise<string> {
  const { command: program, args, env } = instance.binary.spawnArgs(instance.conf, ['-rx', command])
  const told = await run(program, args, { env: { ...process.env, ...env }, timeout: 10_000, maxBuffer: 16e6 })
  return told.stdout
}

async function booted(instance: Instance): Promise<boolean> {
  return rx(instance, 'core waitfullybooted').then(
    (told) => told.includes('fully booted'),
    () => false,
  )
}

/** A module that declined to load (a typo in its file, a missing neighbour) would be missed only in mid-call. */
async function assertModules(running: RunningAsterisk): Promise<void> {
  let missing = await modulesOf(running.instance.name)
  // The console's answer may have a log line of the boot in its midst, which spoils the line it falls into.
  for (let look = 1; missing.length > 0 && look <= MOST_LOOKS; look++) {
    if (look > 1) await wait(200)
    const loaded = modulesIn(await running.rx('module show'))
    missing = missing.filter((name) => !loaded.has(name))
  }
  if (missing.length === 0) return
  if (!running.adopted) await running.stop()
  throw new Error(`Asterisk (${running.instance.name}): 模块没有运行 · modules are not running: ${missing.join(', ')}`)
}

const modulesIn = (told: string): Set<string | undefined> =>
  new Set(
    told
      .split('\n')
      .filter((line) => /\sRunning\s/.test(line))
      .map((line) => line.split(/\s/)[0]?.replace(/\.so$/, '')),
  )

async function end(pid: number, pidFile: string): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    try {
      process.kill(pid, signal)
    } catch {
      break
    }
    const deadline = Date.now() + STOP_MS
    while ((await runs(pid)) && Date.now() < deadline) await wait(50)
    if (!(await runs(pid))) break
  }
  await rm(pidFile, { force: true })
}

/** Alive and not a zombie that its parent has yet to collect. */
async function runs(pid: number): Promise<boolean> {
  if (!isAlive(pid)) return false
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return stat !== '' && !/\) Z /.test(stat) && (await readlink(`/proc/${pid}/exe`).catch(() => 'x')) !== ''
}
