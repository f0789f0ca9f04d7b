import { choiceName, directory, directoryField, weekdayName } from '../i18n/directory.ts'
import { named, t } from '../i18n/index.ts'
import type { Catalogue } from '../wire.ts'
import type { Names } from './names.ts'
import type { Field, Row, Subject } from './subject.ts'

export const fieldWord = (name: string): string => {
  const found = (directoryField as Record<string, { zh: string; en: string }>)[name]
  return found ? t(found) : name
}
export const choiceWord = (code: string): string => {
  const found = (choiceName as Record<string, { zh: string; en: string }>)[code]
  return found ? t(found) : code
}

/** A field's value as a list shows it. */
export function valueWord(
  subject: Subject,
  name: string,
  value: unknown,
  names: Names,
  catalogue: Catalogue | null,
): string {
  const field: Field | undefined = subject.fields.find((one) => one.name === name)
  if (value === null || value === undefined || value === '') return ''
  switch (field?.kind) {
    case 'choice':
      return named(field.words?.[String(value)]) || choiceWord(String(value))
    case 'flag':
      return value === true ? '✓' : ''
    case 'campus':
    case 'realm':
      return named(catalogue?.campuses.find((one) => one.code === value)) || choiceWord(String(value))
    case 'line':
      return named(catalogue?.lines.find((one) => one.code === value)) || String(value)
    case 'place':
      return names.of('places', value)
    case 'unit':
      return names.of('units', value)
    case 'places':
    case 'people':
      return Array.isArray(value) ? String(value.length) : ''
    case 'weekdays':
      return Array.isArray(value) ? weekdayWords(value.map(Number)) : ''
    default:
      return String(value)
  }
}

/** ISO weekdays, runs joined: `周一–周五`. */
export function weekdayWords(days: number[]): string {
  const runs: number[][] = []
  for (const day of [...new Set(days)].sort((a, b) => a - b)) {
    const last = runs.at(-1)
    if (last && last.at(-1) === day - 1) last.push(day)
    else runs.push([day])
  }
  const word = (day: number | undefined) => {
    const found = day === undefined ? undefined : weekdayName[day - 1]
    return found ? t(found) : ''
  }
  return runs.map((run) => (run.length > 1 ? `${word(run[0])}–${word(run.at(-1))}` : word(run[0]))).join(' ')
}

/** What a row is called when a question is asked about it. */
export const rowWord = (row: Row): string =>
  String(row.path ?? row.zh ?? row.name ?? row.number ?? row.code ?? t(directory.nobodyMore))
