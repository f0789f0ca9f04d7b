/** What the person at the terminal is told while things start. */

/** Tells one line; a long step tells several. */
export type Say = (line: string) => void

export const say: Say = (line) => console.log(`· ${line}`)

export const quiet: Say = () => undefined

/** Something the person can put right: shown as a sentence, without a stack trace. */
export class Stop extends Error {
  override name = 'Stop'
}

/** Says what began, then how long it took. */
export async function step<T>(tell: Say, what: string, work: () => Promise<T>): Promise<T> {
  const started = performance.now()
  const result = await work()
  tell(`${what} ✓ ${((performance.now() - started) / 1000).toFixed(1)} s`)
  return result
}

/** The last stop of a script: a sentence for what we know, the whole error for what we do not. */
export function fail(error: unknown): never {
  const known = error instanceof Error && ['Stop', 'NoAsterisk', 'ConfigRefused'].includes(error.constructor.name)
  console.error(known ? `\n✗ ${(error as Error).message}\n` : error)
  process.exit(1)
}
