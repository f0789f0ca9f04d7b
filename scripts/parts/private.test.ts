import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { closeToOthers } from './private.ts'

t.test(
  'what an earlier release left readable in the desk’s folder is closed, and programs stay runnable',
  async (t) => {
    const varDir = mkdtempSync(join(tmpdir(), 'desk-private-'))
    t.teardown(() => rmSync(varDir, { recursive: true, force: true }))
    chmodSync(varDir, 0o755)
    for (const folder of ['speech', 'log', 'tools']) {
      mkdirSync(join(varDir, folder))
      chmodSync(join(varDir, folder), 0o755)
    }
    writeFileSync(join(varDir, 'site.json'), '{}', { mode: 0o644 })
    const mode = (name: string) => (statSync(join(varDir, name)).mode & 0o777).toString(8)

    closeToOthers(varDir)
    t.match(mode('.'), process.getuid?.() === 0 ? '711' : '700', 'nobody else may list it')
    t.same(['speech', 'log', 'site.json', 'tools'].map(mode), ['700', '700', '600', '755'])
    closeToOthers(join(varDir, 'made/anew'))
    t.match(mode('made/anew'), /7[01]{2}/)
  },
)
