import { readFileSync } from 'node:fs'
import t from 'tap'

type Entry = { version?: string; optionalDependencies?: Record<string, string>; optional?: boolean }

t.test('a clean install finds in the lock file every part that a package may bring, for any platform', async (t) => {
  // `npm ci` refuses a lock file that lacks one of them, and npm leaves out those its registry does not answer for.
  const { packages } = JSON.parse(readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8')) as {
    packages: Record<string, Entry>
  }
  const missing: string[] = []
  for (const [path, entry] of Object.entries(packages)) {
    for (const name of Object.keys(entry.optionalDependencies ?? {})) {
      const places = [...path.matchAll(/(?:^|\/)node_modules\//g)].map((match) => path.slice(0, match.index))
      if (![...places, path].some((at) => packages[`${at === '' ? '' : `${at}/`}node_modules/${name}`]))
        missing.push(`${path}: ${name}`)
    }
  }
  t.same(missing, [])
})
