/** `npm run check`: types, lint, dependency rules, sizes and names, unused code, the console's own types, and both languages. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './build.ts'

type Check = {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly cwd?: string
}

const CONSOLE = join(ROOT, 'softphone-console')

const checks: readonly Check[] = [
  { name: 'types 类型', command: 'tsc', args: ['-p', '.'] },
  { name: 'lint 风格', command: 'biome', args: ['check', '--error-on-warnings', '.'] },
  {
    name: 'pages formatted 页面排版',
    command: 'prettier',
    args: ['--check', '--log-level', 'warn', 'softphone-console/src'],
  },
  {
    name: 'who may look at whom 依赖规则',
    command: 'depcruise',
    args: [
      '--config',
      '.dependency-cruiser.cjs',
      '--ignore-known',
      '.dependency-cruiser-known.json',
      'server',
      'recordings',
      'softphone-console/src',
      'migrations',
      'scripts',
    ],
  },
  { name: 'sizes and names 大小与名字', command: process.execPath, args: [join(ROOT, 'scripts/check/house.ts')] },
  { name: 'unused 无用代码', command: 'knip', args: ['--no-progress'] },
  { name: 'console prepared 控制台准备', command: 'svelte-kit', args: ['sync'], cwd: CONSOLE },
  {
    name: 'console types 控制台类型',
    command: 'svelte-check',
    args: ['--tsconfig', './tsconfig.json', '--fail-on-warnings', '--output', 'human'],
    cwd: CONSOLE,
  },
  { name: 'both languages 双语', command: process.execPath, args: [join(ROOT, 'scripts/check/languages.ts')] },
]

async function passes({ name, command, args, cwd = ROOT }: Check): Promise<boolean> {
  const started = performance.now()
  const program = command.includes('/') ? command : join(ROOT, 'node_modules/.bin', command)
  const child = spawn(program, args, {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, FORCE_COLOR: '0' },
  })
  let printed = ''
  child.stdout.on('data', (text: Buffer) => {
    printed += text
  })
  child.stderr.on('data', (text: Buffer) => {
    printed += text
  })
  const code = await new Promise((done) => child.on('close', done).on('error', (error) => done(String(error))))
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  console.log(`${code === 0 ? '✓' : '✗'} ${name} (${seconds} s)`)
  if (code !== 0) console.log(printed.trim().replaceAll(/^/gm, '    '))
  return code === 0
}

const only = process.argv[2]
const wanted = checks
  .filter((check) => check.cwd === undefined || existsSync(check.cwd))
  .filter((check) => only === undefined || check.command === only || check.name.startsWith(only))
let failed = 0
for (const check of wanted) if (!(await passes(check))) failed++
console.log(`\n${wanted.length - failed} passed, ${failed} failed`)
process.exit(failed === 0 && wanted.length > 0 ? 0 : 1)
