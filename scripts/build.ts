/** `npm run build`: builds the console when what it is made of has changed. Whatever opens it does so as well: start, test, drill, bench. */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { withLock } from './parts/lock.ts'
import { fail, type Say, Stop, say } from './parts/say.ts'

export const ROOT = fileURLToPath(new URL('..', import.meta.url))
export const CONSOLE_DIR = join(ROOT, 'softphone-console', 'build')

/** Builds the console when its sources differ from those of the last build; says how long it took. */
export async function buildConsole(tell: Say): Promise<void> {
  mkdirSync(join(ROOT, 'var'), { recursive: true })
  await withLock(join(ROOT, 'var', 'build.lock'), tell, async () => {
    const stamp = join(CONSOLE_DIR, '.built-from')
    const sources = hashOf(['softphone-console', 'server/wire', 'package-lock.json'])
    if (existsSync(stamp) && readFileSync(stamp, 'utf8') === sources) return
    tell('控制台: 构建中 · building the console')
    const started = performance.now()
    const cwd = join(ROOT, 'softphone-console')
    await quietly(join(ROOT, 'node_modules/.bin/svelte-kit'), ['sync'], cwd)
    await quietly(join(ROOT, 'node_modules/.bin/vite'), ['build'], cwd)
    writeFileSync(stamp, sources)
    tell(`控制台: 已构建 · console built in ${((performance.now() - started) / 1000).toFixed(1)} s`)
  })
}

/** One hash over all files below `places`, names included; what a build leaves behind does not count. */
function hashOf(places: readonly string[]): string {
  const hash = createHash('sha256')
  const read = (place: string): void => {
    const path = join(ROOT, place)
    const inside = readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))
    for (const entry of inside) {
      if (['build', '.svelte-kit', 'node_modules', 'tests', 'test-results'].includes(entry.name)) continue
      if (entry.name.endsWith('.test.ts')) continue
      if (entry.isDirectory()) read(join(place, entry.name))
      else if (entry.isFile()) hash.update(join(place, entry.name)).update(readFileSync(join(path, entry.name)))
    }
  }
  for (const place of places) {
    if (place.includes('.')) hash.update(readFileSync(join(ROOT, place)))
    else if (existsSync(join(ROOT, place))) read(place)
  }
  return hash.digest('hex')
}

/** Runs to the end; what it printed is shown only when it failed. */
async function quietly(command: string, args: readonly string[], cwd: string): Promise<void> {
  const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  let printed = ''
  const keep = (text: Buffer) => {
    printed = (printed + text.toString()).slice(-6_000)
  }
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  const code = await new Promise((done, broken) => child.on('close', done).on('error', broken))
  if (code !== 0) throw new Stop(`控制台构建失败 · building the console failed (${args.join(' ')}):\n${printed}`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildConsole(say).catch(fail)
