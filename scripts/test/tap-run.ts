/** Runs test files, which speak TAP, and tells what came of them, file by file. */
import { type ChildProcess, spawn } from 'node:child_process'
import { type FinalResults, Parser, type Parser as Tap } from 'tap-parser'
import { ROOT } from '../build.ts'
import type { Machine } from '../lab/stood-still.ts'
import { Stop } from '../parts/say.ts'

export type Count = { passed: number; failed: number }

/** A file that ran. `stillMs`: how long the machine stood still meanwhile; 0 when nobody watched it. */
export type FileCount = Count & { file: string; tookMs: number; stillMs: number }

/** `machine` is asked how long it stood still while a file ran. `heavy`: of these files no more than `most` run at once. */
export type How = {
  jobs: number
  machine?: Pick<Machine, 'stoodStill'> | undefined
  heavy?: { is: RegExp; most: number }
}

type Counted = Count & { failures: string[] }

type Point = { ok: boolean; name: string; diag?: unknown; skip?: unknown; todo?: unknown }

/** A file that takes longer is broken off. */
const MOST_S = 600

/**
 * Runs `files` in this order, `jobs` at a time, each by itself: tap's own command would sort them, and the longest would
 * begin last. Counts single assertions, file by file; a file that breaks off counts as one failure more, and so does an
 * assertion that was skipped: nothing passes by not running.
 */
export async function runFiles(
  files: readonly string[],
  { jobs, machine, heavy }: How,
  env: NodeJS.ProcessEnv,
  print: (line: string) => void,
): Promise<FileCount[]> {
  const ran: FileCount[] = []
  const queue = [...files]
  const running = new Map<string, ChildProcess>()
  const isHeavy = (file: string) => heavy?.is.test(file) ?? false
  const next = (): string | undefined => {
    const isFull = heavy !== undefined && [...running.keys()].filter(isHeavy).length >= heavy.most
    const at = queue.findIndex((file) => !(isFull && isHeavy(file)))
    return at < 0 ? undefined : queue.splice(at, 1)[0]
  }
  let isInterrupted = false
  const stop = () => {
    isInterrupted = true
    for (const child of running.values()) child.kill('SIGTERM')
  }
  process.once('SIGINT', stop).once('SIGTERM', stop)
  const lane = async () => {
    for (let file = next(); file !== undefined && !isInterrupted; file = next()) {
      const from = Date.now()
      const child = begin(file, env)
      running.set(file, child)
      const { passed, failed, failures } = await followed(child)
      running.delete(file)
      const tookMs = Date.now() - from
      const stillMs = Math.round(machine?.stoodStill(from) ?? 0)
      ran.push({ file, passed, failed, tookMs, stillMs })
      const still = stillMs > 0 ? `, 停 · still ${seconds(stillMs)}` : ''
      print(`${failed > 0 ? '✗' : '✓'} ${file} (${passed + failed}, ${seconds(tookMs)}${still})`)
      for (const failure of failures) print(failure)
    }
  }
  await Promise.all(Array.from({ length: jobs }, lane))
  process.removeListener('SIGINT', stop).removeListener('SIGTERM', stop)
  if (isInterrupted) throw new Stop('测试被中断 · the tests were interrupted')
  return ran
}

function begin(file: string, env: NodeJS.ProcessEnv): ChildProcess {
  return spawn(process.execPath, [file], {
    cwd: ROOT,
    env: { ...env, FORCE_COLOR: '0', TAP: '1', TAP_TIMEOUT: String(MOST_S) },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

/** What a file that was begun says, counted, until it has ended. */
async function followed(child: ChildProcess): Promise<Counted> {
  const counted: Counted = { passed: 0, failed: 0, failures: [] }
  const parser = new Parser()
  follow(parser, counted, [])
  const results = new Promise<FinalResults>((done) => parser.on('complete', done))
  const ended = new Promise<string>((done) =>
    child.on('close', (code, signal) => done(code === 0 ? '' : `exit ${code ?? signal}`)),
  )
  child.stdout?.pipe(parser)
  // What it started may hold its pipe open after its end.
  const tooLong = setTimeout(() => {
    child.kill('SIGKILL')
    child.stdout?.destroy()
    parser.end()
  }, MOST_S * 1_000)
  const [{ bailout }, why] = await Promise.all([results, ended])
  clearTimeout(tooLong)
  const isBroken = Boolean(bailout) || (why !== '' && counted.failed === 0) || counted.passed + counted.failed === 0
  if (!isBroken) return counted
  const said = bailout ? `: ${bailout}` : why && `: ${why}`
  counted.failures.push(`    ✗ the file broke off or holds no test${said}`)
  return { ...counted, failed: counted.failed + 1 }
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`

/** Counts the leaves below `tree`; a subtest that failed with no failing leaf of its own counts as one. */
function follow(tree: Tap, into: Counted, titles: readonly string[]): void {
  let inner: Counted | undefined
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
