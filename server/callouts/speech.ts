/**
 * Words as a sound for the air: said by espeak-ng, or by the hospital's own recordings where there are any; made once and
 * kept by what is in it. The file begins with silence while the transmitter comes up, and says everything twice when the
 * transmitter's time limit allows it.
 */
import { execFile } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { airWav, joined, levelled, RATE, readWav, silence, toAir } from '../radio/index.ts'
import { Refusal } from '../refusal.ts'
import { cutByPhrases, PHRASES } from './phrases.ts'
import type { Language } from './words.ts'

const run = promisify(execFile)

export type SpeechParts = {
  /** espeak-ng; a name is looked for on the PATH */
  program: string
  /** where made sounds are kept; Asterisk reads them there */
  dir: string
  /** the hospital's own recordings */
  phrases: string
}
/** `path` is without its ending, as Asterisk wants it. */
export type Spoken = { path: string; seconds: number }
export type Speech = {
  /** @throws Refusal `no-speech` when nothing can say it, `callout-too-long` when it cannot be said within the limit */
  make(wish: { text: string; language: Language; leadMs: number; mostS: number }): Promise<Spoken>
}

const PAUSE_MS = 900
const KEPT_MS = 30 * 24 * 3_600_000
/** Changes when the same words would sound otherwise. */
const MANNER = 1

export function makeSpeech({ program, dir, phrases }: SpeechParts): Speech {
  async function said(text: string, voice: 'cmn' | 'en'): Promise<Float32Array> {
    const file = join(dir, `${randomUUID()}.part`)
    try {
      // One argument after `--`: nothing in it is read as an option or by a shell.
      await run(program, ['-v', voice, '-s', '145', '-w', file, '--', text], { timeout: 20_000 })
      return levelled(toAir(readWav(await readFile(file))))
    } catch (cause) {
      throw Object.assign(new Refusal('no-speech'), { cause })
    } finally {
      await rm(file, { force: true })
    }
  }

  /** An English voice spells Chinese characters: each script has its own. */
  async function saidIn(text: string, language: Language): Promise<Float32Array[]> {
    if (language === 'zh-CN') return [await said(text, 'cmn')]
    const parts: Float32Array[] = []
    for (const run of text.split(/([\p{Script=Han}][\p{Script=Han}\d、，。]*)/u))
      if (/[\p{L}\p{N}]/u.test(run)) parts.push(await said(run, /\p{Script=Han}/u.test(run) ? 'cmn' : 'en'))
    return parts
  }

  async function recordedNow(language: Language): Promise<Map<string, string>> {
    const files = await readdir(phrases).catch(() => [] as string[])
    const found = new Map<string, string>()
    for (const code of Object.keys(PHRASES[language])) {
      if (!files.includes(`${code}.wav`)) continue
      const { size, mtimeMs } = await stat(join(phrases, `${code}.wav`))
      found.set(code, `${size} ${mtimeMs}`)
    }
    return found
  }

  async function spoken(text: string, language: Language, recorded: ReadonlySet<string>): Promise<Float32Array> {
    const parts: Float32Array[] = []
    for (const piece of cutByPhrases(text, language, recorded)) {
      if ('say' in piece) parts.push(...(await saidIn(piece.say, language)))
      else parts.push(levelled(toAir(readWav(await readFile(join(phrases, `${piece.phrase}.wav`))))))
    }
    return joined(parts)
  }

  return {
    async make({ text, language, leadMs, mostS }) {
      const recorded = await recordedNow(language)
      const what = JSON.stringify([MANNER, text, language, leadMs, mostS, [...recorded]])
      const path = join(dir, createHash('sha256').update(what).digest('hex').slice(0, 32))
      const had = await stat(`${path}.wav`).catch(() => undefined)
      if (had) {
        const now = new Date()
        await utimes(`${path}.wav`, now, now)
        return { path, seconds: secondsOf(had.size) }
      }
      // What is said on the air names places and people.
      await mkdir(dir, { recursive: true, mode: 0o700 })
      await forgetOld(dir)
      const once = await spoken(text, language, new Set(recorded.keys()))
      const lead = silence(leadMs)
      const twice = joined([lead, once, silence(PAUSE_MS), once])
      const fits = (samples: Float32Array) => samples.length / RATE <= mostS
      const whole = fits(twice) ? twice : joined([lead, once])
      if (!fits(whole)) throw new Refusal('callout-too-long', { seconds: Math.ceil(whole.length / RATE), mostS })
      const wav = airWav(whole)
      await writeFile(`${path}.part`, wav)
      await rename(`${path}.part`, `${path}.wav`)
      return { path, seconds: secondsOf(wav.length) }
    },
  }
}

const secondsOf = (bytes: number): number => (bytes - 44) / 2 / RATE

/** What nobody has called out for a month is made anew when it is. */
async function forgetOld(dir: string): Promise<void> {
  for (const name of await readdir(dir)) {
    const file = join(dir, name)
    const about = await stat(file).catch(() => undefined)
    if (about && Date.now() - about.mtimeMs > KEPT_MS) await rm(file, { force: true })
  }
}
