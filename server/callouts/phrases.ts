/** Phrases a hospital may record itself: `<code>.wav` in its folder of phrases is played where its words are said. Pure. */
import type { Language } from './words.ts'

const ZH: Record<string, string> = {
  'zh-all': '各位工程师请听',
  'zh-listen': '请听',
  'zh-ticket': '工单',
  'zh-acknowledge': '收到请按',
  'zh-answer': '应答',
  'zh-caution': '注意',
  'zh-no-transmitting': '禁止发射，进入前请关闭对讲机',
}
for (const [digit, said] of [...'洞幺两三四五六拐八勾'].entries()) ZH[`zh-${digit}`] = said

const EN: Record<string, string> = {
  'en-all': 'All engineers',
  'en-ticket': 'ticket',
  'en-acknowledge': 'Acknowledge with',
  'en-caution': 'Caution: no transmitting at',
  'en-switch-off': 'switch your radio off before you go in',
}
for (const [digit, said] of 'zero one two three four five six seven eight niner'.split(' ').entries())
  EN[`en-${digit}`] = said

/** The codes there are, by what each says. */
export const PHRASES: Record<Language, Record<string, string>> = { 'zh-CN': ZH, en: EN }

export type Piece = { say: string } | { phrase: string }

/** A text cut into phrases that were recorded and what lies between them; the longest phrase first. */
export function cutByPhrases(text: string, language: Language, recorded: ReadonlySet<string>): Piece[] {
  const known = Object.entries(PHRASES[language])
    .filter(([code]) => recorded.has(code))
    .sort(([, one], [, other]) => other.length - one.length)
  if (known.length === 0) return [{ say: text }]
  const words = known.map(([, said]) => (language === 'en' ? `\\b${said}\\b` : said))
  const codes = new Map(known.map(([code, said]) => [said, code]))
  return text
    .split(new RegExp(`(${words.join('|')})`, 'u'))
    .filter((piece) => /[\p{L}\p{N}]/u.test(piece))
    .map((piece) => {
      const phrase = codes.get(piece)
      return phrase ? { phrase } : { say: piece }
    })
}
