/** Chance that falls the same way every time: the demonstration hospital is the same hospital on every machine. */

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
export function chance(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** An id that belongs to a name for good: a UUID of version 8 (RFC 9562 §5.8) made of four hashes of it. */
export function idOf(name: string): string {
  const words = [1, 2, 3, 4].map((salt) => {
    let hash = 2_166_136_261 ^ (salt * 0x9e3779b9)
    for (const char of `${salt}:${name}`) {
      hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 16_777_619)
      hash ^= hash >>> 13
    }
    return (Math.imul(hash ^ (hash >>> 16), 0x85ebca6b) >>> 0).toString(16).padStart(8, '0')
  })
  const hex = words.join('')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

const SURNAMES = [
  ...'王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾萧田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺顾毛郝龚邵万',
].concat(['欧阳', '上官'])
const GIVEN = [
  ...'伟芳娜敏静丽强磊洋艳勇军杰娟涛明超霞平刚桂英华玉兰红梅建国文斌辉玲莉燕鹏飞慧颖琳欣怡佳宁晨曦子涵雨萱浩然思远志诚海波雪松春晓秋实冬青',
]

/** `count` different Chinese names. */
export function names(count: number, seed: number): string[] {
  const draw = chance(seed)
  const pick = (from: string[]) => from[Math.floor(draw() * from.length)] ?? ''
  const found = new Set<string>()
  while (found.size < count) found.add(pick(SURNAMES) + pick(GIVEN) + (draw() < 0.65 ? pick(GIVEN) : ''))
  return [...found]
}
