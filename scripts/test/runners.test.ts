import t from 'tap'
import { goalsMet } from '../bench.ts'
import { runDrill } from '../drill.ts'

t.test('a goal is met by its figure and by nothing else', async (t) => {
  t.equal(goalsMet({ p95: 180, lost: 0 }, { p95: { most: 200 }, lost: { exactly: 0 } }), true)
  t.equal(goalsMet({ p95: 201, lost: 0 }, { p95: { most: 200 }, lost: { exactly: 0 } }), false)
  t.equal(goalsMet({ rate: 299 }, { rate: { least: 300 } }), false)
  t.equal(goalsMet({}, { p95: { most: 200 } }), false, 'a figure that was never measured')
  t.equal(goalsMet({ p95: Number.NaN }, { p95: { most: 200 } }), false, 'a figure of nothing')
})

t.test('a drill that breaks off, or finds nothing out, has failed', async (t) => {
  const lines: string[] = []
  const print = (line: string) => lines.push(line)
  const breaks = await runDrill(
    async (report) => {
      report({ what: 'the call is there', holds: true })
      throw new Error('the witness went away')
    },
    [],
    print,
  )
  t.same(breaks, { passed: 1, failed: 1 })
  t.match(lines.join('\n'), /witness went away/)
  t.same(await runDrill(async () => undefined, [], print), { passed: 0, failed: 1 })
})
