import type { CategoryView } from '../../wire.ts'

/** A category with its place in the two levels. */
export type Choice = { category: CategoryView; parent: CategoryView | null }

/** How many choices stand on the screen at once: one per digit, 0 being "all". */
export const DIGITS = 7

/**
 * The categories of a line an agent can choose: the second level, and a first level that has none below it.
 * Retired ones are left out, except the one the ticket already has.
 */
export function choicesOf(all: CategoryView[], line: string, held: string | null): Choice[] {
  const byId = new Map(all.map((category) => [category.id, category]))
  const parents = new Set(all.filter((c) => !c.retired).map((c) => c.parentId))
  return all
    .filter((c) => c.line === line && (!c.retired || c.id === held) && !parents.has(c.id))
    .map((category) => ({ category, parent: category.parentId ? (byId.get(category.parentId) ?? null) : null }))
}

/**
 * Choices in the order an agent needs them: what the typed words name, then what this console chose lately, then the
 * catalogue's order. `said` is what was typed as the fault; `lately` the ids chosen before, newest first.
 */
export function rank(choices: Choice[], said: string, lately: readonly string[]): Choice[] {
  const words = said.toLowerCase()
  const named = (choice: Choice) => (mentions(words, choice) ? 0 : 1)
  const recent = (choice: Choice) => {
    const at = lately.indexOf(choice.category.id)
    return at < 0 ? lately.length : at
  }
  return choices
    .map((choice, at) => ({ choice, at }))
    .sort((a, b) => named(a.choice) - named(b.choice) || recent(a.choice) - recent(b.choice) || a.at - b.at)
    .map(({ choice }) => choice)
}

/** Choices whose name, parent, code or pinyin initials hold the typed text. */
export function filter(choices: Choice[], typed: string): Choice[] {
  const text = typed.trim().toLowerCase()
  if (text === '') return choices
  return choices.filter(({ category, parent }) =>
    [category.zh, category.en, category.code, parent?.zh ?? '', parent?.en ?? '', initials(category.zh)].some((name) =>
      name.toLowerCase().includes(text),
    ),
  )
}

/** A category's name is said when the text holds it whole, or its first two characters. */
function mentions(words: string, { category }: Choice): boolean {
  if (words === '') return false
  const zh = category.zh.toLowerCase()
  return (
    words.includes(zh) ||
    (zh.length >= 2 && words.includes(zh.slice(0, 2))) ||
    words.includes(category.en.toLowerCase())
  )
}

/**
 * The first character in pinyin order for each initial (i, u and v start no syllable). The browser's own collation
 * knows the order of all the rest, so no dictionary is shipped.
 */
const FIRST_OF = '阿b八c嚓d哒e妸f发g旮h哈j讥k咔l垃m妈n拏o噢p妑q七r呥s仨t他w穵x夕y丫z帀'
const BOUNDS = [...FIRST_OF.matchAll(/([a-z]?)([^a-z])/g)].map(([, letter, han]) => ({
  letter: letter || 'a',
  han: han ?? '',
}))
const pinyin = new Intl.Collator('zh-CN-u-co-pinyin', { sensitivity: 'accent' })

/** Pinyin initials of a text, other letters kept: "打印机" → "dyj", "护理 NIS" → "hlnis". */
export function initials(text: string): string {
  let out = ''
  for (const sign of text) {
    if (/[a-z0-9]/i.test(sign)) out += sign.toLowerCase()
    else if (/\p{Script=Han}/u.test(sign))
      out += BOUNDS.findLast(({ han }) => pinyin.compare(han, sign) <= 0)?.letter ?? ''
  }
  return out
}
