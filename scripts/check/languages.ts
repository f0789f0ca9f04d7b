/**
 * Part of `npm run check`: what a user reads exists in Chinese and in English. A word that lacks a language does not
 * compile; this finds what types cannot: a sentence written past the dictionary, a translation that was never made, a
 * refusal without its sentence, a page that has a chapter in one language only.
 */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { errors } from '../../softphone-console/src/lib/i18n/errors.ts'
import { ROOT } from '../build.ts'

const CHINESE = /\p{Script=Han}/u
const problems: string[] = []
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8')

for (const file of globSync('softphone-console/src/**/*.svelte', { cwd: ROOT })) {
  const bare = read(file)
    .replaceAll(/<!--[\s\S]*?-->/g, (comment) => comment.replaceAll(/[^\n]/g, ''))
    .replaceAll(/\/\*[\s\S]*?\*\//g, (comment) => comment.replaceAll(/[^\n]/g, ''))
    .replaceAll(/(^|\s)\/\/.*$/gm, '')
  bare.split('\n').forEach((line, i) => {
    // The product's own name stands as it is in both.
    if (CHINESE.test(line.replace('值班台', '')))
      problems.push(`${file}:${i + 1} 文字应写进词典 · words belong in the dictionary: ${line.trim()}`)
  })
}

for (const file of globSync('softphone-console/src/lib/i18n/**/*.ts', { cwd: ROOT })) {
  // The two of one word stand beside each other; a word made by a function is its author's care.
  for (const match of read(file).matchAll(/zh:\s*(['"`])(.*?)\1,\s*en:\s*(['"`])(.*?)\3/gs)) {
    const [, , zh = '', , en = ''] = match
    if (zh.trim() === '' || en.trim() === '') problems.push(`${file}: 空的词 · an empty word beside "${zh}${en}"`)
    // A language's own name is written in that language.
    if (CHINESE.test(en) && en !== '中文') problems.push(`${file}: 未翻译 · not translated: "${en}"`)
    if (/[a-z]{4,} [a-z]{2,} [a-z]{2,}/.test(zh)) problems.push(`${file}: 未翻译 · not translated: "${zh}"`)
  }
}

const known = new Set(Object.keys(errors))
for (const file of globSync('server/**/*.ts', { cwd: ROOT, exclude: (name) => name.endsWith('.test.ts') })) {
  for (const [, code = ''] of read(file).matchAll(/new Refusal\(\s*'([a-z0-9-]+)'/g))
    if (!known.has(code))
      problems.push(`${file}: 拒绝“${code}”没有说明 · the refusal ${code} has no sentence in i18n/errors.ts`)
}

const chapters = (file: string) => [...read(file).matchAll(/^(#{1,3}) /gm)].map((match) => match[1]).join(' ')
for (const page of ['README', 'docs/operations', 'docs/radio'])
  if (chapters(`${page}.md`) !== chapters(`${page}.zh-CN.md`))
    problems.push(`${page}: 两种语言章节不一致 · the two languages have different chapters`)

for (const problem of problems) console.error(problem)
process.exit(problems.length === 0 ? 0 : 1)
