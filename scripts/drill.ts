/**
 * `npm run drill -- FAULT [FAULT…|all]`: runs scripts/drill/SUBJECT/FAULT.ts, which injects the fault, heals it and asks
 * witnesses that are not ours. Ends with `N passed, N failed`.
 */
import { globSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildConsole } from './build.ts'
import { fail, Stop, say } from './parts/say.ts'

/** One thing found out after the fault: a sentence, whether it holds, and what was seen when it does not. */
export type Finding = { readonly what: string; readonly holds: boolean; readonly seen?: unknown }

/** What `scripts/drill/SUBJECT/FAULT.ts` exports by default. It reports each finding as it is made. */
export type Drill = (report: (finding: Finding) => void, args: readonly string[]) => Promise<void>

/** Runs one drill; an error in it is a failed finding of its own, so that nothing passes by breaking off. */
export async function runDrill(drill: Drill, args: readonly string[], print: (line: string) => void) {
  let passed = 0
  let failed = 0
  const report = ({ what, holds, seen }: Finding) => {
    if (holds) passed++
    else failed++
    print(`${holds ? '✓' : '✗'} ${what}${holds || seen === undefined ? '' : `\n    ${JSON.stringify(seen)}`}`)
  }
  try {
    await drill(report, args)
  } catch (error) {
    report({ what: 'the drill ran to its end', holds: false, seen: String((error as Error)?.stack ?? error) })
  }
  if (passed + failed === 0) report({ what: 'the drill found anything out', holds: false })
  return { passed, failed }
}

async function main(): Promise<void> {
  const files = globSync('drill/*/*.ts', { cwd: import.meta.dirname, exclude: ['drill/parts', 'drill/**/*.test.ts'] })
  const drills = new Map(files.sort().map((file) => [basename(file, '.ts'), file]))
  const names = [...drills.keys()]
  const asked = process.argv.slice(2)
  const wanted = asked[0] === 'all' ? names : asked.filter((word) => !word.startsWith('--'))
  const unknown = wanted.find((name) => !names.includes(name))
  if (wanted.length === 0 || unknown !== undefined)
    throw new Stop(`用法 usage: npm run drill -- ${[...names, 'all'].join('|')}`)
  // Browsers open the console as it is now.
  await buildConsole(say)
  const sum = { passed: 0, failed: 0 }
  for (const name of wanted) {
    console.log(`\n${name}`)
    const { default: drill } = (await import(`./${drills.get(name)}`)) as { default: Drill }
    const { passed, failed } = await runDrill(
      drill,
      asked.filter((word) => word.startsWith('--')),
      console.log,
    )
    sum.passed += passed
    sum.failed += failed
  }
  console.log(`\n${sum.passed} passed, ${sum.failed} failed`)
  process.exit(sum.failed === 0 ? 0 : 1)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main().catch(fail)
