import t from 'tap'
import { sortOut, sumOf } from './spoiled.ts'

const ran = (file: string, failed: number, stillMs: number) => ({ file, passed: 5, failed, tookMs: 0, stillMs })
const filesOf = (ran: readonly number[][]) =>
  sortOut(
    ran.map(([failed = 0, stillMs = 0], nth) => ({ file: `${nth}`, passed: 5, failed, tookMs: 0, stillMs })),
  ).spoiled.map((one) => one.file)

t.test('only what failed on a machine that stood still runs once more', async (t) => {
  t.same(
    filesOf([
      [0, 5_000],
      [2, 1_500],
      [0, 0],
    ]),
    ['1'],
  )
  t.same(
    filesOf([
      [0, 5_000],
      [0, 0],
    ]),
    [],
    'nothing failed',
  )
  t.same(filesOf([[2, 300]]), [], 'a quiet machine excuses nothing')
})

t.test('what would stay red is not run again, nor is a desk that fails everywhere', async (t) => {
  t.same(
    filesOf([
      [2, 1_500],
      [1, 0],
    ]),
    [],
  )
  t.same(
    filesOf([
      [1, 2_000],
      [1, 2_000],
      [1, 2_000],
      [1, 2_000],
    ]),
    [],
  )
})

t.test('a run that is repeated counts once', async (t) => {
  const { stand } = sortOut([ran('a', 0, 0), ran('b', 3, 2_000)])
  t.same(sumOf([...stand, ran('b', 0, 0)]), { passed: 10, failed: 0 })
  t.same(sumOf([...stand, ran('b', 1, 9_000)]), { passed: 10, failed: 1 }, 'and stands, whatever the machine did')
})
