/** Runs test files with tap and tells what came of them, file by file. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { Parser, type Parser as Tap } from 'tap-parser'
import { ROOT } from '../build.ts'
import type { Machine } from '../lab/stood-still.ts'
import { Stop } from '../parts/say.ts'

export type Count = { passed: number; failed: number }

/** A file that ran. `stillMs`: how long the machine stood still meanwhile; 0 when nobody watched it. */
export type FileCount = Count & { file: string; tookMs: number; stillMs: number }

type Point = { ok: boolean; name: string; diag?: unknown; skip?: unknown; todo?: unknown }

/**
 * Runs `files`, `jobs` at a time. Counts single assertions, file by file; a file that breaks off counts as one failure
 * more, and so does an assertion that was skipped: nothing passes by not running. `machine` is asked how long it stood
 * still while a file ran.
 */
export async function runFiles(
  files: readonly string[],
  jobs: number,
  env: NodeJS.ProcessEnv,
  print: (line: string) => void,
  machine?: Pick<Machine, 'stoodStill'>,
): Promise<FileCount[]> {
  const ran: FileCount[] = []
  if (files.length === 0) return ran
  const args = [
    'run',
    '--reporter=tap',
    `--jobs=${jobs}`,
    '--timeout=600',
    '--disable-coverage',
    '--allow-empty-coverage',
  ]
  const child = spawn(process.execPath, [join(ROOT, 'node_modules/.bin/tap'), ...args, ...files], {
    cwd: ROOT,
    env: { ...env, FORCE_COLOR: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let interrupted = false
  const stop = () => {
    interrupted = true
    child.kill('SIGTERM')
  }
  process.once('SIGINT', stop).once('SIGTERM', stop)
  child.stderr.on('data', (text: Buffer) => process.stderr.write(text))

  const parser = new Parser()
  const trees = new Map<string, Count & { failures: string[] }>()
  let latest: Count & { failures: string[] } = { passed: 0, failed: 0, failures: [] }
  parser.on('child', (file: Tap) => {
    latest = { passed: 0, failed: 0, failures: [] }
    trees.set(file.name, latest)
    follow(file, latest, [])
  })
  parser.on('assert', (point: Point & { time?: number }) => {
    const { passed, failed, failures } = latest
    latest = { passed: 0, failed: 0, failures: [] }
    const broken = (!point.ok && failed === 0) || Boolean(point.skip) || passed + failed === 0
    const tookMs = point.time ?? 0
    const stillMs = Math.round(machine?.stoodStill(Date.now() - tookMs) ?? 0)
    ran.push({ file: point.name, passed, failed: failed + (broken ? 1 : 0), tookMs, stillMs })
    const bad = failed > 0 || broken
    const took = tookMs ? `, ${seconds(tookMs)}` : ''
    const still = stillMs > 0 ? `, 停 · still ${seconds(stillMs)}` : ''
    print(`${bad ? '✗' : '✓'} ${point.name} (${passed + failed}${took}${still})`)
    if (bad) for (const failure of failures) print(failure)
    if (broken) print(`    ✗ ${tell('the file broke off or holds no test', point)}`)
  })
  child.stdout.pipe(parser)
  await Promise.all([
    new Promise((done) => parser.on('complete', done)),
    new Promise<void>((done) =>
      child.on('close', (code) => {
        if (code !== 0 && ran.every((one) => one.failed === 0))
          ran.push({ file: 'tap', passed: 0, failed: 1, tookMs: 0, stillMs: 0 })
        done()
      }),
    ),
  ])
  process.removeListener('SIGINT', stop).removeListener('SIGTERM', stop)
  if (interrupted) throw new Stop('测试被中断 · the tests were interrupted')
  return ran
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`

/** Counts the leaves below `tree`; a subtest that failed with no failing leaf of its own counts as one. */
function follow(tree: Tap, into: Count & { failures: string[] }, titles: readonly string[]): void {
  let inner: (Count & { failures: string[] }) | undefined
  tree.on('comment', (said: string) => {
    if (said.startsWith('# screen')) into.failures.push(`    ${said.trim()}`)
  })
  tree.on('child', (child: Tap) => {
    inner = { passed: 0, failed: 0, failures: [] }
    follow(child, inner, [...titles, child.name])
  })
  tree.on('assert', (point: Point) => {
    const below = inner
    inner = undefined
    if (below) {
      into.passed += below.passed
      into.failed += below.failed
      into.failures.push(...below.failures)
      if (point.ok || below.failed > 0) return
    } else if (point.ok && !point.skip && !point.todo) {
      into.passed++
      return
    }
    into.failed++
    into.failures.push(`    ✗ ${[...titles, tell(point.name, point)].join(' › ')}`)
  })
}

function tell(what: string, point: Point): string {
  const diag = typeof point.diag === 'object' && point.diag !== null ? { ...point.diag } : {}
  for (const noise of ['source', 'compare', 'cwd', 'command', 'args', 'externalID', 'stdio'])
    delete (diag as Record<string, unknown>)[noise]
  const told = Object.entries(diag).map(([name, value]) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value)
    return `\n        ${name}: ${text.trim().replaceAll('\n', '\n          ')}`
  })
  const why = point.skip || point.todo ? ' (skipped or put off: not allowed here)' : ''
  return what + why + told.join('')
}
