import { readdirSync, readFileSync } from 'node:fs'
import t from 'tap'

/**
 * What an engineer says and a ward does not, or reads as something else: 开单 is ordering tests there. One word stands for
 * one thing on every screen, and these are the words it is not.
 */
const NOT_SAID = [
  ['开单', '建单'],
  ['补开', '补建'],
  ['电台', '对讲'],
  ['通话段', '对讲语音'],
  ['手持机', '对讲机'],
  ['短弃', '短时挂断'],
  ['达标', '20 秒接通率'],
  ['旁听', '监听'],
  ['耳语', '密语'],
  ['插话', '强插'],
  ['什么坏了', '报修内容'],
  ['急不急', '紧急程度'],
  ['工作停住', '业务中断'],
  ['经办', '处理人'],
  ['了结', '关闭'],
  ['查实', '现场确认'],
  ['入库', '归档'],
  ['缺口', '缺失'],
  ['排一班', '排班'],
  ['重开', '返修'],
  ['退改申请', '医嘱退改'],
  ['会振', '派给'],
  ['接起', '接听'],
  ['坐席', '客服'],
  ['座席', '客服'],
  ['你', '您'],
] as const

const here = new URL('.', import.meta.url)
const dictionaries = readdirSync(here, { recursive: true, encoding: 'utf8' }).filter(
  (file) => file.endsWith('.ts') && !file.endsWith('.test.ts'),
)

t.test('the dictionary says what the floor says', async (t) => {
  t.ok(dictionaries.length > 10)
  for (const file of dictionaries) {
    // 有了结果 only has the same letters
    const lines = readFileSync(new URL(file, here), 'utf8').replaceAll('有了结果', '').split('\n')
    for (const [word, instead] of NOT_SAID) {
      const found = lines.findIndex((line) => line.includes(word))
      t.equal(found, -1, `${file}:${found + 1} says ${word}; the floor says ${instead}`)
    }
  }
})
