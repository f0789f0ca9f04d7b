import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { statusOf, tabled } from './errors.ts'

const SERVER = join(import.meta.dirname, '..')
const sources = globSync('**/*.ts', { cwd: SERVER })
  .filter((file) => !/\.test\.ts$|^test\/|^web\/errors\.ts$/.test(file))
  .map((file) => readFileSync(join(SERVER, file), 'utf8'))

t.test('each refusal of the table is one the desk still gives', async (t) => {
  for (const code of tabled)
    t.ok(
      sources.some((text) => text.includes(`'${code}'`)),
      code,
    )
})

t.test('a code stands under one status, what is hidden is absent, and the rest is a conflict', async (t) => {
  t.equal(new Set(tabled).size, tabled.length)
  t.equal(statusOf('ticket-not-found'), 404)
  t.equal(statusOf('not-found'), 404)
  t.equal(statusOf('signed-out'), 401)
  t.equal(statusOf('not-allowed'), 403)
  for (const code of ['no-such-unit', 'not-an-ip-address', 'category-of-another-line', 'too-long'])
    t.equal(statusOf(code), 400, code)
  t.equal(statusOf('ticket-changed-meanwhile'), 409)
})

t.test('each refusal that is given has its sentence on the console', async (t) => {
  const words = readFileSync(join(SERVER, '../softphone-console/src/lib/i18n/errors.ts'), 'utf8')
  const given = new Set(
    sources.flatMap((text) => [...text.matchAll(/new Refusal\(\s*'([a-z-]+)'/g)].map(([, code]) => code ?? '')),
  )
  t.ok(given.size > 60)
  for (const code of given) t.ok(words.includes(`'${code}':`), code)
})

t.test('no room names a status of HTTP', async (t) => {
  for (const text of sources) t.notMatch(text, /new Refusal\([^)]*, [1-5]\d\d\)/)
})
