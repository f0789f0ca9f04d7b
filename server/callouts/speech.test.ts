import { writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import t from 'tap'
import { airWav, RATE, readWav, toAir } from '../radio/engine/sound.ts'
import { cutByPhrases } from './phrases.ts'
import { makeSpeech } from './speech.ts'

const power = (samples: Float32Array, from: number, to: number) => {
  const part = samples.subarray(Math.round(from * RATE), Math.round(to * RATE))
  return Math.sqrt(part.reduce((sum, sample) => sum + sample * sample, 0) / part.length)
}
const tone = (rate: number, hertz: number, seconds: number) => ({
  rate,
  samples: Float32Array.from({ length: rate * seconds }, (_, i) => 10_000 * Math.sin((2 * Math.PI * hertz * i) / rate)),
})

t.test(
  'brought to the air, speech stays as loud and what the air cannot carry does not come back as a whistle',
  async (t) => {
    const kept = toAir(tone(22_050, 1_000, 1))
    t.ok(Math.abs(power(kept, 0.2, 0.8) / (10_000 / Math.SQRT2) - 1) < 0.02)
    t.ok(power(toAir(tone(22_050, 6_000, 1)), 0.2, 0.8) < 100)
    t.same(readWav(airWav(kept)).samples.length, kept.length)
  },
)

t.test('recorded phrases are played where their words are said, the longest first', async (t) => {
  const text = '各位工程师请听，工单洞幺。收到请按两应答。'
  t.same(cutByPhrases(text, 'zh-CN', new Set()), [{ say: text }])
  t.same(cutByPhrases(text, 'zh-CN', new Set(['zh-all', 'zh-listen', 'zh-ticket', 'zh-0'])), [
    { phrase: 'zh-all' },
    { phrase: 'zh-ticket' },
    { phrase: 'zh-0' },
    { say: '幺。收到请按两应答。' },
  ])
  t.same(cutByPhrases('ticket one. onerous', 'en', new Set(['en-1'])), [
    { say: 'ticket ' },
    { phrase: 'en-1' },
    { say: '. onerous' },
  ])
})

t.test('an announcement begins with the transmitter’s silence, is said twice, and is made once', async (t) => {
  const dir = t.testdir({ phrases: {} })
  const speech = makeSpeech({
    program: process.env.ESPEAK_NG || 'espeak-ng',
    dir: `${dir}/made`,
    phrases: `${dir}/phrases`,
  })
  const wish = { text: '各位工程师请听，工单洞幺四三。', language: 'zh-CN', leadMs: 500, mostS: 59 } as const
  const made = await speech.make(wish)
  const { samples, rate } = readWav(await readFile(`${made.path}.wav`))
  t.equal(rate, 8_000)
  t.ok(samples.subarray(0, 0.5 * RATE).every((sample) => sample === 0))
  const once = (samples.length / RATE - 0.5 - 0.9) / 2
  t.ok(power(samples, 0.5, 0.5 + once) > 500)
  t.ok(Math.abs(power(samples, 0.5, 0.5 + once) - power(samples, 1.4 + once, 1.4 + 2 * once)) < 5, 'twice the same')

  t.same(await speech.make(wish), made)

  const shorter = await speech.make({ ...wish, mostS: made.seconds - 1 })
  t.ok(shorter.seconds < made.seconds - 1, 'once, where the time limit allows no more')
  await t.rejects(speech.make({ ...wish, mostS: 1 }), { code: 'callout-too-long' })

  writeFileSync(`${dir}/phrases/zh-ticket.wav`, airWav(toAir(tone(16_000, 700, 2))))
  const own = await speech.make(wish)
  t.not(own.path, made.path)
  t.ok(own.seconds > made.seconds + 2, 'the hospital’s own recording is in it, twice')

  const english = await speech.make({ ...wish, text: 'Ticket zero one. 打印机卡纸', language: 'en' })
  t.ok(english.seconds > 3)
})

t.test('a desk without a voice says so', async (t) => {
  const dir = t.testdir({})
  const speech = makeSpeech({ program: `${dir}/no-such-program`, dir, phrases: `${dir}/none` })
  await t.rejects(speech.make({ text: 'x', language: 'en', leadMs: 0, mostS: 9 }), { code: 'no-speech' })
})
