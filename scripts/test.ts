/**
 * `npm test [-- --all | PATH…]`: everything the tests stand on (Chromium, SIPp, PostgreSQL, Asterisk, the built console),
 * then the tests themselves, some files side by side, the longest first; without `--all` or a path the gate, which leaves
 * out what test/all-only.ts names. Ends with `N passed, N failed`.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, globSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { ensureAsterisk } from './asterisk/install.ts'
import { buildConsole, ROOT } from './build.ts'
import { watchMachine } from './lab/stood-still.ts'
import { endPostgres, startPostgres } from './parts/postgres.ts'
import { remember, remembered } from './parts/processes.ts'
import { fail, quiet, Stop, say } from './parts/say.ts'
import { ensureTools, whereIs } from './parts/tools.ts'
import { ALL_ONLY, PARTLY } from './test/all-only.ts'
import { sortOut, sumOf } from './test/spoiled.ts'
import { type FileCount, type How, runFiles } from './test/tap-run.ts'

const PLACES = [
  'server',
  'recordings',
  'asterisk-config',
  'scripts',
  'softphone-console/src',
  'softphone-console/tests',
]

/** Tests with a whole Asterisk or a browser of their own. */
const LIVE = /^(server\/test\/live|asterisk-config|softphone-console\/tests|recordings\/vault)\/|\.live\.test\.ts$/

