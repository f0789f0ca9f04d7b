/** The secrets of one desk: made once, kept in DESK_VAR/secrets.json with mode 600, never in the repository. */
import { randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Stop } from './say.ts'

const NAMES = ['postgresOwner', 'postgres', 'amiReader', 'amiActor', 'ari', 'campus', 'deskPhones'] as const

export type Secrets = Readonly<Record<(typeof NAMES)[number], string>>

/**
 * The secrets kept in `varDir`; those that are missing are made and kept. Written whole and renamed, so that a kill
 * in between never leaves half a file. @throws Stop when the file is there but cannot be read.
 */
export function secretsIn(varDir: string): Secrets {
  const file = join(varDir, 'secrets.json')
  let kept: Record<string, string> = {}
  try {
    kept = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
      throw new Stop(`${file} 无法读取 · cannot be read: ${(error as Error).message}`)
  }
  const missing = NAMES.filter((name) => !kept[name])
  if (missing.length > 0) {
    for (const name of missing) kept[name] = randomBytes(24).toString('base64url')
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(`${file}.new`, `${JSON.stringify(kept, null, 2)}\n`, { mode: 0o600 })
    renameSync(`${file}.new`, file)
  }
  chmodSync(file, 0o600)
  return kept as Secrets
}
