import { readFileSync } from 'node:fs'
import { makeTranslator } from '../asterisk/ami/translate.ts'
import { makeCelReader } from '../asterisk/cel/cel.ts'
import type { AmiEvent, Source } from '../asterisk/words.ts'
import type { CallFact } from '../calls/index.ts'

const SOURCE: Source = { pbx: 1, bootId: '2026-11-21T20:00:00' }
const read = (name: string) => readFileSync(new URL(`./tapes/${name}`, import.meta.url), 'utf8')

/** A tape is what Asterisk said on its manager port during one call, kept as it came; here in asterisk-manager's form. */
export function tape(name: string): AmiEvent[] {
  return read(`${name}.ami`)
    .split(/\r?\n\r?\n/)
    .map((block) => {
      const event: AmiEvent = {}
      for (const line of block.split(/\r?\n/)) {
        const cut = line.indexOf(': ')
        if (cut < 0) continue
        const key = line.slice(0, cut).toLowerCase()
        const value = line.slice(cut + 2)
        const had = event[key]
        if (key === 'chanvariable') {
          const [variable = '', ...rest] = value.split('=')
          event[key] = { ...(had as object), [variable]: rest.join('=') }
        } else event[key] = had === undefined ? value : [had, value].flat()
      }
      return event
    })
}

/** The facts of a tape as heard live. */
export function liveFacts(name: string): CallFact[] {
  const translator = makeTranslator(() => SOURCE)
  return tape(name).flatMap((event) => translator.call(event) ?? [])
}

/** The facts of the same call as its CEL tells them afterwards. */
export function lateFacts(name: string): CallFact[] {
  const reader = makeCelReader(() => SOURCE)
  return read(`${name}.cel.jsonl`)
    .split('\n')
    .flatMap((line, i) => (line ? (reader.read(line, i) ?? []) : []))
}
