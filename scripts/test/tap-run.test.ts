import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { type How, runFiles } from './tap-run.ts'

const folder = mkdtempSync(join(tmpdir(), 'desk-tap-'))
t.teardown(() => rmSync(folder, { recursive: true, force: true }))

/** A file that says this TAP after so many milliseconds, and ends with a code. */
function aFile(name: string, tap: string, { ms = 0, code = 0 } = {}): string {
  const file = join(folder, `${name}.mjs`)
  const say = `console.log(${JSON.stringify(`TAP version 14\n${tap}`)}); process.exitCode = ${code}`
  writeFileSync(file, `setTimeout(() => { ${say} }, ${ms})`)
  return file
}
async function run(files: string[], how: How) {
  const lines: string[] = []
  const ran = await runFiles(files, how, { ...process.env }, (line) => lines.push(line))
  const named = (file: string) => file.slice(folder.length + 1, -'.mjs'.length)
  return { lines, order: ran.map(({ file }) => named(file)), of: (n: number) => ran[n] }
}

t.test('single assertions are counted, and nothing passes by not running', async (t) => {
  for (const [name, tap, passed, failed, code] of [
    ['well', 'ok 1 - a\nok 2 - b\n1..2', 2, 0, 0],
    ['fails', 'ok 1 - a\nnot ok 2 - b\n1..2', 1, 1, 1],
    ['nested', '# Subtest: s\n    ok 1 - a\n    not ok 2 - b\n    1..2\nnot ok 1 - s\n1..1', 1, 1, 1],
    ['skips', 'ok 1 - a # SKIP\n1..1', 0, 1, 0],
    ['empty', '1..0', 0, 1, 0],
    ['breaks off', 'ok 1 - a\n1..1', 1, 1, 3],
    ['bails out', 'ok 1 - a\nBail out! the console is not built', 1, 1, 0],
  ] as const) {
    const { lines, of } = await run([aFile(name, tap, { code })], { jobs: 1 })
    t.match(of(0), { passed, failed }, name)
    t.match(lines[0], failed > 0 ? /^✗/ : /^✓/)
  }
})

t.test('files begin in the order they are given, and of the heavy ones no more than asked run at once', async (t) => {
  const ok = 'ok 1 - a\n1..1'
  const files = [aFile('z-heavy', ok, { ms: 900 }), aFile('y-heavy', ok), aFile('a', ok), aFile('b', ok)]
  t.same((await run(files, { jobs: 1 })).order, ['z-heavy', 'y-heavy', 'a', 'b'])
  const { order } = await run(files, { jobs: 2, heavy: { is: /-heavy/, most: 1 } })
  t.same(order, ['a', 'b', 'z-heavy', 'y-heavy'])
})
