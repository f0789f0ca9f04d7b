import t from 'tap'
import { chooseLocale } from '../i18n/index.ts'
import { importFaultWord } from './import-fault.ts'

Object.assign(globalThis, { document: { documentElement: {} } })

t.test('a bad cell is said in the language of the screen', async (t) => {
  const cells = { line: 9, code: 'cells-differ', cells: 2, columns: 6 } as const
  const taken = { line: 2, column: 'login', code: 'refused', why: 'already-there' } as const
  chooseLocale('zh-CN')
  t.equal(importFaultWord(cells), '有 2 格，首行是 6 列')
  t.equal(importFaultWord(taken), '已经有同样的一条。')
  chooseLocale('en')
  t.equal(importFaultWord(cells), '2 cells under 6 column names')
  t.equal(
    importFaultWord({ line: 7, column: 'kind', code: 'not-one-of', choices: ['ward', 'pilot'] }),
    'Must be one of: ward pilot',
  )
  t.equal(importFaultWord(taken), 'There is one like this already.')
})