/** Live files that run at once: each waits most of its time for calls, rings and time-outs. */
const LIVE_LANES = 3
/** A browser does not wait, it paints: three of them leave two cores no room. */
const HEAVY = { is: /^softphone-console\/tests\//, most: 2 }
/** Rules run before live files, with both processors: beside them they took from browsers and voices the time to be heard. */
const RULE_LANES = 2
/** The order of live files: browsers, of which only two run at once, and the longest are found here; begun last they would run on alone. */
const FIRST = [HEAVY.is, /^server\/(test\/live|asterisk\/radio)\//]

async function main(): Promise<boolean> {
  const { files, isGate } = wanted(process.argv.slice(2))
  const live = files.filter((file) => LIVE.test(file))
  const varDir = resolve(ROOT, process.env.DESK_VAR ?? 'var')
  const env: NodeJS.ProcessEnv = { ...process.env }
  // A test says what its desk is told; what the person at the terminal has set must not leak into it.
  for (const name of Object.keys(env)) if (/^(DESK|PBX|S3|AMI|ARI|VAULT)_|^VAULT$/.test(name)) delete env[name]
  env.DESK_TOOLS = resolve(ROOT, process.env.DESK_TOOLS ?? join(varDir, 'tools'))
  env.DESK_ASTERISK_ROOT = resolve(ROOT, process.env.DESK_ASTERISK_ROOT ?? join(varDir, 'asterisk'))
  env.PATH = [join(ROOT, 'node_modules/.bin'), process.env.PATH].join(':')

  env.TEST_GATE = isGate ? 'yes' : 'no'

  prepareTap()
  if (live.length > 0) {
    env.PATH = await ensureTools(env.DESK_TOOLS, say)
    env.CHROMIUM = process.env.CHROMIUM ?? whereIs('chromium', env.PATH) ?? ''
    await ensureAsterisk({ root: env.DESK_ASTERISK_ROOT, say })
    if (existsSync(join(ROOT, 'softphone-console'))) await buildConsole(say)
  }
  const home = await freshHome(join(varDir, 'test'))
  const postgres = process.env.DATABASE_URL ? undefined : await startPostgres({ varDir: home, say: quiet })
  env.DATABASE_URL = process.env.DATABASE_URL ?? postgres?.url ?? ''
  const machine = live.length > 0 ? await watchMachine() : undefined
  try {
    const rules = files.filter((file) => !LIVE.test(file))
    const isOf = (nth: number) => (file: string) => nth === FIRST.findIndex((one) => one.test(file))
    const inOrder = [0, 1, -1].flatMap((nth) => live.filter(isOf(nth)))
    const parts = [
      await told('规则 · rules', rules, { jobs: RULE_LANES }, env),
      await told('现场 · live', inOrder, { jobs: LIVE_LANES, machine, heavy: HEAVY }, env),
    ]
    const all = parts.flatMap(({ ran }) => ran)
    if (all.length > SLOWEST) tellSlowest(all)
    tellAgain(parts.flatMap(({ again }) => again))
    const { passed, failed } = sumOf(all)
    console.log(`\n${passed} passed, ${failed} failed`)
    return failed === 0 && files.length > 0
  } finally {
    await machine?.close()
    await postgres?.stop()
    rmSync(home, { recursive: true, force: true })
  }
}

/** Runs the files and tells what came of them; with a machine watched, what it spoiled by standing still runs once more. */
async function told(
  what: string,
  files: readonly string[],
  how: How,
  env: NodeJS.ProcessEnv,
): Promise<{ ran: FileCount[]; again: string[] }> {
  const started = performance.now()
  const first = await runFiles(files, how, env, console.log)
  const { spoiled, stand } = sortOut(first)
  for (const { file, stillMs, failed } of spoiled)
    say(
      `再跑一次 · once more: ${file}: ${failed} ✗, ${(stillMs / 1000).toFixed(1)} s 机器停住 · the machine stood still`,
    )
  const again = spoiled.map((one) => one.file)
  const ran = [...stand, ...(await runFiles(again, how, env, console.log))]
  const { passed, failed } = sumOf(ran)
  const seconds = ((performance.now() - started) / 1000).toFixed(0)
  if (files.length > 0) say(`${what}: ${files.length} 个文件 · files, ${passed} ✓ ${failed} ✗, ${seconds} s`)
  return { ran, again }
}

const SLOWEST = 10
function tellSlowest(ran: readonly FileCount[]): void {
  const slowest = [...ran].sort((a, b) => b.tookMs - a.tookMs).slice(0, SLOWEST)
  say(
    `最慢的 · the slowest: ${slowest.map(({ file, tookMs }) => `${file} ${(tookMs / 1000).toFixed(0)} s`).join(' · ')}`,
  )
}

function tellAgain(again: readonly string[]): void {
  if (again.length > 0) say(`再跑过的 · ran once more: ${again.length}: ${again.join(' · ')}`)
}

/** A folder for this run alone, so that two runs never share a database; what killed runs left is ended and swept. */
async function freshHome(folder: string): Promise<string> {
  mkdirSync(folder, { recursive: true })
  for (const name of readdirSync(folder).filter((name) => name.startsWith('run-'))) {
    if (remembered(join(folder, name, 'pid.json'))) continue
    await endPostgres(join(folder, name))
    rmSync(join(folder, name), { recursive: true, force: true })
  }
  const home = join(folder, `run-${process.pid}`)
  remember(join(home, 'pid.json'), process.pid)
  return home
}

/** The test files below the paths asked for; when none is asked, those of the gate, or with `--all` every one. */
function wanted(words: readonly string[]): { files: string[]; isGate: boolean } {
  const asked = words.filter((word) => word !== '--all')
  const odd = asked.find((word) => word.startsWith('-'))
  if (odd) throw new Stop(`没有这个选项 · no such option: ${odd} (--all)`)
  const found = (asked.length > 0 ? asked.map((path) => relative(ROOT, resolve(path))) : PLACES).flatMap((place) => {
    if (!existsSync(join(ROOT, place))) {
      if (asked.length > 0) throw new Error(`没有 · there is no ${place}`)
      return []
    }
    return statSync(join(ROOT, place)).isFile() ? [place] : globSync(`${place}/**/*.test.ts`, { cwd: ROOT })
  })
  const files = [...new Set(found)].filter((file) => !file.includes('node_modules')).sort()
  if (asked.length > 0 || words.includes('--all')) return { files, isGate: false }
  const left = files.filter((file) => file in ALL_ONLY)
  const parts = Object.keys(PARTLY).length
  say(
    `留给 --all：${left.length} 个文件，另 ${parts} 个文件的一部分 · left to --all: ${left.length} files, and a part of ${parts}`,
  )
  return { files: files.filter((file) => !(file in ALL_ONLY)), isGate: true }
}

/** tap carries its plugins as a small package it writes itself; ours leave its TypeScript out, Node strips types. */
function prepareTap(): void {
  const stamp = join(ROOT, 'node_modules/.tap-made-for')
  const lock = createHash('sha256')
    .update(readFileSync(join(ROOT, '.taprc')))
    .update(readFileSync(join(ROOT, 'node_modules/tap/package.json')))
  const want = lock.digest('hex')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === want) return
  const made = spawnSync(join(ROOT, 'node_modules/.bin/tap'), ['build'], { cwd: ROOT, encoding: 'utf8' })
  if (made.status !== 0) throw new Error(`tap build: ${made.stderr || made.stdout}`)
  writeFileSync(stamp, want)
}

await main().then((passed) => process.exit(passed ? 0 : 1), fail)
