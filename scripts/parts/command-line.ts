/** The options of a command line. What is wrong is told with the name of the word and how the command is used. */
import { Stop } from './say.ts'

export type CommandLine = {
  has(name: string): boolean
  get(name: string): string | undefined
  /** The value of an option that must look like `pattern`. @throws Stop when it is missing or does not. */
  want(name: string, pattern: RegExp, otherwise?: string): string
}

/** Reads `--name value` pairs; `flags` stand alone. @throws Stop for an option that is not known or lacks its value. */
export function readOptions(
  words: readonly string[],
  names: readonly string[],
  usage: string,
  flags: readonly string[] = [],
): CommandLine {
  const given = new Map<string, string>()
  for (let i = 0; i < words.length; i++) {
    const option = words[i] ?? ''
    const name = option.replace(/^--/, '')
    if (!option.startsWith('--') || ![...names, ...flags].includes(name))
      throw new Stop(`不认识 · unknown: ${option}\n${usage}`)
    const value = flags.includes(name) ? '' : words[++i]
    if (value === undefined || value.startsWith('--')) throw new Stop(`${option} 缺少值 · has no value\n${usage}`)
    given.set(name, value)
  }
  return {
    has: (name) => given.has(name),
    get: (name) => given.get(name),
    want(name, pattern, otherwise) {
      const value = given.get(name) ?? otherwise
      if (value === undefined) throw new Stop(`缺少 · missing: --${name}\n${usage}`)
      if (!pattern.test(value)) throw new Stop(`--${name} ${value}: 不可用 · will not do\n${usage}`)
      return value
    },
  }
}
