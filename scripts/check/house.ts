/**
 * Part of `npm run check`: no function, folder or file name in which the next reader gets lost. Each failure says what to
 * do instead. `still-too-big.ts` names what was there before the rule; an entry that is no longer needed fails too.
 */
import { globSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { ROOT } from '../build.ts'
import { STILL_TOO_BIG } from './still-too-big.ts'

const MOST_LINES = 120
const MOST_FILES = 20

const isTest = (file: string) => /\.test\.ts$|^(server\/test|softphone-console\/tests)\//.test(file)

/** What `still-too-big.ts` calls it, and what to say of it. */
export type Problem = { readonly is: string; readonly say: string }

/** The functions of a file that are too long; one without a name is called by the one that it stands in. */
export function longFunctions(file: string, text: string): Problem[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
  const line = (at: number) => source.getLineAndCharacterOfPosition(at).line
  const found = new Map<string, Problem>()
  const visit = (node: ts.Node, within: string): void => {
    const name = nameOf(node) ?? within
    const from = line(node.getStart())
    const lines = line(node.end) - from + 1
    const is = `${file} ${name}`
    if (ts.isFunctionLike(node) && lines > MOST_LINES && !found.has(is))
      found.set(is, {
        is,
        say: `${file}:${from + 1} ${name} has ${lines} lines, at most ${MOST_LINES}: split it by step; many variables under one closure are a class with private fields`,
      })
    ts.forEachChild(node, (child) => visit(child, name))
  }
  visit(source, '(file)')
  return [...found.values()]
}

function nameOf(node: ts.Node): string | undefined {
  if (!ts.isFunctionLike(node)) return undefined
  if (ts.isConstructorDeclaration(node)) return 'constructor'
  const named =
    node.name ??
    (ts.isVariableDeclaration(node.parent) || ts.isPropertyAssignment(node.parent) ? node.parent.name : undefined)
  return named?.getText()
}

/** The folders of rooms and of commands that hold too many files beside tests. */
export function fullFolders(files: readonly string[]): Problem[] {
  const held = new Map<string, number>()
  for (const file of files)
    if (/^(server|scripts|softphone-console\/src\/lib)\//.test(file) && !isTest(file))
      held.set(dirname(file), (held.get(dirname(file)) ?? 0) + 1)
  return [...held]
    .filter(([, count]) => count > MOST_FILES)
    .map(([is, count]) => ({
      is,
      say: `${is}/ has ${count} files beside tests, at most ${MOST_FILES}: make sub-folders by subject`,
    }))
}

/** The files whose name says nothing of what they do. */
export function emptyNames(files: readonly string[]): Problem[] {
  return files
    .filter((file) => /(^|[-_.])(door|helper|util|utilitie)s?([-_.]|$)/i.test(basename(file)))
    .map((is) => ({
      is,
      say: `${is}: name it for what it does (filing.ts, hearing.ts); what a room offers to others stands in its index.ts`,
    }))
}

/** What fails: problems that are not excused, and excuses for what is no problem any more. */
export function failures(problems: readonly Problem[], excused: readonly string[]): string[] {
  const there = new Set(problems.map((one) => one.is))
  return [
    ...problems.filter((one) => !excused.includes(one.is)).map((one) => one.say),
    ...excused
      .filter((is) => !there.has(is))
      .map((is) => `"${is}" is mended: take it out of scripts/check/still-too-big.ts`),
  ]
}

function main(): number {
  const files = globSync(
    '{server,scripts,recordings,asterisk-config,migrations,softphone-console/{src,tests}}/**/*.*',
    {
      cwd: ROOT,
    },
  )
  const long = files
    .filter((file) => /\.(ts|mjs)$/.test(file) && !isTest(file) && !file.startsWith('migrations/'))
    .flatMap((file) => longFunctions(file, readFileSync(join(ROOT, file), 'utf8')))
  const failed = failures([...long, ...fullFolders(files), ...emptyNames(files)], STILL_TOO_BIG)
  for (const line of failed) console.error(line)
  return failed.length === 0 ? 0 : 1
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exit(main())
