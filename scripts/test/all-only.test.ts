import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { ROOT } from '../build.ts'
import { ALL_ONLY, PARTLY } from './all-only.ts'

const said = readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8')

t.test('what the gate leaves out is there, and is told to people', async (t) => {
  for (const [file, why] of Object.entries({ ...ALL_ONLY, ...PARTLY })) {
    t.ok(existsSync(join(ROOT, file)), file)
    t.match(file, /\.test\.ts$/)
    t.ok(said.includes(`| \`${file}\` | ${why} |`), `docs/architecture.md has ${file}: ${why}`)
    t.notOk(file in ALL_ONLY && file in PARTLY, `${file} is left out once`)
  }
})

t.test('whoever asks whether this is the gate stands in the list, and nobody else', async (t) => {
  const places = '{server,recordings,asterisk-config,scripts,softphone-console/src,softphone-console/tests}'
  const asks = globSync(`${places}/**/*.test.ts`, { cwd: ROOT }).filter((file) =>
    /from '[./]+\/test\/gate\.ts'/.test(readFileSync(join(ROOT, file), 'utf8').replaceAll('/scripts/test/', '/test/')),
  )
  t.same(asks.sort(), Object.keys(PARTLY).sort())
})
