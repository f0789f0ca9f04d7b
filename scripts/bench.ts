/**
 * `npm run bench -- NAME`: runs scripts/bench/NAME.ts, prints its figures beside their goals as a table, and as the
 * last line one JSON object: {bench, figures, goals, goals_met}. Whether a goal is met is computed here, never told.
 */
import { existsSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { buildConsole } from './build.ts'
import { fail, Stop, say } from './parts/say.ts'

/** What a figure has to reach; `why` says what it protects. */
export type Goal = { readonly most?: number; readonly least?: number; readonly exactly?: number }

/** What `scripts/bench/NAME.ts` exports by default: it measures and gives back figures and the goals for some of them. */
export type Bench = (
  args: readonly string[],
) => Promise<{ figures: Record<string, number>; goals: Record<string, Goal>; notes?: readonly string[] }>

/** Whether every goal has a figure that reaches it. A goal without a figure is not met. */
export function goalsMet(figures: Readonly<Record<string, number>>, goals: Readonly<Record<string, Goal>>): boolean {
  return Object.entries(goals).every(([name, goal]) => reaches(figures[name], goal))
}

function reaches(figure: number | undefined, goal: Goal): boolean {
  if (figure === undefined || !Number.isFinite(figure)) return false
  if (goal.most !== undefined && figure > goal.most) return false
  if (goal.least !== undefined && figure < goal.least) return false
  return goal.exactly === undefined || figure === goal.exactly
}

function told(goal: Goal | undefined): string {
  if (!goal) return ''
  const parts = [
    goal.most === undefined ? '' : `≤ ${goal.most}`,
    goal.least === undefined ? '' : `≥ ${goal.least}`,
    goal.exactly === undefined ? '' : `= ${goal.exactly}`,
  ]
  return parts.filter(Boolean).join(' ')
}

async function main(): Promise<void> {
  const folder = fileURLToPath(new URL('bench/', import.meta.url))
  const names = existsSync(folder)
    ? readdirSync(folder)
        .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
        .map((file) => file.slice(0, -3))
    : []
  const [name, ...args] = process.argv.slice(2)
  if (name === undefined || !names.includes(name))
    throw new Stop(`用法 usage: npm run bench -- ${names.join('|') || '(none yet)'}`)
  const { default: bench } = (await import(`./bench/${name}.ts`)) as { default: Bench }
  // Browsers open the console as it is now.
  await buildConsole(say)
  const { figures, goals, notes = [] } = await bench(args)

  const rows = [...new Set([...Object.keys(figures), ...Object.keys(goals)])]
  const width = Math.max(...rows.map((row) => row.length), 6)
  console.log(`\n${'figure'.padEnd(width)}  ${'value'.padStart(12)}  goal`)
  for (const row of rows) {
    const figure = figures[row]
    const mark = goals[row] ? (reaches(figure, goals[row]) ? '✓' : '✗') : ' '
    const value = figure === undefined ? '–' : String(Math.round(figure * 1000) / 1000)
    console.log(`${row.padEnd(width)}  ${value.padStart(12)}  ${mark} ${told(goals[row])}`)
  }
  for (const note of notes) console.log(`· ${note}`)
  console.log(JSON.stringify({ bench: name, figures, goals, goals_met: goalsMet(figures, goals) }))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main().then(() => process.exit(0), fail)
