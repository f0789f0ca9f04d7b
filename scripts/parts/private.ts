/** Voices, names and numbers of people lie in the desk's folder: it is closed to every other user of the machine. */
import { chmodSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** What holds nothing of people and is reached by others too: programs, the front proxy's files (its key is 0600), tests. */
const OPEN = new Set(['asterisk', 'tools', 'front', 'test'])

/**
 * Makes `varDir` and closes it, and what an earlier release left open in it. Root's may be passed through, not read:
 * PostgreSQL and nginx run there as ordinary users and must reach what is theirs.
 */
export function closeToOthers(varDir: string): void {
  const isRoot = process.getuid?.() === 0
  mkdirSync(varDir, { recursive: true })
  chmodSync(varDir, isRoot ? 0o711 : 0o700)
  for (const name of readdirSync(varDir)) {
    if (OPEN.has(name)) continue
    const path = join(varDir, name)
    const { mode, uid } = statSync(path)
    // Only its owner may say so, and root.
    if ((mode & 0o077) !== 0 && (isRoot || uid === process.getuid?.())) chmodSync(path, mode & 0o700)
  }
}

/** From here on nothing this process makes, or those it starts, can be read by others. */
export function makeOnlyForMyself(): void {
  process.umask(0o077)
}
